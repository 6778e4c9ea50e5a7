// Events of a conversation as a whole: its beginning and end, answers to questions about it,
// reviews, items.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "json/value.h"
#include "protocol/types.h"

namespace codex::protocol {

struct EventMsg;  // protocol/events.h

/// Always the first event; its id is empty.
struct SessionConfigured {
    std::string session_id;
    std::string model;
    std::optional<ReasoningEffort> reasoning_effort = {};
    std::uint64_t history_log_id = 0;
    std::uint64_t history_entry_count = 0;
    std::optional<std::vector<EventMsg>> initial_messages;  // of a resumed conversation
    std::string rollout_path = {};
    json::Object extra = {};
    friend bool operator==(const SessionConfigured&, const SessionConfigured&);
};
struct HistoryEntry {
    std::string conversation_id;
    std::uint64_t ts = 0;  // seconds since 1970
    std::string text;
    json::Object extra = {};
    friend bool operator==(const HistoryEntry&, const HistoryEntry&) = default;
};
struct GetHistoryEntryResponse {
    std::uint64_t offset = 0;
    std::uint64_t log_id = 0;
    std::optional<HistoryEntry> entry = {};
    json::Object extra = {};
    friend bool operator==(const GetHistoryEntryResponse&,
                           const GetHistoryEntryResponse&) = default;
};
struct McpTool {
    std::string name;
    json::Value input_schema;
    std::optional<json::Value> output_schema = {};
    std::optional<std::string> description = {};
    std::optional<std::string> title = {};
    std::optional<json::Value> annotations = {};
    json::Object extra = {};
    friend bool operator==(const McpTool&, const McpTool&) = default;
};
struct McpListToolsResponse {
    std::map<std::string, McpTool> tools;                     // by qualified name
    std::map<std::string, McpAuthStatus> auth_statuses = {};  // by server
    json::Object extra = {};
    friend bool operator==(const McpListToolsResponse&, const McpListToolsResponse&) = default;
};
struct McpStartupUpdate {
    std::string server;
    json::Value status;  // {"state": "starting" | "ready" | "failed" | "cancelled", "error"?}
    json::Object extra = {};
    friend bool operator==(const McpStartupUpdate&, const McpStartupUpdate&) = default;
};
struct McpStartupFailure {
    std::string server;
    std::string error;
    json::Object extra = {};
    friend bool operator==(const McpStartupFailure&, const McpStartupFailure&) = default;
};
struct McpStartupComplete {
    std::vector<std::string> ready;
    std::vector<McpStartupFailure> failed;
    std::vector<std::string> cancelled;
    json::Object extra = {};
    friend bool operator==(const McpStartupComplete&, const McpStartupComplete&) = default;
};
struct CustomPrompt {
    std::string name;
    std::string path;
    std::string content;
    std::optional<std::string> description = {};
    std::optional<std::string> argument_hint = {};
    json::Object extra = {};
    friend bool operator==(const CustomPrompt&, const CustomPrompt&) = default;
};
struct ListCustomPromptsResponse {
    std::vector<CustomPrompt> custom_prompts;
    json::Object extra = {};
    friend bool operator==(const ListCustomPromptsResponse&,
                           const ListCustomPromptsResponse&) = default;
};
struct ConversationPath {
    std::string conversation_id;
    std::string path;  // of the rollout file
    json::Object extra = {};
    friend bool operator==(const ConversationPath&, const ConversationPath&) = default;
};
/// Of programs before 2025-10; the entries are items as parse_item reads them.
struct ConversationHistory {
    std::string conversation_id;
    json::Array entries;
    json::Object extra = {};
    friend bool operator==(const ConversationHistory&, const ConversationHistory&) = default;
};
struct EnteredReviewMode {
    std::string prompt;
    std::string user_facing_hint;
    json::Object extra = {};
    friend bool operator==(const EnteredReviewMode&, const EnteredReviewMode&) = default;
};
struct ShutdownComplete {
    json::Object extra = {};
    friend bool operator==(const ShutdownComplete&, const ShutdownComplete&) = default;
};

}  // namespace codex::protocol
