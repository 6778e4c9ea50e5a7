#include "github/errors.h"

#include <fmt/format.h>

#include <chrono>

#include "base/clock.h"
#include "base/printable.h"
#include "base/text.h"
#include "http/retry.h"
#include "http/url.h"

namespace codex::github {
namespace {

constexpr std::size_t kMaxServerMessage = 300;

// One entry of a refusal's "errors": a text, {"message"}, or {"resource", "field", "code"}.
std::string words_of(const json::Value& error) {
    if (error.as_string() != nullptr) return *error.as_string();
    std::string words = json::string_or_empty(error.find("message"));
    if (!words.empty()) return words;
    for (const std::string_view part : {"resource", "field", "code"}) {
        const std::string word = json::string_or_empty(error.find(part));
        if (!word.empty()) words += (words.empty() ? "" : " ") + word;
    }
    return words;
}

// What the server says about it, fit for a line of a log.
std::string message_of(const http::Response& response) {
    json::Value body;
    try {
        body = json::parse(response.body, "error answer");
    } catch (const json::JsonError&) {
        return {};
    }
    std::string text = json::string_or_empty(body.find("message"));
    const auto add = [&](const std::string& words) {
        if (!words.empty() && words != text) text += (text.empty() ? "" : "; ") + words;
    };
    if (const json::Value* errors = body.find("errors")) {
        if (const json::Array* list = errors->as_array()) {
            for (const json::Value& error : *list) add(words_of(error));
        } else {
            add(json::string_or_empty(errors));
        }
    }
    return base::render_controls(base::cut(text, kMaxServerMessage));
}

// When a rate limit ends, as far as the answer says it.
std::string limit_words(const http::Response& response) {
    const auto number = [&](std::string_view header) {
        return base::parse_integer(base::trim(response.header(header).value_or("")));
    };
    if (const auto seconds = number("retry-after"))
        return fmt::format("GitHub limits the rate of requests; try again in {} s", *seconds);
    constexpr std::int64_t kLatest = 253'402'300'799;  // the last second of the year 9999
    const auto reset = number("x-ratelimit-reset");
    if (reset && *reset > 0 && *reset <= kLatest) {
        return fmt::format("GitHub limits the rate of requests; try again after {}",
                           base::render_time(base::Wall(std::chrono::seconds(*reset))));
    }
    return "GitHub limits the rate of requests";
}

std::string permission_words(std::string_view permission) {
    std::string words = fmt::format("the job needs `permissions: {}`", permission);
    // Adding the line does not help there.
    if (permission.ends_with("write"))
        words += ", and the token of a fork's pull request is read-only whatever the job says";
    return words;
}

// The token goes to the host it was given for, wherever an answer points.
std::string redirect_words(const http::Response& response) {
    const auto origin = http::origin_of(response.header("location").value_or(""));
    return fmt::format("GitHub redirects to {}, which is not followed with a token{}",
                       origin.value_or("another address"),
                       response.status == 301 ? " (was the repository renamed?)" : "");
}

std::string advice(const http::Response& response, std::string_view permission) {
    if (http::is_rate_limit(response)) return limit_words(response);
    if (response.status >= 300 && response.status < 400) return redirect_words(response);
    if (response.status >= 500) return "GitHub is failing";
    switch (response.status) {
        case 401:
            return "the token is wrong or has expired: check the input github_token";
        case 403:
            return "the token may not do that: " + permission_words(permission);
        case 404:
            return "it does not exist, or the token may not see it: " +
                   permission_words(permission);
        case 410:
            return "it is gone, or switched off in this repository";
        case 422:
            return "GitHub finds the request unacceptable";
        default:
            return "GitHub refused it";
    }
}

}  // namespace

GitHubError explain_error(const http::Response& response, std::string_view doing,
                          std::string_view permission) {
    std::string text =
        fmt::format("cannot {}: {} (HTTP {}", doing, advice(response, permission), response.status);
    const std::string message = message_of(response);
    if (!message.empty()) text += ": " + message;
    using Kind = GitHubError::Kind;
    return GitHubError(response.status, text + ")",
                       http::is_rate_limit(response) ? Kind::rate_limit : Kind::refusal);
}

json::Value expect_success(const http::Response& response, std::string_view doing,
                           std::string_view permission) {
    if (response.status < 200 || response.status >= 300)
        throw explain_error(response, doing, permission);
    try {
        return json::parse(response.body, "GitHub's answer");
    } catch (json::JsonError& error) {
        error.add_context(fmt::format("cannot {}", doing));
        throw;
    }
}

}  // namespace codex::github
