#include "protocol/events.h"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

#include "tests/json/random_value.h"

using namespace codex::protocol;
using codex::json::JsonError;
using codex::json::Object;
using codex::json::parse;
using codex::json::render;
using codex::json::Value;

namespace {

struct Row {
    EventMsg msg;
    const char* wire;
};

const TokenUsage kUsage = {11, 2, 3, 1, 14};
const std::map<std::string, FileChange> kChanges = {
    {"/a", AddFile{"x\n"}}, {"/b", DeleteFile{"y\n"}}, {"/c", UpdateFile{"@@\n", "/d"}}};

const std::vector<Row>& rows() {
    static const std::vector<Row> all = {
        {ErrorEvent{"no"}, R"({"type":"error","message":"no"})"},
        {TaskStarted{272'000}, R"({"type":"task_started","model_context_window":272000})"},
        {TaskStarted{}, R"({"type":"task_started","model_context_window":null})"},
        {TaskComplete{"done"}, R"({"type":"task_complete","last_agent_message":"done"})"},
        {TaskComplete{}, R"({"type":"task_complete","last_agent_message":null})"},
        {TokenCount{}, R"({"type":"token_count","info":null,"rate_limits":null})"},
        {TokenCount{TokenUsageInfo{kUsage, kUsage, {}}, RateLimits{RateLimitWindow{12.5, 300}}},
         R"({"type":"token_count","info":{"total_token_usage":{"input_tokens":11,)"
         R"("cached_input_tokens":2,"output_tokens":3,"reasoning_output_tokens":1,)"
         R"("total_tokens":14},"last_token_usage":{"input_tokens":11,"cached_input_tokens":2,)"
         R"("output_tokens":3,"reasoning_output_tokens":1,"total_tokens":14},)"
         R"("model_context_window":null},"rate_limits":{"primary":{"used_percent":12.5,)"
         R"("window_minutes":300,"resets_in_seconds":null},"secondary":null}})"},
        {AgentMessage{"hi"}, R"({"type":"agent_message","message":"hi"})"},
        {UserMessage{"hi"}, R"({"type":"user_message","message":"hi"})"},
        {UserMessage{"hi", InputMessageKind::environment_context, {"data:x"}},
         R"({"type":"user_message","message":"hi","kind":"environment_context",)"
         R"("images":["data:x"]})"},
        {AgentMessageDelta{"h"}, R"({"type":"agent_message_delta","delta":"h"})"},
        {AgentReasoning{"t"}, R"({"type":"agent_reasoning","text":"t"})"},
        {AgentReasoningDelta{"t"}, R"({"type":"agent_reasoning_delta","delta":"t"})"},
        {AgentReasoningRawContent{"t"}, R"({"type":"agent_reasoning_raw_content","text":"t"})"},
        {AgentReasoningRawContentDelta{"t"},
         R"({"type":"agent_reasoning_raw_content_delta","delta":"t"})"},
        {AgentReasoningSectionBreak{}, R"({"type":"agent_reasoning_section_break"})"},
        {SessionConfigured{"s", "gpt", ReasoningEffort::low, 18'000'000'000'000'000'000ULL, 3,
                           std::vector<EventMsg>{UserMessage{"hi"},
                                                 UnknownEvent{parse(R"({"type":"later","x":1})")}},
                           "/r.jsonl"},
         R"({"type":"session_configured","session_id":"s","model":"gpt","reasoning_effort":"low",)"
         R"("history_log_id":18000000000000000000,"history_entry_count":3,"initial_messages":[)"
         R"({"type":"user_message","message":"hi"},{"type":"later","x":1}],)"
         R"("rollout_path":"/r.jsonl"})"},
        {McpToolCallBegin{"c", {"srv", "tool", parse(R"({"a":1})")}},
         R"({"type":"mcp_tool_call_begin","call_id":"c","invocation":{"server":"srv",)"
         R"("tool":"tool","arguments":{"a":1}}})"},
        {McpToolCallEnd{"c",
                        {"srv", "tool"},
                        std::chrono::milliseconds(1500),
                        McpToolResult{{parse(R"({"type":"text","text":"x"})")}, true}},
         R"({"type":"mcp_tool_call_end","call_id":"c","invocation":{"server":"srv","tool":"tool"},)"
         R"("duration":{"secs":1,"nanos":500000000},"result":{"Ok":{"content":[{"type":"text",)"
         R"("text":"x"}],"isError":true}}})"},
        {McpToolCallEnd{"c", {"srv", "tool"}, {}, McpFailure{"gone"}},
         R"({"type":"mcp_tool_call_end","call_id":"c","invocation":{"server":"srv","tool":"tool"},)"
         R"("duration":{"secs":0,"nanos":0},"result":{"Err":"gone"}})"},
        {WebSearchBegin{"c"}, R"({"type":"web_search_begin","call_id":"c"})"},
        {WebSearchEnd{"c", "q"}, R"({"type":"web_search_end","call_id":"c","query":"q"})"},
        {ExecCommandBegin{"c",
                          {"bash", "-lc", "ls"},
                          "/w",
                          {ReadCommand{"cat a", "a"}, ListFilesCommand{"ls"},
                           SearchCommand{"rg x", "x"}, OtherCommand{"make"}}},
         R"({"type":"exec_command_begin","call_id":"c","command":["bash","-lc","ls"],"cwd":"/w",)"
         R"("parsed_cmd":[{"type":"read","cmd":"cat a","name":"a"},)"
         R"({"type":"list_files","cmd":"ls"},{"type":"search","cmd":"rg x","query":"x"},)"
         R"({"type":"unknown","cmd":"make"}]})"},
        {ExecCommandOutputDelta{"c", ExecOutputStream::err, {"\xFF\n"}},
         R"({"type":"exec_command_output_delta","call_id":"c","stream":"stderr","chunk":"/wo="})"},
        {ExecCommandEnd{"c", "o", "e", "oe", -1, std::chrono::nanoseconds(7), "f"},
         R"({"type":"exec_command_end","call_id":"c","stdout":"o","stderr":"e",)"
         R"("aggregated_output":"oe","exit_code":-1,"duration":{"secs":0,"nanos":7},)"
         R"("formatted_output":"f"})"},
        {ViewImageToolCall{"c", "/i.png"},
         R"({"type":"view_image_tool_call","call_id":"c","path":"/i.png"})"},
        {ExecApprovalRequest{"c", {"rm"}, "/w", "why"},
         R"({"type":"exec_approval_request","call_id":"c","command":["rm"],"cwd":"/w",)"
         R"("reason":"why"})"},
        {ApplyPatchApprovalRequest{"c", kChanges, {}, "/w"},
         R"({"type":"apply_patch_approval_request","call_id":"c","changes":{)"
         R"("/a":{"add":{"content":"x\n"}},"/b":{"delete":{"content":"y\n"}},)"
         R"("/c":{"update":{"unified_diff":"@@\n","move_path":"/d"}}},"grant_root":"/w"})"},
        {BackgroundEvent{"b"}, R"({"type":"background_event","message":"b"})"},
        {StreamError{"s"}, R"({"type":"stream_error","message":"s"})"},
        {PatchApplyBegin{"c", true, {}},
         R"({"type":"patch_apply_begin","call_id":"c","auto_approved":true,"changes":{}})"},
        {PatchApplyEnd{"c", "o", "e", true},
         R"({"type":"patch_apply_end","call_id":"c","stdout":"o","stderr":"e","success":true})"},
        {TurnDiff{"d"}, R"({"type":"turn_diff","unified_diff":"d"})"},
        {GetHistoryEntryResponse{1, 2, HistoryEntry{"s", 3, "t"}},
         R"({"type":"get_history_entry_response","offset":1,"log_id":2,)"
         R"("entry":{"conversation_id":"s","ts":3,"text":"t"}})"},
        {McpListToolsResponse{{{"srv__t", McpTool{"t", parse("{}"), {}, "does"}}},
                              {{"srv", McpAuthStatus::o_auth}}},
         R"({"type":"mcp_list_tools_response","tools":{"srv__t":{"name":"t","inputSchema":{},)"
         R"("description":"does"}},"auth_statuses":{"srv":"o_auth"}})"},
        {ListCustomPromptsResponse{{CustomPrompt{"n", "/n.md", "c", "d", "[x]"}}},
         R"({"type":"list_custom_prompts_response","custom_prompts":[{"name":"n","path":"/n.md",)"
         R"("content":"c","description":"d","argument_hint":"[x]"}]})"},
        {PlanUpdate{{}, {PlanItem{"a", StepStatus::in_progress}}},
         R"({"type":"plan_update","explanation":null,"plan":[{"step":"a",)"
         R"("status":"in_progress"}]})"},
        {TurnAborted{TurnAbortReason::review_ended},
         R"({"type":"turn_aborted","reason":"review_ended"})"},
        {ShutdownComplete{}, R"({"type":"shutdown_complete"})"},
        {ConversationHistory{"s", {parse(R"({"type":"message"})")}},
         R"({"type":"conversation_history","conversation_id":"s","entries":[{"type":"message"}]})"},
        {ConversationPath{"s", "/r"},
         R"({"type":"conversation_path","conversation_id":"s","path":"/r"})"},
        {EnteredReviewMode{"p", "h"},
         R"({"type":"entered_review_mode","prompt":"p","user_facing_hint":"h"})"},
        {ExitedReviewMode{}, R"({"type":"exited_review_mode","review_output":null})"},
        {ExitedReviewMode{ReviewResult{{{"t", "b", 0.5, 1, {"/a", {2, 3}}}}, "ok", "e", 1.0}},
         R"({"type":"exited_review_mode","review_output":{"findings":[{"title":"t","body":"b",)"
         R"("confidence_score":0.5,"priority":1,"code_location":{"absolute_file_path":"/a",)"
         R"("line_range":{"start":2,"end":3}}}],"overall_correctness":"ok",)"
         R"("overall_explanation":"e","overall_confidence_score":1.0}})"},
        {Warning{"w"}, R"({"type":"warning","message":"w"})"},
        {DeprecationNotice{"s"}, R"({"type":"deprecation_notice","summary":"s"})"},
        {ContextCompacted{}, R"({"type":"context_compacted"})"},
        {ThreadRolledBack{2}, R"({"type":"thread_rolled_back","num_turns":2})"},
        {ModelReroute{"a", "b", "r"},
         R"({"type":"model_reroute","from_model":"a","to_model":"b","reason":"r"})"},
        {TerminalInteraction{"c", "7", "y\n"},
         R"({"type":"terminal_interaction","call_id":"c","process_id":"7","stdin":"y\n"})"},
        {McpStartupUpdate{"srv", parse(R"({"state":"ready"})")},
         R"({"type":"mcp_startup_update","server":"srv","status":{"state":"ready"}})"},
        {McpStartupComplete{{"a"}, {{"b", "no"}}, {}},
         R"({"type":"mcp_startup_complete","ready":["a"],"failed":[{"server":"b","error":"no"}],)"
         R"("cancelled":[]})"},
        {RawResponseItem{parse(R"({"type":"other"})")},
         R"({"type":"raw_response_item","item":{"type":"other"}})"},
        {ItemStarted{"t", "u", parse("{}")},
         R"({"type":"item_started","thread_id":"t","turn_id":"u","item":{}})"},
        {ItemCompleted{"t", "u", parse("{}")},
         R"({"type":"item_completed","thread_id":"t","turn_id":"u","item":{}})"},
        {AgentMessageContentDelta{"t", "u", "i", "d"},
         R"({"type":"agent_message_content_delta","thread_id":"t","turn_id":"u","item_id":"i",)"
         R"("delta":"d"})"},
        {ReasoningContentDelta{"t", "u", "i", "d", 1},
         R"({"type":"reasoning_content_delta","thread_id":"t","turn_id":"u","item_id":"i",)"
         R"("delta":"d","summary_index":1})"},
        {ReasoningRawContentDelta{"t", "u", "i", "d", 1},
         R"({"type":"reasoning_raw_content_delta","thread_id":"t","turn_id":"u","item_id":"i",)"
         R"("delta":"d","content_index":1})"},
        {UnknownEvent{parse(R"({"type":"later","b":{"c":[1,null]},"a":2})")},
         R"({"type":"later","b":{"c":[1,null]},"a":2})"},
    };
    return all;
}

SessionConfigured least_session() {
    SessionConfigured session;
    session.session_id = "s";
    session.model = "m";
    return session;
}

// Puts a member that nobody knows into every object but those that hold what others named, and
// returns how many there were.
std::size_t add_unknown_members(Value& value, const std::set<std::string>& spared) {
    std::size_t added = 0;
    if (const auto* array = value.as_array()) {
        codex::json::Array changed = *array;
        for (Value& item : changed) added += add_unknown_members(item, spared);
        value = std::move(changed);
    } else if (Object* object = value.as_object()) {
        Object changed;
        for (const auto& [name, item] : object->members()) {
            Value inner = item;
            if (!spared.contains(name)) added += add_unknown_members(inner, spared);
            changed.set(name, std::move(inner));
        }
        changed.set("zz_later", parse(R"({"x":[1]})"));
        value = std::move(changed);
        ++added;
    }
    return added;
}

}  // namespace

TEST_CASE("an event of each kind has its wire form and is read back as itself") {
    std::set<std::size_t> kinds;
    for (const Row& row : rows()) {
        INFO(row.wire);
        CHECK(render(render_event_msg(row.msg)) == row.wire);
        CHECK(parse_event_msg(parse(row.wire)) == row.msg);
        CHECK(event_type(row.msg) == *parse(row.wire).find("type")->as_string());
        kinds.insert(row.msg.index());
    }
    // No kind is left out above.
    CHECK(kinds.size() == std::variant_size_v<EventMsg::Alternatives>);
}

TEST_CASE("members of a newer program survive in every event of a known kind") {
    // Maps by path, by server, and durations have no room for more.
    const std::set<std::string> spared = {"duration", "changes",         "tools", "auth_statuses",
                                          "result",   "status",          "item",  "arguments",
                                          "entries",  "initial_messages"};
    for (const Row& row : rows()) {
        Value wire = parse(row.wire);
        CHECK(add_unknown_members(wire, spared) > 0);
        const EventMsg msg = parse_event_msg(wire);
        INFO(render(wire));
        CHECK(msg.index() == row.msg.index());
        CHECK(render(render_event_msg(msg)) == render(wire));
    }
}

TEST_CASE("an event that is not as we know its kind is kept as it came") {
    const char* wires[] = {
        R"({"type":"turn_aborted","reason":"budget_limited"})",
        R"({"type":"exec_command_output_delta","call_id":"c","stream":"pty","chunk":""})",
        R"({"type":"exec_command_output_delta","call_id":"c","stream":"stdout","chunk":"!"})",
        R"({"type":"plan_update","explanation":null,"plan":[{"step":"a","status":"skipped"}]})",
        R"({"type":"agent_message"})",
        R"({"type":"agent_message","message":7})",
        R"({"type":"thread_rolled_back","num_turns":-1})",
        R"({"type":"exec_command_end","call_id":"c","stdout":"","stderr":"","exit_code":0,)"
        R"("duration":{"secs":18446744073709551615,"nanos":0}})",
        R"({"type":"exec_command_end","call_id":"c","stdout":"","stderr":"","exit_code":0,)"
        R"("duration":{"secs":0,"nanos":1000000000}})",
        R"({"type":"patch_apply_begin","call_id":"c","auto_approved":true,)"
        R"("changes":{"/a":{"copy":{}}}})",
        R"({"type":"mcp_tool_call_end","call_id":"c","invocation":{"server":"s","tool":"t"},)"
        R"("duration":"1.5s","result":{"Err":"x"}})",
        R"({"type":"mcp_tool_call_end","call_id":"c","invocation":{"server":"s","tool":"t"},)"
        R"("duration":{"secs":0,"nanos":0},"result":{}})",
    };
    for (const char* wire : wires) {
        INFO(wire);
        const EventMsg msg = parse_event_msg(parse(wire));
        CHECK(msg == EventMsg(UnknownEvent{parse(wire)}));
        CHECK(render(render_event_msg(msg)) == wire);
    }
}

TEST_CASE("what may be absent or null is read as nothing") {
    CHECK(parse_event_msg(parse(R"({"type":"task_started"})")) == EventMsg(TaskStarted{}));
    CHECK(parse_event_msg(parse(R"({"type":"token_count"})")) == EventMsg(TokenCount{}));
    CHECK(parse_event_msg(parse(R"({"type":"user_message","message":"m","kind":null,)"
                                R"("images":null})")) == EventMsg(UserMessage{"m"}));
    CHECK(parse_event_msg(parse(R"({"type":"session_configured","session_id":"s","model":"m",)"
                                R"("history_log_id":0,"history_entry_count":0})")) ==
          EventMsg(least_session()));
}

TEST_CASE("an event stands in an envelope with the id of its submission") {
    const char* wire = R"({"id":"3","msg":{"type":"agent_message","message":"hi"}})";
    const Event event{"3", AgentMessage{"hi"}};
    CHECK(render(render_event(event)) == wire);
    CHECK(parse_event(parse(wire)) == event);

    struct Bad {
        const char* wire;
        const char* error;
    };
    const Bad bad[] = {
        {"[]", "$: expected an object, found an array"},
        {R"({"msg":{"type":"x"}})", "$.id is missing"},
        {R"({"id":3,"msg":{"type":"x"}})", "$.id: expected a string, found a number"},
        {R"({"id":"3"})", "$.msg is missing"},
        {R"({"id":"3","msg":"x"})", "$.msg: expected an object, found a string"},
        {R"({"id":"3","msg":{}})", "$.msg.type is missing"},
        {R"({"id":"3","msg":{"type":null}})", "$.msg.type: expected a string, found null"},
    };
    for (const Bad& one : bad) {
        INFO(one.wire);
        std::string error;
        try {
            parse_event(parse(one.wire));
        } catch (const JsonError& found) {
            error = found.what();
        }
        CHECK(error == one.error);
    }
}

TEST_CASE("bytes of any kind survive an output delta") {
    codex::test::RandomJson random(7);
    for (int round = 0; round < 200; ++round) {
        std::string bytes;
        for (std::size_t left = random.number(0, 40); left > 0; --left)
            bytes += static_cast<char>(random.number(0, 255));
        const EventMsg msg = ExecCommandOutputDelta{"c", ExecOutputStream::out, {bytes}};
        CHECK(parse_event_msg(parse(render(render_event_msg(msg)))) == msg);
    }
}
