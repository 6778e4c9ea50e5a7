// What the original was observed to do (0.169, as a program of its own), case by case, in the
// `partial` mode; beside it what the default mode makes of the same patch where that differs.
#include <catch2/catch_test_macros.hpp>
#include <optional>

#include "patch/summary.h"
#include "patch_fixture.h"

using namespace codex::patch;
using namespace codex::test;

namespace {

struct Case {
    const char* name;
    std::string before;  // of the file "a"
    std::string chunks;
    std::string after;
    std::string error;
    std::optional<std::string> ours;  // the default mode's text where it is another
};

std::string not_found(const std::string& lines) {
    return "Failed to find expected lines in a:\n" + lines;
}

}  // namespace

TEST_CASE("an update does what was observed") {
    const Case cases[] = {
        {"first chunk without @@", "a\nb\n", " a\n-b\n+B\n", "a\nB\n", "", {}},
        {"bare empty line is an empty context line", "a\n\nb\n", "@@\n a\n\n-b\n", "a\n\n", "", {}},
        {"trailing white space ignored", "a  \nb\n", "@@\n-a\n+x\n", "x\nb\n", "", {}},
        {"leading white space ignored", "    a\nb\n", "@@\n-a\n+x\n", "x\nb\n", "", {}},
        {"dash mapped", "a\u2014b\n", "@@\n-a-b\n+x\n", "x\n", "", {}},
        {"minus sign mapped", "a\u2212b\n", "@@\n-a-b\n+x\n", "x\n", "", {}},
        {"single quotes mapped", "\u2018a\u2019\n", "@@\n-'a'\n+x\n", "x\n", "", {}},
        {"double quotes mapped", "\u201ca\u201d\n", "@@\n-\"a\"\n+x\n", "x\n", "", {}},
        {"no-break space mapped", "a\u00a0b\n", "@@\n-a b\n+x\n", "x\n", "", {}},
        {"mapped in the patch as well", "a-b\n", "@@\n-a\u2013b\n+x\n", "x\n", "", {}},
        {"ellipsis not mapped", "a\u2026\n", "@@\n-a...\n+x\n", "a\u2026\n", not_found("a..."), {}},
        {"inner white space counts", "a  b\n", "@@\n-a b\n+x\n", "a  b\n", not_found("a b"), {}},
        {"an exact match below beats a loose one above",
         "a \nb\na\n",
         "@@\n-a\n+x\n",
         "a \nb\nx\n",
         "",
         {}},
        {"the first of equal places", "a\nb\na\n", "@@\n-a\n+x\n", "x\nb\na\n", "", {}},
        {"chunks in file order",
         "a\nb\n",
         "@@\n-b\n+B\n@@\n-a\n+A\n",
         "a\nb\n",
         not_found("a"),
         {}},
        {"chunks may not overlap",
         "a\nb\nc\n",
         "@@\n a\n-b\n+B\n@@\n b\n-c\n+C\n",
         "a\nb\nc\n",
         not_found("b\nc"),
         {}},
        {"empty last line dropped when not found",
         "a\nb\n",
         "@@\n a\n-b\n+B\n\n",
         "a\nB\n",
         "",
         {}},
        {"empty last line kept when found", "a\n\nb\n", "@@\n-a\n+A\n\n", "A\n\nb\n", "", {}},
        {"end of file pins the match",
         "a\nb\na\n",
         "@@\n-a\n+x\n*** End of File\n",
         "a\nb\nx\n",
         "",
         {}},
        {"end of file tries no other place",
         "a\nb\n",
         "@@\n-a\n+x\n*** End of File\n",
         "a\nb\n",
         not_found("a"),
         {}},
        {"overlapping end of file chunk",
         "a\nb\n",
         "@@\n-a\n-b\n@@\n-b\n+x\n*** End of File\n",
         "a\nb\n",
         not_found("b"),
         {}},
        {"context moves the start", "x\nf\nx\n", "@@ f\n-x\n+y\n", "x\nf\ny\n", "", {}},
        {"context found loosely", "x\n f \nx\n", "@@ f\n-x\n+y\n", "x\n f \ny\n", "", {}},
        {"context is not replaced, lines begin behind it",
         "f\nx\n",
         "@@ f\n f\n-x\n+y\n",
         "f\nx\n",
         not_found("f\nx"),
         {}},
        {"context not found",
         "x\n",
         "@@ g\n-x\n+y\n",
         "x\n",
         "Failed to find context 'g' in a",
         {}},
        {"unified header is context text",
         "x\n",
         "@@ -1,1 +1,1 @@\n-x\n+y\n",
         "x\n",
         "Failed to find context '-1,1 +1,1 @@' in a",
         {}},
        {"addition at the end", "a\nb\n", "@@\n+c\n", "a\nb\nc\n", "", {}},
        {"addition at the end in spite of its context", "a\nb\n", "@@ a\n+c\n", "a\nb\nc\n", "",
         "a\nc\nb\n"},
        {"addition behind a trailing empty line", "a\n\n", "@@\n+c\n", "a\n\nc\n", "", {}},
        {"two additions keep their order", "a\n", "@@\n+b\n@@\n+c\n", "a\nb\nc\n", "", {}},
        {"addition to an empty file", "", "@@\n+a\n", "a\n", "", {}},
        {"loose context line stays as the file has it",
         "  a\nb\n",
         "@@\n a\n-b\n+B\n",
         "  a\nB\n",
         "",
         {}},
        {"no newline at the end gets one", "a\nb", "@@\n-a\n+A\n", "A\nb\n", "", "A\nb"},
        {"no newline at the end, addition", "a", "@@\n+b\n", "a\nb\n", "", "a\nb"},
        {"several newlines at the end stay", "a\n\n\n", "@@\n-a\n+b\n", "b\n\n\n", "", {}},
        {"crlf stays", "a\r\nb\r\n", "@@\n a\n-b\n+B\n+C\n", "a\r\nB\r\nC\r\n", "", {}},
        {"mixed ends stay", "a\r\nb\nc\r\n", "@@\n a\n-b\n+B\n c\n", "a\r\nB\nc\r\n", "", {}},
        {"deletion only", "a\nb\nc\n", "@@\n-b\n", "a\nc\n", "", {}},
        {"several chunks", "a\nb\nc\nd\n", "@@\n-a\n+A\n@@\n-d\n+D\n", "A\nb\nc\nD\n", "", {}},
        {"everything deleted", "a\n", "@@\n-a\n", "", "", {}},
        {"not utf-8", "\xff\n", "@@\n+a\n", "\xff\n",
         "Failed to read file to update a: stream did not contain valid UTF-8", "\xff\na\n"},
        {"blank context text seeks an empty line", "x\n\nx\n", "@@ \n-x\n+y\n", "x\n\ny\n", "",
         "y\n\nx\n"},
    };
    for (const Case& row : cases) {
        INFO(row.name);
        const std::string body = "*** Update File: a\n" + row.chunks;
        CHECK(run_patch({{"a", row.before}}, body, Mode::partial) ==
              Result{{{"a", row.after}}, row.error});
        CHECK(run_patch({{"a", row.before}}, body).files ==
              Files{{"a", row.ours.value_or(row.after)}});
    }
}

