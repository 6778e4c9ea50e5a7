// Publishing a review on GitHub: one review request, bisected on 422, nothing lost.
#pragma once

#include "base/redactor.h"
#include "github/client.h"
#include "review/outcome.h"

namespace codex::action {

/// Comments of one review request; more are split over several.
inline constexpr std::size_t kMaxCommentsPerReview = 50;
/// File-level comments are a request each, so they are few; further ones are rows of the summary.
inline constexpr std::size_t kMaxFileComments = 5;
/// Refused review requests of a run, after which the rest are rows: GitHub limits how fast content
/// is created, also what it refuses.
inline constexpr int kMaxRefusedReviews = 40;

/// Posts the findings of `report` and writes into it where each went: inline (at most
/// `max_comments`, by priority), file-level, or a row of the summary. Findings that an own thread
/// in `threads` already carries are not repeated. When the token may not write, the rest becomes
/// annotations.
void publish_findings(github::Client& client, std::int64_t number, review::Report& report,
                      const std::vector<github::ReviewThread>& threads, std::size_t max_comments,
                      const base::Redactor& redactor);

/// Comments and file comments that stand on the pull request.
std::size_t count_posted(const review::Report& report);

/// For a run that may not, or could not, write the rest: what stands in no comment becomes an
/// annotation, and `published` says so unless something was posted.
void turn_rest_into_annotations(review::Report& report);

/// Creates or updates the one summary comment; its address goes into `report`. A missing permission
/// is a warning.
void publish_summary(github::Client& client, std::int64_t number, review::Report& report,
                     const std::vector<github::IssueComment>& own_summaries,
                     const base::Redactor& redactor);

}  // namespace codex::action
