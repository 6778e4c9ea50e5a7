#include "review/anchor.h"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>

#include "base/text.h"
#include "review/fold.h"
#include "tests/review/random_diff.h"

using namespace codex;
using namespace codex::review;
using protocol::Finding;
using protocol::Side;

namespace {

// Base: lines 1 to 30 "line N"; head: line 5 and 6 replaced by three lines, line 20 gone.
struct Fixture {
    std::string old_text;
    std::string new_text;
    std::vector<FileDiff> files;
    bool has_texts = true;

    Fixture() {
        for (int i = 1; i <= 30; ++i) {
            const std::string line = fmt::format("  line {};\n", i);
            old_text += line;
            if (i == 5) {
                new_text += "  five();\n    if (x) {\n  }\n";
            } else if (i != 6 && i != 20) {
                new_text += line;
            }
        }
        files.push_back(parse_file_patch(
            "src/old.c", "src/new.c",
            "@@ -3,6 +3,7 @@\n   line 3;\n   line 4;\n-  line 5;\n-  line 6;\n+  five();\n+    if "
            "(x) {\n+  }\n   line 7;\n   line 8;\n@@ -18,5 +19,4 @@\n   line 18;\n   line 19;\n-  "
            "line 20;\n   line 21;\n   line 22;\n"));
        files.push_back(parse_file_patch("gone.c", "", "@@ -1,2 +0,0 @@\n-int a;\n-int b;\n"));
    }

    FileReader reader() const {
        return [this](Side side, std::string_view path) -> std::optional<std::string> {
            if (!has_texts) return std::nullopt;
            if (path == "gone.c") return "int a;\nint b;\n";
            if (side == Side::left && path == "src/old.c") return old_text;
            if (side == Side::right && path == "src/new.c") return new_text;
            return std::nullopt;
        };
    }

    std::string place(const std::string& path, Side side, int start, int end,
                      const std::string& quote) const {
        Finding finding;
        finding.title = "t";
        finding.code_location = {path, side, {start, end}};
        finding.quoted_code = quote;
        Anchorer anchorer(files, reader());
        const Place place = anchorer.place(finding);
        if (const auto* lines = std::get_if<InlinePlace>(&place)) {
            return fmt::format("{}:{}:{}-{}", lines->path, lines->side == Side::left ? "L" : "R",
                               lines->lines.start, lines->lines.end);
        }
        if (const auto* file = std::get_if<FilePlace>(&place))
            return fmt::format("file {}: {}", file->path, file->reason);
        return "summary: " + std::get<SummaryPlace>(place).reason;
    }
};

}  // namespace

TEST_CASE("a finding is placed where its quoted code stands") {
    const Fixture f;
    struct Sample {
        const char* what;
        std::string path;
        Side side;
        int start, end;
        std::string quote;
        std::string place;
    };
    const Side left = Side::left;
    const Side right = Side::right;
    const std::vector<Sample> samples = {
        {"the stated line", "src/new.c", right, 5, 5, "  five();", "src/new.c:R:5-5"},
        {"several lines", "src/new.c", right, 5, 7, "  five();\n    if (x) {\n  }\n",
         "src/new.c:R:5-7"},
        {"a wrong number", "src/new.c", right, 29, 29, "  five();", "src/new.c:R:5-5"},
        {"other white space", "src/new.c", right, 6, 6, "if(x){", "src/new.c:R:6-6"},
        {"a CR at the end", "src/new.c", right, 5, 5, "  five();\r\n", "src/new.c:R:5-5"},
        {"blank lines around", "src/new.c", right, 5, 5, "\n\n  five();\n\n", "src/new.c:R:5-5"},
        {"a fence around", "src/new.c", right, 5, 5, "```c\n  five();\n```", "src/new.c:R:5-5"},
        {"marks of the diff", "src/new.c", right, 5, 6, "+  five();\n+    if (x) {",
         "src/new.c:R:5-6"},
        {"marks of deleted lines", "src/new.c", right, 5, 6, "-  line 5;\n-  line 6;",
         "src/new.c:L:5-6"},
        {"an unchanged line", "src/new.c", right, 8, 8, "  line 7;", "src/new.c:R:8-8"},
        {"a deleted line", "src/old.c", left, 20, 20, "  line 20;", "src/new.c:L:20-20"},
        {"a deleted line by the new path", "src/new.c", left, 5, 6, "  line 5;\n  line 6;",
         "src/new.c:L:5-6"},
        {"a deleted line called RIGHT", "src/new.c", right, 20, 20, "  line 20;",
         "src/new.c:L:20-20"},
        {"an added line called LEFT", "src/old.c", left, 5, 5, "five();", "src/new.c:R:5-5"},
        {"an unchanged line called LEFT", "src/old.c", left, 7, 8, "  line 7;\n  line 8;",
         "src/new.c:R:8-9"},
        {"a deleted file", "gone.c", left, 1, 1, "int b;", "gone.c:L:2-2"},
        {"a deleted file, called RIGHT", "gone.c", right, 2, 2, "int b;", "gone.c:L:2-2"},
        {"a part of the stated line", "src/new.c", right, 19, 19, "line 18;", "src/new.c:R:19-19"},
        {"outside the diff", "src/new.c", right, 13, 13, "  line 12;",
         "file src/new.c: line 13 is outside the diff"},
        {"across the end of a hunk", "src/new.c", right, 9, 10, "  line 8;\n  line 9;",
         "file src/new.c: lines 9-10 are outside the diff"},
        {"not in the file", "src/new.c", right, 5, 5, "nowhere();",
         "file src/new.c: the quoted code is not in the file"},
        {"no quote, lines in the diff", "src/new.c", right, 5, 6, "", "src/new.c:R:5-6"},
        {"no quote, deleted lines", "src/new.c", left, 5, 6, " \n", "src/new.c:L:5-6"},
        {"no quote, one line outside", "src/new.c", right, 9, 10, "",
         "file src/new.c: lines 9-10 are outside the diff"},
        {"no quote, two hunks", "src/new.c", right, 9, 19, "",
         "file src/new.c: lines 9-19 are outside the diff"},
        {"no quote, far away", "src/new.c", right, 4000, 4000, "",
         "file src/new.c: line 4000 is outside the diff"},
        {"./ before the path", "./src/new.c", right, 5, 5, "  five();", "src/new.c:R:5-5"},
        {"b/ before the path", "b/src/new.c", right, 5, 5, "  five();", "src/new.c:R:5-5"},
        {"a slash before the path", "/src/new.c", right, 5, 5, "", "src/new.c:R:5-5"},
        {"the old path of a renamed file", "src/old.c", right, 5, 5, "  five();",
         "src/new.c:R:5-5"},
        {"an absolute path of elsewhere", "/github/workspace/src/new.c", right, 5, 5, "  five();",
         "src/new.c:R:5-5"},
        {"an absolute path without a quote", "/github/workspace/src/new.c", right, 5, 5, "",
         "summary: /github/workspace/src/new.c is not in the diff"},
        {"a path with more before", "lib/src/new.c", right, 5, 5, "  five();",
         "summary: lib/src/new.c is not in the diff"},
        {"an unknown path", "src/other.c", right, 5, 5, "  five();",
         "summary: src/other.c is not in the diff"},
    };
    for (const Sample& sample : samples) {
        INFO(sample.what);
        CHECK(f.place(sample.path, sample.side, sample.start, sample.end, sample.quote) ==
              sample.place);
    }
}

