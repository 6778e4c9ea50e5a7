#include "process/head_tail.h"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>

#include "base/text.h"

using codex::process::HeadTail;

namespace {

std::string kept(std::size_t max_bytes, const std::vector<std::string>& pieces) {
    HeadTail text(max_bytes);
    for (const std::string& piece : pieces) text.append(piece);
    return text.text();
}

std::string numbers(int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i) text += fmt::format("{:03}\n", i);
    return text;
}

}  // namespace

TEST_CASE("output that fits is kept whole, however it arrives") {
    CHECK(kept(10, {}) == "");
    CHECK(kept(10, {"0123456789"}) == "0123456789");
    CHECK(kept(10, {"01", "2345", "6", "789"}) == "0123456789");
    CHECK(kept(9, {"012345678"}) == "012345678");
}

TEST_CASE("of output that does not fit head and tail are kept and the cut is counted") {
    CHECK(kept(10, {"0123456789a"}) == "01234\n… 1 bytes omitted …\n6789a");
    CHECK(kept(4, {"abcdefgh"}) == "ab\n… 4 bytes omitted …\ngh");
    CHECK(kept(0, {"abc"}) == "\n… 3 bytes omitted …\n");
    CHECK(kept(1, {"abc"}) == "\n… 2 bytes omitted …\nc");
}

TEST_CASE("the tail is the same whatever the pieces are") {
    const std::string all = numbers(0, 500);
    const std::string expected = numbers(0, 10) + "\n… 1920 bytes omitted …\n" + numbers(490, 500);
    for (const std::size_t piece : {1U, 3U, 39U, 40U, 41U, 79U, 80U, 500U, 5000U}) {
        CAPTURE(piece);
        std::vector<std::string> pieces;
        for (std::size_t at = 0; at < all.size(); at += piece)
            pieces.push_back(all.substr(at, piece));
        CHECK(kept(80, pieces) == expected);
    }
}

TEST_CASE("a cut leaves no part of a UTF-8 sequence") {
    // 3 bytes each: with 10 bytes head and tail would both end inside a sequence.
    const std::string text = "€€€€€€";
    HeadTail kept_text(10);
    kept_text.append(text);
    CHECK(kept_text.text() == "€\n… 12 bytes omitted …\n€");
    CHECK(kept_text.omitted_bytes() == 12);
    CHECK(codex::base::is_valid_utf8(kept_text.text()));
}

TEST_CASE("bytes that are no UTF-8 are kept as they came") {
    const std::string bytes(20, '\x80');
    HeadTail kept_text(10);
    kept_text.append(bytes);
    CHECK(kept_text.omitted_bytes() == 13);
    CHECK(kept_text.text() ==
          std::string(5, '\x80') + "\n… 13 bytes omitted …\n" + std::string(2, '\x80'));
}
