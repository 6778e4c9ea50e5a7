#include "action/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"

namespace codex::action {
namespace {

using github::EventKind;

// The actions after which there is something new to review.
constexpr std::array<std::string_view, 5> kReviewedActions = {
    "opened", "reopened", "synchronize", "ready_for_review", ""};  // "": payloads of older shape

// Whose workflow runs GitHub keeps the repository's secrets from; empty when it does not.
std::string_view kept_from(const github::Event& event) {
    if (event.kind != EventKind::pull_request) return {};
    // A head without a repository is a fork's, since deleted.
    if (event.base_repository && event.head_repository != event.base_repository) return "a fork";
    if (event.sender == "dependabot[bot]") return "Dependabot";
    return {};
}

Decision decide_pull_request(const github::Event& event, const config::Options& options) {
    if (std::find(kReviewedActions.begin(), kReviewedActions.end(), event.action) ==
        kReviewedActions.end()) {
        return Skip{fmt::format("{} \"{}\" brings nothing new to review", event.name,
                                event.action.substr(0, 40))};
    }
    if (!event.pull_request_number) {
        // Skipping would show a green check on a pull request that nobody looked at.
        throw base::ConfigError(
            fmt::format("the {} payload in GITHUB_EVENT_PATH names no pull request: "
                        "$.pull_request.number is no positive whole number",
                        event.name));
    }
    if (const auto whom = kept_from(event); options.openai_api_key.empty() && !whom.empty()) {
        // Nothing is wrong and no contributor can mend it: a failure would only teach to ignore it.
        return Skip{fmt::format(
            "the pull request comes from {}, whose runs get no secrets: there is no key for the "
            "model API",
            whom)};
    }
    return ReviewPullRequest{*event.pull_request_number};
}

}  // namespace

Decision decide(const github::Event& event, const config::Options& options) {
    if (options.mode == config::RunMode::act) {
        throw base::ConfigError(
            "input mode is \"act\", but this version only reviews; allowed: auto, review");
    }
    switch (event.kind) {
        case EventKind::pull_request:
        case EventKind::pull_request_target:
            return decide_pull_request(event, options);
        case EventKind::workflow_dispatch:
        case EventKind::schedule: {
            // Without a number there is nothing that the event itself points at.
            const auto number = options.pr_number ? options.pr_number : event.pull_request_number;
            if (!number) {
                throw base::ConfigError(fmt::format(
                    "a {} run must say which pull request to review: set the input pr_number",
                    event.name));
            }
            return ReviewPullRequest{*number};
        }
        case EventKind::issue_comment:
            if (!event.is_on_pull_request) {
                return Skip{"the comment is on an issue, not on a pull request"};
            }
            [[fallthrough]];
        case EventKind::pull_request_review:
        case EventKind::pull_request_review_comment:
            return Skip{fmt::format("{} events start no review", event.name)};
        case EventKind::other:
            break;
    }
    return Skip{fmt::format("event \"{}\" is not about a pull request", event.name.substr(0, 40))};
}

}  // namespace codex::action
