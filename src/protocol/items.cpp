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

// What a local shell call is to run.
template <class V>
void fields_of_action(V& v) {
    v("command", &LocalShellCall::command);
    v("timeout_ms", &LocalShellCall::timeout_ms);
    v("working_directory", &LocalShellCall::working_directory);
    v("env", &LocalShellCall::env);
    v("user", &LocalShellCall::user);
}

const Value& required(const Value& value, std::string_view name) {
    const Value* member = value.find(name);
    const Path root;
    if (member == nullptr) Path(root, name).fail("is missing");
    return *member;
}

const std::string& required_string(const Value& value, std::string_view name) {
    const Path root;
    return json::detail::read_string(required(value, name), Path(root, name));
}

std::optional<std::string> optional_string(const Value& value, std::string_view name) {
    const Value* member = value.find(name);
    if (member == nullptr || member->as_string() == nullptr) return std::nullopt;
    return *member->as_string();
}

bool is_text_type(std::string_view type) {
    return type == "output_text" || type == "input_text" || type == "text";
}

// The texts and images of a content list; odd parts cost those parts alone.
std::vector<ContentPart> parse_parts(const Array& content) {
    std::vector<ContentPart> parts;
    for (const Value& part : content) {
        const std::string type = json::string_or_empty(part.find("type"));
        if (is_text_type(type)) {
            parts.emplace_back(TextContent{json::string_or_empty(part.find("text"))});
        } else if (type == "input_image") {
            if (auto url = optional_string(part, "image_url"))
                parts.emplace_back(ImageContent{*std::move(url), optional_string(part, "detail")});
        }
    }
    return parts;
}

std::string joined_text(const std::vector<ContentPart>& parts) {
    std::string text;
    for (const ContentPart& part : parts) {
        if (const auto* piece = std::get_if<TextContent>(&part)) text += piece->text;
    }
    return text;
}

// One text needs no parts.
std::vector<ContentPart> unless_plain(std::vector<ContentPart> parts) {
    const bool is_plain =
        parts.empty() || (parts.size() == 1 && std::holds_alternative<TextContent>(parts[0]));
    return is_plain ? std::vector<ContentPart>() : std::move(parts);
}

Array render_parts(const std::vector<ContentPart>& parts) {
    Array rendered;
    for (const ContentPart& part : parts) {
        rendered.push_back(std::visit(base::Overloaded{[](const TextContent& text) {
                                                           return text_part("input_text",
                                                                            text.text);
                                                       },
                                                       [](const ImageContent& image) {
                                                           json::Object object;
                                                           object.set("type", "input_image");
                                                           object.set("image_url", image.image_url);
                                                           if (image.detail)
                                                               object.set("detail", *image.detail);
                                                           return Value(std::move(object));
                                                       }},
                                      part));
    }
    return rendered;
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
    const Value& content = required(value, "content");
    if (content.as_string() != nullptr) {
        message.text = *content.as_string();
        return message;
    }
    const Array& list = json::detail::read_array(content, Path(Path(), "content"));
    std::vector<ContentPart> parts = parse_parts(list);
    message.text = joined_text(parts);
    if (message.role != Role::assistant) message.parts = unless_plain(std::move(parts));
    for (const Value& part : list) {
        if (json::string_or_empty(part.find("type")) == "refusal")
            message.refusal += json::string_or_empty(part.find("refusal"));
    }
    return message;
}

std::vector<std::string> parse_texts(const Value* list) {
    std::vector<std::string> texts;
    if (list == nullptr || list->as_array() == nullptr) return texts;
    for (const Value& part : *list->as_array())
        texts.push_back(json::string_or_empty(part.find("text")));
    return texts;
}

Reasoning parse_reasoning(const Value& value) {
    return {json::string_or_empty(value.find("id")), parse_texts(value.find("summary")),
            optional_string(value, "encrypted_content"), parse_texts(value.find("content"))};
}

// The text of an output, or its parts where one text does not say it all.
template <class Output>
void parse_output(const Value& output, Output& into) {
    if (output.as_array() == nullptr) {
        const Path root;
        into.output = json::detail::read_string(output, Path(root, "output"));
        return;
    }
    std::vector<ContentPart> parts = parse_parts(*output.as_array());
    into.output = joined_text(parts);
    into.parts = unless_plain(std::move(parts));
}

FunctionCallOutput parse_function_output(const Value& value) {
    FunctionCallOutput output;
    output.call_id = required_string(value, "call_id");
    const Value& body = required(value, "output");
    if (body.as_object() == nullptr) {
        parse_output(body, output);
        return output;
    }
    // The typed form of older clients: {"content": "…", "success": true}.
    const Path root;
    const Path path(root, "output");
    const Value* content = body.find("content");
    if (content == nullptr) Path(path, "content").fail("is missing");
    output.output = json::detail::read_string(*content, Path(path, "content"));
    if (const Value* success = body.find("success"); success != nullptr && success->as_bool())
        output.success = *success->as_bool();
    return output;
}

Item parse_local_shell(const Value& value) {
    const Value& action = required(value, "action");
    if (json::string_or_empty(action.find("type")) != "exec") return UnknownItem{value};
    LocalShellCall call;
    call.call_id = json::string_or_empty(value.find("call_id"));
    call.status = json::string_or_empty(value.find("status"));
    call.id = json::string_or_empty(value.find("id"));
    const Path root;
    const Path path(root, "action");
    json::detail::Reader<LocalShellCall> reader(call, *action.as_object(), path, "type");
    fields_of_action(reader);
    return call;
}

