// How a review ended: four end states (and skipped), counts, coverage and verdict, as values for
// every printer.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/items.h"
#include "protocol/review_output.h"
#include "review/anchor.h"

namespace codex::review {

enum class Outcome { reviewed_clean, reviewed_findings, partially_reviewed, not_reviewed, skipped };
std::string_view render(Outcome outcome);  // "reviewed-clean", …

/// A file that was not read, and why: "lock file", "generated (.gitattributes)", "binary", "over
/// the size budget".
struct SkippedFile {
    std::string path;
    std::string reason;
    bool by_default_rule = true;  // false: it should have been read, so the review is partial
    friend bool operator==(const SkippedFile&, const SkippedFile&) = default;
};

/// A finding with its place and, once published, where it went.
struct PlacedFinding {
    protocol::Finding finding;
    Place place;
    std::string fingerprint;  // hexadecimal; same code and title give the same one on every push
    std::optional<std::string> suggestion_block;
    enum class Published { no, inline_comment, file_comment, summary_row, annotation };
    Published published = Published::no;
    std::string note;  // why it is not inline; empty when it is
};

struct Report {
    Outcome outcome = Outcome::not_reviewed;
    std::string reason;  // for skipped, not_reviewed, partially_reviewed: why, one line
    std::optional<std::chrono::seconds> retry_after;
    std::string head_sha;
    std::string base_sha;
    std::vector<PlacedFinding> findings;  // by priority, then path and line
    std::size_t dropped_findings = 0;     // of the model, unreadable; a note each
    std::string explanation;              // the model's overall_explanation as it came
    std::vector<std::string> files_read;
    std::vector<SkippedFile> skipped;
    /// Hidden characters removed, guidance changed by this pull request, dropped findings …
    std::vector<std::string> notes;
    std::vector<std::string> sandbox_layers;
    protocol::TokenUsage usage;
    std::chrono::milliseconds duration{};
    std::string model;
    std::string published = "none";  // inline, annotations, none
    std::string review_url;
    std::string summary_url;
};

/// Its priority; 2 when it names none.
int priority_of(const protocol::Finding& finding);

/// Findings of priority 0, 1, 2, 3; those without a priority count as 2.
std::array<std::size_t, 4> count_by_priority(const std::vector<PlacedFinding>& findings);

/// "patch is incorrect" when there is a P0 or P1, else "patch is correct"; empty unless something
/// was reviewed.
std::string_view verdict(const Report& report);

/// Whether a finding of priority `threshold` or more urgent exists; threshold -1 (none) never.
bool meets_threshold(const Report& report, int threshold);

std::string fingerprint(const protocol::Finding& finding);

}  // namespace codex::review
