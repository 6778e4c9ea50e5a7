// What a conversation consists of: the items that go to a model and come back from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "json/value.h"

namespace codex::protocol {

enum class Role { user, assistant, developer, system };

struct Message {
    Role role = Role::user;
    std::string text;  // all text parts joined; a refusal part is kept apart
    std::string refusal;
    friend bool operator==(const Message&, const Message&) = default;
};

/// Sent back only to the API that made it.
struct Reasoning {
    std::string id;
    std::vector<std::string> summary;
    std::optional<std::string> encrypted_content;
    friend bool operator==(const Reasoning&, const Reasoning&) = default;
};

struct FunctionCall {
    std::string call_id;
    std::string name;
    std::string arguments;  // JSON text as the model wrote it, not yet checked
    friend bool operator==(const FunctionCall&, const FunctionCall&) = default;
};

/// Always behind its call in the history.
struct FunctionCallOutput {
    std::string call_id;
    std::string output;
    friend bool operator==(const FunctionCallOutput&, const FunctionCallOutput&) = default;
};

/// A type that we do not know: kept as it came.
struct UnknownItem {
    json::Value body;
    friend bool operator==(const UnknownItem&, const UnknownItem&) = default;
};

using Item = std::variant<Message, Reasoning, FunctionCall, FunctionCallOutput, UnknownItem>;

/// The wire form of the Responses API (spec/codex-observed.md 1.3). A call's name is made one that
/// the API takes.
json::Value render_item(const Item& item);
/// Throws JsonError when a known type lacks what it needs.
Item parse_item(const json::Value& value);

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
