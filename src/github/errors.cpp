// What GitHub's refusals mean for the maintainer of a workflow.
#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "github/api.h"
#include "http/url.h"

namespace codex::github {
namespace {

constexpr std::size_t kMaxServerMessage = 300;

std::string message_of(const http::Response& response) {
    try {
        const json::Value body = json::parse(response.body, "error answer");
        std::string text;
        if (const json::Value* message = body.find("message");
            message != nullptr && message->as_string()) {
            text = *message->as_string();
        }
        if (const json::Value* errors = body.find("errors");
            errors != nullptr && errors->as_array()) {
            for (const json::Value& error : *errors->as_array()) {
                const json::Value* nested = error.find("message");
                const std::string* words = error.as_string() != nullptr ? error.as_string()
                                           : nested != nullptr          ? nested->as_string()
                                                                        : nullptr;
                if (words != nullptr) text += (text.empty() ? "" : "; ") + *words;
            }
        }
        return base::render_controls(base::utf8_prefix(text, kMaxServerMessage));
    } catch (const json::JsonError&) {
        return {};
    }
}

std::string advice(const http::Response& response, std::string_view permission) {
    switch (response.status) {
        case 401:
            return "the token is wrong or has expired: check the input github_token";
        case 403:
            if (http::is_retryable_status(response)) return "GitHub limits the rate of requests";
            return fmt::format(
                "the token may not do that: the job needs `permissions: {}` (the token of a fork's "
                "pull "
                "request is read-only)",
                permission);
        case 404:
            return fmt::format(
                "it does not exist, or the token may not see it: the job needs `permissions: {}`",
                permission);
        case 410:
            return "it is gone";
        case 429:
            return "GitHub limits the rate of requests";
        default:
            break;
    }
    if (response.status >= 300 && response.status < 400) {
        // The token goes to the host it was given for, wherever an answer points.
        const auto origin = http::origin_of(response.header("location").value_or(""));
        return fmt::format(
            "GitHub redirects to {}, which is not followed with a token (was the repository "
            "renamed?)",
            origin.value_or("another address"));
    }
    if (response.status >= 500) return "GitHub is failing";
    return "GitHub refused it";
}

}  // namespace

GitHubError explain_error(const http::Response& response, std::string_view doing,
                          std::string_view permission) {
    std::string text =
        fmt::format("cannot {}: {} (HTTP {}", doing, advice(response, permission), response.status);
    const std::string message = message_of(response);
    if (!message.empty()) text += ": " + message;
    return GitHubError(response.status, text + ")");
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
