#include "review/render.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/text.h"
#include "review/markdown.h"
#include "review/words.h"

namespace codex::review {
namespace {

using Published = PlacedFinding::Published;

// GitHub takes 65,536 characters; what publishing adds (markers, redaction) fits into the rest.
constexpr std::size_t kMaxComment = 60'000;
constexpr std::size_t kMaxFindingBody = 20'000;
constexpr std::size_t kLeastFindingBody = 2'000;  // a suggestion without its reason helps nobody
constexpr std::string_view kNoRoomForSuggestion =
    "_(There is a suggestion, too long for this comment; the findings file has it.)_";
constexpr std::size_t kMaxExplanation = 4'000;
// The runner takes 1 MiB of job summary.
constexpr std::size_t kMaxJobSummary = 900'000;
constexpr std::size_t kMaxListedFiles = 200;
constexpr std::size_t kMaxNotes = 50;
constexpr std::size_t kMaxLine = 500;
constexpr std::size_t kMaxReason = 2'000;

std::string short_line(std::string_view text, std::size_t max_bytes = kMaxLine) {
    return neutralise_line(base::cut(text, max_bytes));
}

std::string_view published_words(Published published) {
    switch (published) {
        case Published::inline_comment:
            return "comment on the line";
        case Published::file_comment:
            return "comment on the file";
        case Published::annotation:
            return "annotation";
        case Published::summary_row:
        case Published::no:
            return "";
    }
    return "";
}

// Made harmless, of at most `max_bytes`: escapes make a text up to five times as long.
std::string fitted_body(const PlacedFinding& finding, std::size_t max_bytes) {
    std::size_t taken = std::min(kMaxFindingBody, max_bytes);
    while (true) {
        std::string body = neutralise_markdown(cut_text(finding.finding.body, taken));
        if (body.size() <= max_bytes || taken == 0) return body;
        taken /= 2;
    }
}

// A path that fills a row would leave no room for the other rows.
std::string short_where(const PlacedFinding& finding) {
    const std::string place = where(finding);
    const std::size_t colon = std::min(place.rfind(':'), place.size());
    return base::cut(std::string_view(place).substr(0, colon), kMaxLine) + place.substr(colon);
}

// The table of findings that have no comment of their own, then their texts. What does not fit is
// counted, never dropped silently.
class Rows {
  public:
    Rows(std::vector<const PlacedFinding*> findings, bool are_all, std::string_view elsewhere)
        : findings_(std::move(findings)), are_all_(are_all), elsewhere_(elsewhere) {}

    std::string render(std::size_t max_bytes) const {
        if (findings_.empty()) return {};
        std::string table = fmt::format("| | Where | Finding | {} |\n|---|---|---|---|\n",
                                        are_all_ ? "Note" : "Why not on a line");
        // Each row says that there is a finding; texts take what rows leave.
        const std::size_t max_rows = max_bytes / 3 * 2;
        std::size_t shown = 0;
        for (; shown < findings_.size(); ++shown) {
            const std::string row = render_row(*findings_[shown]);
            if (table.size() + row.size() > max_rows) break;
            table += row;
        }
        std::string texts;
        std::size_t with_text = 0;
        for (; with_text < shown; ++with_text) {
            const std::string text = render_finding_text(*findings_[with_text]);
            if (table.size() + texts.size() + text.size() + kReserve > max_bytes) break;
            texts += text;
        }
        if (shown < findings_.size()) {
            table += fmt::format("\n{} more in {}.\n", findings_.size() - shown, elsewhere_);
        }
        if (!texts.empty()) {
            const std::string_view label =
                with_text == findings_.size() ? "Their texts" : "The texts of the first of them";
            table +=
                fmt::format("\n<details><summary>{}</summary>\n\n{}</details>\n", label, texts);
        }
        return table + "\n";
    }

  private:
    static constexpr std::size_t kReserve = 300;

    std::string render_row(const PlacedFinding& finding) const {
        return fmt::format("| **{}** | {} | {} | {} |\n", priority_label(finding.finding),
                           code_span(short_where(finding), true), short_line(finding.finding.title),
                           short_line(are_all_ ? went_to(finding) : finding.note));
    }

    static std::string went_to(const PlacedFinding& finding) {
        std::string words(published_words(finding.published));
        if (!finding.note.empty()) words += (words.empty() ? "" : ": ") + finding.note;
        return words;
    }

    static std::string render_finding_text(const PlacedFinding& finding) {
        std::string text =
            fmt::format("**[{}] {}** ({})\n\n", priority_label(finding.finding),
                        short_line(finding.finding.title), code_span(short_where(finding)));
        const std::string body = fitted_body(finding, kMaxFindingBody);
        if (!body.empty()) text += body + "\n\n";
        return text;
    }

