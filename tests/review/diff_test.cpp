#include "review/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <sstream>

#include "base/error.h"
#include "base/text.h"
#include "review/diff_header.h"
#include "tests/review/golden.h"
#include "tests/review/random_diff.h"
#include "tests/support/lib/git_repo.h"
#include "tests/support/lib/temp_dir.h"

using namespace codex;
using namespace codex::review;
using protocol::Side;

namespace {

// "old new mark text", one line each: what a file's diff holds.
std::string show(const FileDiff& file) {
    std::string text;
    for (const DiffLine& line : file.lines) {
        const char mark = line.kind == LineKind::added     ? '+'
                          : line.kind == LineKind::deleted ? '-'
                                                           : ' ';
        text += fmt::format("{} {} {}{}\n", line.old_number, line.new_number, mark, line.text);
    }
    return text;
}

std::string error_of(const std::string& patch) {
    try {
        parse_file_patch("a.txt", "a.txt", patch);
    } catch (const base::Error& error) {
        return error.what();
    }
    return {};
}

std::string paths_of(const std::vector<FileDiff>& files) {
    std::string text;
    for (const FileDiff& file : files)
        text += fmt::format("{}|{}|{}\n", file.old_path, file.new_path, file.hunks.size());
    return text;
}

}  // namespace

TEST_CASE("a patch without headers gives its lines with both numbers") {
    const FileDiff file = parse_file_patch("a.c", "a.c",
                                           "@@ -1,3 +1,4 @@ int main()\n one\n-two\n+2\n+2b\n "
                                           "three\n@@ -10 +11,0 @@\n-ten\n");
    CHECK(show(file) == "1 1  one\n2 0 -two\n0 2 +2\n0 3 +2b\n3 4  three\n10 0 -ten\n");
    REQUIRE(file.hunks.size() == 2);
    CHECK(file.hunks[0].heading == "int main()");
    CHECK(file.hunks[1].first == 5);
    CHECK(file.hunks[1].count == 1);
}

TEST_CASE("only a newline ends a line of a diff") {
    const FileDiff file = parse_file_patch(
        "a", "a",
        "@@ -1,2 +1,3 @@\n a\fb\n+c\x0B\xC2\x85\xE2\x80\xA8 d\n x\ry\r\n\\ No newline at end of "
        "file\n");
    CHECK(show(file) == "1 1  a\fb\n0 2 +c\x0B\xC2\x85\xE2\x80\xA8 d\n2 3  x\ry\r\n");
}

TEST_CASE("a mark of a missing last newline is no line, on either side") {
    const FileDiff file = parse_file_patch("a", "a",
                                           "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"
                                           "\\ Kein Zeilenumbruch am Dateiende.\n");
    CHECK(show(file) == "1 0 -a\n0 1 +a\n");
}

TEST_CASE("an empty context line that lost its blank keeps the numbers right") {
    CHECK(show(parse_file_patch("a", "a", "@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n")) ==
          "1 1  a\n2 2  \n3 0 -b\n0 3 +c\n");
}

TEST_CASE("code that looks like a diff is content") {
    CHECK(show(parse_file_patch("a", "a",
                                "@@ -1,2 +1,2 @@\n--- a/x\n-@@ -1 +1 @@\n+++ b/x\n+diff --git a/x "
                                "b/x\n")) ==
          "1 0 --- a/x\n2 0 -@@ -1 +1 @@\n0 1 +++ b/x\n0 2 +diff --git a/x b/x\n");
}

