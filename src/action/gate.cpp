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

Decision decide_pull_request(const github::Event& event) {
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
            return decide_pull_request(event);
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
