#include "model/stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "model/errors.h"

namespace codex::model {
namespace {

using json::Value;

// More than any answer costs; sums of it over a whole run stay far from the end of the integers.
constexpr std::int64_t kMostTokens = 1'000'000'000'000;

std::int64_t tokens_at(const Value* value) {
    if (value == nullptr) return 0;
    return std::clamp<std::int64_t>(value->as_integer().value_or(0), 0, kMostTokens);
}

protocol::TokenUsage read_usage(const Value& usage) {
    protocol::TokenUsage read;
    read.input_tokens = tokens_at(usage.find("input_tokens"));
    read.cached_input_tokens = tokens_at(usage.at("input_tokens_details", "cached_tokens"));
    read.output_tokens = tokens_at(usage.find("output_tokens"));
    read.reasoning_output_tokens = tokens_at(usage.at("output_tokens_details", "reasoning_tokens"));
    read.total_tokens = tokens_at(usage.find("total_tokens"));
    // Some servers leave the sum out, and limits rely on it.
    read.total_tokens = std::max(read.total_tokens, read.input_tokens + read.output_tokens);
    return read;
}

}  // namespace

bool StreamReader::feed(std::string_view bytes) {
    std::optional<ModelError> too_large;
    try {
        parser_.feed(bytes);
    } catch (const base::Error& error) {
        too_large.emplace(ModelErrorKind::protocol, error.what());
    }
    while (const auto event = parser_.next()) {
        has_events_ = true;
        if (take(*event)) return true;
    }
    if (too_large) throw ModelError(*too_large);
    return false;
}

bool StreamReader::take(const http::SseEvent& event) {
    Value data;
    try {
        data = json::parse(event.data, "a stream event");
    } catch (const json::JsonError& error) {
        // Keep-alives and "[DONE]" are no JSON; a lost item shows as a stream without
        // response.completed.
        base::log(base::LogLevel::trace, error.what());
        return false;
    }
    const std::string type = json::string_or_empty(data.find("type"));
    if (type == "response.output_text.delta") {
        const std::string delta = json::string_or_empty(data.find("delta"));
        if (on_text_ && !delta.empty()) on_text_(delta);
    } else if (type == "response.output_item.done") {
        const Value* item = data.find("item");
        if (item == nullptr) return false;
        try {
            response_.items.push_back(protocol::parse_item(*item));
        } catch (const json::JsonError& error) {
            base::log_debug(
                fmt::format("left out an item of the model's answer: {}", error.what()));
        }
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

void StreamReader::finish(const Value& event) {
    const Value* response = event.find("response");
    if (response == nullptr || response->as_object() == nullptr) {
        throw ModelError(ModelErrorKind::protocol,
                         "the last event of the model's answer holds no response");
    }
    response_.id = json::string_or_empty(response->find("id"));
    if (const Value* usage = response->find("usage"); usage != nullptr) {
        response_.usage = read_usage(*usage);
    }
    // Some servers say "incomplete" in a response.completed event.
    if (json::string_or_empty(response->find("status")) == "incomplete" ||
        json::string_or_empty(event.find("type")) == "response.incomplete") {
        const Value* reason = response->at("incomplete_details", "reason");
        response_.incomplete_reason = reason != nullptr && reason->as_string() != nullptr
                                          ? *reason->as_string()
                                          : "unknown reason";
    }
}

}  // namespace codex::model
