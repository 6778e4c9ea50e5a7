// Bodies that are too long for GitHub.
#include <catch2/catch_test_macros.hpp>
#include <random>

#include "base/text.h"
#include "tests/github/rig.h"

using namespace codex::test;
using codex::base::utf8_length;
using codex::github::cut_body;
using codex::github::kMaxBodyCharacters;

namespace {

constexpr const char* kNotice = "_(This comment was cut: GitHub takes 65,536 characters.)_";
constexpr const char* kMarker = "<!-- codex-action:request 12ab -->";

std::string lines(std::size_t characters, const std::string& line = "some words of a comment") {
    std::string text;
    while (text.size() < characters) text += line + "\n";
    return text;
}

}  // namespace

TEST_CASE("a body that fits stays as it is, to the last character") {
    for (const std::string& body :
         {std::string(), std::string("short"), std::string(kMaxBodyCharacters, 'x')})
        CHECK(cut_body(body) == body);
    // Characters count, not bytes.
    std::string wide;
    for (std::size_t i = 0; i < kMaxBodyCharacters; ++i) wide += "𝄞";
    CHECK(cut_body(wide) == wide);
}

TEST_CASE("a longer body ends at a line's end and says that it was cut") {
    const std::string cut = cut_body(lines(100'000));
    CHECK(utf8_length(cut) <= kMaxBodyCharacters);
    CHECK(utf8_length(cut) > kMaxBodyCharacters - 1'000);
    CHECK(has(cut, std::string("some words of a comment\n\n") + kNotice));
}

TEST_CASE("one endless line is cut between characters") {
    std::string wide;
    for (std::size_t i = 0; i < kMaxBodyCharacters + 1; ++i) wide += "é";
    const std::string cut = cut_body(wide);
    CHECK(codex::base::is_valid_utf8(cut));
    CHECK(utf8_length(cut) <= kMaxBodyCharacters);
    CHECK(has(cut, kNotice));
}

TEST_CASE("our markers at the end survive, and text that looks like many of them does not help") {
    const std::string both = std::string("<!-- codex-action:finding ab -->\n") + kMarker;
    CHECK(cut_body(lines(100'000) + "\n" + both).ends_with(both));
    CHECK(cut_body(lines(100'000) + kMarker + "\n").ends_with(std::string(kMarker) + "\n"));
    const std::string huge = "<!-- codex-action:" + std::string(200'000, 'x') + " -->";
    CHECK(utf8_length(cut_body(huge)) <= kMaxBodyCharacters);
    CHECK(utf8_length(cut_body(lines(100) + huge)) <= kMaxBodyCharacters);
    std::string many;
    for (int i = 0; i < 5'000; ++i) many += kMarker;
    CHECK(utf8_length(cut_body(many)) <= kMaxBodyCharacters);
}

TEST_CASE("what is open at the cut is closed before the notice") {
    struct Row {
        std::string opening;
        std::string closing;
    };
    const std::vector<Row> rows = {
        {"```c\n", "\n```\n\n"},
        {"`````\n```\n", "\n`````\n\n"},
        {"~~~\n```\n", "\n~~~\n\n"},
        {"```\nx\n```\n", "comment\n\n"},
        {"```inline```\n", "comment\n\n"},
        {"<details>\n\n", "\n</details>\n\n"},
        {"<details open><summary>s</summary>\n\n```\n", "\n```\n</details>\n\n"},
        {"<details>\n<details>\n</details>\n", "comment\n</details>\n\n"},
    };
    for (const Row& row : rows) {
        INFO(row.opening);
        CHECK(has(cut_body(row.opening + lines(100'000)), row.closing + kNotice));
    }
}

TEST_CASE("a suggestion is never cut, for GitHub would offer what is left of it") {
    for (const std::string fence : {"```suggestion\n", "````Suggestion \n", "~~~ suggestion\n"}) {
        const std::string cut = cut_body("Words.\n\n" + fence + lines(100'000) + "```\n" + kMarker);
        CHECK(cut == std::string("Words.\n\n") + "\n\n" + kNotice + "\n" + kMarker);
    }
    const std::string whole = "```suggestion\nint x;\n```\n";
    CHECK(cut_body(whole + lines(100'000)).starts_with(whole));
}

TEST_CASE("a hidden comment that the cut would leave open hides nothing") {
    const std::string cut = cut_body(lines(60'000) + "<!-- " + lines(20'000) + " -->\n" + kMarker);
    CHECK_FALSE(has(cut, "<!-- some words"));
    CHECK(has(cut, kNotice));
    CHECK(cut.ends_with(kMarker));
}

TEST_CASE("whatever a body is made of, it fits afterwards and keeps its marker") {
    std::mt19937 random(7);
    const std::vector<std::string> pieces = {
        "```\n", "~~~~\n", "<details>\n", "</details>\n", "<!-- ", " -->\n", "text of a line ",
        "\n",    "𝄞𝄞𝄞",    "`",           "\xff\xfe",     kMarker, "\n\n",   std::string(200, '`'),
        "é\n"};
    for (int round = 0; round < 60; ++round) {
        std::string body;
        std::uniform_int_distribution<std::size_t> pick(0, pieces.size() - 1);
        while (utf8_length(body) <= kMaxBodyCharacters) {
            std::string part;
            for (int i = 0; i < 400; ++i) part += pieces[pick(random)];
            body += part;
        }
        body += std::string("\nend\n") + kMarker;
        const std::string cut = cut_body(body);
        CHECK(utf8_length(cut) <= kMaxBodyCharacters);
        CHECK(has(cut, kNotice));
        CHECK(cut.ends_with(kMarker));
    }
}
