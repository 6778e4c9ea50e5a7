#include "patch/plan.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <utility>

#include "patch/summary.h"
#include "patch_fixture.h"
#include "tests/support/lib/text.h"

using namespace codex::patch;
using namespace codex::test;

namespace {

Plan plan_of(const Files& files, const std::string& body, const PlanOptions& options = {}) {
    return plan(parse_patch(framed(body), options.mode), reader_of(files), options);
}

std::string update(const std::string& chunks) {
    return "*** Update File: a\n" + chunks;
}

}  // namespace

TEST_CASE("a plan holds each file's old and new text, its diff and what is to be said") {
    const Files files = {{"a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n"}, {"b", "b\n"}, {"gone", "g\n"}};
    const Plan made = plan_of(files,
                              "*** Add File: ./new\n+n\n*** Update File: a\n@@\n-5\n+five\n"
                              "*** Update File: b\n*** Move to: sub/../c\n@@\n b\n+more\n"
                              "*** Delete File: gone\n");
    Plan expected;
    expected.changes = {
        {Operation::add, "new", {}, "./new", {}, "n\n", {}, "@@ -0,0 +1 @@\n+n\n"},
        {Operation::update,
         "a",
         {},
         "a",
         files.at("a"),
         "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
         {},
         "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"},
        {Operation::update,
         "b",
         "c",
         "sub/../c",
         "b\n",
         "b\nmore\n",
         {},
         "@@ -1 +1,2 @@\n b\n+more\n"},
        {Operation::remove, "gone", {}, "gone", "g\n", {}, {}, "@@ -1 +0,0 @@\n-g\n"},
    };
    CHECK(made == expected);
    CHECK(render_summary(made) ==
          "Success. Updated the following files:\nA ./new\nM a\nM sub/../c\nD gone\n");
    CHECK(render_diff(made) ==
          "diff --git a/new b/new\nnew file mode 100644\n--- /dev/null\n+++ b/new\n"
          "@@ -0,0 +1 @@\n+n\n"
          "diff --git a/a b/a\n--- a/a\n+++ b/a\n"
          "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
          "diff --git a/b b/c\nrename from b\nrename to c\n--- a/b\n+++ b/c\n"
          "@@ -1 +1,2 @@\n b\n+more\n"
          "diff --git a/gone b/gone\ndeleted file mode 100644\n--- a/gone\n+++ /dev/null\n"
          "@@ -1 +0,0 @@\n-g\n");
}

