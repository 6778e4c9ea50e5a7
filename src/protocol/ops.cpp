#include "protocol/ops.h"

#include "base/overloaded.h"
#include "protocol/type_fields.h"

namespace codex::json {

template <>
struct Describe<protocol::Interrupt> {
    static constexpr std::string_view tag = "interrupt";
    template <class V>
    static void fields(V&) {}
};
template <>
struct Describe<protocol::UserInput> {
    static constexpr std::string_view tag = "user_input";
    template <class V>
    static void fields(V& v) {
        v("items", &protocol::UserInput::items);
    }
};
template <>
struct Describe<protocol::UserTurn> {
    static constexpr std::string_view tag = "user_turn";
    template <class V>
    static void fields(V& v) {
        using T = protocol::UserTurn;
        v("items", &T::items);
        v("cwd", &T::cwd);
        v("approval_policy", &T::approval_policy);
        v("sandbox_policy", &T::sandbox_policy);
        v("model", &T::model);
        v("effort", &T::effort);
        v("summary", &T::summary);
        v("final_output_json_schema", &T::final_output_json_schema, nullable);
    }
};
template <>
struct Describe<protocol::OverrideTurnContext> {
    static constexpr std::string_view tag = "override_turn_context";
    template <class V>
    static void fields(V& v) {
        using T = protocol::OverrideTurnContext;
        v("cwd", &T::cwd);
        v("approval_policy", &T::approval_policy);
        v("sandbox_policy", &T::sandbox_policy);
        v("model", &T::model);
        v("effort", &T::effort);
        v("summary", &T::summary);
    }
};
template <>
struct Describe<protocol::ExecApproval> {
    static constexpr std::string_view tag = "exec_approval";
    template <class V>
    static void fields(V& v) {
        v("id", &protocol::ExecApproval::id);
        v("decision", &protocol::ExecApproval::decision);
    }
};
template <>
struct Describe<protocol::PatchApproval> {
    static constexpr std::string_view tag = "patch_approval";
    template <class V>
    static void fields(V& v) {
        v("id", &protocol::PatchApproval::id);
        v("decision", &protocol::PatchApproval::decision);
    }
};
template <>
struct Describe<protocol::AddToHistory> {
    static constexpr std::string_view tag = "add_to_history";
    template <class V>
    static void fields(V& v) {
        v("text", &protocol::AddToHistory::text);
    }
};
template <>
struct Describe<protocol::GetHistoryEntryRequest> {
    static constexpr std::string_view tag = "get_history_entry_request";
    template <class V>
    static void fields(V& v) {
        v("offset", &protocol::GetHistoryEntryRequest::offset);
        v("log_id", &protocol::GetHistoryEntryRequest::log_id);
    }
};
template <>
struct Describe<protocol::GetPath> {
    static constexpr std::string_view tag = "get_path";
    template <class V>
    static void fields(V&) {}
};
template <>
struct Describe<protocol::ListMcpTools> {
    static constexpr std::string_view tag = "list_mcp_tools";
    template <class V>
    static void fields(V&) {}
};
template <>
struct Describe<protocol::ListCustomPrompts> {
    static constexpr std::string_view tag = "list_custom_prompts";
    template <class V>
    static void fields(V&) {}
};
template <>
struct Describe<protocol::Compact> {
    static constexpr std::string_view tag = "compact";
    template <class V>
    static void fields(V&) {}
};
template <>
struct Describe<protocol::ReviewRequest> {
    template <class V>
    static void fields(V& v) {
        v("prompt", &protocol::ReviewRequest::prompt);
        v("user_facing_hint", &protocol::ReviewRequest::user_facing_hint);
    }
};
template <>
struct Describe<protocol::Review> {
    static constexpr std::string_view tag = "review";
    template <class V>
    static void fields(V& v) {
        v("review_request", &protocol::Review::review_request);
    }
};
template <>
struct Describe<protocol::Shutdown> {
    static constexpr std::string_view tag = "shutdown";
    template <class V>
    static void fields(V&) {}
};

}  // namespace codex::json

namespace codex::protocol {
namespace {

Op read_op(const json::Value& value, const json::Path& path) {
    if (auto known = json::read_tagged<Op>(value, path)) return *std::move(known);
    return UnknownOp{value};
}

}  // namespace

json::Value render_op(const Op& op) {
    return std::visit(base::Overloaded{[](const UnknownOp& unknown) { return unknown.body; },
                                       [](const auto& known) { return json::write_tagged(known); }},
                      op);
}

Op parse_op(const json::Value& value) {
    return read_op(value, json::Path());
}

json::Value render_submission(const Submission& submission) {
    return json::Value::object({{"id", submission.id}, {"op", render_op(submission.op)}});
}

Submission parse_submission(const json::Value& value) {
    const json::Path root;
    const json::Object& object = json::detail::read_object(value, root);
    const auto member = [&](std::string_view name) -> const json::Value& {
        const json::Value* found = object.find(name);
        if (found == nullptr) json::Path(root, name).fail("is missing");
        return *found;
    };
    Submission submission;
    submission.id = json::detail::read_string(member("id"), json::Path(root, "id"));
    submission.op = read_op(member("op"), json::Path(root, "op"));
    return submission;
}

}  // namespace codex::protocol