    std::vector<const PlacedFinding*> findings_;
    bool are_all_;
    std::string_view elsewhere_;
};

std::string render_file_list(const std::vector<std::string>& paths) {
    std::string list;
    const std::size_t shown = std::min(paths.size(), kMaxListedFiles);
    for (std::size_t i = 0; i < shown; ++i) list += "- " + code_span(paths[i]) + "\n";
    if (shown < paths.size()) list += fmt::format("- and {} more\n", paths.size() - shown);
    return list;
}

std::string render_skipped(const Report& report) {
    std::string list;
    std::size_t shown = 0;
    // What should have been read comes first.
    for (const bool by_rule : {false, true}) {
        for (const SkippedFile& file : report.skipped) {
            if (file.by_default_rule != by_rule) continue;
            if (shown++ >= kMaxListedFiles) continue;
            list += fmt::format("- {}: {}{}\n", code_span(file.path), short_line(file.reason),
                                by_rule ? "" : " **(not reviewed)**");
        }
    }
    if (shown > kMaxListedFiles) list += fmt::format("- and {} more\n", shown - kMaxListedFiles);
    return list;
}

std::string render_coverage(const Report& report) {
    if (report.files_read.empty() && report.skipped.empty()) return {};
    std::string text =
        fmt::format("<details><summary>Coverage: {}</summary>\n\n", coverage_words(report));
    if (!report.files_read.empty())
        text += "Read:\n\n" + render_file_list(report.files_read) + "\n";
    if (!report.skipped.empty()) text += "Left out:\n\n" + render_skipped(report) + "\n";
    return text + "</details>\n\n";
}

std::string render_notes(const Report& report) {
    std::string text;
    const std::size_t shown = std::min(report.notes.size(), kMaxNotes);
    for (std::size_t i = 0; i < shown; ++i) text += "- " + short_line(report.notes[i]) + "\n";
    if (shown < report.notes.size())
        text += fmt::format("- and {} more notes\n", report.notes.size() - shown);
    return text.empty() ? text : "Notes:\n\n" + text + "\n";
}

std::string render_footer(const Report& report) {
    std::string text;
    const auto add = [&text](const std::string& part) {
        if (!part.empty()) text += (text.empty() ? "" : " · ") + part;
    };
    const bool reviewed = !verdict(report).empty();
    if (!report.head_sha.empty()) {
        add(fmt::format("{} {}", reviewed ? "Reviewed" : "Head",
                        code_span(base::short_commit_id(report.head_sha))));
    }
    if (!report.model.empty()) add("model " + code_span(report.model));
    if (report.duration.count() > 0) add(base::render_duration(report.duration));
    add(usage_words(report.usage));
    return text.empty() ? text : "<sub>" + text + "</sub>\n";
}

std::string render_verdict(const Report& report) {
    const std::string_view result = verdict(report);
    if (result.empty()) return {};
    const bool is_partial = report.outcome == Outcome::partially_reviewed;
    return fmt::format("**Verdict{}: {}.** {}\n\n", is_partial ? " on what was read" : "", result,
                       priority_words(report));
}

std::string render_explanation(const Report& report) {
    const std::string text = neutralise_markdown(cut_text(report.explanation, kMaxExplanation));
    return text.empty() ? text : text + "\n\n";
}

std::string render_head(const Report& report) {
    const std::string words = state_words(report);
    switch (report.outcome) {
        case Outcome::reviewed_clean:
            return fmt::format("**{}:** {}.\n\n", words, coverage_words(report));
        case Outcome::reviewed_findings:
            return fmt::format("### {}\n\n{}{}", words, render_verdict(report),
                               render_explanation(report));
        case Outcome::partially_reviewed:
            return fmt::format("### {}\n\n{}\n\n{}{}", words, short_line(report.reason, kMaxReason),
                               render_verdict(report), render_explanation(report));
        case Outcome::not_reviewed:
        case Outcome::skipped:
            return fmt::format("### {}\n\n{}\n\n", words,
                               short_line(reason_sentence(report), kMaxReason));
    }
    return {};
}

// What stands in the pull request as a comment is linked, not repeated.
std::vector<const PlacedFinding*> without_comment(const Report& report) {
    std::vector<const PlacedFinding*> rows;
    for (const PlacedFinding& finding : report.findings) {
        if (finding.published != Published::inline_comment &&
            finding.published != Published::file_comment)
            rows.push_back(&finding);
    }
    return rows;
}

std::vector<const PlacedFinding*> all_findings(const Report& report) {
    std::vector<const PlacedFinding*> rows;
    for (const PlacedFinding& finding : report.findings) rows.push_back(&finding);
    return rows;
}

// The summary comment lists what has no comment of its own; everywhere else all findings are
// listed.
std::string render_document(const Report& report, bool is_comment) {
    const std::size_t max_bytes = is_comment ? kMaxComment : kMaxJobSummary;
    const std::string_view elsewhere = is_comment ? "the job summary" : "the findings file";
    const std::string head = render_head(report);
    std::string tail = render_notes(report) + render_coverage(report) + render_footer(report);
    constexpr std::size_t kLeastForRows = 8'000;
    if (head.size() + tail.size() + kLeastForRows > max_bytes) {
        // Long lists of long names: the counts are in the head, the cost must be said.
        tail = fmt::format("The lists of files and notes are in {}.\n\n", elsewhere) +
               render_footer(report);
    }
    const Rows rows(is_comment ? without_comment(report) : all_findings(report), !is_comment,
                    elsewhere);
    return head + rows.render(max_bytes - head.size() - tail.size()) + tail;
}

std::string render_terminal_finding(const PlacedFinding& finding) {
    std::string text =
        fmt::format("{}: [{}] {}\n", terminal_text(where(finding)), priority_label(finding.finding),
                    terminal_line(finding.finding.title));
    for (const std::string_view line : base::split_lines(base::trim(finding.finding.body)))
        text += line.empty() ? "\n" : "    " + terminal_text(line) + "\n";
    if (finding.suggestion_block && finding.finding.suggestion) {
        text += "    suggested:\n";
        for (const std::string_view line : base::split_lines(*finding.finding.suggestion))
            text += "    | " + terminal_text(line) + "\n";
    }
    return text;
}

}  // namespace

std::string render_comment(const PlacedFinding& finding) {
    std::string text = fmt::format("**[{}] {}**\n\n", priority_label(finding.finding),
                                   short_line(finding.finding.title));
    std::string tail;
    if (std::holds_alternative<FilePlace>(finding.place))
        tail += fmt::format("<sub>{}</sub>\n\n", code_span(short_where(finding)));
    tail += fmt::format("<!-- codex-action:finding {} -->", finding.fingerprint);
    std::string suggestion;
    if (finding.suggestion_block) {
        suggestion = *finding.suggestion_block + "\n\n";
        // Never cut: what is left of it could be committed with one click.
        if (text.size() + suggestion.size() + tail.size() + kLeastFindingBody > kMaxComment)
            suggestion = fmt::format("{}\n\n", kNoRoomForSuggestion);
    }
    const std::size_t used = text.size() + suggestion.size() + tail.size();
    const std::string body = fitted_body(finding, std::min(kMaxFindingBody, kMaxComment - used));
    if (!body.empty()) text += body + "\n\n";
    return text + suggestion + tail;
}

std::string render_review_body(const Report& report, std::string_view idempotency_marker) {
    return fmt::format("{} {}\n\n{}", state_words(report) + ".", priority_words(report),
                       idempotency_marker);
}

std::string render_summary(const Report& report) {
    return fmt::format("{}\n{}", kSummaryMarker, render_document(report, true));
}

std::string render_job_summary(const Report& report) {
    return render_document(report, false);
}

std::string render_markdown(const Report& report) {
    return render_document(report, false);
}

std::string render_text(const Report& report) {
    std::string text;
    for (const PlacedFinding& finding : report.findings)
        text += render_terminal_finding(finding) + "\n";
    text += terminal_line(state_words(report)) + ".";
    const bool reviewed = !verdict(report).empty();
    if (reviewed) {
        text += fmt::format(" {} Verdict: {}.\n", priority_words(report), verdict(report));
        if (!report.explanation.empty())
            text += "\n" + terminal_text(base::trim(report.explanation)) + "\n\n";
    } else {
        text += " ";
    }
    if (!report.reason.empty()) text += terminal_text(reason_sentence(report)) + "\n";
    if (text.back() != '\n') text += "\n";
    for (const SkippedFile& file : report.skipped) {
        text += fmt::format("{}: {} ({})\n", file.by_default_rule ? "left out" : "NOT REVIEWED",
                            terminal_line(file.path), terminal_line(file.reason));
    }
    for (const std::string& note : report.notes) text += "note: " + terminal_line(note) + "\n";
    if (reviewed) text += coverage_words(report) + "\n";
    std::string cost = usage_words(report.usage);
    if (report.duration.count() > 0)
        cost = base::render_duration(report.duration) + (cost.empty() ? "" : ", ") + cost;
    return cost.empty() ? text : text + cost + "\n";
}

}  // namespace codex::review
