#include "config/tree.h"

#include <algorithm>

#include "base/overloaded.h"

namespace codex::config {

const Entry* find(const Table& table, std::string_view key) {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const Entry& entry) { return entry.key == key; });
    return found == table.end() ? nullptr : &*found;
}

Entry* find(Table& table, std::string_view key) {
    return const_cast<Entry*>(find(std::as_const(table), key));
}

std::string_view kind(const Node& node) {
    return std::visit(
        base::Overloaded{[](std::nullptr_t) -> std::string_view { return "nothing"; },
                         [](bool) -> std::string_view { return "true or false"; },
                         [](std::int64_t) -> std::string_view { return "a whole number"; },
                         [](double) -> std::string_view { return "a number"; },
                         [](const std::string&) -> std::string_view { return "text"; },
                         [](const Unclear& unclear) -> std::string_view { return unclear.what; },
                         [](const Sequence&) -> std::string_view { return "a list"; },
                         [](const Table&) -> std::string_view { return "a table"; }},
        node.data);
}

Node to_node(const json::Value& value) {
    Node node;
    std::visit(base::Overloaded{[](std::nullptr_t) {},
                                [&](std::uint64_t number) {
                                    node.data = Unclear{std::to_string(number) +
                                                        ", which is beyond 64 bits"};
                                },
                                [&](const json::Array& array) {
                                    Sequence sequence;
                                    for (const json::Value& item : array) {
                                        if (!item.is_null()) sequence.push_back(to_node(item));
                                    }
                                    node.data = std::move(sequence);
                                },
                                [&](const json::Object& object) {
                                    Table table;
                                    for (const auto& [key, member] : object.members()) {
                                        if (!member.is_null())
                                            table.push_back({key, {}, to_node(member)});
                                    }
                                    node.data = std::move(table);
                                },
                                [&](const auto& scalar) { node.data = scalar; }},
               value.data());
    return node;
}

json::Value to_json(const Node& node) {
    return std::visit(
        base::Overloaded{[](const Unclear& unclear) { return json::Value(unclear.what); },
                         [](const Sequence& sequence) {
                             json::Array array;
                             for (const Node& item : sequence) array.push_back(to_json(item));
                             return json::Value(std::move(array));
                         },
                         [](const Table& table) {
                             std::vector<json::Object::Member> members;
                             for (const Entry& entry : table)
                                 members.emplace_back(entry.key, to_json(entry.value));
                             return json::Value(json::Object::from_members(std::move(members)));
                         },
                         [](const auto& scalar) { return json::Value(scalar); }},
        node.data);
}

}  // namespace codex::config
