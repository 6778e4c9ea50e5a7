#include "agent/history.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <random>
#include <set>
#include <string>

#include "tests/model/streams.h"

using namespace codex::agent;
using namespace codex::protocol;

namespace {

using Items = std::vector<Item>;

Item said(std::string text) {
    return Message{Role::user, std::move(text), ""};
}
Item call(std::string id) {
    return FunctionCall{std::move(id), "f", "{}"};
}
Item output(std::string id, std::string text) {
    return FunctionCallOutput{std::move(id), std::move(text)};
}
Item custom(std::string id) {
    return CustomToolCall{std::move(id), "p", "x"};
}
Item custom_output(std::string id, std::string text) {
    return CustomToolCallOutput{std::move(id), std::move(text)};
}
Item shell(std::string call_id, std::string id = "") {
    LocalShellCall made;
    made.call_id = std::move(call_id);
    made.status = "completed";
    made.command = {"ls"};
    made.id = std::move(id);
    return made;
}

bool is_output(const Item& item) {
    return std::holds_alternative<FunctionCallOutput>(item) ||
           std::holds_alternative<CustomToolCallOutput>(item);
}

std::string id_of_output(const Item& item) {
    if (const auto* made = std::get_if<FunctionCallOutput>(&item)) return made->call_id;
    return std::get<CustomToolCallOutput>(item).call_id;
}

std::string text_of_output(const Item& item) {
    if (const auto* made = std::get_if<FunctionCallOutput>(&item)) return made->output;
    return std::get<CustomToolCallOutput>(item).output;
}

}  // namespace

TEST_CASE("a history is brought into the order that an API takes") {
    struct Row {
        const char* what;
        Items items;
        Items normal;
    };
    const Row rows[] = {
        {"nothing", {}, {}},
        {"as it should be",
         {said("a"), call("1"), output("1", "o"), said("b")},
         {said("a"), call("1"), output("1", "o"), said("b")}},
        {"calls that were made together keep together",
         {call("1"), call("2"), output("1", "o1"), output("2", "o2")},
         {call("1"), call("2"), output("1", "o1"), output("2", "o2")}},
        {"calls one after the other stay so",
         {call("1"), output("1", "o1"), call("2"), output("2", "o2")},
         {call("1"), output("1", "o1"), call("2"), output("2", "o2")}},
        {"outputs are in the order of the calls",
         {call("1"), call("2"), output("2", "o2"), output("1", "o1")},
         {call("1"), call("2"), output("1", "o1"), output("2", "o2")}},
        {"an aborted call",
         {call("1"), call("2"), output("2", "o2"), said("next")},
         {call("1"), call("2"), output("1", "aborted"), output("2", "o2"), said("next")}},
        {"an aborted call at the end",
         {said("a"), custom("1")},
         {said("a"), custom("1"), custom_output("1", "aborted")}},
        {"an output in front of its call",
         {output("1", "o"), said("a"), call("1")},
         {said("a"), call("1"), output("1", "o")}},
        {"an output behind what came after",
         {call("1"), said("a"), output("1", "o")},
         {call("1"), output("1", "o"), said("a")}},
        {"an output of no call",
         {said("a"), output("9", "o"), custom_output("8", "o")},
         {said("a")}},
        {"two outputs",
         {call("1"), output("1", "first"), output("1", "second")},
         {call("1"), output("1", "first")}},
        {"outputs of the other type",
         {call("1"), custom_output("1", "o1"), custom("2"), output("2", "o2")},
         {call("1"), output("1", "o1"), custom("2"), custom_output("2", "o2")}},
        {"a call that is there twice",
         {call("1"), output("1", "o"), said("a"), call("1")},
         {call("1"), output("1", "o"), said("a")}},
        {"a call that nobody can answer",
         {call(""), shell("", ""), output("", "o"), said("a")},
         {said("a")}},
        {"a local shell call, by either id",
         {shell("1"), shell("", "lsh_2"), output("lsh_2", "o2")},
         {shell("1"), shell("", "lsh_2"), output("1", "aborted"), output("lsh_2", "o2")}},
        {"images of an output stay",
         {custom("1"), FunctionCallOutput{"1", "", {ImageContent{"data:x"}}, true, "fco_1"}},
         {custom("1"), CustomToolCallOutput{"1", "", {ImageContent{"data:x"}}}}},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        CHECK(normalised_history(row.items) == row.normal);
        CHECK(normalised_history(row.normal) == row.normal);
    }
}

