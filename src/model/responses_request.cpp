// The body of a request to the Responses API.
#include "base/overloaded.h"
#include "model/request.h"

namespace codex::model {
namespace {

using json::Array;
using json::Object;
using json::Value;

// Without a store (store is false) reasoning comes to us encrypted, and we carry it. What came
// without its content is a reference to nothing then, which the API refuses.
bool is_sent_back(const protocol::Item& item, bool has_store) {
    const auto* reasoning = std::get_if<protocol::Reasoning>(&item);
    if (reasoning == nullptr || reasoning->encrypted_content) return true;
    return has_store && !reasoning->id.empty();
}

// The id of an item that another server stored means nothing here. What reasoning and local shell
// calls have is theirs, not the store's.
protocol::Item without_store_id(protocol::Item item) {
    std::visit(
        [](auto& one) {
            using One = std::decay_t<decltype(one)>;
            if constexpr (!std::is_same_v<One, protocol::Reasoning> &&
                          !std::is_same_v<One, protocol::LocalShellCall>) {
                if constexpr (requires { one.id; }) one.id.clear();
            }
        },
        item);
    return item;
}

bool has_store_id(const protocol::Item& item) {
    return std::visit(
        [](const auto& one) {
            if constexpr (requires { one.id; }) return !one.id.empty();
            return false;
        },
        item);
}

// A message under its id is one that the API gave out, and has all that such a one has
// (ResponseOutputMessage in its OpenAPI description).
Value render_stored(const protocol::Item& item) {
    Value rendered = protocol::render_item(item);
    const auto* message = std::get_if<protocol::Message>(&item);
    if (message == nullptr || message->role != protocol::Role::assistant || message->id.empty())
        return rendered;
    Array content;
    if (!message->text.empty()) {
        content.push_back(Value::object(
            {{"type", "output_text"}, {"text", message->text}, {"annotations", Array()}}));
    }
    if (!message->refusal.empty())
        content.push_back(Value::object({{"type", "refusal"}, {"refusal", message->refusal}}));
    rendered.as_object()->set("content", std::move(content));
    rendered.as_object()->set("status", "completed");
    return rendered;
}

Value render_input(const std::vector<protocol::Item>& input, bool has_store) {
    Array rendered;
    for (const protocol::Item& item : input) {
        if (!is_sent_back(item, has_store)) continue;
        if (has_store) {
            rendered.push_back(render_stored(item));
        } else {
            rendered.push_back(
                protocol::render_item(has_store_id(item) ? without_store_id(item) : item));
        }
    }
    return rendered;
}

Value render_tool(const OfferedTool& tool) {
    return std::visit(
        base::Overloaded{[](const FunctionTool& function) {
                             return Value::object({{"type", "function"},
                                                   {"name", function.name},
                                                   {"description", function.description},
                                                   {"strict", false},
                                                   {"parameters", function.parameters}});
                         },
                         [](const CustomTool& custom) {
                             return Value::object(
                                 {{"type", "custom"},
                                  {"name", custom.name},
                                  {"description", custom.description},
                                  {"format", Value::object({{"type", "grammar"},
                                                            {"syntax", "lark"},
                                                            {"definition", custom.grammar}})}});
                         },
                         [](const HostedTool& hosted) { return hosted.body; }},
        tool);
}

// An empty object when there is nothing to ask.
Object render_reasoning(const ModelRequest& request) {
    Object reasoning;
    if (request.reasoning_effort) reasoning.set("effort", *request.reasoning_effort);
    if (request.reasoning_summary && *request.reasoning_summary != "none")
        reasoning.set("summary", *request.reasoning_summary);
    return reasoning;
}

Object render_text(const ModelRequest& request, const ModelInfo& info) {
    Object text;
    if (request.verbosity && info.has_verbosity) text.set("verbosity", *request.verbosity);
    if (request.output_schema) {
        text.set("format", Value::object({{"type", "json_schema"},
                                          {"name", "codex_output_schema"},
                                          {"strict", request.output_schema_is_strict},
                                          {"schema", *request.output_schema}}));
    }
    return text;
}

}  // namespace

HostedTool web_search_tool(bool live) {
    return {Value::object({{"type", "web_search"}, {"external_web_access", live}})};
}

HostedTool local_shell_tool() {
    return {Value::object({{"type", "local_shell"}})};
}

Value render_responses_request(const ModelRequest& request, const Provider& provider) {
    const ModelInfo info = find_model(request.model, request.overrides);
    const bool has_store = is_azure(provider);
    Object body;
    body.set("model", request.model);
    body.set("instructions", request.instructions);
    body.set("input", render_input(request.input, has_store));
    Array tools;
    for (const OfferedTool& tool : request.tools) tools.push_back(render_tool(tool));
    body.set("tools", std::move(tools));
    body.set("tool_choice", "auto");
    body.set("parallel_tool_calls", request.parallel_tool_calls);
    Object reasoning = render_reasoning(request);
    // Models that do not reason refuse a request that speaks of it ("Encrypted content is not
    // supported with this model"); those that do would lose their thoughts between two calls.
    if (info.reasoning == ReasoningSupport::always ||
        (info.reasoning == ReasoningSupport::when_asked && !reasoning.empty())) {
        if (!reasoning.empty()) body.set("reasoning", std::move(reasoning));
        body.set("include", Array{"reasoning.encrypted_content"});
    }
    body.set("store", has_store);
    body.set("stream", true);
    if (request.service_tier) body.set("service_tier", *request.service_tier);
    if (!request.prompt_cache_key.empty()) body.set("prompt_cache_key", request.prompt_cache_key);
    if (Object text = render_text(request, info); !text.empty()) body.set("text", std::move(text));
    return body;
}

Value render_request(const ModelRequest& request, const Provider& provider) {
    return provider.wire_api == WireApi::chat ? render_chat_request(request, provider)
                                              : render_responses_request(request, provider);
}

}  // namespace codex::model
