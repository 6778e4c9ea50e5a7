// Every kind of change that a pull request can hold.
#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "tests/git/fixture.h"

namespace codex::test {
namespace {

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

std::string lines(int from, int to, const std::string& prefix = "line ") {
    std::string text;
    for (int i = from; i <= to; ++i) text += prefix + std::to_string(i) + "\n";
    return text;
}

TEST_CASE("changes come with three context lines, sorted by path") {
    const Workspace workspace;
    workspace.repo.write("b.txt", lines(1, 9));
    workspace.repo.write("gone.txt", "bye\n");
    workspace.repo.commit("one");
    workspace.repo.write("b.txt", lines(1, 4) + "LINE 5\n" + lines(6, 9));
    workspace.repo.write("a.txt", "new\n");
    workspace.repo.write("z/y.txt", "");
    fs::remove(workspace.repo.path() / "gone.txt");
    workspace.repo.commit("two");
    CHECK(workspace.last_diff() ==
          "added  -> a.txt 0 100644\n@@ -0,0 +1 @@\n+new\n"
          "modified b.txt -> b.txt 100644 100644\n"
          "@@ -2,7 +2,7 @@ line 1\n line 2\n line 3\n line 4\n-line 5\n+LINE 5\n line 6\n line 7\n"
          " line 8\n"
          "deleted gone.txt ->  100644 0\n@@ -1 +0,0 @@\n-bye\n"
          "added  -> z/y.txt 0 100644\n");
}

TEST_CASE("a commit against itself has no change") {
    const Workspace workspace;
    workspace.repo.write("a.txt", "a\n");
    const std::string head = workspace.repo.commit("one");
    CHECK(workspace.open().diff(head, head).empty());
}

TEST_CASE("renames are found, pure ones without a patch") {
    const Workspace workspace;
    workspace.repo.write("pure.txt", lines(1, 30));
    workspace.repo.write("edited.txt", lines(1, 40, "row "));
    workspace.repo.commit("one");
    workspace.repo.git({"mv", "pure.txt", "moved.txt"});
    fs::remove(workspace.repo.path() / "edited.txt");
    workspace.repo.write("sub/edited.txt", lines(1, 39, "row ") + "row forty\n");
    workspace.repo.commit("two");
    CHECK(workspace.last_diff() ==
          "renamed pure.txt -> moved.txt 100644 100644\n"
          "renamed edited.txt -> sub/edited.txt 100644 100644\n"
          "@@ -37,4 +37,4 @@ row 36\n row 37\n row 38\n row 39\n-row 40\n+row forty\n");
}

TEST_CASE("a change of mode alone is a change without a patch") {
    const Workspace workspace;
    workspace.repo.write("run.sh", "true\n");
    workspace.repo.commit("one");
    workspace.repo.git({"update-index", "--chmod=+x", "run.sh"});
    workspace.repo.git({"commit", "-q", "-m", "two"});
    CHECK(workspace.last_diff() == "modified run.sh -> run.sh 100644 100755\n");
}

TEST_CASE("a symlink's target is its content, also where a file becomes one") {
    const Workspace workspace;
    workspace.repo.write("file", "text\n");
    workspace.repo.commit("one");
    fs::remove(workspace.repo.path() / "file");
    fs::create_symlink("/proc/self/environ", workspace.repo.path() / "file");
    fs::create_symlink("../../etc/passwd", workspace.repo.path() / "link");
    workspace.repo.commit("two");
    CHECK(workspace.last_diff() ==
          "type_changed file -> file 100644 120000 [symlink]\n"
          "@@ -1 +1 @@\n-text\n+/proc/self/environ\n\\ No newline at end of file\n"
          "added  -> link 0 120000 [symlink]\n"
          "@@ -0,0 +1 @@\n+../../etc/passwd\n\\ No newline at end of file\n");
}

TEST_CASE("a submodule's move is told without looking for its objects") {
    const Workspace workspace;
    workspace.repo.git(
        {"update-index", "--add", "--cacheinfo", "160000," + std::string(40, '1') + ",vendor/lib"});
    workspace.repo.git({"commit", "-q", "-m", "one"});
    workspace.repo.git(
        {"update-index", "--cacheinfo", "160000," + std::string(40, '2') + ",vendor/lib"});
    workspace.repo.git({"commit", "-q", "-m", "two"});
    CHECK(workspace.last_diff() == "modified vendor/lib -> vendor/lib 160000 160000 [submodule]\n");
}

TEST_CASE("binary is what has a NUL near its beginning, on either side") {
    const Workspace workspace;
    workspace.repo.write("a.bin", std::string("\0\1\2", 3));
    workspace.repo.write("b.txt", "text\n");
    workspace.repo.commit("one");
    workspace.repo.write("a.bin", "now text\n");
    workspace.repo.write("b.txt", std::string("text\0", 5));
    workspace.repo.write("c.png", std::string("\x89PNG\r\n\0", 7));
    workspace.repo.commit("two");
    CHECK(workspace.last_diff() ==
          "modified a.bin -> a.bin 100644 100644 [binary]\n"
          "modified b.txt -> b.txt 100644 100644 [binary]\n"
          "added  -> c.png 0 100644 [binary]\n");
}

TEST_CASE("a NUL far behind does not hide the text before it") {
    const Workspace workspace;
    workspace.repo.write("a.txt", "x\n");
    workspace.repo.commit("one");
    workspace.repo.write("a.txt", lines(1, 2'000) + std::string("\0\n", 2));
    workspace.repo.commit("two");
    CHECK_THAT(workspace.last_diff(), ContainsSubstring("+line 1\n+line 2\n") &&
                                          ContainsSubstring(std::string("+line 2000\n+\0\n", 14)));
}

TEST_CASE("a file over the size limit is too large, and the others keep their patches") {
    const Workspace workspace;
    workspace.repo.write("big.txt", "x\n");
    workspace.repo.write("small.txt", "1234567\n");
    workspace.repo.write("was-big.txt", std::string(9, 'x'));
    workspace.repo.commit("one");
    workspace.repo.write("big.txt", std::string(9, 'x'));
    workspace.repo.write("small.txt", "7654321\n");
    workspace.repo.write("was-big.txt", "x\n");
    workspace.repo.commit("two");
    CHECK(workspace.last_diff({.max_file_bytes = 8}) ==
          "modified big.txt -> big.txt 100644 100644 [too large]\n"
          "modified small.txt -> small.txt 100644 100644\n@@ -1 +1 @@\n-1234567\n+7654321\n"
          "modified was-big.txt -> was-big.txt 100644 100644 [too large]\n");
}

TEST_CASE("once the patches together reach their limit, further ones are too large") {
    const Workspace workspace;
    workspace.repo.write("seed", "s\n");
    workspace.repo.commit("one");
    for (const char* name : {"a", "b", "c"}) workspace.repo.write(name, lines(1, 3));
    workspace.repo.commit("two");
    const std::string patch = "@@ -0,0 +1,3 @@\n+line 1\n+line 2\n+line 3\n";
    CHECK(workspace.last_diff({.max_total_patch_bytes = patch.size()}) ==
          "added  -> a 0 100644\n" + patch + "added  -> b 0 100644 [too large]\n" +
              "added  -> c 0 100644 [too large]\n");
}

TEST_CASE("once the patches together reach their lines, further ones are too large") {
    const Workspace workspace;
    workspace.repo.write("seed", "s\n");
    workspace.repo.commit("one");
    for (const char* name : {"a", "c"}) workspace.repo.write(name, lines(1, 3));
    workspace.repo.write("b", lines(1, 4));
    workspace.repo.commit("two");
    const std::string patch = "@@ -0,0 +1,3 @@\n+line 1\n+line 2\n+line 3\n";
    // c would still fit, but which files are read must not depend on their order by size.
    CHECK(workspace.last_diff({.max_total_patch_lines = 8}) ==
          "added  -> a 0 100644\n" + patch + "added  -> b 0 100644 [too large]\n" +
              "added  -> c 0 100644 [too large]\n");
    CHECK(workspace.last_diff({.max_total_patch_lines = 13}).find("too large") ==
          std::string::npos);
}

TEST_CASE("files over the size limit are not compared for renames, only recognised unchanged") {
    const Workspace workspace;
    workspace.repo.write("edited-old.txt", lines(1, 50));
    workspace.repo.write("moved-old.txt", lines(101, 150));
    workspace.repo.write("small-old.txt", lines(1, 10));
    workspace.repo.commit("one");
    for (const char* name : {"edited-old.txt", "moved-old.txt", "small-old.txt"})
        fs::remove(workspace.repo.path() / name);
    workspace.repo.write("edited-new.txt", lines(1, 50) + "end\n");
    workspace.repo.write("moved-new.txt", lines(101, 150));
    workspace.repo.write("small-new.txt", lines(1, 10));
    workspace.repo.commit("two");
    CHECK(workspace.last_diff({.max_file_bytes = 100}) ==
          "added  -> edited-new.txt 0 100644 [too large]\n"
          "deleted edited-old.txt ->  100644 0 [too large]\n"
          "renamed moved-old.txt -> moved-new.txt 100644 100644\n"
          "renamed small-old.txt -> small-new.txt 100644 100644\n");
}

TEST_CASE("a missing newline at the end is told on the side that lacks it") {
    const Workspace workspace;
    workspace.repo.write("a.txt", "same\nend");
    workspace.repo.commit("one");
    workspace.repo.write("a.txt", "same\nend\n");
    workspace.repo.commit("two");
    CHECK(workspace.last_diff() ==
          "modified a.txt -> a.txt 100644 100644\n"
          "@@ -1,2 +1,2 @@\n same\n-end\n\\ No newline at end of file\n+end\n");
}

TEST_CASE("line ends and bytes that are no UTF-8 stay what they are") {
    const Workspace workspace;
    workspace.repo.write("a.txt", "one\r\ntwo\r\n");
    workspace.repo.write("\xe4.txt", "gr\xfc\xdf\n");
    workspace.repo.commit("one");
    workspace.repo.write("a.txt", "one\r\ntwo\n");
    workspace.repo.write("\xe4.txt", "gru\xdf\n");
    workspace.repo.commit("two");
    CHECK(workspace.last_diff() ==
          "modified a.txt -> a.txt 100644 100644\n@@ -1,2 +1,2 @@\n one\r\n-two\r\n+two\n"
          "modified \xe4.txt -> \xe4.txt 100644 100644\n@@ -1 +1 @@\n-gr\xfc\xdf\n+gru\xdf\n");
}

TEST_CASE("lines that look like a patch do not end or begin a hunk") {
    const Workspace workspace;
    workspace.repo.write("a.txt", "@@ -1 +1 @@\n--- a\n");
    workspace.repo.commit("one");
    workspace.repo.write("a.txt", "@@ -1 +1 @@\n+++ b\n");
    workspace.repo.commit("two");
    CHECK(workspace.last_diff() ==
          "modified a.txt -> a.txt 100644 100644\n"
          "@@ -1,2 +1,2 @@\n @@ -1 +1 @@\n---- a\n++++ b\n");
}

TEST_CASE("paths with blanks, quotes and newlines are not quoted") {
    const Workspace workspace;
    workspace.repo.write("seed", "s\n");
    workspace.repo.commit("one");
    workspace.repo.write("a \"b\"\n\tc\\d.txt", "x\n");
    workspace.repo.commit("two");
    CHECK(workspace.last_diff() == "added  -> a \"b\"\n\tc\\d.txt 0 100644\n@@ -0,0 +1 @@\n+x\n");
}

}  // namespace
}  // namespace codex::test
