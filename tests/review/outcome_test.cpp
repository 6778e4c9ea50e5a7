#include "review/outcome.h"

#include <catch2/catch_test_macros.hpp>

using namespace codex::review;
using codex::protocol::Finding;

namespace {

Report report_of(const std::vector<std::optional<int>>& priorities) {
    Report report;
    report.outcome = Outcome::reviewed_findings;
    for (const auto& priority : priorities) {
        PlacedFinding finding;
        finding.finding.priority = priority;
        report.findings.push_back(finding);
    }
    return report;
}

}  // namespace

TEST_CASE("a finding without a priority counts as P2") {
    const Report report = report_of({0, 1, 1, 2, std::nullopt, 3});
    CHECK(count_by_priority(report.findings) == std::array<std::size_t, 4>{1, 2, 2, 1});
}

TEST_CASE("only P0 and P1 make a patch incorrect") {
    CHECK(verdict(report_of({0})) == "patch is incorrect");
    CHECK(verdict(report_of({3, 1})) == "patch is incorrect");
    CHECK(verdict(report_of({2, 3, std::nullopt})) == "patch is correct");
    CHECK(verdict(report_of({3, 3, 3, 3, 3})) == "patch is correct");
    Report report = report_of({0});
    report.outcome = Outcome::not_reviewed;
    CHECK(verdict(report).empty());
    report.outcome = Outcome::skipped;
    CHECK(verdict(report).empty());
    report.outcome = Outcome::partially_reviewed;
    CHECK(verdict(report) == "patch is incorrect");
}

TEST_CASE("a threshold is met by findings as urgent or more") {
    const Report report = report_of({2, 3});
    CHECK_FALSE(meets_threshold(report, -1));
    CHECK_FALSE(meets_threshold(report, 0));
    CHECK_FALSE(meets_threshold(report, 1));
    CHECK(meets_threshold(report, 2));
    CHECK(meets_threshold(report, 3));
    CHECK_FALSE(meets_threshold(report_of({}), 3));
}

TEST_CASE("a fingerprint depends on path, code and title, not on lines and layout") {
    Finding finding;
    finding.title = "`x` may be null";
    finding.quoted_code = "  if (x) {\n";
    finding.code_location = {"a.c", codex::protocol::Side::right, {5, 5}};
    const std::string print = fingerprint(finding);
    // Stored in comments on GitHub: it must never change between versions.
    CHECK(print == "a50fcb3078976f4b98b8c1c1d2325a74");

    Finding moved = finding;
    moved.code_location.line_range = {50, 51};
    moved.quoted_code = "if(x)\t{";
    moved.title = "X may be  NULL.";
    moved.body = "other words";
    CHECK(fingerprint(moved) == print);

    Finding other_code = finding;
    other_code.quoted_code = "if (y) {";
    Finding other_path = finding;
    other_path.code_location.path = "b.c";
    Finding other_title = finding;
    other_title.title = "y may be null";
    for (const Finding& other : {other_code, other_path, other_title})
        CHECK(fingerprint(other) != print);
}

TEST_CASE("outcomes have the names of the outputs") {
    CHECK(render(Outcome::reviewed_clean) == "reviewed-clean");
    CHECK(render(Outcome::reviewed_findings) == "reviewed-findings");
    CHECK(render(Outcome::partially_reviewed) == "partially-reviewed");
    CHECK(render(Outcome::not_reviewed) == "not-reviewed");
    CHECK(render(Outcome::skipped) == "skipped");
}
