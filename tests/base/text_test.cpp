#include "base/text.h"

#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace codex::base;
using namespace std::string_literals;

namespace {

const std::string kBad = "\xEF\xBF\xBD";

}  // namespace

TEST_CASE("text is split into parts and lines") {
    using Parts = std::vector<std::string_view>;
    CHECK(split("", ',') == Parts{""});
    CHECK(split("a,,b,", ',') == Parts{"a", "", "b", ""});
    CHECK(split_lines(std::string_view("")) == Parts{});
    CHECK(split_lines(std::string_view("\n")) == Parts{""});
    CHECK(split_lines(std::string_view("a\nb")) == Parts{"a", "b"});
    CHECK(split_lines(std::string_view("a\r\n\nb\n")) == Parts{"a\r", "", "b"});
    CHECK(join({}, ", ").empty());
    CHECK(join({"a", "", "a"}, ", ") == "a, , a");
}

TEST_CASE("trimming, replacing and letter case") {
    CHECK(trim(" \t\r\n\v\fa b\n") == "a b");
    CHECK(trim(" \n").empty());
    CHECK(trim("\xC2\xA0") == "\xC2\xA0");
    CHECK(replace_all("aaa", "aa", "b") == "ba");
    CHECK(replace_all("a.b.", ".", "..") == "a..b..");
    CHECK(replace_all("abc", "", "x") == "abc");
    CHECK(to_lower("AZ\xC3\x84[") == "az\xC3\x84[");
    CHECK(to_upper("az\xC3\xA4{") == "AZ\xC3\xA4{");
    CHECK(equals_ignoring_case("Content-Type", "content-TYPE"));
    CHECK_FALSE(equals_ignoring_case("ab", "abc"));
    CHECK_FALSE(equals_ignoring_case("@", "`"));
}

TEST_CASE("only a whole decimal number is an integer") {
    struct Case {
        std::string text;
        std::optional<std::int64_t> value;
    };
    const std::vector<Case> cases = {
        {"0", 0},
        {"-12", -12},
        {"007", 7},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"9223372036854775808", std::nullopt},
        {"", std::nullopt},
        {"-", std::nullopt},
        {"+1", std::nullopt},
        {" 1", std::nullopt},
        {"1 ", std::nullopt},
        {"1.0", std::nullopt},
        {"1e3", std::nullopt},
        {"0x10", std::nullopt},
        {"true", std::nullopt},
        {"1\0"s, std::nullopt},
    };
    for (const Case& one : cases) {
        INFO(one.text);
        CHECK(parse_integer(one.text) == one.value);
    }
}

TEST_CASE("bytes are encoded as the standards' examples") {
    // RFC 4648 section 10
    const std::vector<std::pair<std::string, std::string>> base64 = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xFB\xFF\xBF", "+/+/"},
    };
    for (const auto& [bytes, text] : base64) {
        CHECK(to_base64(bytes) == text);
        CHECK(from_base64(text) == bytes);
    }
    CHECK(to_hex("\x00\x0F\xF0\xFF"s) == "000ff0ff");
    CHECK(percent_encode("aZ09-._~ /%\xC3\xA4\0"s) == "aZ09-._~%20%2F%25%C3%A4%00");
}

TEST_CASE("what no encoder of base64 writes is not read") {
    for (const char* text : {"Z", "Zg", "Zg=", "Zg==Zg==", "Z===", "====", "Zh==", "Zm9=", "Zm 9",
                             "Zm9v\n", "Zm-_", "=Zm9", "Z=m9"}) {
        INFO(text);
        CHECK(from_base64(text) == std::nullopt);
    }
}

