// The wire form of protocol/turn_events.h and protocol/review_events.h. Only sources of this module
// include it.
#pragma once

#include "protocol/review_events.h"
#include "protocol/turn_events.h"
#include "protocol/type_fields.h"

namespace codex::json {

template <>
struct Describe<protocol::TaskStarted> {
    static constexpr std::string_view tag = "task_started";
    template <class V>
    static void fields(V& v) {
        v("model_context_window", &protocol::TaskStarted::model_context_window, nullable);
    }
};
template <>
struct Describe<protocol::TaskComplete> {
    static constexpr std::string_view tag = "task_complete";
    template <class V>
    static void fields(V& v) {
        v("last_agent_message", &protocol::TaskComplete::last_agent_message, nullable);
    }
};
template <>
struct Describe<protocol::TurnAborted> {
    static constexpr std::string_view tag = "turn_aborted";
    template <class V>
    static void fields(V& v) {
        v("reason", &protocol::TurnAborted::reason);
    }
};
template <>
struct Describe<protocol::TokenCount> {
    static constexpr std::string_view tag = "token_count";
    template <class V>
    static void fields(V& v) {
        v("info", &protocol::TokenCount::info, nullable);
        v("rate_limits", &protocol::TokenCount::rate_limits, nullable);
    }
};
template <>
struct Describe<protocol::AgentMessage> {
    static constexpr std::string_view tag = "agent_message";
    template <class V>
    static void fields(V& v) {
        v("message", &protocol::AgentMessage::message);
    }
};
template <>
struct Describe<protocol::AgentMessageDelta> {
    static constexpr std::string_view tag = "agent_message_delta";
    template <class V>
    static void fields(V& v) {
        v("delta", &protocol::AgentMessageDelta::delta);
    }
};
template <>
struct Describe<protocol::AgentReasoning> {
    static constexpr std::string_view tag = "agent_reasoning";
    template <class V>
    static void fields(V& v) {
        v("text", &protocol::AgentReasoning::text);
    }
};
template <>
struct Describe<protocol::AgentReasoningDelta> {
    static constexpr std::string_view tag = "agent_reasoning_delta";
    template <class V>
    static void fields(V& v) {
        v("delta", &protocol::AgentReasoningDelta::delta);
    }
};
template <>
struct Describe<protocol::AgentReasoningRawContent> {
    static constexpr std::string_view tag = "agent_reasoning_raw_content";
    template <class V>
    static void fields(V& v) {
        v("text", &protocol::AgentReasoningRawContent::text);
    }
};
template <>
struct Describe<protocol::AgentReasoningRawContentDelta> {
    static constexpr std::string_view tag = "agent_reasoning_raw_content_delta";
    template <class V>
    static void fields(V& v) {
        v("delta", &protocol::AgentReasoningRawContentDelta::delta);
    }
};
template <>
struct Describe<protocol::AgentReasoningSectionBreak> {
    static constexpr std::string_view tag = "agent_reasoning_section_break";
    template <class V>
    static void fields(V&) {}
};
template <>
struct Describe<protocol::UserMessage> {
    static constexpr std::string_view tag = "user_message";
    template <class V>
    static void fields(V& v) {
        using T = protocol::UserMessage;
        v("message", &T::message);
        v("kind", &T::kind);
        v("images", &T::images, unless_empty);
    }
};
template <>
struct Describe<protocol::PlanUpdate> {
    static constexpr std::string_view tag = "plan_update";
    template <class V>
    static void fields(V& v) {
        v("explanation", &protocol::PlanUpdate::explanation, nullable);
        v("plan", &protocol::PlanUpdate::plan);
    }
};
template <>
struct Describe<protocol::TurnDiff> {
    static constexpr std::string_view tag = "turn_diff";
    template <class V>
    static void fields(V& v) {
        v("unified_diff", &protocol::TurnDiff::unified_diff);
    }
};
template <>
struct Describe<protocol::ErrorEvent> {
    static constexpr std::string_view tag = "error";
    template <class V>
    static void fields(V& v) {
        v("message", &protocol::ErrorEvent::message);
    }
};
template <>
struct Describe<protocol::StreamError> {
    static constexpr std::string_view tag = "stream_error";
    template <class V>
    static void fields(V& v) {
        v("message", &protocol::StreamError::message);
    }
};
template <>
struct Describe<protocol::BackgroundEvent> {
    static constexpr std::string_view tag = "background_event";
    template <class V>
    static void fields(V& v) {
        v("message", &protocol::BackgroundEvent::message);
    }
};
template <>
struct Describe<protocol::Warning> {
    static constexpr std::string_view tag = "warning";
    template <class V>
    static void fields(V& v) {
        v("message", &protocol::Warning::message);
    }
};
template <>
struct Describe<protocol::DeprecationNotice> {
    static constexpr std::string_view tag = "deprecation_notice";
    template <class V>
    static void fields(V& v) {
        v("summary", &protocol::DeprecationNotice::summary);
        v("details", &protocol::DeprecationNotice::details);
    }
};
template <>
struct Describe<protocol::ContextCompacted> {
    static constexpr std::string_view tag = "context_compacted";
    template <class V>
    static void fields(V&) {}
};
template <>
struct Describe<protocol::ThreadRolledBack> {
    static constexpr std::string_view tag = "thread_rolled_back";
    template <class V>
    static void fields(V& v) {
        v("num_turns", &protocol::ThreadRolledBack::num_turns);
    }
};
template <>
struct Describe<protocol::ModelReroute> {
    static constexpr std::string_view tag = "model_reroute";
    template <class V>
    static void fields(V& v) {
        using T = protocol::ModelReroute;
        v("from_model", &T::from_model);
        v("to_model", &T::to_model);
        v("reason", &T::reason);
    }
};
template <>
struct Describe<protocol::ReviewedLines> {
    template <class V>
    static void fields(V& v) {
        v("start", &protocol::ReviewedLines::start);
        v("end", &protocol::ReviewedLines::end);
    }
};
template <>
struct Describe<protocol::ReviewedPlace> {
    template <class V>
    static void fields(V& v) {
        v("absolute_file_path", &protocol::ReviewedPlace::absolute_file_path);
        v("line_range", &protocol::ReviewedPlace::line_range);
    }
};
template <>
struct Describe<protocol::ReviewedFinding> {
    template <class V>
    static void fields(V& v) {
        using T = protocol::ReviewedFinding;
        v("title", &T::title);
        v("body", &T::body);
        v("confidence_score", &T::confidence_score);
        v("priority", &T::priority);
        v("code_location", &T::code_location);
    }
};
template <>
struct Describe<protocol::ReviewResult> {
    template <class V>
    static void fields(V& v) {
        using T = protocol::ReviewResult;
        v("findings", &T::findings);
        v("overall_correctness", &T::overall_correctness);
        v("overall_explanation", &T::overall_explanation);
        v("overall_confidence_score", &T::overall_confidence_score);
    }
};
template <>
struct Describe<protocol::ExitedReviewMode> {
    static constexpr std::string_view tag = "exited_review_mode";
    template <class V>
    static void fields(V& v) {
        v("review_output", &protocol::ExitedReviewMode::review_output, nullable);
    }
};

}  // namespace codex::json
