// One review from the pull request to the published findings.
#pragma once

#include <string>

#include "action/context.h"
#include "github/event.h"
#include "github/types.h"
#include "review/outcome.h"

namespace codex::action {

/// What is reviewed.
struct ReviewTarget {
    github::RepositoryName repository;
    std::int64_t number = 0;
    bool is_target_event = false;           // pull_request_target
    std::optional<std::string> event_head;  // the head that the event was about
    std::optional<std::string> run_commit;  // GITHUB_SHA: what the runner would check out
};

/// Reviews and publishes. Whatever goes wrong after the start is an end state in the report, not an
/// exception; ConfigError (a key is missing) and programming errors still are.
review::Report review_pull_request(Context& context, const ReviewTarget& target);

/// Reviews the checkout against `base` (a revision), without GitHub.
review::Report review_local(Context& context, const std::string& base);

}  // namespace codex::action