TEST_CASE("a patch whose counts and lines disagree is refused with the line") {
    struct Sample {
        std::string patch;
        std::string part;
    };
    const std::vector<Sample> samples = {
        {"@@ -1,2 +1,2 @@\n a\n", "the patch ends in the hunk of line 1"},
        {"@@ -1 +1,2 @@\n a\n b\n", "a.txt: line 3 of the patch: a context line too many"},
        {"@@ -1 +1 @@\n-a\n-b\n", "a deleted line too many"},
        {"@@ -1 +1 @@\n+a\n+b\n", "an added line too many"},
        {"@@ -1 +1 @@\n a\n b\n", "line 3 of the patch: expected a hunk header"},
        {"@@ -1,2 +1,2 @@\n a\nb\n", "line 3 of the patch: a line without a mark"},
        {"@@ -0,1 +1 @@\n a\n", "starts at line 0"},
        {"@@ -2147483647,9 +1 @@\n", "too large"},
        {"@@ -5 +5 @@\n a\n@@ -3 +9 @@\n b\n", "overlap or are out of order"},
        {"@@ -1 +1 @@\n a\n@@ bad @@\n", "expected a hunk header"},
        {"@@ -1 +1 @@\n a\ndiff --git a/b b/b\n@@ -1 +1 @@\n a\n", "a second file"},
        {"@@@ -1,2 -1,2 +1,2 @@@\n", "combined"},
    };
    for (const Sample& sample : samples) {
        INFO(sample.patch);
        const std::string error = error_of(sample.patch);
        INFO(error);
        CHECK(error.find(sample.part) != std::string::npos);
    }
}

TEST_CASE("bytes that are no UTF-8 and NUL stay within their line") {
    const FileDiff file =
        parse_file_patch("a", "a", std::string("@@ -0,0 +1,2 @@\n+a\xFF-\n+c") + '\0' + "d\n");
    REQUIRE(file.lines.size() == 2);
    CHECK(file.lines[0].text == "a\xEF\xBF\xBD-");
    CHECK(file.lines[1].text == std::string_view("c\0d", 3));
}

TEST_CASE("lines of a copied file stay valid when the original is gone") {
    FileDiff copy;
    {
        auto file = std::make_unique<FileDiff>(parse_file_patch("a", "a", "@@ -0,0 +1 @@\n+x\n"));
        copy = *file;
    }
    CHECK(copy.lines.at(0).text == "x");
}

TEST_CASE("quoted paths are unquoted") {
    CHECK(unquote_path("\"a/\\303\\244.txt\"") == "a/\xC3\xA4.txt");
    CHECK(unquote_path("\"tab\\there \\\"q\\\" back\\\\slash\\n\"") ==
          "tab\there \"q\" back\\slash\n");
    CHECK(unquote_path("plain") == "plain");
    CHECK(unquote_path("\"open\\") == "open\\");
    std::size_t end = 0;
    CHECK(unquote_path("\"a b\" rest", &end) == "a b");
    CHECK(end == 5);
}

TEST_CASE("headers name both paths, whatever way they are written") {
    struct Sample {
        std::string header;
        std::string old_path;
        std::string new_path;
    };
    const std::vector<Sample> samples = {
        {"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n", "x", "x"},
        {"diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n", "", "x"},
        {"diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n", "x", ""},
        {"diff --git a/x b/x\nnew file mode 100644\nindex 000..e69\n", "", "x"},
        {"diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", "x", "x"},
        {"diff --git a/a b/c b/a b/c\nold mode 100644\nnew mode 100755\n", "a b/c", "a b/c"},
        {"diff --git a/o b/n\nsimilarity index 90%\nrename from o\nrename to n\n", "o", "n"},
        {"diff --git a/o b/n\ncopy from o\ncopy to \"n\\303\\244\"\n", "o", "n\xC3\xA4"},
        {"diff --git a/x y b/x y\n--- a/x y\t\n+++ b/x y\t\n", "x y", "x y"},
        {"diff --git \"a/\\303\\244\" \"b/\\303\\244\"\nBinary files differ\n", "\xC3\xA4",
         "\xC3\xA4"},
        {"diff --git i/x w/x\n--- i/x\n+++ w/x\n", "x", "x"},
        {"diff --git src/x src/x\n--- src/x\n+++ src/x\n", "src/x", "src/x"},
        {"diff --git a/x a/x\n--- a/x\n+++ a/x\n", "a/x", "a/x"},
        {"--- a/x\n+++ b/x\n@@ -1 +1 @@\n", "x", "x"},
        {"diff --git a/x b/x\r\n--- a/x\r\n+++ b/x\r\n", "x", "x"},
    };
    for (const Sample& sample : samples) {
        INFO(sample.header);
        const PatchPaths paths = parse_patch_paths(sample.header);
        CHECK(paths.old_path == sample.old_path);
        CHECK(paths.new_path == sample.new_path);
    }
    CHECK_THROWS_AS(parse_patch_paths("diff --git \n"), base::Error);
}