TEST_CASE("chunks are placed as the table says in the default mode") {
    struct Row {
        const char* what;
        std::string before;
        std::string chunks;
        std::string expected;
    };
    const Row rows[] = {
        {"exact", "a\nb\nc\n", "@@\n a\n-b\n+B\n c\n", "a\nB\nc\n"},
        {"no header", "a\nb\n", "-b\n+B\n", "a\nB\n"},
        {"blanks behind", "a  \nb\t\n", "@@\n a\n-b\n+B\n", "a  \nB\n"},
        {"both ends", "  if x:\n\tgo\n", "@@\n if x:\n-go\n+stop\n", "  if x:\nstop\n"},
        {"typographic", "caf\u00e9 \u2013 \u201cx\u201d\u00a0y\nz\n",
         "@@\n caf\u00e9 - \"x\" y\n-z\n+Z\n", "caf\u00e9 \u2013 \u201cx\u201d\u00a0y\nZ\n"},
        {"exact below beats loose above", "  x\nx\n", "@@\n-x\n+y\n", "  x\ny\n"},
        {"first of two", "x\na\nx\n", "@@\n-x\n+y\n", "y\na\nx\n"},
        {"behind the hunk before", "x\na\nx\n", "@@\n x\n-a\n+A\n@@\n-x\n+y\n", "x\nA\ny\n"},
        {"behind the context", "x\nf:\nx\n", "@@ f:\n-x\n+y\n", "x\nf:\ny\n"},
        {"context, loosely", "x\n  f:  \nx\n", "@@ f:\n-x\n+y\n", "x\n  f:  \ny\n"},
        {"context chain", "f\nx\nA\ng\nx\nf\nx\n", "@@ A\n@@ f\n-x\n+y\n", "f\nx\nA\ng\nx\nf\ny\n"},
        {"end of file", "x\na\nx\n", "@@\n-x\n+y\n*** End of File\n", "x\na\ny\n"},
        {"addition at the end", "a\nb\n", "@@\n+c\n+d\n", "a\nb\nc\nd\n"},
        {"addition behind its context", "a\nb\nc\n", "@@ a\n+x\n", "a\nx\nb\nc\n"},
        {"addition with context and end of file", "a\nb\n", "@@ a\n+x\n*** End of File\n",
         "a\nb\nx\n"},
        {"addition to an empty file", "", "@@\n+x\n", "x\n"},
        {"addition, then a change above", "a\nb\n", "@@\n+c\n@@\n-a\n+A\n", "A\nb\nc\n"},
        {"deletion only", "a\nb\nc\n", "@@\n-b\n", "a\nc\n"},
        {"all deleted", "a\nb\n", "@@\n-a\n-b\n", ""},
        {"empty context line", "a\n\nb\n", "@@\n a\n\n-b\n+B\n", "a\n\nB\n"},
        {"empty last line dropped", "a\nb\n", "@@\n a\n-b\n+B\n\n", "a\nB\n"},
        {"empty last line dropped, line behind it", "a\n", "@@\n a\n\n+b\n", "a\n\nb\n"},
        {"removed empty last line dropped", "a\n", "@@\n a\n-\n+b\n", "a\nb\n"},
        {"one empty context line only", "a\n", "@@\n \n+b\n", "a\n\nb\n"},
        {"nothing changes", "a\n", "@@\n a\n", "a\n"},
        {"crlf", "a\r\nb\r\nc\r\n", "@@\n a\n-b\n+B\n+C\n c\n", "a\r\nB\r\nC\r\nc\r\n"},
        {"crlf, addition at the end", "a\r\n", "@@\n+b\n", "a\r\nb\r\n"},
        {"mixed, by the line replaced", "a\nb\r\nc\n", "@@\n-b\n-c\n+B\n+C\n+D\n",
         "a\nB\r\nC\nD\n"},
        {"mixed, by the line above", "a\r\nb\n", "@@ a\n+x\n", "a\r\nx\r\nb\n"},
        {"no last line end", "a\nb", "@@\n-b\n+B\n", "a\nB"},
        {"no last line end, far away", "a\nb\nc\nd\ne", "@@\n-a\n+A\n", "A\nb\nc\nd\ne"},
        {"no last line end, addition", "a\r\nb", "@@\n+c\n", "a\r\nb\r\nc"},
        {"no last line end, an empty line added", "a", "@@\n+\n", "a\n\n"},
        {"no last line end, an empty line left", "a\n\nb", "@@\n-b\n", "a\n\n"},
        {"no last line end, the last line goes", "a\nb", "@@\n-b\n", "a"},
        {"several empty lines at the end", "a\n\n\n", "@@\n-a\n+b\n", "b\n\n\n"},
        {"bytes that are no UTF-8", "a\xff\nb\n", "@@\n-b\n+c\n", "a\xff\nc\n"},
        {"added before removed", "a\nb\n", "@@\n+x\n-a\n", "x\nb\n"},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        CHECK(run_patch({{"a", row.before}}, update(row.chunks)) ==
              Result{{{"a", row.expected}}, ""});
    }
}

TEST_CASE("an inner blank is no detail") {
    CHECK(has(run_patch({{"a", "x  y\n"}}, update("@@\n-x y\n+z\n")).error,
              "Failed to find expected lines in a:\nx y\n"));
}

TEST_CASE("operations on one file see what those before them did") {
    const Files files = {{"a", "1\n"}, {"b", "b\n"}};
    CHECK(run_patch(files, update("@@\n-1\n+2\n") + update("@@\n-2\n+3\n")) ==
          Result{{{"a", "3\n"}, {"b", "b\n"}}, ""});
    CHECK(run_patch(files, "*** Delete File: a\n*** Update File: b\n*** Move to: a\n@@\n+x\n") ==
          Result{{{"a", "b\nx\n"}}, ""});
    CHECK(run_patch(files, "*** Add File: c\n+c\n*** Update File: c\n@@\n-c\n+d\n") ==
          Result{{{"a", "1\n"}, {"b", "b\n"}, {"c", "d\n"}}, ""});
    CHECK(has(run_patch(files, "*** Delete File: a\n*** Delete File: a\n").error,
              "Failed to delete file a"));
}

TEST_CASE("choices that were made are noted") {
    const Files files = {{"a", "f\nx\nf\nx\n"}, {"b", "b\n"}};
    using Notes = std::vector<std::string>;
    CHECK(plan_of(files, update("@@\n-x\n+y\n")).notes ==
          Notes{"a, hunk 1: what it looks for is at line 2 and again at line 4; the first was "
                "taken"});
    CHECK(plan_of(files, update("@@ f\n-x\n+y\n")).notes ==
          Notes{"a, hunk 1: what it looks for is at line 1 and again at line 3; the first was "
                "taken"});
    CHECK(plan_of(files, update("@@\n-x\n+y\n*** End of File\n")).notes == Notes{});
    CHECK(plan_of(files, "*** Add File: b\n+x\n").notes ==
          Notes{"b was there before and is overwritten"});
    CHECK(plan_of(files, update("*** Move to: b\n")).notes ==
          Notes{"b was there before and is overwritten"});
    CHECK(plan_of(files, update("*** Move to: ./a\n")).notes ==
          Notes{"a is moved onto itself and stays"});
}