TEST_CASE("without the file's text the lines of the diff decide") {
    Fixture f;
    f.has_texts = false;
    CHECK(f.place("src/new.c", Side::right, 9, 9, "  five();") == "src/new.c:R:5-5");
    CHECK(f.place("src/new.c", Side::left, 20, 20, "line 20;") == "src/new.c:L:20-20");
    CHECK(f.place("src/new.c", Side::right, 9, 9, "line 12;") ==
          "file src/new.c: the quoted code is not in the file");
}

TEST_CASE("of several places the nearest in the stated line's hunk is taken, never a far one") {
    std::string text;
    std::string patch = "@@ -0,0 +1,40 @@\n";
    for (int i = 1; i <= 40; ++i) {
        const std::string line = i % 10 == 0 ? "}" : fmt::format("line {}", i);
        text += line + "\n";
        patch += "+" + line + "\n";
    }
    for (int i = 41; i <= 100; ++i) text += i % 10 == 0 ? "}\n" : fmt::format("line {}\n", i);
    const std::vector<FileDiff> files = {parse_file_patch("", "a", patch)};
    Anchorer anchorer(files, [&](Side, std::string_view) { return std::optional(text); });
    Finding finding;
    finding.quoted_code = "}";
    const auto place = [&](int line) {
        finding.code_location = {"a", Side::right, {line, line}};
        return anchorer.place(finding);
    };
    CHECK(place(20) == Place(InlinePlace{"a", Side::right, {20, 20}}));
    CHECK(place(22) == Place(InlinePlace{"a", Side::right, {20, 20}}));
    CHECK(place(26) == Place(InlinePlace{"a", Side::right, {30, 30}}));
    CHECK(place(25) == Place(InlinePlace{"a", Side::right, {20, 20}}));
    CHECK(place(70) == Place(FilePlace{"a", "line 70 is outside the diff"}));
    CHECK(place(75) == Place(FilePlace{"a",
                                       "the quoted code stands 10 times in the file, none of "
                                       "them near line 75"}));
}

TEST_CASE("code at the stated line, but for white space, beats the same code elsewhere") {
    const std::string text = "return None\nx = 1\n    return None\n";
    const std::vector<FileDiff> files = {
        parse_file_patch("", "f.py", "@@ -0,0 +1,3 @@\n+return None\n+x = 1\n+    return None\n")};
    Anchorer anchorer(files, [&](Side, std::string_view) { return std::optional(text); });
    for (const char* quote : {"return None", "    return None"}) {
        Finding finding;
        finding.code_location = {"f.py", Side::right, {3, 3}};
        finding.quoted_code = quote;
        CHECK(anchorer.place(finding) == Place(InlinePlace{"f.py", Side::right, {3, 3}}));
    }
}

