#include "agent/resume.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "agent/compaction.h"
#include "tests/model/streams.h"

using namespace codex::agent;
using namespace codex::protocol;

namespace {

using Items = std::vector<Item>;
using Lines = std::vector<RolloutItem>;

Item said(std::string text) {
    return Message{Role::user, std::move(text), ""};
}
Item answered(std::string text) {
    return Message{Role::assistant, std::move(text), ""};
}

TurnContext settings() {
    TurnContext context;
    context.cwd = "/w";
    return context;
}

const Item kContext = said("<environment_context>\n</environment_context>");

}  // namespace

TEST_CASE("a recorded history is what the model saw, with what a kill left out") {
    const Lines lines = {kContext,
                         settings(),
                         EventMsg(UserMessage{"Go."}),
                         said("Go."),
                         Item(FunctionCall{"1", "f", "{}"}),
                         UnknownLine{"later", {}}};
    CHECK(history_of(lines, {}) == Items{kContext, said("Go."), FunctionCall{"1", "f", "{}"},
                                         FunctionCallOutput{"1", "aborted"}});
    CHECK(history_of({}, {kContext}).empty());
}

TEST_CASE("a compaction replaces the history before it") {
    const Items kept = {kContext, said("Summary.")};
    CHECK(history_of({said("old"), answered("a"), Compacted{"s", kept}, said("new")}, {}) ==
          Items{kContext, said("Summary."), said("new")});
    // Of a file that does not hold what it left.
    const Items fresh = {said("<environment_context>fresh</environment_context>")};
    Items expected = compacted_history(fresh, {said("old"), answered("a")}, "s");
    expected.push_back(said("new"));
    CHECK(history_of({said("old"), answered("a"), Compacted{"s", {}}, said("new")}, fresh) ==
          expected);
}

TEST_CASE("clients are told the events of the record") {
    CHECK(events_of({EventMsg(UserMessage{"Go."}), said("Go."), EventMsg(AgentMessage{"Fine."})}) ==
          std::vector<EventMsg>{UserMessage{"Go."}, AgentMessage{"Fine."}});
}

TEST_CASE("a fork begins before a message of the user") {
    const Lines lines = {kContext,   said("a"), EventMsg(UserMessage{"a"}), answered("1"),
                         settings(), said("b"), EventMsg(UserMessage{"b"}), answered("2")};
    CHECK(items_before_user_message(lines, 0) == Lines(lines.begin(), lines.begin() + 1));
    CHECK(items_before_user_message(lines, 1) == Lines(lines.begin(), lines.begin() + 5));
    CHECK(items_before_user_message(lines, 2) == lines);
    CHECK(items_before_user_message({}, 0).empty());
}
