#include "model/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "http/retry.h"

namespace codex::model {
namespace {

using json::Value;
using Kind = ModelErrorKind;

using std::chrono::milliseconds;

constexpr std::size_t kMaxServerMessage = 500;
/// Longer than anybody waits, and small enough to add to any clock.
constexpr milliseconds kLongestDelay = std::chrono::hours(24 * 366);

constexpr std::string_view kWhenUnreachable =
    "check base_url, the network and the proxy settings, or run again later";
constexpr std::string_view kWhenLost = "run again later";

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
    KnownCode{"billing_not_active", Kind::no_quota},
    KnownCode{"model_not_found", Kind::model_unknown},
    KnownCode{"DeploymentNotFound", Kind::model_unknown},  // Azure
    KnownCode{"context_length_exceeded", Kind::context_too_long},
    KnownCode{"string_above_max_length", Kind::context_too_long},
    KnownCode{"rate_limit_exceeded", Kind::rate_limited},
    KnownCode{"rate_limit_error", Kind::rate_limited},
    KnownCode{"server_is_overloaded", Kind::overloaded},
    KnownCode{"slow_down", Kind::overloaded},
    KnownCode{"server_error", Kind::overloaded},
    KnownCode{"overloaded_error", Kind::overloaded},
    KnownCode{"content_filter", Kind::content_refused},
    KnownCode{"invalid_prompt", Kind::content_refused},
    KnownCode{"cyber_policy_violation", Kind::content_refused},
};

Kind kind_of(int status, std::string_view code, std::string_view type) {
    for (const std::string_view name : {code, type}) {
        const auto known = std::find_if(kKnownCodes.begin(), kKnownCodes.end(),
                                        [&](const KnownCode& one) { return one.code == name; });
        if (known != kKnownCodes.end()) return known->kind;
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
        case 405:
        case 501:
            return Kind::protocol;
        case 408:
            return Kind::unreachable;
        case 413:
            return Kind::context_too_long;
        case 429:
            return Kind::rate_limited;
        default:
            break;
    }
    if (status < 300) return Kind::protocol;
    return status >= 500 ? Kind::overloaded : Kind::bad_request;
}

// Compatible servers say in words what the API says by a code: "This model's maximum context length
// is 8192 tokens", "exceeds the available context size", "prompt is too long".
bool speaks_of_context(std::string_view message) {
    const std::string lower = base::to_lower(message);
    for (const std::string_view phrase :
         {"maximum context length", "context window", "context size", "prompt is too long"}) {
        if (lower.find(phrase) != std::string::npos) return true;
    }
    return false;
}

std::string wire_name(const Provider* provider) {
    return provider != nullptr && provider->wire_api == WireApi::chat ? "Chat Completions"
                                                                      : "the Responses API";
}

// Who failed, as a message begins, and whom the message is for.
struct Asked {
    std::string where;
    std::string_view model;
    const Provider* provider = nullptr;
};

std::string advice_on_key(int status, const Asked& asked) {
    if (status == 403) {
        return fmt::format(
            "{} does not let the key in: check the key's permissions and project, and that "
            "the API serves the runner's country",
            asked.where);
    }
    return fmt::format(
        "{} refused the key: check {}", asked.where,
        asked.provider == nullptr ? Provider().key_source : asked.provider->key_source);
}

std::string advice_on_model(const Asked& asked) {
    const bool azure = asked.provider != nullptr && is_azure(*asked.provider);
    return fmt::format(
        "{} does not know{} here: check {}, and that the key may use it", asked.where,
        asked.model.empty() ? std::string(" the model") : fmt::format(" model \"{}\"", asked.model),
        azure ? "that model names a deployment, base_url and the query parameter api-version"
              : "the inputs model and base_url");
}

std::string advice(Kind kind, int status, const Asked& asked) {
    const std::string& where = asked.where;
    switch (kind) {
        case Kind::bad_key:
            return advice_on_key(status, asked);
        case Kind::no_quota:
            return fmt::format("{} says that the account has no quota left: check plan and billing",
                               where);
        case Kind::model_unknown:
            return advice_on_model(asked);
        case Kind::context_too_long:
            return "the conversation is longer than the model's context window: "
                   "choose a model with a larger one, or split the pull request";
        case Kind::rate_limited:
            return fmt::format(
                "{} limits the rate of requests: run again later, or raise the account's limits",
                where);
        case Kind::overloaded:
            return fmt::format("{} is overloaded or failing: run again later", where);
        case Kind::bad_request:
            return fmt::format(
                "{} refused the request: check the inputs model and reasoning_effort", where);
        case Kind::content_refused:
            return fmt::format(
                "{} refused the content of this pull request: leave out what it objects to, or "
                "choose another model",
                where);
        case Kind::unreachable:
            return fmt::format("{} cannot be reached: {}", where, kWhenUnreachable);
        case Kind::stream_lost:
            return fmt::format("the model's answer broke off: {}", kWhenLost);
        case Kind::protocol:
            return fmt::format("{} does not speak {}: check base_url and wire_api", where,
                               wire_name(asked.provider));
    }
    return fmt::format("{} failed", where);
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

struct Unit {
    std::string_view sign;
    std::string_view word;  // without its plural
    double milliseconds;
};
constexpr std::array kUnits = {
    Unit{"ms", "millisecond", 1}, Unit{"s", "second", 1e3},  Unit{"m", "minute", 60e3},
    Unit{"h", "hour", 3600e3},    Unit{"d", "day", 86400e3},
};

// Takes "1.5", "20"; nullopt when no digit is next.
std::optional<double> take_number(std::string_view& text) {
    if (text.empty() || !is_digit(text.front())) return std::nullopt;
    double number = 0;
    double place = 0;
    while (!text.empty() && (is_digit(text.front()) || (text.front() == '.' && place == 0))) {
        if (text.front() == '.') {
            place = 1;
        } else {
            place /= 10;
            const double digit = text.front() - '0';
            number = place == 0 ? number * 10 + digit : number + digit * place;
        }
        text.remove_prefix(1);
    }
    return number;
}

// Takes the letters of a unit; nullopt when they are none.
std::optional<double> take_unit(std::string_view& text) {
    std::size_t size = 0;
    while (size < text.size() && text[size] >= 'a' && text[size] <= 'z') ++size;
    std::string_view word = text.substr(0, size);
    text.remove_prefix(size);
    for (const Unit& unit : kUnits) {
        if (word == unit.sign || word == unit.word ||
            (word.ends_with('s') && word.substr(0, size - 1) == unit.word))
            return unit.milliseconds;
    }
    return std::nullopt;
}

// "6m0s", "1.5 seconds and more text": in lower case.
std::optional<milliseconds> leading_duration(std::string_view rest) {
    std::optional<double> total;
    while (true) {
        rest = base::trim(rest);
        const auto number = take_number(rest);
        rest = base::trim(rest);
        const auto unit = number ? take_unit(rest) : std::nullopt;
        if (!unit) break;
        total = total.value_or(0) + *number * *unit;
    }
    if (!total) return std::nullopt;
    const double most = static_cast<double>(kLongestDelay.count());
    return milliseconds(std::llround(std::min(*total, most)));
}

// "Please try again in 1.5s", "in 20 ms", "in 6m0s", "retry after 5 seconds": where a rate limit
// inside a stream says how long.
std::optional<milliseconds> delay_in_message(std::string_view message) {
    const std::string lower = base::to_lower(message);
    for (const std::string_view phrase : {"try again in ", "retry after "}) {
        const std::size_t found = lower.find(phrase);
        if (found == std::string::npos) continue;
        const auto delay = leading_duration(std::string_view(lower).substr(found + phrase.size()));
        if (delay) return delay;
    }
    return std::nullopt;
}

std::optional<milliseconds> delay_in_error(Kind kind, const Value& error,
                                           std::string_view message) {
    if (kind == Kind::rate_limited) return delay_in_message(message);
    if (kind != Kind::no_quota) return std::nullopt;
    const Value* seconds = error.find("resets_in_seconds");
    const auto number = seconds == nullptr ? std::nullopt : seconds->as_integer();
    if (!number || *number < 0) return std::nullopt;
    return std::min<milliseconds>(
        std::chrono::seconds(std::min<std::int64_t>(*number, kLongestDelay.count())),
        kLongestDelay);
}

// "x-ratelimit-reset-tokens: 6m0s" beside "x-ratelimit-remaining-tokens: 0"
// (https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers): the longest of the
// limits that are used up.
std::optional<milliseconds> delay_of_used_up_limits(const http::Response& response) {
    std::optional<milliseconds> longest;
    for (const std::string_view limit : {"requests", "tokens"}) {
        const auto left = response.header(fmt::format("x-ratelimit-remaining-{}", limit));
        const auto reset = response.header(fmt::format("x-ratelimit-reset-{}", limit));
        if (!left || !reset || base::trim(*left) != "0") continue;
        const auto delay = leading_duration(base::to_lower(*reset));
        if (delay && (!longest || *delay > *longest)) longest = delay;
    }
    return longest;
}

std::optional<milliseconds> delay_in_headers(const http::Response& response, base::Wall now) {
    // What OpenAI and Azure send beside Retry-After, and more exact.
    const auto header = response.header("retry-after-ms");
    const auto number = base::parse_integer(base::trim(header.value_or("")));
    if (number && *number >= 0) return std::min(milliseconds(*number), kLongestDelay);
    if (const auto delay = http::server_delay(response, now)) return delay;
    return delay_of_used_up_limits(response);
}

std::string first_string_at(const Value& value, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        if (std::string text = json::string_or_empty(value.find(name)); !text.empty()) return text;
    }
    return {};
}

// Which efforts the model takes, when the one that was asked for is none of them.
std::string efforts_of(const ModelRequest& request) {
    if (!request.reasoning_effort) return {};
    const std::vector<std::string> efforts = find_model(request.model, request.overrides).efforts;
    if (efforts.empty() ||
        std::find(efforts.begin(), efforts.end(), *request.reasoning_effort) != efforts.end())
        return {};
    return fmt::format("; {} takes the efforts {}", request.model, base::join(efforts, ", "));
}

}  // namespace

