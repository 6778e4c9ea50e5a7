// What a review says: the seed's review output, extended by side, quoted code and suggestion.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "json/value.h"

namespace codex::protocol {

/// LEFT is the base text (deleted lines), RIGHT the head text.
enum class Side { left, right };

/// Lines are 1-based and inclusive, end >= start.
struct LineRange {
    int start = 1;
    int end = 1;
    friend bool operator==(const LineRange&, const LineRange&) = default;
};

struct CodeLocation {
    std::string path;  // relative to the repository root, '/' as separator
    Side side = Side::right;
    LineRange line_range;
    friend bool operator==(const CodeLocation&, const CodeLocation&) = default;
};

struct Finding {
    std::string title;
    std::string body;
    std::optional<int> priority;             // 0 (drop everything) to 3 (low)
    std::optional<double> confidence_score;  // 0 to 1
    CodeLocation code_location;
    std::string quoted_code;  // the lines it is about, as the model copied them; may be empty
    std::optional<std::string> suggestion;  // replacement for exactly those lines
    friend bool operator==(const Finding&, const Finding&) = default;
};

struct ReviewOutput {
    std::vector<Finding> findings;
    std::string overall_correctness;  // "patch is correct" or "patch is incorrect": only to inform
    std::string overall_explanation;
    std::optional<double> overall_confidence_score;
    friend bool operator==(const ReviewOutput&, const ReviewOutput&) = default;
};

/// The JSON Schema that the second turn is held to (strict mode of the model API: every property
/// required).
json::Value review_output_schema();

/// A review read leniently: what could be read, and one note for each thing that could not.
struct ParsedReview {
    ReviewOutput output;
    std::vector<std::string> notes;    // "finding 3 was dropped: code_location.path is empty"
    std::size_t dropped_findings = 0;  // with a note each: a review that lost some is not clean
    bool is_structured = false;        // else no review JSON at all: it is in overall_explanation
};

/// Whole text as JSON, else the text of a fence, else from the first '{' to its balanced end. One
/// bad finding costs that finding only; a missing or null priority is no failure; numbers may come
/// as "3" or 3.0; absolute_file_path is understood (made relative by removing `repository_root`),
/// line_range may lack end. Never throws on any text.
ParsedReview parse_review_output(std::string_view text, std::string_view repository_root);

}  // namespace codex::protocol
