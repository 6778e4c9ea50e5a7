// Events of the tools that a turn runs: commands, patches, MCP calls, searches, images.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "json/value.h"
#include "protocol/types.h"

namespace codex::protocol {

struct ExecCommandBegin {
    std::string call_id;
    std::vector<std::string> command;
    std::string cwd;
    std::vector<ParsedCommand> parsed_cmd;
    json::Object extra = {};
    friend bool operator==(const ExecCommandBegin&, const ExecCommandBegin&) = default;
};
struct ExecCommandOutputDelta {
    std::string call_id;
    ExecOutputStream stream = ExecOutputStream::out;
    Bytes chunk;  // as read: may end inside a UTF-8 sequence
    json::Object extra = {};
    friend bool operator==(const ExecCommandOutputDelta&, const ExecCommandOutputDelta&) = default;
};
struct ExecCommandEnd {
    std::string call_id;
    std::string out;
    std::string err;
    std::string aggregated_output = {};  // both streams, in the order of arrival
    std::int32_t exit_code = 0;
    Duration duration = {};
    std::string formatted_output = {};  // as the model gets it
    json::Object extra = {};
    friend bool operator==(const ExecCommandEnd&, const ExecCommandEnd&) = default;
};
/// Answered by an ExecApproval whose id is the event's.
struct ExecApprovalRequest {
    std::string call_id;
    std::vector<std::string> command;
    std::string cwd;
    std::optional<std::string> reason = {};
    json::Object extra = {};
    friend bool operator==(const ExecApprovalRequest&, const ExecApprovalRequest&) = default;
};
struct TerminalInteraction {
    std::string call_id;
    std::string process_id;
    std::string input;
    json::Object extra = {};
    friend bool operator==(const TerminalInteraction&, const TerminalInteraction&) = default;
};
/// Answered by a PatchApproval whose id is the event's.
struct ApplyPatchApprovalRequest {
    std::string call_id;
    std::map<std::string, FileChange> changes;  // by path
    std::optional<std::string> reason = {};
    std::optional<std::string> grant_root = {};
    json::Object extra = {};
    friend bool operator==(const ApplyPatchApprovalRequest&,
                           const ApplyPatchApprovalRequest&) = default;
};
struct PatchApplyBegin {
    std::string call_id;
    bool auto_approved = false;
    std::map<std::string, FileChange> changes;
    json::Object extra = {};
    friend bool operator==(const PatchApplyBegin&, const PatchApplyBegin&) = default;
};
struct PatchApplyEnd {
    std::string call_id;
    std::string out;
    std::string err;
    bool success = false;
    json::Object extra = {};
    friend bool operator==(const PatchApplyEnd&, const PatchApplyEnd&) = default;
};
struct McpInvocation {
    std::string server;
    std::string tool;
    std::optional<json::Value> arguments = {};
    json::Object extra = {};
    friend bool operator==(const McpInvocation&, const McpInvocation&) = default;
};
struct McpToolCallBegin {
    std::string call_id;
    McpInvocation invocation;
    json::Object extra = {};
    friend bool operator==(const McpToolCallBegin&, const McpToolCallBegin&) = default;
};
/// What the server answered; is_error is the tool's own word for a failure.
struct McpToolResult {
    json::Array content;
    std::optional<bool> is_error = {};
    std::optional<json::Value> structured_content = {};
    json::Object extra = {};
    friend bool operator==(const McpToolResult&, const McpToolResult&) = default;
};
/// The call itself failed.
struct McpFailure {
    std::string message;
    friend bool operator==(const McpFailure&, const McpFailure&) = default;
};
struct McpToolCallEnd {
    std::string call_id;
    McpInvocation invocation;
    Duration duration = {};
    std::variant<McpToolResult, McpFailure> result;
    json::Object extra = {};
    friend bool operator==(const McpToolCallEnd&, const McpToolCallEnd&) = default;
};
struct WebSearchBegin {
    std::string call_id;
    json::Object extra = {};
    friend bool operator==(const WebSearchBegin&, const WebSearchBegin&) = default;
};
struct WebSearchEnd {
    std::string call_id;
    std::string query;
    json::Object extra = {};
    friend bool operator==(const WebSearchEnd&, const WebSearchEnd&) = default;
};
struct ViewImageToolCall {
    std::string call_id;
    std::string path;
    json::Object extra = {};
    friend bool operator==(const ViewImageToolCall&, const ViewImageToolCall&) = default;
};

}  // namespace codex::protocol