bool ModelError::retryable() const {
    switch (kind_) {
        case ModelErrorKind::rate_limited:
        case ModelErrorKind::overloaded:
        case ModelErrorKind::unreachable:
        case ModelErrorKind::stream_lost:
            return true;
        case ModelErrorKind::bad_key:
        case ModelErrorKind::no_quota:
        case ModelErrorKind::model_unknown:
        case ModelErrorKind::context_too_long:
        case ModelErrorKind::bad_request:
        case ModelErrorKind::content_refused:
        case ModelErrorKind::protocol:
            return false;
    }
    return false;
}

ModelError explain_error_object(int status, const Value& error, std::string_view model,
                                const Provider* provider) {
    const std::string message = error.as_string() != nullptr
                                    ? *error.as_string()
                                    : first_string_at(error, {"message", "detail"});
    if (const Value* code = error.find("code"); status == 0 && code != nullptr) {
        // Gateways put an HTTP status where the API has a word.
        const std::int64_t number = code->as_integer().value_or(0);
        if (number >= 400 && number < 600) status = static_cast<int>(number);
    }
    Kind kind = kind_of(status, json::string_or_empty(error.find("code")),
                        json::string_or_empty(error.find("type")));
    if ((kind == Kind::bad_request || kind == Kind::stream_lost) && speaks_of_context(message))
        kind = Kind::context_too_long;
    std::string text =
        advice(kind, status,
               {provider == nullptr ? "the model API" : shown_url(*provider), model, provider});
    if (status != 0) text += fmt::format(" (HTTP {})", status);
    if (!message.empty())
        text += fmt::format("; it said: {}", base::cut(message, kMaxServerMessage));
    return ModelError(kind, std::move(text), delay_in_error(kind, error, message));
}