TEST_CASE("a real diff of git is split into its files", "[slow]") {
    test::TempDir folder;
    test::GitRepo repo(folder.path());
    std::string long_text;
    for (int i = 0; i < 40; ++i) long_text += fmt::format("line {}\n", i);
    repo.write("changed.txt", long_text);
    repo.write("renamed old.txt", long_text);
    repo.write("pure.txt", "only the name changes\n" + long_text + long_text);
    repo.write("deleted.txt", "gone\n");
    repo.write("mode.sh", "#!/bin/sh\n");
    repo.write("bin.dat", std::string("\0\1\2", 3));
    repo.commit("base");
    std::string changed = long_text;
    changed.replace(changed.find("line 3\n"), 7, "LINE 3\n");
    changed += "no newline";
    repo.write("changed.txt", changed);
    repo.git({"mv", "renamed old.txt", "renamed \xC3\xA4 new.txt"});
    repo.write("renamed \xC3\xA4 new.txt", long_text + "more\n");
    repo.git({"mv", "pure.txt", "sub b.txt"});
    repo.git({"rm", "-q", "deleted.txt"});
    repo.git({"update-index", "--chmod=+x", "mode.sh"});
    repo.write("bin.dat", std::string("\0\1\3", 3));
    repo.write("empty.txt", "");
    repo.write("dir/added \"q\".txt", "new\r\n\fpage\n");
    repo.git({"add", "-A", ":!mode.sh"});
    for (const char* quote : {"core.quotePath=true", "core.quotePath=false"}) {
        INFO(quote);
        const auto files = parse_unified_diff(
            repo.git({"-c", quote, "diff", "--cached", "-M", "--binary"}) + "\n");
        CHECK(paths_of(files) ==
              "bin.dat|bin.dat|0\nchanged.txt|changed.txt|2\ndeleted.txt||1\n"
              "|dir/added \"q\".txt|1\n|empty.txt|0\nmode.sh|mode.sh|0\n"
              "renamed old.txt|renamed \xC3\xA4 new.txt|1\npure.txt|sub b.txt|0\n");
        CHECK(show(files.at(3)) == "0 1 +new\r\n0 2 +\fpage\n");
    }
}

TEST_CASE("text before the first file is skipped, text that is no diff is refused") {
    CHECK(paths_of(parse_unified_diff("commit 123\n\n    words\n\ndiff --git a/x b/x\n--- a/x\n+++ "
                                      "b/x\n@@ -1 +1 @@\n-a\n+b\n")) == "x|x|1\n");
    CHECK(parse_unified_diff("").empty());
    CHECK(parse_unified_diff("\n \n").empty());
    CHECK_THROWS_AS(parse_unified_diff("no diff at all\n"), base::Error);
}

