// The wire form of protocol/exec_events.h. For sources, not for headers.
#pragma once

#include "protocol/exec_events.h"
#include "protocol/type_fields.h"

namespace codex::json {

template <>
struct Describe<protocol::ExecCommandBegin> {
    static constexpr std::string_view tag = "exec_command_begin";
    template <class V>
    static void fields(V& v) {
        using T = protocol::ExecCommandBegin;
        v("call_id", &T::call_id);
        v("command", &T::command);
        v("cwd", &T::cwd);
        v("parsed_cmd", &T::parsed_cmd);
    }
};
template <>
struct Describe<protocol::ExecCommandOutputDelta> {
    static constexpr std::string_view tag = "exec_command_output_delta";
    template <class V>
    static void fields(V& v) {
        using T = protocol::ExecCommandOutputDelta;
        v("call_id", &T::call_id);
        v("stream", &T::stream);
        v("chunk", &T::chunk);
    }
};
template <>
struct Describe<protocol::ExecCommandEnd> {
    static constexpr std::string_view tag = "exec_command_end";
    template <class V>
    static void fields(V& v) {
        using T = protocol::ExecCommandEnd;
        v("call_id", &T::call_id);
        v("stdout", &T::out);
        v("stderr", &T::err);
        v("aggregated_output", &T::aggregated_output, optional);
        v("exit_code", &T::exit_code);
        v("duration", &T::duration);
        v("formatted_output", &T::formatted_output, optional);
    }
};
template <>
struct Describe<protocol::ExecApprovalRequest> {
    static constexpr std::string_view tag = "exec_approval_request";
    template <class V>
    static void fields(V& v) {
        using T = protocol::ExecApprovalRequest;
        v("call_id", &T::call_id);
        v("command", &T::command);
        v("cwd", &T::cwd);
        v("reason", &T::reason);
    }
};
template <>
struct Describe<protocol::TerminalInteraction> {
    static constexpr std::string_view tag = "terminal_interaction";
    template <class V>
    static void fields(V& v) {
        using T = protocol::TerminalInteraction;
        v("call_id", &T::call_id);
        v("process_id", &T::process_id);
        v("stdin", &T::input);
    }
};
template <>
struct Describe<protocol::ApplyPatchApprovalRequest> {
    static constexpr std::string_view tag = "apply_patch_approval_request";
    template <class V>
    static void fields(V& v) {
        using T = protocol::ApplyPatchApprovalRequest;
        v("call_id", &T::call_id);
        v("changes", &T::changes);
        v("reason", &T::reason);
        v("grant_root", &T::grant_root);
    }
};
template <>
struct Describe<protocol::PatchApplyBegin> {
    static constexpr std::string_view tag = "patch_apply_begin";
    template <class V>
    static void fields(V& v) {
        using T = protocol::PatchApplyBegin;
        v("call_id", &T::call_id);
        v("auto_approved", &T::auto_approved);
        v("changes", &T::changes);
    }
};
template <>
struct Describe<protocol::PatchApplyEnd> {
    static constexpr std::string_view tag = "patch_apply_end";
    template <class V>
    static void fields(V& v) {
        using T = protocol::PatchApplyEnd;
        v("call_id", &T::call_id);
        v("stdout", &T::out);
        v("stderr", &T::err);
        v("success", &T::success);
    }
};
template <>
struct Describe<protocol::McpInvocation> {
    template <class V>
    static void fields(V& v) {
        using T = protocol::McpInvocation;
        v("server", &T::server);
        v("tool", &T::tool);
        v("arguments", &T::arguments);
    }
};
template <>
struct Describe<protocol::McpToolCallBegin> {
    static constexpr std::string_view tag = "mcp_tool_call_begin";
    template <class V>
    static void fields(V& v) {
        v("call_id", &protocol::McpToolCallBegin::call_id);
        v("invocation", &protocol::McpToolCallBegin::invocation);
    }
};
template <>
struct Describe<protocol::McpToolResult> {
    template <class V>
    static void fields(V& v) {
        using T = protocol::McpToolResult;
        v("content", &T::content);
        v("isError", &T::is_error);
        v("structuredContent", &T::structured_content);
    }
};
template <>
struct Codec<std::variant<protocol::McpToolResult, protocol::McpFailure>> {
    using Result = std::variant<protocol::McpToolResult, protocol::McpFailure>;
    static Result read(const Value& value, const Path& path);
    static Value write(const Result& result);
};
template <>
struct Describe<protocol::McpToolCallEnd> {
    static constexpr std::string_view tag = "mcp_tool_call_end";
    template <class V>
    static void fields(V& v) {
        using T = protocol::McpToolCallEnd;
        v("call_id", &T::call_id);
        v("invocation", &T::invocation);
        v("duration", &T::duration);
        v("result", &T::result);
    }
};
template <>
struct Describe<protocol::WebSearchBegin> {
    static constexpr std::string_view tag = "web_search_begin";
    template <class V>
    static void fields(V& v) {
        v("call_id", &protocol::WebSearchBegin::call_id);
    }
};
template <>
struct Describe<protocol::WebSearchEnd> {
    static constexpr std::string_view tag = "web_search_end";
    template <class V>
    static void fields(V& v) {
        v("call_id", &protocol::WebSearchEnd::call_id);
        v("query", &protocol::WebSearchEnd::query);
    }
};
template <>
struct Describe<protocol::ViewImageToolCall> {
    static constexpr std::string_view tag = "view_image_tool_call";
    template <class V>
    static void fields(V& v) {
        v("call_id", &protocol::ViewImageToolCall::call_id);
        v("path", &protocol::ViewImageToolCall::path);
    }
};

}  // namespace codex::json