ModelError explain_unreachable(const Provider& provider, std::string_view reason) {
    return ModelError(
        Kind::unreachable,
        fmt::format("{} cannot be reached: {}: {}", shown_url(provider), reason, kWhenUnreachable));
}

ModelError explain_lost(const Provider& provider, std::string_view reason) {
    return ModelError(Kind::stream_lost, fmt::format("the answer of {} broke off: {}: {}",
                                                     shown_url(provider), reason, kWhenLost));
}

ModelError explain_error(const http::Response& response, const ModelRequest& request,
                         const Provider& provider, base::Wall now) {
    if (response.status >= 300 && response.status < 400) {
        return ModelError(
            Kind::bad_request,
            fmt::format("{} redirects, which is not followed with a key: set base_url "
                        "to the final address (HTTP {})",
                        shown_url(provider), response.status));
    }
    Value error;
    try {
        error = json::parse(response.body, "error answer");
        // Some servers answer with the bare object.
        if (const Value* member = error.find("error"); member != nullptr) error = Value(*member);
    } catch (const json::JsonError&) {
        // Proxies answer in HTML: the status has to do.
    }
    ModelError explained = explain_error_object(response.status, error, request.model, &provider);
    if (explained.kind() == Kind::bad_request) {
        if (const std::string efforts = efforts_of(request); !efforts.empty())
            explained = ModelError(explained.kind(), explained.what() + efforts);
    }
    const auto asked = delay_in_headers(response, now);
    if (!asked) return explained;
    return ModelError(explained.kind(), explained.what(), asked);
}

}  // namespace codex::model