TEST_CASE("a line is found on its side only, and not between hunks") {
    const FileDiff file = parse_file_patch("a", "a",
                                           "@@ -3,3 +3,4 @@\n c\n-d\n+D\n+D2\n e\n@@ -10,0 +12,2 "
                                           "@@\n+x\n+y\n@@ -20,2 +23,0 @@\n-p\n-q\n");
    const auto text = [&](Side side, int number) -> std::string {
        const auto found = find_line(file, side, number);
        return found ? fmt::format("{}:{}", found->hunk, file.lines[found->line].text) : "none";
    };
    CHECK(text(Side::left, 2) == "none");
    CHECK(text(Side::left, 3) == "0:c");
    CHECK(text(Side::left, 4) == "0:d");
    CHECK(text(Side::left, 5) == "0:e");
    CHECK(text(Side::left, 6) == "none");
    CHECK(text(Side::left, 10) == "none");
    CHECK(text(Side::left, 21) == "2:q");
    CHECK(text(Side::right, 4) == "0:D");
    CHECK(text(Side::right, 6) == "0:e");
    CHECK(text(Side::right, 7) == "none");
    CHECK(text(Side::right, 13) == "1:y");
    CHECK(text(Side::right, 23) == "none");
    CHECK(text(Side::right, 24) == "none");
    CHECK(text(Side::right, 0) == "none");
    CHECK(text(Side::right, -1) == "none");
}

TEST_CASE("a numbered diff shows both numbers and cuts very long lines", "[slow]") {
    const FileDiff file = parse_file_patch(
        "a.js", "a.js",
        "@@ -9,2 +9,3 @@ function f()\n a\n-b\n+B\n+" + std::string(5'000'000, 'x') + "\n");
    const std::string text = render_numbered(file);
    CHECK(text ==
          "@@ -9,2 +9,3 @@ function f()\n     9      9   a\n    10        - b\n           10 + B\n"
          "           11 + " +
              std::string(kMaxNumberedLine, 'x') +
              " [… 4999000 more bytes of this line are not shown]\n");
    CHECK(numbered_size(file, file.hunks[0]) >= text.size());
}

TEST_CASE("a random change is read back line by line") {
    test::RandomDiff random(1);
    for (int round = 0; round < 100; ++round) {
        const test::RandomChange change = random.change(60);
        INFO(change.patch);
        const FileDiff file = parse_file_patch("f", "f", change.patch);
        std::size_t size = 0;
        for (const Hunk& hunk : file.hunks) size += numbered_size(file, hunk);
        CHECK(size >= render_numbered(file).size());
        for (const DiffLine& line : file.lines) {
            if (line.kind != LineKind::added)
                REQUIRE(change.old_lines.at(static_cast<std::size_t>(line.old_number) - 1) ==
                        line.text);
            if (line.kind != LineKind::deleted)
                REQUIRE(change.new_lines.at(static_cast<std::size_t>(line.new_number) - 1) ==
                        line.text);
        }
        for (int number = 0; number <= static_cast<int>(change.new_lines.size()) + 1; ++number) {
            const auto found = find_line(file, Side::right, number);
            const auto expected = std::find_if(
                file.lines.begin(), file.lines.end(),
                [&](const DiffLine& line) { return number > 0 && line.new_number == number; });
            REQUIRE(found.has_value() == (expected != file.lines.end()));
            if (found) REQUIRE(&file.lines[found->line] == &*expected);
        }
    }
}

TEST_CASE("random text is parsed or refused, never more") {
    std::mt19937 random(7);
    const std::vector<std::string> pieces = {"@@ -1,2 +1,2 @@",
                                             "@@ -",
                                             "@@",
                                             "\n",
                                             "+",
                                             "-",
                                             " ",
                                             "\\ No newline",
                                             "diff --git ",
                                             "a/x b/x",
                                             "--- a/x",
                                             "+++ b/x",
                                             "rename from x",
                                             "\"\\303",
                                             "\xFF",
                                             "0",
                                             "9999999999",
                                             "@@ -1 +1 @@\n",
                                             "new file mode",
                                             "\r",
                                             "Binary files",
                                             "GIT binary patch"};
    std::size_t parsed = 0;
    for (int round = 0; round < 1000; ++round) {
        std::string text;
        for (int i = std::uniform_int_distribution<int>(0, 25)(random); i > 0; --i)
            text += pieces[random() % pieces.size()];
        try {
            for (const FileDiff& file : parse_unified_diff(text)) parsed += 1 + file.lines.size();
        } catch (const base::Error&) {
            continue;
        }
    }
    CHECK(parsed > 0);
}