TEST_CASE("a failure says which hunk, what was looked for and what is near") {
    const std::string text = "int main() {\n    setup();\n    return 0;\n}\n\nint other() {}\n";
    struct Row {
        std::string chunks;
        std::string error;
    };
    const Row rows[] = {
        {"@@\n-int other() {}\n+x\n@@\n int main() {\n-    setup();\n",
         "Failed to find expected lines in a:\nint main() {\n    setup();\n"
         "This is hunk 2 of 2 (line 6 of the patch). It is at line 1, but the search began at line "
         "7, behind the hunk or the @@ line before: hunks go in the order of the file and do not "
         "overlap."},
        {"@@\n int main() {\n-    set_up();\n     return 0;\n",
         "Failed to find expected lines in a:\nint main() {\n    set_up();\n    return 0;\n"
         "This is hunk 1 of 1 (line 3 of the patch). The nearest lines of the file:\n"
         "     1: int main() {\n     2:     setup();\n     3:     return 0;\n     4: }"},
        {"@@\n-    set_up();\n",
         "Failed to find expected lines in a:\n    set_up();\n"
         "This is hunk 1 of 1 (line 3 of the patch). The nearest lines of the file:\n"
         "     1: int main() {\n     2:     setup();\n     3:     return 0;"},
        {"@@ int mein() {\n-    setup();\n",
         "Failed to find context 'int mein() {' in a\n"
         "This is hunk 1 of 1 (line 3 of the patch). The nearest lines of the file:\n"
         "     1: int main() {\n     2:     setup();"},
        {"@@\n-    setup();\n*** End of File\n",
         "Failed to find expected lines in a:\n    setup();\n"
         "This is hunk 1 of 1 (line 3 of the patch). These lines are at line 2, which is not the "
         "end of the file (6 lines): leave out *** End of File, or give the last lines."},
        {"@@ int other() {}\n+x\n@@ int main() {\n-}\n*** End of File\n",
         "Failed to find context 'int main() {' in a\n"
         "This is hunk 2 of 2 (line 5 of the patch). It is at line 1, but the search began at line "
         "7, behind the hunk or the @@ line before: hunks go in the order of the file and do not "
         "overlap."},
        {"@@\n-qqqqqqq\n",
         "Failed to find expected lines in a:\nqqqqqqq\n"
         "This is hunk 1 of 1 (line 3 of the patch). None of the 6 lines of the file is like it."},
        {"@@ -1,3 +1,3 @@\n-    setup();\n",
         "Failed to find context '-1,3 +1,3 @@' in a\n"
         "This is hunk 1 of 1 (line 3 of the patch). Line numbers are not used here: write @@ "
         "alone, or @@ and a whole line of the file above the change."},
    };
    for (const Row& row : rows) {
        CHECK(run_patch({{"a", text}}, update(row.chunks)) == Result{{{"a", text}}, row.error});
    }
    CHECK(run_patch({{"a", ""}}, update("@@\n-x\n")).error ==
          "Failed to find expected lines in a:\nx\n"
          "This is hunk 1 of 1 (line 3 of the patch). The file is empty.");
}

TEST_CASE("all hunks and files that fail are named at once, up to a bound") {
    const Files files = {{"a", "1\n"}};
    std::string body = "*** Update File: missing\n@@\n-x\n";
    for (int i = 0; i < 6; ++i) body += "*** Update File: a\n@@\n-zz\n";
    const std::string error = run_patch(files, body).error;
    CHECK(
        error.starts_with("Failed to read file to update missing: No such file or directory (os "
                          "error 2)\n\nFailed to find expected lines in a:\nzz\n"));
    CHECK(error.ends_with("\n\n2 more of its files and hunks failed."));
}

