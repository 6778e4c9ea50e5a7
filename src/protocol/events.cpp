#include "protocol/events.h"

#include <tuple>

#include "base/overloaded.h"
#include "protocol/exec_event_fields.h"
#include "protocol/session_event_fields.h"
#include "protocol/turn_event_fields.h"

namespace codex::json {

using McpResult = std::variant<protocol::McpToolResult, protocol::McpFailure>;

McpResult Codec<McpResult>::read(const Value& value, const Path& path) {
    const Object& object = detail::read_object(value, path);
    if (const Value* answer = object.find("Ok"))
        return detail::read<protocol::McpToolResult>(*answer, Path(path, "Ok"));
    if (const Value* failure = object.find("Err"))
        return protocol::McpFailure{detail::read_string(*failure, Path(path, "Err"))};
    path.fail("holds neither Ok nor Err");
}

Value Codec<McpResult>::write(const McpResult& result) {
    return std::visit(base::Overloaded{[](const protocol::McpToolResult& answer) {
                                           return Value::object({{"Ok", detail::write(answer)}});
                                       },
                                       [](const protocol::McpFailure& failure) {
                                           return Value::object({{"Err", failure.message}});
                                       }},
                      result);
}

protocol::EventMsg Codec<protocol::EventMsg>::read(const Value& value, const Path& path) {
    // Without a type it is no event at all.
    const Value* type = detail::read_object(value, path).find(kTypeMember);
    if (type == nullptr) Path(path, kTypeMember).fail("is missing");
    detail::read_string(*type, Path(path, kTypeMember));
    try {
        if (auto known = read_tagged<protocol::EventMsg::Alternatives>(value, path)) {
            return std::visit([](auto& msg) { return protocol::EventMsg(std::move(msg)); }, *known);
        }
    } catch (const JsonError&) {
        // Of another version than ours: the client still sees it.
    }
    return protocol::UnknownEvent{value};
}

Value Codec<protocol::EventMsg>::write(const protocol::EventMsg& msg) {
    const protocol::EventMsg::Alternatives& alternatives = msg;
    return std::visit(
        base::Overloaded{[](const protocol::UnknownEvent& unknown) { return unknown.body; },
                         [](const auto& known) { return write_tagged(known); }},
        alternatives);
}

}  // namespace codex::json

namespace codex::protocol {

// Not defaulted: clang 14 dies of that, because events hold this struct and it holds events.
bool operator==(const SessionConfigured& a, const SessionConfigured& b) {
    const auto all = [](const SessionConfigured& one) {
        return std::tie(one.session_id, one.model, one.reasoning_effort, one.history_log_id,
                        one.history_entry_count, one.initial_messages, one.rollout_path, one.extra);
    };
    return all(a) == all(b);
}

std::string event_type(const EventMsg& msg) {
    const EventMsg::Alternatives& alternatives = msg;
    return std::visit(
        base::Overloaded{[](const UnknownEvent& unknown) {
                             return json::string_or_empty(unknown.body.find("type"));
                         },
                         []<class T>(const T&) { return std::string(json::Describe<T>::tag); }},
        alternatives);
}

json::Value render_event(const Event& event) {
    return json::Value::object({{"id", event.id}, {"msg", render_event_msg(event.msg)}});
}

Event parse_event(const json::Value& value) {
    const json::Path root;
    const json::Object& object = json::detail::read_object(value, root);
    const auto member = [&](std::string_view name) -> const json::Value& {
        const json::Value* found = object.find(name);
        if (found == nullptr) json::Path(root, name).fail("is missing");
        return *found;
    };
    Event event;
    event.id = json::detail::read_string(member("id"), json::Path(root, "id"));
    event.msg = json::Codec<EventMsg>::read(member("msg"), json::Path(root, "msg"));
    return event;
}

json::Value render_event_msg(const EventMsg& msg) {
    return json::Codec<EventMsg>::write(msg);
}

EventMsg parse_event_msg(const json::Value& value) {
    return json::decode<EventMsg>(value);
}

}  // namespace codex::protocol
