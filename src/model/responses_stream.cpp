// The events of the Responses API.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "model/errors.h"
#include "model/plain_delta.h"
#include "model/stream.h"

namespace codex::model {
namespace {

using json::Value;

protocol::TokenUsage read_usage(const Value& usage) {
    protocol::TokenUsage read;
    read.input_tokens = read_tokens(usage.find("input_tokens"));
    read.cached_input_tokens = read_tokens(usage.at("input_tokens_details", "cached_tokens"));
    read.output_tokens = read_tokens(usage.find("output_tokens"));
    read.reasoning_output_tokens =
        read_tokens(usage.at("output_tokens_details", "reasoning_tokens"));
    read.total_tokens = read_tokens(usage.find("total_tokens"));
    // Some servers leave the sum out, and limits rely on it.
    read.total_tokens = std::max(read.total_tokens, read.input_tokens + read.output_tokens);
    return read;
}

std::string_view text_at(const Value& value, std::string_view name) {
    const Value* member = value.find(name);
    if (member == nullptr || member->as_string() == nullptr) return {};
    return *member->as_string();
}

}  // namespace

bool ResponsesReader::take(const Value& data) {
    const std::string_view type = text_at(data, "type");
    if (take_display(type, data)) return false;
    if (type == "response.output_item.done") {
        const Value* item = data.find("item");
        if (item == nullptr) return false;
        std::optional<protocol::Item> parsed;
        try {
            parsed = protocol::parse_item(*item, ids_);
        } catch (const json::JsonError& error) {
            base::log_debug(
                fmt::format("left out an item of the model's answer: {}", error.what()));
        }
        if (parsed) keep(*std::move(parsed), text_at(*item, "id"));
    } else if (type == "response.completed" || type == "response.incomplete") {
        finish(data);
        return true;
    } else if (type == "response.failed") {
        const Value* error = data.at("response", "error");
        throw explain_error_object(0, error == nullptr ? Value() : *error, {}, nullptr);
    } else if (const Value* nested = data.find("error");
               type == "error" || (type.empty() && nested != nullptr && !nested->is_null())) {
        // The documented form has code and message beside the type; some servers nest them, and
        // gateways leave the type out.
        const bool is_nested = nested != nullptr && !nested->is_null();
        throw explain_error_object(0, is_nested ? *nested : data, {}, nullptr);
    }
    return false;
}

bool ResponsesReader::take_plain(std::string_view data) {
    const auto plain = read_plain_delta(data);
    if (!plain) return false;
    // Deltas that are not for display are repeated by the item that they make up.
    take_delta(plain->type, {plain->delta, plain->item_id});
    return true;
}

bool ResponsesReader::take_delta(std::string_view type, const Delta& delta) {
    const std::function<void(const Delta&)>* listener = nullptr;
    if (type == "response.output_text.delta") listener = &events_.on_text;
    if (type == "response.reasoning_summary_text.delta") listener = &events_.on_reasoning_summary;
    if (type == "response.reasoning_text.delta") listener = &events_.on_reasoning_raw;
    if (listener == nullptr) return false;
    if (*listener && !delta.text.empty()) (*listener)(delta);
    return true;
}

bool ResponsesReader::take_display(std::string_view type, const Value& data) {
    if (take_delta(type, {text_at(data, "delta"), text_at(data, "item_id")})) return true;
    if (type == "response.reasoning_summary_part.added") {
        if (events_.on_section_break) events_.on_section_break(text_at(data, "item_id"));
        return true;
    }
    if (type != "response.output_item.added") return false;
    const Value* item = data.find("item");
    if (!events_.on_item_added || item == nullptr) return true;
    std::optional<protocol::Item> begun;
    try {
        begun = protocol::parse_item(*item, ids_);
    } catch (const json::JsonError& error) {
        // It lacks what is still to come.
        base::log(base::LogLevel::trace, error.what());
    }
    if (begun) events_.on_item_added(*begun, text_at(*item, "id"));
    return true;
}

void ResponsesReader::finish(const Value& event) {
    const Value* response = event.find("response");
    if (response == nullptr || response->as_object() == nullptr) {
        throw ModelError(ModelErrorKind::protocol,
                         "the last event of the model's answer holds no response: check that "
                         "base_url is a server of the Responses API");
    }
    response_.id = text_at(*response, "id");
    if (const Value* usage = response->find("usage"); usage != nullptr) {
        response_.usage = read_usage(*usage);
    }
    // Some servers say "incomplete" in a response.completed event.
    if (text_at(*response, "status") == "incomplete" ||
        text_at(event, "type") == "response.incomplete") {
        const Value* reason = response->at("incomplete_details", "reason");
        response_.incomplete_reason = reason != nullptr && reason->as_string() != nullptr
                                          ? *reason->as_string()
                                          : "unknown reason";
    }
}

}  // namespace codex::model
