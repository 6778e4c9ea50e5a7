#include "patch/diff.h"

#include <catch2/catch_test_macros.hpp>

using namespace codex::patch;

TEST_CASE("edits become hunks as diff writes them") {
    struct Row {
        std::string before;
        std::string after;
        std::vector<Edit> edits;
        std::string hunks;
    };
    const Row rows[] = {
        {"a\n", "a\n", {}, ""},
        {"", "", {}, ""},
        {"\n\n", "\n\n", {{0, 0, 0, 1}, {1, 1, 2, 0}}, ""},
        {"", "a\nb\n", {{0, 0, 0, 2}}, "@@ -0,0 +1,2 @@\n+a\n+b\n"},
        {"a\nb\n", "", {{0, 2, 0, 0}}, "@@ -1,2 +0,0 @@\n-a\n-b\n"},
        {"a\nb\nc\n", "a\nB\nc\n", {{0, 3, 0, 3}}, "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"},
        {"a\nb", "a\nb\n", {}, "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"},
        {"a",
         "a\nb",
         {{1, 0, 1, 1}},
         "@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n"},
        {"a\nb",
         "A\nb\n",
         {{0, 1, 0, 1}},
         "@@ -1,2 +1,2 @@\n-a\n+A\n-b\n\\ No newline at end of file\n+b\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n",
         "A\n2\n3\n4\n5\n6\n7\n8\nB\n",
         {{0, 1, 0, 1}, {8, 1, 8, 1}},
         "@@ -1,4 +1,4 @@\n-1\n+A\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+B\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n",
         "A\n2\n3\n4\n5\n6\n7\nB\n",
         {{0, 1, 0, 1}, {7, 1, 7, 1}},
         "@@ -1,8 +1,8 @@\n-1\n+A\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+B\n"},
    };
    for (const Row& row : rows) {
        INFO(row.hunks);
        CHECK(render_hunks(row.before, row.after, row.edits) == row.hunks);
    }
    CHECK(render_hunks("a\nb\nc\n", "a\nB\nc\n", {{1, 1, 1, 1}}, 0) == "@@ -2 +2 @@\n-b\n+B\n");
}

TEST_CASE("one edit spans what differs between two texts") {
    CHECK(edits_between("a\nb\nc\n", "a\nx\ny\nc\n") == std::vector<Edit>{{1, 1, 1, 2}});
    CHECK(edits_between("a\n", "a\n").empty());
    CHECK(edits_between("a\na\n", "a\n") == std::vector<Edit>{{1, 1, 1, 0}});
    CHECK(edits_between("", "x") == std::vector<Edit>{{0, 0, 0, 1}});
}
