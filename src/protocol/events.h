// What a conversation tells its client: every event of the original, as a plain struct.
#pragma once

#include <string>
#include <variant>

#include "json/value.h"
#include "protocol/exec_events.h"
#include "protocol/item_events.h"
#include "protocol/review_events.h"
#include "protocol/session_events.h"
#include "protocol/turn_events.h"

namespace codex::protocol {

/// An event of a type that we do not know, or of a known type whose fields are others than ours (an
/// enumerator of a newer program, say): kept as it came.
struct UnknownEvent {
    json::Value body;
    friend bool operator==(const UnknownEvent&, const UnknownEvent&) = default;
};

/// A std::variant; a struct only because SessionConfigured holds events itself.
struct EventMsg
    : std::variant<ErrorEvent, TaskStarted, TaskComplete, TokenCount, AgentMessage, UserMessage,
                   AgentMessageDelta, AgentReasoning, AgentReasoningDelta, AgentReasoningRawContent,
                   AgentReasoningRawContentDelta, AgentReasoningSectionBreak, SessionConfigured,
                   McpToolCallBegin, McpToolCallEnd, WebSearchBegin, WebSearchEnd, ExecCommandBegin,
                   ExecCommandOutputDelta, ExecCommandEnd, ViewImageToolCall, ExecApprovalRequest,
                   ApplyPatchApprovalRequest, BackgroundEvent, StreamError, PatchApplyBegin,
                   PatchApplyEnd, TurnDiff, GetHistoryEntryResponse, McpListToolsResponse,
                   ListCustomPromptsResponse, PlanUpdate, TurnAborted, ShutdownComplete,
                   ConversationHistory, ConversationPath, EnteredReviewMode, ExitedReviewMode,
                   Warning, DeprecationNotice, ContextCompacted, ThreadRolledBack, ModelReroute,
                   TerminalInteraction, McpStartupUpdate, McpStartupComplete, RawResponseItem,
                   ItemStarted, ItemCompleted, AgentMessageContentDelta, ReasoningContentDelta,
                   ReasoningRawContentDelta, UnknownEvent> {
    using Alternatives = variant;
    using variant::variant;
};

struct Event {
    std::string id;  // of the submission that it belongs to; empty before any
    EventMsg msg;
    friend bool operator==(const Event&, const Event&) = default;
};

/// The wire name: "task_started". Of an UnknownEvent what its JSON says.
std::string event_type(const EventMsg& msg);

/// {"id": "0", "msg": {"type": "task_started", …}}
json::Value render_event(const Event& event);
/// Throws JsonError when this is no object with an id and a msg that has a type; whatever else does
/// not fit makes the msg an UnknownEvent.
Event parse_event(const json::Value& value);

/// The msg alone, as rollout files hold it.
json::Value render_event_msg(const EventMsg& msg);
EventMsg parse_event_msg(const json::Value& value);

}  // namespace codex::protocol
