// The values that events and operations share, with the names of the wire.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "json/value.h"
#include "protocol/items.h"

// A member `extra` keeps what a newer program put beside the fields that we know; it is written
// again as it came.
namespace codex::protocol {

/// none and xhigh came after 2025-10.
enum class ReasoningEffort { none, minimal, low, medium, high, xhigh };
enum class ReasoningSummary { automatic, concise, detailed, none };
enum class TurnAbortReason { interrupted, replaced, review_ended };
enum class InputMessageKind { plain, user_instructions, environment_context };
enum class ExecOutputStream { out, err };
enum class StepStatus { pending, in_progress, completed };
enum class McpAuthStatus { unsupported, not_logged_in, bearer_token, o_auth };

struct TextInput {
    std::string text;
    json::Object extra = {};
    friend bool operator==(const TextInput&, const TextInput&) = default;
};
struct ImageInput {
    std::string image_url;  // a data: URL as a rule
    json::Object extra = {};
    friend bool operator==(const ImageInput&, const ImageInput&) = default;
};
struct LocalImageInput {
    std::string path;
    json::Object extra = {};
    friend bool operator==(const LocalImageInput&, const LocalImageInput&) = default;
};
/// What a user says or shows.
using InputItem = std::variant<TextInput, ImageInput, LocalImageInput>;

struct DangerFullAccess {
    friend bool operator==(const DangerFullAccess&, const DangerFullAccess&) = default;
};
struct ReadOnly {
    json::Object extra = {};
    friend bool operator==(const ReadOnly&, const ReadOnly&) = default;
};
struct WorkspaceWrite {
    std::vector<std::string> writable_roots = {};  // besides the working directory
    bool network_access = false;
    bool exclude_tmpdir_env_var = false;
    bool exclude_slash_tmp = false;
    json::Object extra = {};
    friend bool operator==(const WorkspaceWrite&, const WorkspaceWrite&) = default;
};
/// The wire form; what is enforced is the sandbox module's own type.
using SandboxPolicy = std::variant<DangerFullAccess, ReadOnly, WorkspaceWrite>;

struct AddFile {
    std::string content;
    friend bool operator==(const AddFile&, const AddFile&) = default;
};
struct DeleteFile {
    std::string content;
    friend bool operator==(const DeleteFile&, const DeleteFile&) = default;
};
struct UpdateFile {
    std::string unified_diff;
    std::optional<std::string> move_path = {};
    friend bool operator==(const UpdateFile&, const UpdateFile&) = default;
};
using FileChange = std::variant<AddFile, DeleteFile, UpdateFile>;

/// What a command is for, to show it: cmd is the part of the command that was understood so.
struct ReadCommand {
    std::string cmd;
    std::string name;
    json::Object extra = {};
    friend bool operator==(const ReadCommand&, const ReadCommand&) = default;
};
struct ListFilesCommand {
    std::string cmd;
    std::optional<std::string> path = {};
    json::Object extra = {};
    friend bool operator==(const ListFilesCommand&, const ListFilesCommand&) = default;
};
struct SearchCommand {
    std::string cmd;
    std::optional<std::string> query = {};
    std::optional<std::string> path = {};
    json::Object extra = {};
    friend bool operator==(const SearchCommand&, const SearchCommand&) = default;
};
struct OtherCommand {
    std::string cmd;
    json::Object extra = {};
    friend bool operator==(const OtherCommand&, const OtherCommand&) = default;
};
using ParsedCommand = std::variant<ReadCommand, ListFilesCommand, SearchCommand, OtherCommand>;

struct TokenUsageInfo {
    TokenUsage total_token_usage;
    TokenUsage last_token_usage;
    std::optional<std::int64_t> model_context_window = {};  // tokens
    json::Object extra = {};
    friend bool operator==(const TokenUsageInfo&, const TokenUsageInfo&) = default;
};

struct RateLimitWindow {
    double used_percent = 0;
    std::optional<std::uint64_t> window_minutes = {};
    std::optional<std::uint64_t> resets_in_seconds = {};
    json::Object extra = {};
    friend bool operator==(const RateLimitWindow&, const RateLimitWindow&) = default;
};
struct RateLimits {
    std::optional<RateLimitWindow> primary = {};
    std::optional<RateLimitWindow> secondary = {};
    json::Object extra = {};
    friend bool operator==(const RateLimits&, const RateLimits&) = default;
};

struct PlanItem {
    std::string step;
    StepStatus status = StepStatus::pending;
    json::Object extra = {};
    friend bool operator==(const PlanItem&, const PlanItem&) = default;
};

/// Bytes of any kind: base64 on the wire.
struct Bytes {
    std::string data;
    friend bool operator==(const Bytes&, const Bytes&) = default;
};

/// At least zero; {"secs", "nanos"} on the wire.
using Duration = std::chrono::nanoseconds;

}  // namespace codex::protocol
