// What a conversation consists of: the items that go to a model and come back from it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "json/value.h"

namespace codex::protocol {

enum class Role { user, assistant, developer, system };

struct TextContent {
    std::string text;
    friend bool operator==(const TextContent&, const TextContent&) = default;
};
struct ImageContent {
    std::string image_url;                   // a data: URL as a rule
    std::optional<std::string> detail = {};  // "auto", "low", "high", "original"
    friend bool operator==(const ImageContent&, const ImageContent&) = default;
};
using ContentPart = std::variant<TextContent, ImageContent>;

struct Message {
    Role role = Role::user;
    std::string text;  // all text parts joined; a refusal part is kept apart
    std::string refusal;
    /// Where one text does not say it all: images, or several texts, of another role than
    /// assistant. They are what is sent then.
    std::vector<ContentPart> parts = {};
    std::string id = {};
    friend bool operator==(const Message&, const Message&) = default;
};

/// Sent back only to the API that made it.
struct Reasoning {
    std::string id;
    std::vector<std::string> summary;
    std::optional<std::string> encrypted_content;
    std::vector<std::string> content = {};  // raw text, of models that show it; never sent back
    friend bool operator==(const Reasoning&, const Reasoning&) = default;
};

struct FunctionCall {
    std::string call_id;
    std::string name;
    std::string arguments;  // JSON text as the model wrote it, not yet checked
    std::string id = {};
    friend bool operator==(const FunctionCall&, const FunctionCall&) = default;
};

/// Always behind its call in the history; that of a LocalShellCall too.
struct FunctionCallOutput {
    std::string call_id;
    std::string output;  // all text joined
    /// Where one text does not say it all; they are what is sent then.
    std::vector<ContentPart> parts = {};
    std::optional<bool> success = {};  // for us: the model API has no room for it
    std::string id = {};
    friend bool operator==(const FunctionCallOutput&, const FunctionCallOutput&) = default;
};

/// A tool that takes free text.
struct CustomToolCall {
    std::string call_id;
    std::string name;
    std::string input;
    std::optional<std::string> status = {};
    std::string id = {};
    friend bool operator==(const CustomToolCall&, const CustomToolCall&) = default;
};
struct CustomToolCallOutput {
    std::string call_id;
    std::string output;
    std::vector<ContentPart> parts = {};  // as of a FunctionCallOutput
    std::string id = {};
    friend bool operator==(const CustomToolCallOutput&, const CustomToolCallOutput&) = default;
};

/// The built-in shell tool of some models.
struct LocalShellCall {
    std::string call_id;  // empty when the server names the call by its id alone
    std::string status;   // "completed", "in_progress", "incomplete"
    std::vector<std::string> command;
    std::optional<std::int64_t> timeout_ms = {};
    std::optional<std::string> working_directory = {};
    std::optional<std::map<std::string, std::string>> env = {};
    std::optional<std::string> user = {};
    std::string id = {};
    friend bool operator==(const LocalShellCall&, const LocalShellCall&) = default;
};

/// A search that the server ran; it goes back as it came.
struct WebSearchCall {
    std::string query;  // empty unless it searched
    json::Value body;
    friend bool operator==(const WebSearchCall&, const WebSearchCall&) = default;
};

/// A type that we do not know: kept as it came.
struct UnknownItem {
    json::Value body;
    friend bool operator==(const UnknownItem&, const UnknownItem&) = default;
};

using Item = std::variant<Message, Reasoning, FunctionCall, FunctionCallOutput, CustomToolCall,
                          CustomToolCallOutput, LocalShellCall, WebSearchCall, UnknownItem>;

/// request: the wire form of the Responses API (spec/codex-observed.md 1.3), where a call's name is
/// made one that the API takes. file: what rollout files hold, with all that we know.
enum class ItemForm { request, file };

/// An id that the item has is written in both forms.
json::Value render_item(const Item& item, ItemForm form = ItemForm::request);

/// The ids that the server gave its items: only a server that stores them (Azure) wants them back.
/// Reasoning and LocalShellCall keep theirs always.
enum class ItemIds { dropped, kept };

/// Throws JsonError when a known type lacks what it needs.
Item parse_item(const json::Value& value, ItemIds ids = ItemIds::dropped);

struct TokenUsage {
    std::int64_t input_tokens = 0;
    std::int64_t cached_input_tokens = 0;
    std::int64_t output_tokens = 0;
    std::int64_t reasoning_output_tokens = 0;
    std::int64_t total_tokens = 0;
    json::Object extra = {};  // what a newer program counts besides
    TokenUsage& operator+=(const TokenUsage& other);
    friend bool operator==(const TokenUsage&, const TokenUsage&) = default;
};

}  // namespace codex::protocol
