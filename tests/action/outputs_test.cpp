#include "action/outputs.h"

#include <sys/stat.h>
#include <catch2/catch_test_macros.hpp>

#include "base/file.h"
#include "tests/support/lib/temp_dir.h"

using namespace codex;
using action::Annotation;

namespace {

review::PlacedFinding annotated(int priority, const std::string& path, int line) {
    review::PlacedFinding placed;
    placed.finding.title = "Title";
    placed.finding.body = "Body";
    placed.finding.priority = priority;
    placed.finding.code_location.path = path;
    placed.finding.code_location.line_range = {line, line};
    placed.place = review::InlinePlace{path, protocol::Side::right, {line, line}};
    placed.published = review::PlacedFinding::Published::annotation;
    return placed;
}

}  // namespace

TEST_CASE("an output is a heredoc whose delimiter is random and not in the value") {
    const std::string first = action::render_output("name", "one\nEOF\nname2<<EOF");
    const std::string second = action::render_output("name", "one");
    const auto delimiter = [](const std::string& text) {
        return text.substr(6, text.find('\n') - 6);
    };
    CHECK(first ==
          "name<<" + delimiter(first) + "\none\nEOF\nname2<<EOF\n" + delimiter(first) + "\n");
    CHECK(delimiter(first) != delimiter(second));
    CHECK(delimiter(first).size() == 38);
}

TEST_CASE("data never becomes a workflow command or a property") {
    Annotation annotation{
        Annotation::Level::error,        "a,line=1:b", 3, 5, "100%\n::set-output name=x::y",
        "one\r\n::add-mask::two\x1b[31m"};
    CHECK(action::render_annotation(annotation) ==
          "::error file=a%2Cline=1%3Ab,line=3,endLine=5,title=100%25%0A%3A%3Aset-output "
          "name=x%3A%3Ay::one%0D%0A::add-mask::two[31m");
}

TEST_CASE("annotations keep to what the runner shows, and the end state always has a place") {
    review::Report report;
    report.outcome = review::Outcome::not_reviewed;
    report.reason = "why";
    for (int i = 0; i < 30; ++i) report.findings.push_back(annotated(0, "a.c", i + 1));
    const auto annotations = action::make_annotations(report);
    CHECK(annotations.size() == action::kMaxAnnotationsPerLevel);
    CHECK(annotations.back().message == "why");
}

TEST_CASE("levels follow the priority, and deleted lines have no number") {
    review::Report report;
    report.outcome = review::Outcome::reviewed_findings;
    for (const int priority : {1, 2, 3}) report.findings.push_back(annotated(priority, "a.c", 4));
    report.findings.back().place = review::InlinePlace{"a.c", protocol::Side::left, {4, 4}};
    const auto annotations = action::make_annotations(report);
    REQUIRE(annotations.size() == 3);
    CHECK(annotations[0].level == Annotation::Level::error);
    CHECK(annotations[1].level == Annotation::Level::warning);
    CHECK(annotations[2].level == Annotation::Level::notice);
    CHECK(annotations[1].start_line == 4);
    CHECK(annotations[2].start_line == 0);
}

TEST_CASE("the findings file is written beneath the workspace, masked, and never through a link") {
    const test::TempDir dir;
    base::Redactor redactor;
    redactor.add("secret-of-the-run-123");
    review::Report report;
    report.outcome = review::Outcome::reviewed_clean;
    report.explanation = "it is secret-of-the-run-123";
    SECTION("in a plain workspace") {
        CHECK(action::write_findings_file(dir.path(), report, redactor) ==
              ".codex-action/findings.json");
        const std::string text = base::read_file(dir / ".codex-action/findings.json");
        CHECK(text.find("reviewed-clean") != std::string::npos);
        CHECK(text.find("secret-of-the-run") == std::string::npos);
        CHECK(base::read_file(dir / ".codex-action/.gitignore") == "*\n");
    }
    SECTION("where the pull request put a link") {
        const test::TempDir elsewhere;
        std::filesystem::create_symlink(elsewhere.path(), dir / ".codex-action");
        CHECK(action::write_findings_file(dir.path(), report, redactor).empty());
        CHECK(std::filesystem::is_empty(elsewhere.path()));
    }
    SECTION("where the pull request put a file") {
        test::write_file(dir / ".codex-action", "mine");
        CHECK(action::write_findings_file(dir.path(), report, redactor).empty());
        CHECK(base::read_file(dir / ".codex-action") == "mine");
    }
}

TEST_CASE("outputs and summary go where the runner reads them") {
    const test::TempDir dir;
    const base::Environment environment({{"GITHUB_OUTPUT", (dir / "output").string()},
                                         {"GITHUB_STEP_SUMMARY", (dir / "summary").string()}});
    review::Report report;
    report.outcome = review::Outcome::skipped;
    report.reason = "not for us";
    action::write_outputs(environment, dir.path(), report, base::Redactor());
    CHECK(base::read_file(dir / "output").find("outcome<<codex_") == 0);
    CHECK(base::read_file(dir / "summary").find("Not for us") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(dir / ".codex-action"));
}
