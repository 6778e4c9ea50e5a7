#include "action/gate.h"

#include "base/error.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>

using namespace codex;
using action::decide;
using github::Event;
using github::EventKind;

namespace {

Event pull_request(const std::string& done, std::optional<std::int64_t> number = 7) {
    Event event;
    event.kind = EventKind::pull_request;
    event.name = "pull_request";
    event.action = done;
    event.pull_request_number = number;
    return event;
}

std::string skipped_because(const action::Decision& decision) {
    const auto* skip = std::get_if<action::Skip>(&decision);
    return skip == nullptr ? "(not skipped)" : skip->reason;
}

}  // namespace

TEST_CASE(
    "a pull request is reviewed after the actions that bring something new, and after no other") {
    for (const char* done : {"opened", "reopened", "synchronize", "ready_for_review", ""}) {
        INFO(done);
        CHECK(decide(pull_request(done), {}) == action::Decision(action::ReviewPullRequest{7}));
    }
    for (const char* done :
         {"closed", "edited", "labeled", "locked", "assigned", "converted_to_draft"}) {
        INFO(done);
        CHECK(std::holds_alternative<action::Skip>(decide(pull_request(done), {})));
    }
}

TEST_CASE(
    "a payload without a usable number is an error: nothing is guessed, nothing looks green") {
    CHECK_THROWS_WITH(decide(pull_request("opened", std::nullopt), {}),
                      "the pull_request payload in GITHUB_EVENT_PATH names no pull request: "
                      "$.pull_request.number is no positive whole number");
    CHECK(std::holds_alternative<action::Skip>(decide(pull_request("closed", std::nullopt), {})));
}

TEST_CASE("without a key, runs from which GitHub keeps secrets end neutral, and no others") {
    config::Options with_key;
    with_key.openai_api_key = "sk-1";
    const action::Decision review = action::ReviewPullRequest{7};
    Event own = pull_request("opened");
    own.base_repository = own.head_repository = "octo/shop";
    Event fork = own;
    fork.head_repository = "mallory/shop";
    Event deleted_fork = own;
    deleted_fork.head_repository.reset();
    Event dependabot = own;
    dependabot.sender = "dependabot[bot]";
    Event target = fork;
    target.kind = EventKind::pull_request_target;
    CHECK(decide(own, {}) == review);
    CHECK(decide(target, {}) == review);
    for (const Event& event : {fork, deleted_fork}) {
        CHECK(skipped_because(decide(event, {})) ==
              "the pull request comes from a fork, whose runs get no secrets: there is no key for "
              "the model API");
        CHECK(decide(event, with_key) == review);
    }
    CHECK(skipped_because(decide(dependabot, {})) ==
          "the pull request comes from Dependabot, whose runs get no secrets: there is no key for "
          "the model API");
    CHECK(decide(dependabot, with_key) == review);
}

TEST_CASE("a dispatched run reviews the pull request that it names, and must name one") {
    Event event;
    event.kind = EventKind::workflow_dispatch;
    event.name = "workflow_dispatch";
    config::Options options;
    CHECK_THROWS_AS(decide(event, options), base::ConfigError);
    event.pull_request_number = 3;
    CHECK(decide(event, options) == action::Decision(action::ReviewPullRequest{3}));
    options.pr_number = 4;
    CHECK(decide(event, options) == action::Decision(action::ReviewPullRequest{4}));
}

TEST_CASE("comments, reviews and events of other kinds are not for us") {
    Event comment;
    comment.kind = EventKind::issue_comment;
    comment.name = "issue_comment";
    CHECK(skipped_because(decide(comment, {})) ==
          "the comment is on an issue, not on a pull request");
    comment.is_on_pull_request = true;
    CHECK(skipped_because(decide(comment, {})) == "issue_comment events start no review");
    Event push;
    push.name = "push";
    CHECK(skipped_because(decide(push, {})) == "event \"push\" is not about a pull request");
}

TEST_CASE("act mode is refused with what is allowed") {
    config::Options options;
    options.mode = config::RunMode::act;
    CHECK_THROWS_WITH(
        decide(pull_request("opened"), options),
        "input mode is \"act\", but this version only reviews; allowed: auto, review");
}
