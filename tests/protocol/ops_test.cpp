#include "protocol/ops.h"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

using namespace codex::protocol;
using codex::json::JsonError;
using codex::json::parse;
using codex::json::render;
using codex::json::Value;

namespace {

struct Row {
    Op op;
    const char* wire;
};

UserTurn full_turn() {
    UserTurn turn;
    turn.items = {TextInput{"go"}, ImageInput{"data:x"}, LocalImageInput{"/i.png"}};
    turn.cwd = "/w";
    turn.approval_policy = ApprovalPolicy::on_failure;
    turn.sandbox_policy = WorkspaceWrite{{"/x"}, true, false, true};
    turn.model = "gpt";
    turn.effort = ReasoningEffort::minimal;
    turn.final_output_json_schema = parse(R"({"type":"object"})");
    return turn;
}

UserTurn least_turn() {
    UserTurn turn;
    turn.cwd = "/w";
    turn.approval_policy = ApprovalPolicy::never;
    turn.model = "gpt";
    turn.summary = ReasoningSummary::none;
    return turn;
}

OverrideTurnContext clearing_effort() {
    OverrideTurnContext change;
    change.effort.emplace();
    return change;
}

OverrideTurnContext changing_all() {
    OverrideTurnContext change;
    change.cwd = "/w";
    change.approval_policy = ApprovalPolicy::untrusted;
    change.sandbox_policy = DangerFullAccess{};
    change.model = "gpt";
    change.effort.emplace(ReasoningEffort::high);
    change.summary = ReasoningSummary::detailed;
    return change;
}

const std::vector<Row>& rows() {
    static const std::vector<Row> all = {
        {Interrupt{}, R"({"type":"interrupt"})"},
        {UserInput{{TextInput{"hi"}}},
         R"({"type":"user_input","items":[{"type":"text","text":"hi"}]})"},
        {full_turn(),
         R"({"type":"user_turn","items":[{"type":"text","text":"go"},)"
         R"({"type":"image","image_url":"data:x"},{"type":"local_image","path":"/i.png"}],)"
         R"("cwd":"/w","approval_policy":"on-failure","sandbox_policy":{)"
         R"("mode":"workspace-write","writable_roots":["/x"],"network_access":true,)"
         R"("exclude_tmpdir_env_var":false,"exclude_slash_tmp":true},"model":"gpt",)"
         R"("effort":"minimal","summary":"auto","final_output_json_schema":{"type":"object"}})"},
        {least_turn(), R"({"type":"user_turn","items":[],"cwd":"/w","approval_policy":"never",)"
                       R"("sandbox_policy":{"mode":"read-only"},"model":"gpt","summary":"none",)"
                       R"("final_output_json_schema":null})"},
        {OverrideTurnContext{}, R"({"type":"override_turn_context"})"},
        {clearing_effort(), R"({"type":"override_turn_context","effort":null})"},
        {changing_all(),
         R"({"type":"override_turn_context","cwd":"/w","approval_policy":"untrusted",)"
         R"("sandbox_policy":{"mode":"danger-full-access"},"model":"gpt","effort":"high",)"
         R"("summary":"detailed"})"},
        {ExecApproval{"1", ReviewDecision::approved_for_session},
         R"({"type":"exec_approval","id":"1","decision":"approved_for_session"})"},
        {PatchApproval{"1", ReviewDecision::abort},
         R"({"type":"patch_approval","id":"1","decision":"abort"})"},
        {AddToHistory{"t"}, R"({"type":"add_to_history","text":"t"})"},
        {GetHistoryEntryRequest{1, 2},
         R"({"type":"get_history_entry_request","offset":1,"log_id":2})"},
        {GetPath{}, R"({"type":"get_path"})"},
        {ListMcpTools{}, R"({"type":"list_mcp_tools"})"},
        {ListCustomPrompts{}, R"({"type":"list_custom_prompts"})"},
        {Compact{}, R"({"type":"compact"})"},
        {Review{{"p", "h"}},
         R"({"type":"review","review_request":{"prompt":"p","user_facing_hint":"h"}})"},
        {Shutdown{}, R"({"type":"shutdown"})"},
        {UnknownOp{parse(R"({"type":"thread_rollback","num_turns":1})")},
         R"({"type":"thread_rollback","num_turns":1})"},
    };
    return all;
}

std::string error_of(const std::string& submission) {
    try {
        parse_submission(parse(submission));
    } catch (const JsonError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("an operation of each kind has its wire form and is read back as itself") {
    std::set<std::size_t> kinds;
    for (const Row& row : rows()) {
        INFO(row.wire);
        CHECK(render(render_op(row.op)) == row.wire);
        CHECK(parse_op(parse(row.wire)) == row.op);
        kinds.insert(row.op.index());
    }
    CHECK(kinds.size() == std::variant_size_v<Op>);
}

TEST_CASE("members of a newer program survive in every operation of a known kind") {
    for (const Row& row : rows()) {
        Value wire = parse(row.wire);
        wire.as_object()->set("zz_later", parse(R"({"x":[1,null]})"));
        const Op op = parse_op(wire);
        INFO(row.wire);
        CHECK(op.index() == row.op.index());
        CHECK(render(render_op(op)) == render(wire));
    }
    const char* nested =
        R"({"type":"user_input","items":[{"type":"text","text":"a","text_elements":[]}]})";
    CHECK(render(render_op(parse_op(parse(nested)))) == nested);
}

TEST_CASE("a submission stands in an envelope with its id") {
    const char* wire = R"({"id":"7","op":{"type":"compact"}})";
    CHECK(render(render_submission({"7", Compact{}})) == wire);
    CHECK(parse_submission(parse(wire)) == Submission{"7", Compact{}});
}

TEST_CASE("whoever submits what does not fit is told where") {
    struct Bad {
        const char* wire;
        const char* error;
    };
    const Bad rows[] = {
        {"7", "$: expected an object, found a number"},
        {R"({"op":{"type":"compact"}})", "$.id is missing"},
        {R"({"id":"1"})", "$.op is missing"},
        {R"({"id":"1","op":{}})", "$.op.type is missing"},
        {R"({"id":"1","op":{"type":"user_input","items":[{"type":"video"}]}})",
         R"($.op.items[0].type is "video"; allowed: text, image, local_image)"},
        {R"({"id":"1","op":{"type":"exec_approval","id":"0","decision":"yes"}})",
         R"($.op.decision is "yes"; allowed: approved, approved_for_session, denied, abort)"},
        {R"({"id":"1","op":{"type":"override_turn_context","sandbox_policy":{"mode":"open"}}})",
         "$.op.sandbox_policy.mode is \"open\"; allowed: danger-full-access, read-only, "
         "workspace-write"},
        {R"({"id":"1","op":{"type":"get_history_entry_request","offset":-1,"log_id":0}})",
         "$.op.offset is -1; allowed: 0 to 9223372036854775807"},
        {R"({"id":"1","op":{"type":"add_to_history"}})", "$.op.text is missing"},
    };
    for (const Bad& row : rows) {
        INFO(row.wire);
        CHECK(error_of(row.wire) == row.error);
    }
}