TEST_CASE("each maximal bad part of a text becomes one replacement character") {
    struct Case {
        std::string bytes;
        std::string text;
    };
    const std::vector<Case> cases = {
        {"", ""},
        {"plain text, longer than a word", "plain text, longer than a word"},
        {"\0"s, "\0"s},
        {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
        {"\xFF", kBad},
        {"eight by\xFFtes more", "eight by" + kBad + "tes more"},
        {"\x80\xBF", kBad + kBad},
        {"\xC3", kBad},
        {"\xC3z", kBad + "z"},
        {"\xC0\x80", kBad + kBad},
        {"\xE0\x80\x80", kBad + kBad + kBad},
        {"\xED\xA0\x80", kBad + kBad + kBad},
        {"\xED\x9F\xBF\xEE\x80\x80", "\xED\x9F\xBF\xEE\x80\x80"},
        {"\xF0\x9F\x98", kBad},
        {"\xF0\x9F\x98z", kBad + "z"},
        {"\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
        {"\xF4\x90\x80\x80", kBad + kBad + kBad + kBad},
        // The example of Unicode 15, table 3-8.
        {"a\xF1\x80\x80\xE1\x80\xC2"
         "b\x80"
         "c\x80\xBF"
         "d",
         "a" + kBad + kBad + kBad + "b" + kBad + "c" + kBad + kBad + "d"},
    };
    for (const Case& one : cases) {
        INFO(to_hex(one.bytes));
        CHECK(to_valid_utf8(one.bytes) == one.text);
        CHECK(is_valid_utf8(one.bytes) == (one.bytes == one.text));
    }
}

TEST_CASE("random bytes become valid text, and valid text stays") {
    std::mt19937 random(3);
    for (int round = 0; round < 500; ++round) {
        std::string bytes;
        for (auto left = random() % 40; left > 0; --left) {
            bytes += static_cast<char>(random() % 3 == 0 ? random() % 256 : random() % 128);
        }
        const std::string text = to_valid_utf8(bytes);
        INFO(to_hex(bytes));
        REQUIRE(is_valid_utf8(text));
        REQUIRE(to_valid_utf8(text) == text);
        REQUIRE(is_valid_utf8(bytes) == (bytes == text));
    }
}

TEST_CASE("every code point survives encoding and decoding") {
    for (char32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 0x101) {
        if (c >= 0xD800 && c <= 0xDFFF) continue;
        std::string text = "x";
        append_utf8(text, c);
        std::size_t at = 1;
        REQUIRE(is_valid_utf8(text));
        REQUIRE(decode_utf8(text, at) == c);
        REQUIRE(at == text.size());
        REQUIRE(utf8_length(text) == 2);
    }
}

TEST_CASE("a prefix cuts no character") {
    const std::string text = "a\xC3\xA4\xE2\x82\xAC";
    const std::vector<std::size_t> sizes = {0, 1, 1, 3, 3, 3, 6, 6};
    for (std::size_t most = 0; most < sizes.size(); ++most) {
        CHECK(utf8_prefix(text, most).size() == sizes[most]);
    }
}

TEST_CASE("a cut text says that it is not all, and cuts no character") {
    const std::string text = "a\xC3\xA4\xE2\x82\xAC";
    CHECK(cut(text, 6) == text);
    CHECK(cut(text, 5) == "a\xC3\xA4…");
    CHECK(cut(text, 0) == "…");
    CHECK(cut("", 0).empty());
}

TEST_CASE("a line loses the one CR of its CRLF") {
    CHECK(without_cr("a\r") == "a");
    CHECK(without_cr("a\r\r") == "a\r");
    CHECK(without_cr("\ra") == "\ra");
    CHECK(without_cr("").empty());
}

TEST_CASE("a commit's id is 40 lower-case hexadecimal digits") {
    const std::string id = "0123456789abcdef0123456789abcdef01234567";
    CHECK(is_commit_id(id));
    CHECK(short_commit_id(id) == "0123456789ab");
    CHECK(short_commit_id("abc") == "abc");
    for (const std::string& other :
         {std::string(), id.substr(1), id + "0", "A" + id.substr(1), "g" + id.substr(1)})
        CHECK_FALSE(is_commit_id(other));
}

TEST_CASE("texts become what execve takes") {
    std::vector<std::string> texts = {"a", ""};
    const std::vector<char*> pointers = c_strings(texts);
    CHECK(pointers == std::vector<char*>{texts[0].data(), texts[1].data(), nullptr});
}
