#include "protocol/items.h"

#include <algorithm>

#include "base/overloaded.h"
#include "json/codec.h"

namespace codex::protocol {
namespace {

using json::Array;
using json::Path;
using json::Value;

std::string_view render_role(Role role) {
    switch (role) {
        case Role::user:
            return "user";
        case Role::assistant:
            return "assistant";
        case Role::developer:
            return "developer";
        case Role::system:
            return "system";
    }
    return "user";
}

// The API takes only such names, also of a call that it made itself (maxLength and pattern of
// FunctionToolCall in its OpenAPI description); a model that makes up a name must not end the run.
constexpr std::size_t kMaxNameBytes = 64;

std::string acceptable_name(std::string_view name) {
    std::string made(name.substr(0, kMaxNameBytes));
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    };
    std::replace_if(
        made.begin(), made.end(), [&](char c) { return !is_allowed(c); }, '_');
    return made.empty() ? "_" : made;
}

Value text_part(std::string_view type, std::string_view text) {
    return Value::object({{"type", type}, {"text", text}});
}

const std::string& required_string(const Value& value, std::string_view name) {
    const Value* member = value.find(name);
    const Path root;  // which the path refers to
    const Path path(root, name);
    if (member == nullptr) path.fail("is missing");
    return json::detail::read_string(*member, path);
}

Message parse_message(const Value& value) {
    const std::string& role = required_string(value, "role");
    Message message;
    if (role == "assistant") {
        message.role = Role::assistant;
    } else if (role == "developer") {
        message.role = Role::developer;
    } else if (role == "system") {
        message.role = Role::system;
    } else if (role != "user") {
        Path(Path(), "role").fail("is " + json::detail::quote(role));
    }
    const Value* content = value.find("content");
    if (content == nullptr) Path(Path(), "content").fail("is missing");
    if (content->as_string() != nullptr) {
        message.text = *content->as_string();
        return message;
    }
    for (const Value& part : json::detail::read_array(*content, Path(Path(), "content"))) {
        const std::string type = json::string_or_empty(part.find("type"));
        if (type == "output_text" || type == "input_text" || type == "text") {
            message.text += json::string_or_empty(part.find("text"));
        } else if (type == "refusal") {
            message.refusal += json::string_or_empty(part.find("refusal"));
        }
    }
    return message;
}

Reasoning parse_reasoning(const Value& value) {
    Reasoning reasoning;
    reasoning.id = json::string_or_empty(value.find("id"));
    if (const Value* summary = value.find("summary"); summary != nullptr && summary->as_array()) {
        for (const Value& part : *summary->as_array()) {
            reasoning.summary.push_back(json::string_or_empty(part.find("text")));
        }
    }
    if (const Value* encrypted = value.find("encrypted_content");
        encrypted != nullptr && encrypted->as_string() != nullptr) {
        reasoning.encrypted_content = *encrypted->as_string();
    }
    return reasoning;
}

Value render_reasoning(const Reasoning& reasoning) {
    Array summary;
    for (const std::string& text : reasoning.summary) {
        summary.push_back(text_part("summary_text", text));
    }
    json::Object object;
    object.set("type", "reasoning");
    if (!reasoning.id.empty()) object.set("id", reasoning.id);
    object.set("summary", std::move(summary));
    if (reasoning.encrypted_content) object.set("encrypted_content", *reasoning.encrypted_content);
    return object;
}

}  // namespace

Value render_item(const Item& item) {
    return std::visit(
        base::Overloaded{[](const Message& message) {
                             // Parts of an assistant's message belong to the id that the server
                             // gave it; we keep none (store is off), and plain text needs none.
                             Value content = message.text.empty() ? message.refusal : message.text;
                             if (message.role != Role::assistant)
                                 content = Array{text_part("input_text", message.text)};
                             return Value::object({{"type", "message"},
                                                   {"role", render_role(message.role)},
                                                   {"content", std::move(content)}});
                         },
                         [](const Reasoning& reasoning) { return render_reasoning(reasoning); },
                         [](const FunctionCall& call) {
                             return Value::object({{"type", "function_call"},
                                                   {"call_id", call.call_id},
                                                   {"name", acceptable_name(call.name)},
                                                   {"arguments", call.arguments}});
                         },
                         [](const FunctionCallOutput& output) {
                             return Value::object({{"type", "function_call_output"},
                                                   {"call_id", output.call_id},
                                                   {"output", output.output}});
                         },
                         [](const UnknownItem& unknown) { return unknown.body; }},
        item);
}

Item parse_item(const Value& value) {
    const std::string& type = required_string(value, "type");
    if (type == "message") return parse_message(value);
    if (type == "reasoning") return parse_reasoning(value);
    if (type == "function_call") {
        return FunctionCall{required_string(value, "call_id"), required_string(value, "name"),
                            required_string(value, "arguments")};
    }
    if (type == "function_call_output") {
        return FunctionCallOutput{required_string(value, "call_id"),
                                  required_string(value, "output")};
    }
    return UnknownItem{value};
}

TokenUsage& TokenUsage::operator+=(const TokenUsage& other) {
    input_tokens += other.input_tokens;
    cached_input_tokens += other.cached_input_tokens;
    output_tokens += other.output_tokens;
    reasoning_output_tokens += other.reasoning_output_tokens;
    total_tokens += other.total_tokens;
    return *this;
}

}  // namespace codex::protocol