TEST_CASE("a text of another commit than the diff gives no inline place") {
    const std::vector<FileDiff> files = {parse_file_patch("a", "a", "@@ -1 +1 @@\n-x\n+y\n")};
    Anchorer anchorer(files,
                      [](Side, std::string_view) { return std::optional<std::string>("z\n"); });
    Finding finding;
    finding.quoted_code = "z";
    finding.code_location = {"a", Side::right, {1, 1}};
    CHECK(anchorer.place(finding) ==
          Place(FilePlace{"a", "the file's text and the diff disagree"}));
}

TEST_CASE("invisible characters do not keep a quote from its line") {
    const std::vector<FileDiff> files = {
        parse_file_patch("a", "a", "@@ -0,0 +1 @@\n+\xEF\xBB\xBFint a\xC2\xA0=\xE2\x80\x8B 1;\n")};
    Anchorer anchorer(files, nullptr);
    Finding finding;
    finding.quoted_code = "int a = 1;";
    finding.code_location = {"a", Side::right, {7, 7}};
    CHECK(anchorer.place(finding) == Place(InlinePlace{"a", Side::right, {1, 1}}));
}

TEST_CASE("a copy does not take the deleted lines of its original") {
    const std::vector<FileDiff> files = {
        parse_file_patch("a", "copy", "@@ -1 +1 @@\n-x\n+copied\n"),
        parse_file_patch("a", "a", "@@ -1 +1 @@\n-x\n+y\n")};
    Anchorer anchorer(files, nullptr);
    Finding finding;
    finding.quoted_code = "x";
    finding.code_location = {"a", Side::left, {1, 1}};
    CHECK(anchorer.place(finding) == Place(InlinePlace{"a", Side::left, {1, 1}}));
}

TEST_CASE("each file is read once") {
    const Fixture f;
    int reads = 0;
    const FileReader reader = f.reader();
    Anchorer anchorer(f.files, [&](Side side, std::string_view path) {
        ++reads;
        return reader(side, path);
    });
    Finding finding;
    finding.quoted_code = "  five();";
    finding.code_location = {"src/new.c", Side::right, {5, 5}};
    for (int i = 0; i < 50; ++i) anchorer.place(finding);
    CHECK(reads == 1);
}

TEST_CASE("an inline place is always made of diff lines that hold the quoted code") {
    test::RandomDiff random(3);
    int inline_places = 0;
    int exact_hits = 0;
    for (int round = 0; round < 30; ++round) {
        const test::RandomChange change = random.change(80);
        const std::vector<FileDiff> files = {parse_file_patch("f", "f", change.patch)};
        const bool has_texts = random.number(0, 3) != 0;
        Anchorer anchorer(files, [&](Side side, std::string_view) -> std::optional<std::string> {
            if (!has_texts) return std::nullopt;
            return test::join_lines(side == Side::left ? change.old_lines : change.new_lines);
        });
        for (int i = 0; i < 20; ++i) {
            const Side side = random.number(0, 1) == 0 ? Side::left : Side::right;
            const auto& lines = side == Side::left ? change.old_lines : change.new_lines;
            if (lines.empty()) continue;
            const int start = random.number(1, static_cast<int>(lines.size()));
            const int end = std::min(static_cast<int>(lines.size()), start + random.number(0, 3));
            Finding finding;
            for (int line = start; line <= end; ++line)
                finding.quoted_code += lines[static_cast<std::size_t>(line) - 1] + "\n";
            const int offset = random.number(-3, 3);
            finding.code_location = {
                "f", side, {std::max(1, start + offset), std::max(1, end + offset)}};
            std::vector<std::string> quote;
            for (const std::string_view line : base::split_lines(finding.quoted_code))
                quote.push_back(fold_line(line));
            while (!quote.empty() && quote.back().empty()) quote.pop_back();
            while (!quote.empty() && quote.front().empty()) quote.erase(quote.begin());
            if (quote.empty()) continue;

            const Place place = anchorer.place(finding);
            REQUIRE_FALSE(std::holds_alternative<SummaryPlace>(place));
            const auto* found = std::get_if<InlinePlace>(&place);
            if (found == nullptr) continue;
            ++inline_places;
            INFO(change.patch);
            INFO(finding.quoted_code);
            REQUIRE(found->lines.end - found->lines.start + 1 == static_cast<int>(quote.size()));
            std::optional<std::size_t> hunk;
            for (std::size_t k = 0; k < quote.size(); ++k) {
                const int number = found->lines.start + static_cast<int>(k);
                const auto at = find_line(files[0], found->side, number);
                REQUIRE(at.has_value());
                REQUIRE(fold_line(files[0].lines[at->line].text) == quote[k]);
                REQUIRE((!hunk || *hunk == at->hunk));
                hunk = at->hunk;
            }
            if (found->lines.start == start && found->side == side) ++exact_hits;
        }
    }
    CHECK(inline_places > 80);
    CHECK(exact_hits > 50);
}