TEST_CASE("paths lie beneath the root, however they are written") {
    struct Row {
        std::string written;
        std::string expected;
    };
    const Row rows[] = {
        {"a", "a"},
        {"./a//b/./c", "a/b/c"},
        {"a/../b", "b"},
        {"/work/tree/a", "a"},
        {"/work/tree/a/../b c", "b c"},
        {"..a/b..", "..a/b.."},
        {".gitignore", ".gitignore"},
    };
    const codex::patch::PlanOptions in_tree{.roots = {"/work/tree"}, .folder = {}};
    const codex::patch::PlanOptions in_slash{.roots = {"/"}, .folder = {}};
    for (const Row& row : rows) CHECK(path_beneath(row.written, in_tree) == row.expected);
    CHECK(path_beneath("/a", in_slash) == "a");
    CHECK(path_beneath("/work/tree/a", {.roots = {"/work/tree/"}, .folder = {}}) == "a");

    const std::string leads_out = "it leads out of the root";
    const std::string not_beneath = "it is not beneath the root";
    const Row refused[] = {
        {"../a", leads_out},
        {"a/../../b", leads_out},
        {"/work/tree/../a", not_beneath},
        {"/work/treehouse", not_beneath},
        {"/work/tree", "it names the root itself"},
        {"/etc/passwd", not_beneath},
        {".", "it names the root itself"},
        {"/work/tree/", "it names the root itself"},
        {"sub/", "it names a folder"},
        {"/work/tree/sub/", "it names a folder"},
        {"", "the path is empty"},
        {".git/hooks/pre-push", ".git is git's own; use git commands to look at it"},
        {"sub/.GIT/config", ".GIT is git's own; use git commands to look at it"},
        {".git /config", ".git  is git's own; use git commands to look at it"},
        {"git~1/config", "git~1 is git's own; use git commands to look at it"},
        {".g\u200cit/x", ".g\u200cit is git's own; use git commands to look at it"},
        {"a/.git", ".git is git's own; use git commands to look at it"},
        {"a\\..\\b", "the path holds a backslash; parts are separated by \"/\""},
    };
    for (const Row& row : refused) {
        INFO(row.written);
        std::string error;
        try {
            path_beneath(row.written, in_tree);
        } catch (const codex::base::Error& caught) {
            error = caught.what();
        }
        CHECK(error == "cannot patch '" + row.written + "': " + row.expected);
    }
    CHECK_THROWS_AS(path_beneath("/a", {}), codex::base::Error);
    CHECK_THROWS_WITH(path_beneath(std::string("a\0b", 3), in_slash),
                      "cannot patch 'a\\x00b': the path holds a control character");
    CHECK_THROWS_WITH(path_beneath("a\tb", in_slash),
                      "cannot patch 'a\\x09b': the path holds a control character");
}

TEST_CASE("paths count from the working folder and may lie beneath any root") {
    const codex::patch::PlanOptions options{.roots = {"/work/tree", "/tmp/", "/more"},
                                            .folder = "sub/deep"};
    const std::pair<std::string, std::string> rows[] = {
        {"a", "sub/deep/a"},
        {"../a", "sub/a"},
        {"../../a", "a"},
        {"/work/tree/a", "a"},
        {"/tmp/x/../a", "/tmp/a"},
        {"/more/b/c", "/more/b/c"},
        {"/work/tree/x/./y", "x/y"},
        {"/tmp/../work/tree/a", "a"},
        {"../../../../tmp/a", "/tmp/a"},
        {"../../../tree/a", "a"},
    };
    for (const auto& [written, expected] : rows) CHECK(path_beneath(written, options) == expected);
    for (const std::string written :
         {"../../../a", "/tmp/../etc/a", "/tmp", "/work", "../../../../a", "/more/", "/moreover/a",
          "/etc/passwd", "../../.git/config", "/tmp/.git/config"}) {
        INFO(written);
        CHECK_THROWS_AS(path_beneath(written, options), codex::base::Error);
    }
}

TEST_CASE("every path of a patch is looked at before a file is read") {
    for (const std::string body :
         {"*** Add File: ../a\n+x\n", "*** Delete File: .git/config\n",
          "*** Update File: ../b\n@@\n+x\n", "*** Update File: a\n*** Move to: .git/a\n@@\n+x\n"}) {
        for (const Mode mode : {Mode::whole, Mode::partial}) {
            const Result result = run_patch({{"a", "1\n"}}, body, mode);
            CHECK(result.files == Files{{"a", "1\n"}});
            CHECK(result.error.starts_with("cannot patch '"));
        }
    }
}

TEST_CASE("a file that cannot be read fails its operation") {
    const Reader reader = [](const std::string& path) -> std::optional<std::string> {
        throw codex::base::Error(path + " is no regular file");
    };
    const auto error = [&](const std::string& body) -> std::string {
        try {
            plan(parse_patch(framed(body)), reader);
        } catch (const codex::base::Error& caught) {
            return caught.what();
        }
        return "none";
    };
    CHECK(error("*** Add File: d\n+x\n") == "Failed to write file d: d is no regular file");
    CHECK(error("*** Delete File: d\n") == "Failed to delete file d: d is no regular file");
    CHECK(error(update("@@\n+x\n")) == "Failed to read file to update a: a is no regular file");
}
