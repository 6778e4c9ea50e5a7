#include "tools/truncate.h"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>

#include "base/text.h"

using namespace codex::tools;

namespace {

std::string numbered_lines(int count, std::size_t width = 0) {
    std::string text;
    for (int i = 0; i < count; ++i)
        text += "line " + std::to_string(i) + std::string(width, 'x') + "\n";
    return text;
}

}  // namespace

TEST_CASE("an output within its limits stays as it is") {
    CHECK(truncate_output("").empty());
    CHECK(truncate_output("one\ntwo") == "one\ntwo");
    CHECK(truncate_output(numbered_lines(256)) == numbered_lines(256));
    const std::string large(10'240, 'x');
    CHECK(truncate_output(large) == large);
}

TEST_CASE("an output of too many lines keeps the first and the last") {
    const std::string text = numbered_lines(300);
    const std::string head = numbered_lines(128);
    CHECK(truncate_output(text) ==
          head + "\n[... omitted 44 of 300 lines ...]\n\n" + text.substr(text.find("line 172\n")));
    CHECK(truncate_output("a\nb\nc\nd\ne", {1000, 3}) ==
          "a\n\n[... omitted 2 of 5 lines ...]\n\nd\ne");
    CHECK(truncate_output("a\nb\nc\n", {1000, 2}) == "a\n\n[... omitted 1 of 3 lines ...]\n\nc\n");
    CHECK(truncate_output("a\nb\n", {1000, 0}) == "\n[... omitted 2 of 2 lines ...]\n\n");
}

TEST_CASE("an output of too many bytes is cut at ends of lines") {
    const std::string text = numbered_lines(200, 90);
    const std::string cut = truncate_output(text);
    CHECK(cut.size() <= 10'240);
    CHECK(cut.size() > 9'216);
    CHECK(cut.starts_with(text.substr(0, 4000)));
    CHECK(cut.ends_with(text.substr(text.size() - 4000)));
    const std::size_t note = cut.find("\n[... omitted ");
    REQUIRE(note != std::string::npos);
    CHECK(cut[note - 1] == '\n');
    // As many lines are said to be omitted as are not there.
    const std::size_t number = std::stoul(cut.substr(note + 14));
    CHECK(codex::base::split_lines(cut).size() - 3 == 200 - number);
}

TEST_CASE("one line that is too long keeps its beginning and its end") {
    const std::string text = "begin" + std::string(50'000, 'x') + "end";
    const std::string cut = truncate_output(text);
    CHECK(cut.starts_with("beginxxx"));
    CHECK(cut.ends_with("xxxend"));
    CHECK(cut.size() <= 10'240);
    CHECK(cut.find("[... omitted 0 of 1 lines, ") != std::string::npos);
}

TEST_CASE("whatever the output, limits and characters are kept") {
    std::mt19937 random(11);
    const auto number = [&](std::size_t low, std::size_t high) {
        return std::uniform_int_distribution<std::size_t>(low, high)(random);
    };
    static constexpr const char* kPieces[] = {"\n",     "\n",         "word ", "\u00e4",
                                              "\u20ac", "\U0001F600", "\r\n",  "x"};
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (std::size_t left = number(0, 600); left > 0; --left)
            text += kPieces[number(0, std::size(kPieces) - 1)];
        const OutputLimits limits{number(200, 800), number(0, 40)};
        const std::string cut = truncate_output(text, limits);
        INFO(text);
        REQUIRE(cut.size() <= std::max(limits.max_bytes, text.size()));
        REQUIRE(codex::base::is_valid_utf8(cut));
        if (cut == text) continue;
        REQUIRE(cut.size() <= limits.max_bytes);
        REQUIRE(codex::base::split_lines(cut).size() <= limits.max_lines + 5);
        const std::size_t note = cut.find("\n[... omitted ");
        REQUIRE(note != std::string::npos);
        REQUIRE(text.starts_with(cut.substr(0, note)));
        REQUIRE(text.ends_with(cut.substr(cut.find(" ...]\n\n", note) + 7)));
    }
}

TEST_CASE("the middle of a text goes, with a note of the tokens") {
    CHECK(truncate_middle("short", 5) == "short");
    CHECK(truncate_middle("0123456789", 4) == "01…2 tokens truncated…\n89");
    CHECK(truncate_middle("one\ntwo\nthree\nfour\nfive\n", 12) ==
          "one\n…4 tokens truncated…\nfive\n");
    CHECK(truncate_middle("\u00e4\u00e4\u00e4\u00e4", 6) == "\u00e4…1 tokens truncated…\n\u00e4");
    CHECK(truncate_middle("abc", 0) == "…1 tokens truncated…\n");
}

TEST_CASE("four bytes are a token") {
    CHECK(approximate_tokens("") == 0);
    CHECK(approximate_tokens("a") == 1);
    CHECK(approximate_tokens("abcd") == 1);
    CHECK(approximate_tokens("abcde") == 2);
}
