#include "action/publish.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/log.h"
#include "base/random.h"
#include "review/render.h"
#include "review/words.h"

namespace codex::action {
namespace {

using review::PlacedFinding;
using Published = PlacedFinding::Published;

// Hidden text by which a request of unknown fate is found again.
std::string new_idempotency_marker() {
    return "<!-- codex-action:request " + base::random_hex(8) + " -->";
}

std::string to_body(std::string_view text, const base::Redactor& redactor) {
    return github::cut_body(redactor.redact(text));
}

github::DraftComment to_comment(const PlacedFinding& finding, const base::Redactor& redactor) {
    const auto& place = std::get<review::InlinePlace>(finding.place);
    github::DraftComment comment;
    comment.path = place.path;
    comment.body = to_body(review::render_comment(finding), redactor);
    comment.line = place.lines.end;
    comment.on_left = place.side == protocol::Side::left;
    if (place.lines.start != place.lines.end) comment.start_line = place.lines.start;
    return comment;
}

class ReviewPoster {
  public:
    ReviewPoster(github::Client& client, std::int64_t number, review::Report& report,
                 const base::Redactor& redactor)
        : client_(client), number_(number), report_(report), redactor_(redactor) {}

    // A refused batch is halved until only the refused comments are left; those fall back to the
    // summary.
    void post(std::vector<PlacedFinding*> batch) {
        if (batch.empty()) return;
        if (refused_ >= kMaxRefusedReviews) {
            for (PlacedFinding* finding : batch) finding->note = "GitHub refused too many reviews";
            base::log_warning(
                fmt::format("{} reviews were refused; {} are rows of the summary", refused_,
                            review::plural(batch.size(), "more finding", "more findings")));
            return;
        }
        const std::string marker = new_idempotency_marker();
        std::vector<github::DraftComment> comments;
        comments.reserve(batch.size());
        for (const PlacedFinding* finding : batch)
            comments.push_back(to_comment(*finding, redactor_));
        const std::string body = to_body(review::render_review_body(report_, marker), redactor_);
        const auto posted = client_.post_review(number_, report_.head_sha, body, comments, marker);
        if (posted) {
            if (report_.review_url.empty()) report_.review_url = posted->url;
            for (PlacedFinding* finding : batch) finding->published = Published::inline_comment;
            return;
        }
        ++refused_;
        if (batch.size() == 1) {
            base::log_warning(
                fmt::format("GitHub refused a comment on {}; it is a row of the summary",
                            batch.front()->finding.code_location.path));
            batch.front()->note = "GitHub refused an inline comment here";
            return;
        }
        const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
        post({batch.begin(), middle});
        post({middle, batch.end()});
    }

  private:
    github::Client& client_;
    std::int64_t number_;
    review::Report& report_;
    const base::Redactor& redactor_;
    int refused_ = 0;
};

void post_file_comments(github::Client& client, std::int64_t number, review::Report& report,
                        const base::Redactor& redactor) {
    std::size_t asked = 0;
    for (PlacedFinding& finding : report.findings) {
        const auto* place = std::get_if<review::FilePlace>(&finding.place);
        if (place == nullptr || finding.note != place->reason) continue;
        if (asked++ == kMaxFileComments) return;
        const std::string marker = new_idempotency_marker();
        const std::string body = to_body(review::render_comment(finding) + "\n" + marker, redactor);
        if (client.post_file_comment(number, report.head_sha, place->path, body, marker))
            finding.published = Published::file_comment;
    }
}

std::set<std::string> known_fingerprints(const std::vector<github::ReviewThread>& threads) {
    constexpr std::string_view kStart = "<!-- codex-action:finding ";
    std::set<std::string> known;
    for (const github::ReviewThread& thread : threads) {
        for (const auto& comment : thread.comments) {
            // Anybody can copy the marker: only what we wrote ourselves counts.
            if (!comment.viewer_did_author) continue;
            const std::size_t start = comment.body.find(kStart);
            if (start == std::string::npos) continue;
            const std::size_t from = start + kStart.size();
            known.insert(comment.body.substr(from, comment.body.find(' ', from) - from));
        }
    }
    return known;
}

}  // namespace

void publish_findings(github::Client& client, std::int64_t number, review::Report& report,
                      const std::vector<github::ReviewThread>& threads, std::size_t max_comments,
                      const base::Redactor& redactor) {
    const auto known = known_fingerprints(threads);
    std::vector<PlacedFinding*> inline_findings;
    for (PlacedFinding& finding : report.findings) {
        if (known.count(finding.fingerprint) != 0) {
            finding.note = "already commented in an earlier run";
        } else if (std::holds_alternative<review::InlinePlace>(finding.place)) {
            if (inline_findings.size() < max_comments) {
                inline_findings.push_back(&finding);
            } else {
                finding.note = fmt::format("more than {} inline comments", max_comments);
            }
        }
    }
    try {
        ReviewPoster poster(client, number, report, redactor);
        for (std::size_t first = 0; first < inline_findings.size();
             first += kMaxCommentsPerReview) {
            const auto begin = inline_findings.begin() + static_cast<std::ptrdiff_t>(first);
            const auto size = std::min(kMaxCommentsPerReview, inline_findings.size() - first);
            poster.post({begin, begin + static_cast<std::ptrdiff_t>(size)});
        }
        if (max_comments > 0) post_file_comments(client, number, report, redactor);
    } catch (const github::GitHubError& error) {
        if (!error.is_permission_denied()) throw;
        base::log_warning(fmt::format("{}; findings become annotations", error.what()));
        report.notes.push_back(
            "The token of this run may not write to the pull request, so findings are annotations "
            "and rows of the job summary.");
        turn_rest_into_annotations(report);
    }
    for (PlacedFinding& finding : report.findings) {
        if (finding.published == Published::no) finding.published = Published::summary_row;
    }
    if (count_posted(report) > 0 && !client.dry_run()) report.published = "inline";
}

std::size_t count_posted(const review::Report& report) {
    return static_cast<std::size_t>(
        std::count_if(report.findings.begin(), report.findings.end(), [](const auto& finding) {
            return finding.published == Published::inline_comment ||
                   finding.published == Published::file_comment;
        }));
}

void turn_rest_into_annotations(review::Report& report) {
    for (PlacedFinding& finding : report.findings) {
        if (finding.published == Published::no || finding.published == Published::summary_row)
            finding.published = Published::annotation;
    }
    report.published = count_posted(report) > 0  ? "inline"
                       : report.findings.empty() ? "none"
                                                 : "annotations";
}

void publish_summary(github::Client& client, std::int64_t number, review::Report& report,
                     const std::vector<github::IssueComment>& own_summaries,
                     const base::Redactor& redactor) {
    std::optional<std::int64_t> existing;
    if (!own_summaries.empty()) existing = own_summaries.back().id;
    const std::string marker = new_idempotency_marker();
    try {
        report.summary_url = client.put_issue_comment(
            number, existing, to_body(review::render_summary(report) + "\n" + marker, redactor),
            marker);
        // Without a finding that could stand on a line, the summary is what there is to publish.
        if (report.published == "none" && !client.dry_run()) report.published = "inline";
    } catch (const github::GitHubError& error) {
        if (!error.is_permission_denied()) throw;
        base::log_warning(error.what());
        turn_rest_into_annotations(report);
    }
}

}  // namespace codex::action
