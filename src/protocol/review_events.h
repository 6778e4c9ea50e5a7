// What a review reports on the wire: the form that clients of the original know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json/value.h"

namespace codex::protocol {

/// 1-based, inclusive.
struct ReviewedLines {
    std::uint32_t start = 0;
    std::uint32_t end = 0;
    json::Object extra = {};
    friend bool operator==(const ReviewedLines&, const ReviewedLines&) = default;
};
struct ReviewedPlace {
    std::string absolute_file_path;
    ReviewedLines line_range;
    json::Object extra = {};
    friend bool operator==(const ReviewedPlace&, const ReviewedPlace&) = default;
};
struct ReviewedFinding {
    std::string title;
    std::string body;
    std::optional<double> confidence_score = {};  // 0 to 1
    std::optional<std::int32_t> priority = {};    // 0 (drop everything) to 3 (low)
    ReviewedPlace code_location;
    json::Object extra = {};
    friend bool operator==(const ReviewedFinding&, const ReviewedFinding&) = default;
};
struct ReviewResult {
    std::vector<ReviewedFinding> findings;
    std::string overall_correctness;
    std::string overall_explanation;
    std::optional<double> overall_confidence_score = {};
    json::Object extra = {};
    friend bool operator==(const ReviewResult&, const ReviewResult&) = default;
};
/// Without a result when the review was aborted.
struct ExitedReviewMode {
    std::optional<ReviewResult> review_output = {};
    json::Object extra = {};
    friend bool operator==(const ExitedReviewMode&, const ExitedReviewMode&) = default;
};

}  // namespace codex::protocol
