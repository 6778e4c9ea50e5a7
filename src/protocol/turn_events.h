// Events of a turn: its beginning and end, what the model says and thinks, its tokens and plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json/value.h"
#include "protocol/types.h"

namespace codex::protocol {

struct TaskStarted {
    std::optional<std::int64_t> model_context_window = {};  // tokens
    json::Object extra = {};
    friend bool operator==(const TaskStarted&, const TaskStarted&) = default;
};
/// Also behind an ErrorEvent; a turn that was aborted has none.
struct TaskComplete {
    std::optional<std::string> last_agent_message = {};
    json::Object extra = {};
    friend bool operator==(const TaskComplete&, const TaskComplete&) = default;
};
struct TurnAborted {
    TurnAbortReason reason = TurnAbortReason::interrupted;
    json::Object extra = {};
    friend bool operator==(const TurnAborted&, const TurnAborted&) = default;
};
struct TokenCount {
    std::optional<TokenUsageInfo> info = {};
    std::optional<RateLimits> rate_limits = {};
    json::Object extra = {};
    friend bool operator==(const TokenCount&, const TokenCount&) = default;
};
struct AgentMessage {
    std::string message;
    json::Object extra = {};
    friend bool operator==(const AgentMessage&, const AgentMessage&) = default;
};
struct AgentMessageDelta {
    std::string delta;
    json::Object extra = {};
    friend bool operator==(const AgentMessageDelta&, const AgentMessageDelta&) = default;
};
struct AgentReasoning {
    std::string text;
    json::Object extra = {};
    friend bool operator==(const AgentReasoning&, const AgentReasoning&) = default;
};
struct AgentReasoningDelta {
    std::string delta;
    json::Object extra = {};
    friend bool operator==(const AgentReasoningDelta&, const AgentReasoningDelta&) = default;
};
struct AgentReasoningRawContent {
    std::string text;
    json::Object extra = {};
    friend bool operator==(const AgentReasoningRawContent&,
                           const AgentReasoningRawContent&) = default;
};
struct AgentReasoningRawContentDelta {
    std::string delta;
    json::Object extra = {};
    friend bool operator==(const AgentReasoningRawContentDelta&,
                           const AgentReasoningRawContentDelta&) = default;
};
struct AgentReasoningSectionBreak {
    json::Object extra = {};
    friend bool operator==(const AgentReasoningSectionBreak&,
                           const AgentReasoningSectionBreak&) = default;
};
struct UserMessage {
    std::string message;
    std::optional<InputMessageKind> kind = {};
    std::vector<std::string> images = {};  // URLs
    json::Object extra = {};
    friend bool operator==(const UserMessage&, const UserMessage&) = default;
};
struct PlanUpdate {
    std::optional<std::string> explanation = {};
    std::vector<PlanItem> plan;
    json::Object extra = {};
    friend bool operator==(const PlanUpdate&, const PlanUpdate&) = default;
};
struct TurnDiff {
    std::string unified_diff;  // of all edits of the turn so far
    json::Object extra = {};
    friend bool operator==(const TurnDiff&, const TurnDiff&) = default;
};
struct ErrorEvent {
    std::string message;
    json::Object extra = {};
    friend bool operator==(const ErrorEvent&, const ErrorEvent&) = default;
};
/// The model's answer broke off and is asked for again.
struct StreamError {
    std::string message;
    json::Object extra = {};
    friend bool operator==(const StreamError&, const StreamError&) = default;
};
struct BackgroundEvent {
    std::string message;
    json::Object extra = {};
    friend bool operator==(const BackgroundEvent&, const BackgroundEvent&) = default;
};
struct Warning {
    std::string message;
    json::Object extra = {};
    friend bool operator==(const Warning&, const Warning&) = default;
};
struct DeprecationNotice {
    std::string summary;
    std::optional<std::string> details = {};
    json::Object extra = {};
    friend bool operator==(const DeprecationNotice&, const DeprecationNotice&) = default;
};
struct ContextCompacted {
    json::Object extra = {};
    friend bool operator==(const ContextCompacted&, const ContextCompacted&) = default;
};
struct ThreadRolledBack {
    std::uint32_t num_turns = 0;  // turns of the user that are gone from the context
    json::Object extra = {};
    friend bool operator==(const ThreadRolledBack&, const ThreadRolledBack&) = default;
};
struct ModelReroute {
    std::string from_model;
    std::string to_model;
    std::string reason;
    json::Object extra = {};
    friend bool operator==(const ModelReroute&, const ModelReroute&) = default;
};

}  // namespace codex::protocol
