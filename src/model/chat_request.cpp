// The body of a request to Chat Completions
// (https://platform.openai.com/docs/api-reference/chat/create).
#include <deque>
#include <map>
#include <string_view>

#include "base/overloaded.h"
#include "model/request.h"

namespace codex::model {
namespace {

using json::Array;
using json::Object;
using json::Value;
using protocol::ContentPart;
using protocol::Item;

// Of a call that history has lost the output of: each call must be answered.
constexpr std::string_view kNoOutput = "aborted";

Value text_part(std::string_view text) {
    return Value::object({{"type", "text"}, {"text", text}});
}

Value image_part(const protocol::ImageContent& image) {
    Object url;
    url.set("url", image.image_url);
    // "original" is known to the Responses API alone.
    if (image.detail && *image.detail != "original") url.set("detail", *image.detail);
    return Value::object({{"type", "image_url"}, {"image_url", std::move(url)}});
}

Value content_of(const protocol::Message& message) {
    if (message.parts.empty()) return message.text;
    Array parts;
    for (const ContentPart& part : message.parts) {
        parts.push_back(std::visit(
            base::Overloaded{[](const protocol::TextContent& text) { return text_part(text.text); },
                             [](const protocol::ImageContent& image) { return image_part(image); }},
            part));
    }
    return parts;
}

// The one call that a history item is, as a function call; nullopt for other items.
std::optional<protocol::FunctionCall> as_function_call(const Item& item) {
    if (const auto* call = std::get_if<protocol::FunctionCall>(&item)) return *call;
    if (const auto* call = std::get_if<protocol::CustomToolCall>(&item)) {
        return protocol::FunctionCall{call->call_id, call->name,
                                      json::render(Value::object({{"input", call->input}}))};
    }
    if (const auto* call = std::get_if<protocol::LocalShellCall>(&item)) {
        Array command(call->command.begin(), call->command.end());
        Object arguments;
        arguments.set("command", std::move(command));
        if (call->working_directory) arguments.set("workdir", *call->working_directory);
        if (call->timeout_ms) arguments.set("timeout_ms", *call->timeout_ms);
        return protocol::FunctionCall{call->call_id.empty() ? call->id : call->call_id, "shell",
                                      json::render(Value(std::move(arguments)))};
    }
    return std::nullopt;
}

struct Output {
    std::size_t at = 0;  // position in the history
    std::string_view text;
    const std::vector<ContentPart>* parts = nullptr;
};

Value render_call(const protocol::FunctionCall& call) {
    // The name as the Responses API would get it: the rules are the same.
    const Value item = protocol::render_item(call);
    return Value::object(
        {{"id", call.call_id},
         {"type", "function"},
         {"function",
          Value::object({{"name", json::string_or_empty(item.find("name"))},
                         // Servers parse them, and a call without arguments may have none.
                         {"arguments", call.arguments.empty() ? "{}" : call.arguments}})}});
}

// Builds the messages: texts and calls of the assistant that stand together become one message,
// right behind it stand the outputs of its calls in their order, as the API demands.
class MessageWriter {
  public:
    explicit MessageWriter(const std::vector<Item>& input) {
        for (std::size_t i = 0; i < input.size(); ++i) {
            std::visit(
                [&](const auto& item) {
                    if constexpr (requires { item.output; })
                        outputs_[item.call_id].push_back({i, item.output, &item.parts});
                },
                input[i]);
        }
    }

    void add(std::size_t at, const Item& item) {
        if (auto call = as_function_call(item)) {
            calls_.emplace_back(at, *std::move(call));
            return;
        }
        const auto* message = std::get_if<protocol::Message>(&item);
        // Outputs are taken with their calls. Reasoning and the server's searches have no place.
        if (message == nullptr) {
            if (std::holds_alternative<protocol::FunctionCallOutput>(item) ||
                std::holds_alternative<protocol::CustomToolCallOutput>(item))
                flush();
            return;
        }
        if (message->role == protocol::Role::assistant) {
            const std::string& said = message->text.empty() ? message->refusal : message->text;
            if (said.empty()) return;
            if (!text_.empty()) text_ += "\n\n";
            text_ += said;
            return;
        }
        flush();
        // Compatible servers know no developers.
        const bool is_user = message->role == protocol::Role::user;
        messages_.push_back(Value::object(
            {{"role", is_user ? "user" : "system"}, {"content", content_of(*message)}}));
    }

    Array take() {
        flush();
        return std::move(messages_);
    }

    void add_system(std::string_view text) {
        messages_.push_back(Value::object({{"role", "system"}, {"content", text}}));
    }

