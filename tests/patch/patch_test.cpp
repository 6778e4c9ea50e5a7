#include "patch/patch.h"

#include <catch2/catch_test_macros.hpp>

#include "patch/summary.h"
#include "patch_fixture.h"

using namespace codex::patch;
using codex::test::framed;

namespace {

constexpr auto kContext = LineKind::context;
constexpr auto kRemoved = LineKind::removed;
constexpr auto kAdded = LineKind::added;

Patch added(std::string content, std::size_t line = 2) {
    FilePatch file;
    file.operation = Operation::add;
    file.path = "a.txt";
    file.patch_line = line;
    file.content = std::move(content);
    return {{file}};
}

// "line: message" of what is wrong with a patch.
std::string complaint(const std::string& text, Mode mode = Mode::whole) {
    try {
        parse_patch(text, mode);
    } catch (const ParseError& error) {
        return std::to_string(error.line()) + ": " + error.message();
    }
    return "none";
}

}  // namespace

TEST_CASE("a patch with every operation becomes one value") {
    const std::string text = framed(
        "*** Add File: dir/new.txt\n+one\n+\n"
        "*** Delete File: gone.txt\n"
        "*** Update File: old name.txt\n*** Move to: new name.txt\n"
        " first\n-second\n+zweite\n\n@@ def f():\n+x\n*** End of File\n"
        "*** Update File: b\n@@\n-1\n");
    Patch expected;
    expected.files = {
        {Operation::add, "dir/new.txt", 2, {}, "one\n\n", {}},
        {Operation::remove, "gone.txt", 5, {}, "", {}},
        {Operation::update,
         "old name.txt",
         6,
         "new name.txt",
         "",
         {{8,
           {},
           {{kContext, "first"}, {kRemoved, "second"}, {kAdded, "zweite"}, {kContext, ""}},
           false},
          {12, {"def f():"}, {{kAdded, "x"}}, true}}},
        {Operation::update, "b", 15, {}, "", {{16, {}, {{kRemoved, "1"}}, false}}},
    };
    CHECK(parse_patch(text) == expected);
    CHECK(parse_patch(text, Mode::partial) == expected);
}

TEST_CASE("what surrounds a patch is forgiven") {
    const std::string body = "*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch";
    for (const std::string& text : std::vector<std::string>{
             body,
             body + "\n",
             "\n\n  " + body + "\n \t\n",
             "  *** Begin Patch \n*** Add File: a.txt\n+x\n *** End Patch  ",
             std::string("*** Begin Patch\r\n*** Add File: a.txt\r\n+x\r\n*** End Patch\r\n"),
             std::string("*** Begin Patch\n   *** Add File: a.txt \n+x\n*** End Patch"),
             "<<EOF\n" + body + "\nEOF",
             "<<'EOF'\n" + body + "\nEOF\n",
             "<<\"EOF\"\n" + body + "\nEOF",
         }) {
        INFO(text);
        CHECK(parse_patch(text) == added("x\n"));
        CHECK(parse_patch(text, Mode::partial) == added("x\n"));
    }
    CHECK(parse_patch(framed("*** Environment ID: 7\n*** Add File: a.txt\n")) == added("", 3));
    CHECK(parse_patch(framed("")) == Patch{});
}

