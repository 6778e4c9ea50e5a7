// Everything people read, as pure text: comments, summary comment, job summary, terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "review/outcome.h"

namespace codex::review {

/// Found by this hidden text and our own authorship; never by the text alone.
inline constexpr std::string_view kSummaryMarker = "<!-- codex-action:summary -->";

/// Body of an inline or file-level comment: priority and title, text, suggestion, hidden
/// fingerprint.
std::string render_comment(const PlacedFinding& finding);
/// The review's own body: one line that says what was found, with the hidden idempotency marker.
std::string render_review_body(const Report& report, std::string_view idempotency_marker);
/// The one summary comment: end state, counts, verdict, rows of findings without a line, coverage,
/// cost.
std::string render_summary(const Report& report);
std::string render_job_summary(const Report& report);
/// `review` in a terminal: findings as "path:line: [P1] title", then text; no escape sequences.
std::string render_text(const Report& report);
std::string render_markdown(const Report& report);
/// The JSON of findings_file and --format json.
std::string render_json(const Report& report);

}  // namespace codex::review
