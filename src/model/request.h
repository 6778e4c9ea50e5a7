// What a model is asked, and the body in which it is sent, in both wire forms.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "json/value.h"
#include "model/model_info.h"
#include "model/provider.h"
#include "protocol/items.h"

namespace codex::model {

struct FunctionTool {
    std::string name;
    std::string description;
    json::Value parameters;  // JSON Schema
    friend bool operator==(const FunctionTool&, const FunctionTool&) = default;
};
/// Takes free text that a Lark grammar describes. Chat Completions has no such tools: it is offered
/// there as a function {input}, and its calls come back as CustomToolCall all the same.
struct CustomTool {
    std::string name;
    std::string description;
    std::string grammar;
    friend bool operator==(const CustomTool&, const CustomTool&) = default;
};
/// Runs at the server, or is built into the model; Responses API only.
struct HostedTool {
    json::Value body;
    friend bool operator==(const HostedTool&, const HostedTool&) = default;
};
using OfferedTool = std::variant<FunctionTool, CustomTool, HostedTool>;

/// The server's web search: on the live web, or on what the server has stored of it.
HostedTool web_search_tool(bool live);
HostedTool local_shell_tool();

struct ModelRequest {
    std::string model;
    std::string instructions;
    std::vector<protocol::Item> input;
    std::vector<OfferedTool> tools;
    bool parallel_tool_calls = false;
    /// Left out for models that do not reason.
    std::optional<std::string> reasoning_effort;
    std::optional<std::string> reasoning_summary;  // "auto", "concise", "detailed"; "none" is none
    std::optional<std::string> verbosity;          // left out for models that have none
    std::optional<json::Value> output_schema;      // JSON Schema of the answer's text
    bool output_schema_is_strict = true;
    std::optional<std::string> service_tier;
    std::string prompt_cache_key;
    ModelOverrides overrides = {};  // what the configuration says of the model
    std::string conversation_id;    // header session-id; empty: not sent
    std::string subagent;  // header x-openai-subagent: "review", "compact"; empty: not sent
};

/// Pure: the body for the provider's wire API.
json::Value render_request(const ModelRequest& request, const Provider& provider);

/// The parts of render_request: spec/codex-observed.md 1.2 and 5.6.
json::Value render_responses_request(const ModelRequest& request, const Provider& provider);
json::Value render_chat_request(const ModelRequest& request, const Provider& provider);

}  // namespace codex::model