TEST_CASE("what is no patch is refused with the original's words") {
    const std::string valid =
        "is not a valid hunk header. Valid hunk headers: '*** Add File: "
        "{path}', '*** Delete File: {path}', '*** Update File: {path}'";
    const std::string lines =
        "Every line should start with ' ' (context line), '+' (added line), "
        "or '-' (removed line)";
    struct Row {
        std::string text;
        std::string complaint;
    };
    const Row rows[] = {
        {"", "0: The first line of the patch must be '*** Begin Patch'"},
        {"hello\n*** End Patch", "0: The first line of the patch must be '*** Begin Patch'"},
        {"*** Begin Patch", "0: The last line of the patch must be '*** End Patch'"},
        {"*** Begin Patch\n*** Add File: a\n+x\n",
         "0: The last line of the patch must be '*** End Patch'"},
        {framed("") + "bye", "0: The last line of the patch must be '*** End Patch'"},
        {"see:\n" + framed(""), "0: The first line of the patch must be '*** Begin Patch'"},
        {"<<END\n" + framed("") + "END",
         "0: The first line of the patch must be '*** Begin Patch'"},
        {"<<'EOF\"\n" + framed("") + "EOF",
         "0: The first line of the patch must be '*** Begin Patch'"},
        {framed("*** Rename File: a\n"), "2: '*** Rename File: a' " + valid},
        {framed("*** add file: a\n"), "2: '*** add file: a' " + valid},
        {framed("*** Add File: a\n+x\ny\n"), "4: 'y' " + valid},
        {framed("*** Add File: a\n+x\n\n*** Delete File: b\n"), "4: '' " + valid},
        {framed("*** Add File: \n"), "2: '*** Add File:' " + valid},
        {framed("*** Delete File: a\n-x\n"), "3: '-x' " + valid},
        {framed("*** Update File: a.txt\n"), "2: Update file hunk for path 'a.txt' is empty"},
        {framed("*** Update File: a\n@@\n"), "4: Update hunk does not contain any lines"},
        {framed("*** Update File: a\n@@\n*** End of File\n"),
         "4: Update hunk does not contain any lines"},
        {framed("*** Update File: a\nbad\n"),
         "3: Unexpected line found in update hunk: 'bad'. " + lines},
        {framed("*** Update File: a\n@@\nbad\n"),
         "4: Unexpected line found in update hunk: 'bad'. " + lines},
        {framed("*** Update File: a\n@@\n*** Delete File: b\n"),
         "4: Unexpected line found in update hunk: '*** Delete File: b'. " + lines},
        {framed("*** Update File: a\n@@\n-x\nbad\n"),
         "5: Expected update hunk to start with a @@ context marker, got: 'bad'"},
        {framed("*** Update File: a\n@@\n-x\n*** End of File\n+y\n"),
         "6: Expected update hunk to start with a @@ context marker, got: '+y'"},
        {"*** Begin Patch\n*** Add File: a\n+\xff\n*** End Patch",
         "0: the patch is not valid UTF-8"},
    };
    for (const Row& row : rows) {
        INFO(row.text);
        CHECK(complaint(row.text) == row.complaint);
        CHECK(complaint(row.text, Mode::partial) == row.complaint);
    }
}

TEST_CASE("stacked @@ headers are read as told, and refused as observed") {
    const std::string text = framed("*** Update File: a\n@@ class A\n@@\n@@ def f\n-x\n");
    CHECK(parse_patch(text).files[0].chunks ==
          std::vector<Chunk>{{3, {"class A", "def f"}, {{kRemoved, "x"}}, false}});
    CHECK(
        complaint(text, Mode::partial) ==
        "4: Unexpected line found in update hunk: '@@'. Every line should start with ' ' (context "
        "line), '+' (added line), or '-' (removed line)");
}

TEST_CASE("a move without chunks is a patch, and refused as observed") {
    const std::string text = framed("*** Update File: a\n*** Move to: b\n");
    CHECK(parse_patch(text).files ==
          std::vector<FilePatch>{{Operation::update, "a", 2, "b", "", {}}});
    CHECK(complaint(text, Mode::partial) == "2: Update file hunk for path 'a' is empty");
}

TEST_CASE("parse errors read as a tool and as a program says them") {
    const ParseError whole(0, "no end");
    CHECK(std::string(whole.what()) == "invalid patch: no end");
    CHECK(render_error(whole) == "Invalid patch: no end");
    const ParseError line(7, "odd");
    CHECK(std::string(line.what()) == "invalid hunk at line 7, odd");
    CHECK(render_error(line) == "Invalid patch hunk on line 7: odd");
}
