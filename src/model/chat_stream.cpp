// The chunks of Chat Completions
// (https://platform.openai.com/docs/api-reference/chat-streaming/streaming).
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "model/errors.h"
#include "model/stream.h"

namespace codex::model {
namespace {

using json::Value;

protocol::TokenUsage read_usage(const Value& usage) {
    protocol::TokenUsage read;
    read.input_tokens = read_tokens(usage.find("prompt_tokens"));
    read.cached_input_tokens = read_tokens(usage.at("prompt_tokens_details", "cached_tokens"));
    read.output_tokens = read_tokens(usage.find("completion_tokens"));
    read.reasoning_output_tokens =
        read_tokens(usage.at("completion_tokens_details", "reasoning_tokens"));
    read.total_tokens = read_tokens(usage.find("total_tokens"));
    read.total_tokens = std::max(read.total_tokens, read.input_tokens + read.output_tokens);
    return read;
}

// A text, or the texts of a list of parts, as some servers send them.
std::string text_of(const Value* value) {
    if (value == nullptr) return {};
    if (value->as_string() != nullptr) return *value->as_string();
    std::string text;
    if (value->as_array() != nullptr) {
        for (const Value& part : *value->as_array()) text += text_of(part.find("text"));
    } else if (value->as_object() != nullptr) {
        const Value* inner = value->find("text");
        text = text_of(inner != nullptr ? inner : value->find("content"));
    }
    return text;
}

bool is_json(std::string_view text) {
    try {
        json::parse(text);
        return true;
    } catch (const json::JsonError&) {
        return false;
    }
}

const Value* unless_null(const Value* value) {
    return value == nullptr || value->is_null() ? nullptr : value;
}

void tell(const std::function<void(const Delta&)>& listener, std::string_view text) {
    if (listener && !text.empty()) listener({text, {}});
}

}  // namespace

bool ChatReader::take(const Value& data) {
    if (const Value* error = unless_null(data.find("error")))
        throw explain_error_object(0, *error, {}, nullptr);
    if (response_.id.empty()) response_.id = json::string_or_empty(data.find("id"));
    if (const Value* usage = data.find("usage"); usage != nullptr && usage->as_object()) {
        response_.usage = read_usage(*usage);
        has_usage_ = true;
    }
    const Value* choices = data.find("choices");
    static const json::Array kNone;
    const bool has_choices = choices != nullptr && choices->as_array() != nullptr;
    for (const Value& choice : has_choices ? *choices->as_array() : kNone) {
        // We ask for one answer; a second would be mixed into it.
        const Value* index = choice.find("index");
        if (index == nullptr || index->as_integer().value_or(0) == 0) take_choice(choice);
    }
    // Not every server says [DONE], and some keep the connection open behind it.
    return has_usage_ && finish();
}

void ChatReader::take_choice(const Value& choice) {
    if (const Value* error = unless_null(choice.find("error")))
        throw explain_error_object(0, *error, {}, nullptr);
    const Value* delta = choice.find("delta");
    if (delta == nullptr) delta = choice.find("message");
    if (delta != nullptr) take_text(*delta);
    const Value* pieces = delta == nullptr ? nullptr : delta->find("tool_calls");
    if (pieces != nullptr && pieces->as_array() != nullptr) {
        for (const Value& piece : *pieces->as_array()) take_call(piece);
    }
    std::string reason = json::string_or_empty(choice.find("finish_reason"));
    // What a router says when the server behind it failed.
    if (reason == "error") throw explain_error_object(0, Value(), {}, nullptr);
    if (!reason.empty()) finish_reason_ = std::move(reason);
}

void ChatReader::take_text(const Value& delta) {
    const std::string said = text_of(delta.find("content"));
    tell(events_.on_text, said);
    text_ += said;
    refusal_ += text_of(delta.find("refusal"));
    // Thoughts are shown and not kept: these servers do not want them back.
    const Value* reasoning = unless_null(delta.find("reasoning_content"));
    if (reasoning == nullptr) reasoning = unless_null(delta.find("reasoning"));
    tell(events_.on_reasoning_raw, text_of(reasoning));
}

void ChatReader::take_call(const Value& piece) {
    const std::string id = json::string_or_empty(piece.find("id"));
    const Value* given = piece.find("index");
    const auto number = given == nullptr ? std::nullopt : given->as_integer();
    std::int64_t index = number.value_or(std::max<std::int64_t>(last_call_, 0));
    const auto known = calls_.find(index);
    // Servers that leave out the index begin a call with its id.
    if (!number && !id.empty() && known != calls_.end() && known->second.id != id &&
        index < std::numeric_limits<std::int64_t>::max())
        ++index;
    last_call_ = index;
    Call& call = calls_[index];
    if (call.id.empty()) call.id = id;
    if (call.name.empty()) call.name = json::string_or_empty(piece.at("function", "name"));
    const Value* arguments = piece.at("function", "arguments");
    if (arguments == nullptr) return;
    // Some servers send the arguments as an object, whole.
    call.arguments += arguments->as_object() != nullptr ? json::render(*arguments)
                                                        : json::string_or_empty(arguments);
}

bool ChatReader::take_mark(std::string_view mark) {
    // Without a finish_reason this is a gateway that closes a broken answer.
    return mark == "[DONE]" && finish();
}

bool ChatReader::end() {
    return finish();
}

bool ChatReader::finish() {
    if (finish_reason_.empty()) return false;
    if (std::exchange(finished_, true)) return true;
    if (finish_reason_ == "length") response_.incomplete_reason = "max_output_tokens";
    if (finish_reason_ == "content_filter") response_.incomplete_reason = "content_filter";
    if (!text_.empty() || !refusal_.empty()) {
        keep(protocol::Message{protocol::Role::assistant, std::move(text_), std::move(refusal_)},
             {});
    }
    for (auto& [index, call] : calls_) {
        // A call that is cut off must not run.
        if (response_.incomplete_reason && !is_json(call.arguments)) continue;
        if (call.name.empty()) continue;
        if (call.id.empty()) call.id = fmt::format("{}_{}", call_seed_, index);
        keep(item_of(std::move(call)), {});
    }
    return true;
}

protocol::Item ChatReader::item_of(Call call) const {
    if (custom_tools_.count(call.name) == 0) {
        return protocol::FunctionCall{std::move(call.id), std::move(call.name),
                                      std::move(call.arguments)};
    }
    protocol::CustomToolCall custom{std::move(call.id), std::move(call.name), call.arguments};
    try {
        const Value arguments = json::parse(call.arguments);
        const Value* input = arguments.find("input");
        if (input != nullptr && input->as_string() != nullptr) custom.input = *input->as_string();
    } catch (const json::JsonError&) {
        // Models write the bare text, too: the tool says what it makes of it.
    }
    return custom;
}

}  // namespace codex::model