  private:
    void flush() {
        if (text_.empty() && calls_.empty()) return;
        Object assistant;
        assistant.set("role", "assistant");
        assistant.set("content", text_.empty() ? Value() : Value(text_));
        if (!calls_.empty()) {
            Array calls;
            for (const auto& [at, call] : calls_) calls.push_back(render_call(call));
            assistant.set("tool_calls", std::move(calls));
        }
        messages_.push_back(std::move(assistant));
        add_outputs();
        text_.clear();
        calls_.clear();
    }

    void add_outputs() {
        Array shown;
        for (const auto& [at, call] : calls_) {
            const Output output = take_output(call.call_id, at);
            messages_.push_back(Value::object(
                {{"role", "tool"}, {"tool_call_id", call.call_id}, {"content", output.text}}));
            if (output.parts == nullptr) continue;
            for (const ContentPart& part : *output.parts) {
                const auto* image = std::get_if<protocol::ImageContent>(&part);
                if (image == nullptr) continue;
                shown.push_back(text_part("Image that call " + call.call_id + " returned:"));
                shown.push_back(image_part(*image));
            }
        }
        // The output of a tool is text alone here.
        if (!shown.empty())
            messages_.push_back(Value::object({{"role", "user"}, {"content", std::move(shown)}}));
    }

    // Some servers give the same id to a call of each turn: the next output behind it is its own.
    Output take_output(const std::string& call_id, std::size_t call_at) {
        std::deque<Output>& queue = outputs_[call_id];
        while (!queue.empty() && queue.front().at < call_at) queue.pop_front();
        if (queue.empty()) return {call_at, kNoOutput, nullptr};
        const Output output = queue.front();
        queue.pop_front();
        return output;
    }

    std::map<std::string, std::deque<Output>, std::less<>> outputs_;
    std::string text_;
    std::vector<std::pair<std::size_t, protocol::FunctionCall>> calls_;
    Array messages_;
};

Value render_function(std::string_view name, std::string_view description,
                      const Value& parameters) {
    return Value::object({{"type", "function"},
                          {"function", Value::object({{"name", name},
                                                      {"description", description},
                                                      {"strict", false},
                                                      {"parameters", parameters}})}});
}

Value render_custom(const CustomTool& tool) {
    const Value input = Value::object(
        {{"type", "string"}, {"description", "The whole text, as the grammar describes it."}});
    return render_function(
        tool.name, tool.description + "\n\nThe input follows this Lark grammar:\n" + tool.grammar,
        Value::object({{"type", "object"},
                       {"properties", Value::object({{"input", input}})},
                       {"required", Array{"input"}},
                       {"additionalProperties", false}}));
}

Array render_tools(const std::vector<OfferedTool>& tools) {
    Array rendered;
    for (const OfferedTool& tool : tools) {
        if (const auto* function = std::get_if<FunctionTool>(&tool)) {
            rendered.push_back(
                render_function(function->name, function->description, function->parameters));
        } else if (const auto* custom = std::get_if<CustomTool>(&tool)) {
            rendered.push_back(render_custom(*custom));
        }
    }
    return rendered;
}

}  // namespace

Value render_chat_request(const ModelRequest& request, const Provider& provider) {
    const ModelInfo info = find_model(request.model, request.overrides);
    MessageWriter writer(request.input);
    if (!request.instructions.empty()) writer.add_system(request.instructions);
    for (std::size_t i = 0; i < request.input.size(); ++i) writer.add(i, request.input[i]);
    Object body;
    body.set("model", request.model);
    body.set("messages", writer.take());
    // An empty list is refused by some servers, and so is what only makes sense beside tools.
    if (Array tools = render_tools(request.tools); !tools.empty()) {
        body.set("tools", std::move(tools));
        body.set("tool_choice", "auto");
        // The o models refuse the very mention of it here.
        if (!info.family.starts_with('o'))
            body.set("parallel_tool_calls", request.parallel_tool_calls);
    }
    if (request.reasoning_effort && info.reasoning != ReasoningSupport::never)
        body.set("reasoning_effort", *request.reasoning_effort);
    if (request.verbosity && info.has_verbosity) body.set("verbosity", *request.verbosity);
    if (request.output_schema) {
        body.set("response_format",
                 Value::object(
                     {{"type", "json_schema"},
                      {"json_schema", Value::object({{"name", "codex_output_schema"},
                                                     {"strict", request.output_schema_is_strict},
                                                     {"schema", *request.output_schema}})}}));
    }
    if (request.service_tier) body.set("service_tier", *request.service_tier);
    // Compatible servers refuse fields that they do not know.
    if (!request.prompt_cache_key.empty() && is_openai(provider))
        body.set("prompt_cache_key", request.prompt_cache_key);
    body.set("stream", true);
    body.set("stream_options", Value::object({{"include_usage", true}}));
    return body;
}

}  // namespace codex::model
