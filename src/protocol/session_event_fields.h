// The wire form of protocol/session_events.h and protocol/item_events.h. Only sources of this
// module include it.
#pragma once

#include "protocol/events.h"
#include "protocol/item_events.h"
#include "protocol/session_events.h"
#include "protocol/type_fields.h"

namespace codex::json {

template <>
struct Codec<protocol::EventMsg> {
    static protocol::EventMsg read(const Value& value, const Path& path);
    static Value write(const protocol::EventMsg& msg);
};
template <>
struct Describe<protocol::SessionConfigured> {
    static constexpr std::string_view tag = "session_configured";
    template <class V>
    static void fields(V& v) {
        using T = protocol::SessionConfigured;
        v("session_id", &T::session_id);
        v("model", &T::model);
        v("reasoning_effort", &T::reasoning_effort);
        v("history_log_id", &T::history_log_id);
        v("history_entry_count", &T::history_entry_count);
        v("initial_messages", &T::initial_messages);
        v("rollout_path", &T::rollout_path, optional);
    }
};
template <>
struct Describe<protocol::HistoryEntry> {
    template <class V>
    static void fields(V& v) {
        using T = protocol::HistoryEntry;
        v("conversation_id", &T::conversation_id);
        v("ts", &T::ts);
        v("text", &T::text);
    }
};
template <>
struct Describe<protocol::GetHistoryEntryResponse> {
    static constexpr std::string_view tag = "get_history_entry_response";
    template <class V>
    static void fields(V& v) {
        using T = protocol::GetHistoryEntryResponse;
        v("offset", &T::offset);
        v("log_id", &T::log_id);
        v("entry", &T::entry);
    }
};
template <>
struct Describe<protocol::McpTool> {
    template <class V>
    static void fields(V& v) {
        using T = protocol::McpTool;
        v("name", &T::name);
        v("inputSchema", &T::input_schema);
        v("outputSchema", &T::output_schema);
        v("description", &T::description);
        v("title", &T::title);
        v("annotations", &T::annotations);
    }
};
template <>
struct Describe<protocol::McpListToolsResponse> {
    static constexpr std::string_view tag = "mcp_list_tools_response";
    template <class V>
    static void fields(V& v) {
        v("tools", &protocol::McpListToolsResponse::tools);
        v("auth_statuses", &protocol::McpListToolsResponse::auth_statuses, unless_empty);
    }
};
template <>
struct Describe<protocol::McpStartupUpdate> {
    static constexpr std::string_view tag = "mcp_startup_update";
    template <class V>
    static void fields(V& v) {
        v("server", &protocol::McpStartupUpdate::server);
        v("status", &protocol::McpStartupUpdate::status);
    }
};
template <>
struct Describe<protocol::McpStartupFailure> {
    template <class V>
    static void fields(V& v) {
        v("server", &protocol::McpStartupFailure::server);
        v("error", &protocol::McpStartupFailure::error);
    }
};
template <>
struct Describe<protocol::McpStartupComplete> {
    static constexpr std::string_view tag = "mcp_startup_complete";
    template <class V>
    static void fields(V& v) {
        using T = protocol::McpStartupComplete;
        v("ready", &T::ready);
        v("failed", &T::failed);
        v("cancelled", &T::cancelled);
    }
};
template <>
struct Describe<protocol::CustomPrompt> {
    template <class V>
    static void fields(V& v) {
        using T = protocol::CustomPrompt;
        v("name", &T::name);
        v("path", &T::path);
        v("content", &T::content);
        v("description", &T::description);
        v("argument_hint", &T::argument_hint);
    }
};
template <>
struct Describe<protocol::ListCustomPromptsResponse> {
    static constexpr std::string_view tag = "list_custom_prompts_response";
    template <class V>
    static void fields(V& v) {
        v("custom_prompts", &protocol::ListCustomPromptsResponse::custom_prompts);
    }
};
template <>
struct Describe<protocol::ConversationPath> {
    static constexpr std::string_view tag = "conversation_path";
    template <class V>
    static void fields(V& v) {
        v("conversation_id", &protocol::ConversationPath::conversation_id);
        v("path", &protocol::ConversationPath::path);
    }
};
template <>
struct Describe<protocol::ConversationHistory> {
    static constexpr std::string_view tag = "conversation_history";
    template <class V>
    static void fields(V& v) {
        v("conversation_id", &protocol::ConversationHistory::conversation_id);
        v("entries", &protocol::ConversationHistory::entries);
    }
};
template <>
struct Describe<protocol::EnteredReviewMode> {
    static constexpr std::string_view tag = "entered_review_mode";
    template <class V>
    static void fields(V& v) {
        v("prompt", &protocol::EnteredReviewMode::prompt);
        v("user_facing_hint", &protocol::EnteredReviewMode::user_facing_hint);
    }
};
template <>
struct Describe<protocol::ShutdownComplete> {
    static constexpr std::string_view tag = "shutdown_complete";
    template <class V>
    static void fields(V&) {}
};
template <>
struct Describe<protocol::RawResponseItem> {
    static constexpr std::string_view tag = "raw_response_item";
    template <class V>
    static void fields(V& v) {
        v("item", &protocol::RawResponseItem::item);
    }
};
template <>
struct Describe<protocol::ItemStarted> {
    static constexpr std::string_view tag = "item_started";
    template <class V>
    static void fields(V& v) {
        using T = protocol::ItemStarted;
        v("thread_id", &T::thread_id);
        v("turn_id", &T::turn_id);
        v("item", &T::item);
    }
};
template <>
struct Describe<protocol::ItemCompleted> {
    static constexpr std::string_view tag = "item_completed";
    template <class V>
    static void fields(V& v) {
        using T = protocol::ItemCompleted;
        v("thread_id", &T::thread_id);
        v("turn_id", &T::turn_id);
        v("item", &T::item);
    }
};
template <>
struct Describe<protocol::AgentMessageContentDelta> {
    static constexpr std::string_view tag = "agent_message_content_delta";
    template <class V>
    static void fields(V& v) {
        using T = protocol::AgentMessageContentDelta;
        v("thread_id", &T::thread_id);
        v("turn_id", &T::turn_id);
        v("item_id", &T::item_id);
        v("delta", &T::delta);
    }
};
template <>
struct Describe<protocol::ReasoningContentDelta> {
    static constexpr std::string_view tag = "reasoning_content_delta";
    template <class V>
    static void fields(V& v) {
        using T = protocol::ReasoningContentDelta;
        v("thread_id", &T::thread_id);
        v("turn_id", &T::turn_id);
        v("item_id", &T::item_id);
        v("delta", &T::delta);
        v("summary_index", &T::summary_index, optional);
    }
};
template <>
struct Describe<protocol::ReasoningRawContentDelta> {
    static constexpr std::string_view tag = "reasoning_raw_content_delta";
    template <class V>
    static void fields(V& v) {
        using T = protocol::ReasoningRawContentDelta;
        v("thread_id", &T::thread_id);
        v("turn_id", &T::turn_id);
        v("item_id", &T::item_id);
        v("delta", &T::delta);
        v("content_index", &T::content_index, optional);
    }
};

}  // namespace codex::json
