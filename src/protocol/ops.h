// What a client asks of a conversation: every operation of the original (2025-10), as a plain
// struct.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "json/value.h"
#include "protocol/approvals.h"
#include "protocol/types.h"

namespace codex::protocol {

struct Interrupt {
    json::Object extra = {};
    friend bool operator==(const Interrupt&, const Interrupt&) = default;
};
/// Goes to the task that runs, or starts one.
struct UserInput {
    std::vector<InputItem> items;
    json::Object extra = {};
    friend bool operator==(const UserInput&, const UserInput&) = default;
};
/// Starts a task; all but the schema holds for later turns too.
struct UserTurn {
    std::vector<InputItem> items;
    std::string cwd;
    ApprovalPolicy approval_policy = ApprovalPolicy::on_request;
    SandboxPolicy sandbox_policy = ReadOnly();
    std::string model;
    std::optional<ReasoningEffort> effort = {};
    ReasoningSummary summary = ReasoningSummary::automatic;
    std::optional<json::Value> final_output_json_schema = {};
    json::Object extra = {};
    friend bool operator==(const UserTurn&, const UserTurn&) = default;
};
/// What is absent stays as it is.
struct OverrideTurnContext {
    std::optional<std::string> cwd = {};
    std::optional<ApprovalPolicy> approval_policy = {};
    std::optional<SandboxPolicy> sandbox_policy = {};
    std::optional<std::string> model = {};
    std::optional<std::optional<ReasoningEffort>> effort = {};  // an empty one clears it
    std::optional<ReasoningSummary> summary = {};
    json::Object extra = {};
    friend bool operator==(const OverrideTurnContext&, const OverrideTurnContext&) = default;
};
struct ExecApproval {
    std::string id;  // of the event that asked, not of the call
    ReviewDecision decision = ReviewDecision::denied;
    json::Object extra = {};
    friend bool operator==(const ExecApproval&, const ExecApproval&) = default;
};
struct PatchApproval {
    std::string id;  // of the event that asked, not of the call
    ReviewDecision decision = ReviewDecision::denied;
    json::Object extra = {};
    friend bool operator==(const PatchApproval&, const PatchApproval&) = default;
};
struct AddToHistory {
    std::string text;
    json::Object extra = {};
    friend bool operator==(const AddToHistory&, const AddToHistory&) = default;
};
struct GetHistoryEntryRequest {
    std::uint64_t offset = 0;
    std::uint64_t log_id = 0;
    json::Object extra = {};
    friend bool operator==(const GetHistoryEntryRequest&, const GetHistoryEntryRequest&) = default;
};
struct GetPath {
    json::Object extra = {};
    friend bool operator==(const GetPath&, const GetPath&) = default;
};
struct ListMcpTools {
    json::Object extra = {};
    friend bool operator==(const ListMcpTools&, const ListMcpTools&) = default;
};
struct ListCustomPrompts {
    json::Object extra = {};
    friend bool operator==(const ListCustomPrompts&, const ListCustomPrompts&) = default;
};
struct Compact {
    json::Object extra = {};
    friend bool operator==(const Compact&, const Compact&) = default;
};
struct ReviewRequest {
    std::string prompt;
    std::string user_facing_hint;
    json::Object extra = {};
    friend bool operator==(const ReviewRequest&, const ReviewRequest&) = default;
};
struct Review {
    ReviewRequest review_request;
    json::Object extra = {};
    friend bool operator==(const Review&, const Review&) = default;
};
struct Shutdown {
    json::Object extra = {};
    friend bool operator==(const Shutdown&, const Shutdown&) = default;
};
/// An operation of a type that we do not know: kept as it came.
struct UnknownOp {
    json::Value body;
    friend bool operator==(const UnknownOp&, const UnknownOp&) = default;
};

using Op = std::variant<Interrupt, UserInput, UserTurn, OverrideTurnContext, ExecApproval,
                        PatchApproval, AddToHistory, GetHistoryEntryRequest, GetPath, ListMcpTools,
                        ListCustomPrompts, Compact, Review, Shutdown, UnknownOp>;

struct Submission {
    std::string id;
    Op op;
    friend bool operator==(const Submission&, const Submission&) = default;
};

/// {"id": "0", "op": {"type": "user_input", …}}
json::Value render_submission(const Submission& submission);
/// Throws JsonError with the path of what does not fit, also in the fields of a known operation:
/// whoever asks is to know.
Submission parse_submission(const json::Value& value);

/// The op alone.
json::Value render_op(const Op& op);
Op parse_op(const json::Value& value);

}  // namespace codex::protocol