TEST_CASE("operations do what was observed") {
    struct Row {
        const char* name;
        Files before;
        std::string body;
        Files after;
        std::string error;
    };
    const Files a = {{"a", "1\n"}};
    const Files both = {{"a", "1\n"}, {"b", "2\n"}};
    const Row rows[] = {
        {"add", {}, "*** Add File: n/m\n+x\n+y\n", {{"n/m", "x\ny\n"}}, ""},
        {"add without lines makes an empty file", {}, "*** Add File: n\n", {{"n", ""}}, ""},
        {"add overwrites", a, "*** Add File: a\n+x\n", {{"a", "x\n"}}, ""},
        {"delete", both, "*** Delete File: a\n", {{"b", "2\n"}}, ""},
        {"delete of nothing", a, "*** Delete File: x\n", a, "Failed to delete file x"},
        {"update of nothing", a, "*** Update File: x\n@@\n+x\n", a,
         "Failed to read file to update x: No such file or directory (os error 2)"},
        {"move", a, "*** Update File: a\n*** Move to: d/b\n@@\n-1\n+2\n", {{"d/b", "2\n"}}, ""},
        {"move overwrites",
         both,
         "*** Update File: a\n*** Move to: b\n@@\n-1\n+3\n",
         {{"b", "3\n"}},
         ""},
        {"nothing to do", a, "", a, "No files were modified."},
        {"move onto itself keeps the file, unlike the original",
         a,
         "*** Update File: a\n*** Move to: a\n@@\n-1\n+2\n",
         {{"a", "2\n"}},
         ""},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        CHECK(run_patch(row.before, row.body, Mode::partial) == Result{row.after, row.error});
        const Result ours = run_patch(row.before, row.body);
        CHECK(ours.files == row.after);
        CHECK(ours.error.starts_with(row.error));
    }
}

TEST_CASE("partial keeps what came before the first failure; the default keeps nothing") {
    const Files files = {{"a", "1\n"}, {"b", "2\n"}};
    const std::string body =
        "*** Update File: a\n@@\n-1\n+one\n*** Update File: b\n@@\n-3\n*** Delete File: a\n";
    CHECK(run_patch(files, body, Mode::partial) ==
          Result{{{"a", "one\n"}, {"b", "2\n"}}, "Failed to find expected lines in b:\n3"});
    CHECK(run_patch(files, body).files == files);
}

TEST_CASE("partial names files absolutely in its failures and takes nothing down as a note") {
    const Files files = {{"a", "1\n1\n"}};
    const PlanOptions options{.roots = {"/r"}, .folder = {}, .mode = Mode::partial};
    const auto failure = [&](const std::string& body) {
        const auto patch = parse_patch(framed(body), options.mode);
        const Plan made = plan(patch, reader_of(files), options);
        CHECK(made.notes.empty());
        return made.failure;
    };
    CHECK(failure("*** Update File: a\n@@\n-2\n") == "Failed to find expected lines in /r/a:\n2");
    CHECK(failure("*** Update File: /r/x\n@@\n-2\n") ==
          "Failed to read file to update /r/x: No such file or directory (os error 2)");
    CHECK(failure("*** Delete File: x\n") == "Failed to delete file /r/x");
    CHECK(failure("*** Update File: a\n@@\n-1\n+2\n") == std::nullopt);
}

TEST_CASE("the summary lists added, changed and removed files, each as often as written") {
    const Files files = {{"u", "1\n"}, {"d", "x\n"}, {"m", "1\n"}};
    const auto patch = parse_patch(
        framed("*** Delete File: d\n*** Update File: u\n@@\n-1\n+2\n*** Add File: n\n+n\n"
               "*** Update File: u\n@@\n-2\n+3\n*** Update File: m\n*** Move to: m2\n@@\n+x\n"));
    CHECK(render_summary(plan(patch, reader_of(files))) ==
          "Success. Updated the following files:\nA n\nM u\nM u\nM m2\nD d\n");
}