Item parse_any(const Value& value) {
    const std::string& type = required_string(value, "type");
    if (type == "message") return parse_message(value);
    if (type == "reasoning") return parse_reasoning(value);
    if (type == "function_call") {
        return FunctionCall{required_string(value, "call_id"), required_string(value, "name"),
                            required_string(value, "arguments")};
    }
    if (type == "function_call_output") return parse_function_output(value);
    if (type == "custom_tool_call") {
        return CustomToolCall{required_string(value, "call_id"), required_string(value, "name"),
                              required_string(value, "input"), optional_string(value, "status")};
    }
    if (type == "custom_tool_call_output") {
        CustomToolCallOutput output;
        output.call_id = required_string(value, "call_id");
        parse_output(required(value, "output"), output);
        return output;
    }
    if (type == "local_shell_call") return parse_local_shell(value);
    if (type == "web_search_call")
        return WebSearchCall{json::string_or_empty(value.at("action", "query")), value};
    return UnknownItem{value};
}

Value render_message(const Message& message, ItemForm form) {
    Value content;
    if (message.role != Role::assistant) {
        content = message.parts.empty() ? Array{text_part("input_text", message.text)}
                                        : render_parts(message.parts);
    } else if (form == ItemForm::file || !message.id.empty()) {
        Array said;
        if (!message.text.empty()) said.push_back(text_part("output_text", message.text));
        if (!message.refusal.empty()) {
            said.push_back(Value::object({{"type", "refusal"}, {"refusal", message.refusal}}));
        }
        content = std::move(said);
    } else {
        // Parts of an assistant's message belong to the id that the server gave it; plain text
        // needs none.
        content = message.text.empty() ? message.refusal : message.text;
    }
    return Value::object({{"type", "message"},
                          {"role", render_role(message.role)},
                          {"content", std::move(content)}});
}

Array render_texts(std::string_view type, const std::vector<std::string>& texts) {
    Array parts;
    for (const std::string& text : texts) parts.push_back(text_part(type, text));
    return parts;
}

Value render_reasoning(const Reasoning& reasoning, ItemForm form) {
    json::Object object;
    object.set("type", "reasoning");
    if (!reasoning.id.empty()) object.set("id", reasoning.id);
    object.set("summary", render_texts("summary_text", reasoning.summary));
    if (form == ItemForm::file && !reasoning.content.empty())
        object.set("content", render_texts("reasoning_text", reasoning.content));
    if (reasoning.encrypted_content) object.set("encrypted_content", *reasoning.encrypted_content);
    return object;
}

Value render_local_shell(const LocalShellCall& call) {
    json::detail::Writer<LocalShellCall> action(call);
    action.tag("type", "exec");
    fields_of_action(action);
    json::Object object;
    object.set("type", "local_shell_call");
    if (!call.id.empty()) object.set("id", call.id);
    if (!call.call_id.empty()) object.set("call_id", call.call_id);
    object.set("status", call.status);
    object.set("action", action.take());
    return object;
}

template <class Output>
Value render_output(std::string_view type, const Output& output) {
    Value body = output.output;
    if (!output.parts.empty()) body = render_parts(output.parts);
    return Value::object(
        {{"type", type}, {"call_id", output.call_id}, {"output", std::move(body)}});
}

}  // namespace

Value render_item(const Item& item, ItemForm form) {
    const auto named = [form](const std::string& name) {
        return form == ItemForm::request ? acceptable_name(name) : name;
    };
    Value rendered = std::visit(
        base::Overloaded{
            [&](const Message& message) { return render_message(message, form); },
            [&](const Reasoning& reasoning) { return render_reasoning(reasoning, form); },
            [&](const FunctionCall& call) {
                return Value::object({{"type", "function_call"},
                                      {"call_id", call.call_id},
                                      {"name", named(call.name)},
                                      {"arguments", call.arguments}});
            },
            [](const FunctionCallOutput& output) {
                return render_output("function_call_output", output);
            },
            [&](const CustomToolCall& call) {
                Value value = Value::object({{"type", "custom_tool_call"},
                                             {"call_id", call.call_id},
                                             {"name", named(call.name)},
                                             {"input", call.input}});
                if (call.status) value.as_object()->set("status", *call.status);
                return value;
            },
            [](const CustomToolCallOutput& output) {
                return render_output("custom_tool_call_output", output);
            },
            [](const LocalShellCall& call) { return render_local_shell(call); },
            [](const WebSearchCall& search) { return search.body; },
            [](const UnknownItem& unknown) { return unknown.body; }},
        item);
    std::visit(
        [&]<class T>(const T& one) {
            if constexpr (requires { one.id; }) {
                if (!one.id.empty() && rendered.find("id") == nullptr)
                    rendered.as_object()->set("id", one.id);
            }
        },
        item);
    return rendered;
}

Item parse_item(const Value& value, ItemIds ids) {
    Item item = parse_any(value);
    if (ids == ItemIds::dropped) return item;
    std::visit(
        [&](auto& one) {
            if constexpr (requires { one.id; }) one.id = json::string_or_empty(value.find("id"));
        },
        item);
    return item;
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
