#include "action/publish.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/log.h"
#include "base/random.h"
#include "review/render.h"

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
        const std::string marker = new_idempotency_marker();
        std::vector<github::DraftComment> comments;
        for (const PlacedFinding* finding : batch)
            comments.push_back(to_comment(*finding, redactor_));
        const std::string body = to_body(review::render_review_body(report_, marker), redactor_);
        const auto posted = client_.post_review(number_, report_.head_sha, body, comments, marker);
        if (posted) {
            if (report_.review_url.empty()) report_.review_url = posted->url;
            for (PlacedFinding* finding : batch) finding->published = Published::inline_comment;
            return;
        }
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
};

void post_file_comments(github::Client& client, std::int64_t number, review::Report& report,
                        const base::Redactor& redactor) {
    std::size_t posted = 0;
    for (PlacedFinding& finding : report.findings) {
        const auto* place = std::get_if<review::FilePlace>(&finding.place);
        if (place == nullptr || finding.published != Published::no || !finding.note.empty())
            continue;
        finding.note = place->reason;
        if (posted == kMaxFileComments) continue;
        const std::string marker = new_idempotency_marker();
        const std::string body = to_body(review::render_comment(finding) + "\n" + marker, redactor);
        if (client.post_file_comment(number, report.head_sha, place->path, body, marker)) {
            finding.published = Published::file_comment;
            ++posted;
        }
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
        } else if (const auto* row = std::get_if<review::SummaryPlace>(&finding.place)) {
            finding.note = row->reason;
        }
    }
    report.published = "inline";
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
            "and rows of the job "
            "summary.");
        const bool wrote_some =
            std::any_of(report.findings.begin(), report.findings.end(),
                        [](const auto& finding) { return finding.published != Published::no; });
        if (!wrote_some) report.published = "annotations";
    }
    for (PlacedFinding& finding : report.findings) {
        if (finding.published != Published::no) continue;
        finding.published =
            report.published == "annotations" ? Published::annotation : Published::summary_row;
    }
    if (client.dry_run()) report.published = "none";
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
    } catch (const github::GitHubError& error) {
        if (!error.is_permission_denied()) throw;
        base::log_warning(error.what());
        if (report.published != "inline") report.published = "annotations";
    }
}

}  // namespace codex::action
