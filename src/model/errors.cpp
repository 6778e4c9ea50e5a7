// What an error of the model API means for the maintainer of a workflow.
#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "http/retry.h"
#include "model/stream.h"

namespace codex::model {
namespace {

using json::Value;
using Kind = ModelErrorKind;

constexpr std::size_t kMaxServerMessage = 500;

std::string string_at(const Value& value, std::string_view name) {
    const Value* member = value.find(name);
    return member != nullptr && member->as_string() != nullptr ? *member->as_string()
                                                               : std::string();
}

std::string cut(std::string_view text) {
    const std::string_view part = base::utf8_prefix(text, kMaxServerMessage);
    return std::string(part) + (part.size() < text.size() ? "…" : "");
}

// Codes of https://platform.openai.com/docs/guides/error-codes and of the stream's response.failed.
struct KnownCode {
    std::string_view code;
    Kind kind;
};
constexpr std::array kKnownCodes = {
    KnownCode{"invalid_api_key", Kind::bad_key},
    KnownCode{"insufficient_quota", Kind::no_quota},
    KnownCode{"usage_not_included", Kind::no_quota},
    KnownCode{"usage_limit_reached", Kind::no_quota},
    KnownCode{"billing_hard_limit_reached", Kind::no_quota},
    KnownCode{"model_not_found", Kind::model_unknown},
    KnownCode{"context_length_exceeded", Kind::context_too_long},
    KnownCode{"rate_limit_exceeded", Kind::rate_limited},
    KnownCode{"server_is_overloaded", Kind::overloaded},
    KnownCode{"slow_down", Kind::overloaded},
    KnownCode{"server_error", Kind::overloaded},
    KnownCode{"content_filter", Kind::content_refused},
    KnownCode{"invalid_prompt", Kind::content_refused},
    KnownCode{"cyber_policy_violation", Kind::content_refused},
};

Kind kind_of(int status, std::string_view code, std::string_view type) {
    for (const KnownCode& known : kKnownCodes) {
        if (known.code == code || known.code == type) return known.kind;
    }
    switch (status) {
        case 0:
            return Kind::stream_lost;
        case 401:
            return Kind::bad_key;
        case 402:
            return Kind::no_quota;
        case 403:
            return Kind::bad_key;
        case 404:
            return Kind::model_unknown;
        case 408:
            return Kind::unreachable;
        case 429:
            return Kind::rate_limited;
        default:
            break;
    }
    return status >= 500 ? Kind::overloaded : Kind::bad_request;
}

std::string advice(Kind kind, std::string_view model, const Provider* provider) {
    const std::string where = provider == nullptr ? "the model API" : provider->base_url;
    switch (kind) {
        case Kind::bad_key:
            return fmt::format("{} refused the key: check the secret behind openai_api_key", where);
        case Kind::no_quota:
            return fmt::format("{} says that the account has no quota left: check plan and billing",
                               where);
        case Kind::model_unknown:
            return fmt::format(
                "{} does not know{} here: check the inputs model and base_url, and that the key "
                "may use it",
                where,
                model.empty() ? std::string(" the model") : fmt::format(" model \"{}\"", model));
        case Kind::context_too_long:
            return "the conversation is longer than the model's context window: "
                   "choose a model with a larger one, or split the pull request";
        case Kind::rate_limited:
            return fmt::format("{} limits the rate of requests", where);
        case Kind::overloaded:
            return fmt::format("{} is overloaded or failing", where);
        case Kind::bad_request:
            return fmt::format(
                "{} refused the request: check the inputs model and reasoning_effort", where);
        case Kind::content_refused:
            return fmt::format("{} refused the content of this pull request", where);
        case Kind::unreachable:
            return fmt::format("{} cannot be reached", where);
        case Kind::stream_lost:
            return "the model's answer broke off";
        case Kind::protocol:
            return fmt::format("{} does not speak the Responses API", where);
    }
    return where;
}

// "Please try again in 1.5s" / "in 20 ms": the only place where a rate limit inside a stream says
// how long.
std::optional<std::chrono::milliseconds> delay_in_message(std::string_view message) {
    const std::string lower = base::to_lower(message);
    constexpr std::string_view kPhrase = "try again in ";
    const std::size_t found = lower.find(kPhrase);
    if (found == std::string::npos) return std::nullopt;
    std::size_t at = found + kPhrase.size();
    double number = 0;
    double place = 0;
    bool any = false;
    for (; at < lower.size() && ((lower[at] >= '0' && lower[at] <= '9') || lower[at] == '.');
         ++at) {
        if (lower[at] == '.') {
            place = 0.1;
        } else if (place > 0) {
            number += (lower[at] - '0') * place;
            place /= 10;
            any = true;
        } else {
            number = number * 10 + (lower[at] - '0');
            any = true;
        }
    }
    const std::string_view unit = base::trim(std::string_view(lower).substr(at));
    if (!any || number > 86'400'000) return std::nullopt;
    if (unit.substr(0, 2) == "ms") return std::chrono::milliseconds(static_cast<int>(number));
    if (unit.substr(0, 1) == "s") return std::chrono::milliseconds(static_cast<int>(number * 1000));
    return std::nullopt;
}

}  // namespace

ModelError explain_error_object(int status, const Value& error, std::string_view model,
                                const Provider* provider) {
    const std::string message = string_at(error, "message");
    const Kind kind = kind_of(status, string_at(error, "code"), string_at(error, "type"));
    std::string text = advice(kind, model, provider);
    if (status != 0) text += fmt::format(" (HTTP {})", status);
    if (!message.empty()) text += fmt::format("; it said: {}", cut(message));
    std::optional<std::chrono::milliseconds> delay;
    if (kind == Kind::rate_limited) delay = delay_in_message(message);
    return ModelError(kind, std::move(text), delay);
}

ModelError explain_error(const http::Response& response, const ModelRequest& request,
                         const Provider& provider, base::Wall now) {
    Value error;
    try {
        const Value body = json::parse(response.body, "error answer");
        if (const Value* member = body.find("error"); member != nullptr) error = *member;
        if (error.as_string() != nullptr) error = Value::object({{"message", error}});
    } catch (const json::JsonError&) {
        // Proxies answer in HTML: the status has to do.
    }
    if (response.status >= 300 && response.status < 400) {
        return ModelError(
            Kind::bad_request,
            fmt::format("{} redirects, which is not followed with a key: set base_url "
                        "to the final address (HTTP {})",
                        provider.base_url, response.status));
    }
    if (response.status >= 200 && response.status < 300) {
        return ModelError(
            Kind::protocol,
            fmt::format("{} (HTTP {})", advice(Kind::protocol, {}, &provider), response.status));
    }
    ModelError explained = explain_error_object(response.status, error, request.model, &provider);
    const auto asked = http::server_delay(response, now);
    if (!asked) return explained;
    return ModelError(explained.kind(), explained.what(), asked);
}

}  // namespace codex::model