TEST_CASE("whatever a history is, each call has one output behind it and nothing is invented") {
    std::mt19937 random(3);
    const auto number = [&](int low, int high) {
        return std::uniform_int_distribution<int>(low, high)(random);
    };
    for (int round = 0; round < 3000; ++round) {
        Items items;
        for (int left = number(0, 12); left > 0; --left) {
            const std::string id = std::to_string(number(0, 5));
            switch (number(0, 6)) {
                case 0:
                    items.push_back(call(id));
                    break;
                case 1:
                    items.push_back(custom(id));
                    break;
                case 2:
                    items.push_back(number(0, 1) == 0 ? shell(id) : shell("", id));
                    break;
                case 3:
                    items.push_back(output(id, "o" + std::to_string(left)));
                    break;
                case 4:
                    items.push_back(custom_output(id, "o" + std::to_string(left)));
                    break;
                case 5:
                    items.push_back(said(std::to_string(left)));
                    break;
                default:
                    items.push_back(Reasoning{"r" + std::to_string(left), {}, "x"});
            }
        }
        const Items normal = normalised_history(items);
        std::string shown;
        for (const Item& item : items) shown += codex::json::render(render_item(item)) + "\n";
        INFO(shown);

        std::map<std::string, std::string> first_output;
        Items others;
        std::set<std::string> calls;
        for (const Item& item : items) {
            if (is_output(item)) {
                first_output.emplace(id_of_output(item), text_of_output(item));
            } else if (call_id_of(item).empty() || calls.emplace(call_id_of(item)).second) {
                others.push_back(item);
            }
        }
        Items normal_others;
        std::vector<std::string> open;  // calls whose outputs are still to come, in order
        for (const Item& item : normal) {
            if (!is_output(item)) {
                normal_others.push_back(item);
                if (call_id_of(item).empty()) REQUIRE(open.empty());
                if (!call_id_of(item).empty()) open.emplace_back(call_id_of(item));
                continue;
            }
            REQUIRE_FALSE(open.empty());
            REQUIRE(id_of_output(item) == open.front());
            const auto made = first_output.find(open.front());
            REQUIRE(text_of_output(item) ==
                    (made == first_output.end() ? "aborted" : made->second));
            const bool is_custom = std::any_of(items.begin(), items.end(), [&](const Item& one) {
                const auto* found = std::get_if<CustomToolCall>(&one);
                return found != nullptr && found->call_id == open.front() &&
                       *std::find_if(items.begin(), items.end(), [&](const Item& first) {
                           return call_id_of(first) == open.front();
                       }) == one;
            });
            REQUIRE(std::holds_alternative<CustomToolCallOutput>(item) == is_custom);
            open.erase(open.begin());
        }
        REQUIRE(open.empty());
        REQUIRE(normal_others == others);
        REQUIRE(normalised_history(normal) == normal);
    }
}

TEST_CASE("the oldest item goes with the other half of its pair") {
    struct Row {
        Items items;
        std::size_t dropped;
        Items left;
    };
    const Row rows[] = {
        {{}, 0, {}},
        {{said("a"), call("1")}, 1, {call("1")}},
        {{call("1"), call("2"), output("1", "o"), output("2", "o")},
         2,
         {call("2"), output("2", "o")}},
        {{custom("1"), said("a"), custom_output("1", "o")}, 2, {said("a")}},
        {{output("1", "o"), said("a"), shell("1")}, 2, {said("a")}},
        {{call("1"), said("a")}, 1, {said("a")}},
    };
    for (const Row& row : rows) {
        Items items = row.items;
        CHECK(drop_oldest(items) == row.dropped);
        CHECK(items == row.left);
    }
}

TEST_CASE("what we put before a conversation is no word of the user") {
    const Items items = {
        Message{Role::developer, "rules", ""},
        said("<user_instructions>\n\nx\n\n</user_instructions>"),
        said("# AGENTS.md instructions for /w\n\n<INSTRUCTIONS>\nx\n</INSTRUCTIONS>"),
        said("\n <environment_context>\n</environment_context>"),
        said("first"),
        Message{Role::assistant, "answer", ""},
        said("About <environment_context>"),
        Message{Role::user, "ab", "", {TextContent{"a"}, ImageContent{"data:x"}, TextContent{"b"}}},
        Message{Role::user, "", "", {ImageContent{"data:x"}}},
    };
    CHECK(user_texts(items) ==
          std::vector<std::string>{"first", "About <environment_context>", "a\nb"});
    CHECK(kind_of_user_text("<environment_context>") == InputMessageKind::environment_context);
    CHECK(kind_of_user_text("<user_instructions>") == InputMessageKind::user_instructions);
    CHECK(kind_of_user_text("") == InputMessageKind::plain);
}
