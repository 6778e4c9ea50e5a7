#include "json/value.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "base/text.h"
#include "tests/json/random_value.h"

namespace json = codex::json;
using codex::test::RandomJson;
using json::Array;
using json::Object;
using json::Value;
using namespace std::string_literals;

namespace {

std::string error_of(std::string_view text, std::size_t max_bytes = json::kMaxBytes) {
    try {
        json::parse(text, "answer", max_bytes);
    } catch (const json::JsonError& error) {
        return error.what();
    }
    return "";
}

std::string nested(std::size_t depth, std::string_view open, std::string_view close) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += open;
    for (std::size_t i = 0; i < depth; ++i) text += close;
    return text;
}

}  // namespace

TEST_CASE("JSON text becomes the value that it says") {
    struct Case {
        std::string text;
        Value value;
    };
    const std::vector<Case> cases = {
        {"null", nullptr},
        {" \t\r\n true ", true},
        {"false", false},
        {"0", 0},
        {"-0", 0},
        {"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
        {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
        {"9223372036854775808", std::uint64_t{9223372036854775808U}},
        {"18446744073709551615", std::numeric_limits<std::uint64_t>::max()},
        {"18446744073709551616", 18446744073709551616.0},
        {"-9223372036854775809", -9223372036854775809.0},
        {"1.0", 1.0},
        {"1e2", 100.0},
        {"-1.5E-3", -0.0015},
        {"0.1", 0.1},
        {"1.7976931348623157e308", std::numeric_limits<double>::max()},
        {"5e-324", std::numeric_limits<double>::denorm_min()},
        {"1e-400", 0.0},
        {"1e-99999999999999999999", 0.0},
        {"0." + std::string(400, '0') + "1", 0.0},
        {"0.5" + std::string(2000, '0') + "1", 0.5},
        {"1" + std::string(300, '0'), 1e300},
        {R"("")", ""},
        {R"("a\u0000b")", Value("a\0b"s)},
        {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
        {R"("\u00e4\u20AC\ud83d\ude00")", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
        {"\"\xF0\x9F\x98\x80\"", "\xF0\x9F\x98\x80"},
        {"[]", Array()},
        {"{}", Object()},
        {"[1,[2],{}]", Array{1, Array{2}, Object()}},
        {R"({"a":{"b":[null]}})", Value::object({{"a", Value::object({{"b", Array{nullptr}}})}})},
        {"\xEF\xBB\xBF{}", Object()},
    };
    for (const Case& one : cases) {
        INFO(one.text);
        const Value value = json::parse(one.text);
        CHECK(value == one.value);
        CHECK(json::parse(json::render(value)) == value);
    }
}

TEST_CASE("a refused text is named with its place and the reason") {
    struct Case {
        std::string text;
        std::string error;  // behind "answer is not valid JSON at byte "
    };
    const std::vector<Case> cases = {
        {"", "0: the document is empty"},
        {" \n", "2: the document is empty"},
        {"\xEF\xBB\xBF", "3: the document is empty"},
        {"\xEF{}", "0: invalid value"},
        {"{\"a\":1", "6: missing a comma or '}' after an object member"},
        {"[1,]", "3: invalid value"},
        {"[1 2]", "3: missing a comma or ']' after an array element"},
        {"{,}", "1: missing a name for object member"},
        {"{'a':1}", "1: missing a name for object member"},
        {"{\"a\" 1}", "5: missing a colon after a name of object member"},
        {"nul", "3: invalid value"},
        {"NaN", "0: invalid value"},
        {"Infinity", "0: invalid value"},
        {"+1", "0: invalid value"},
        {"-", "1: invalid value"},
        {".5", "0: invalid value"},
        {"1.", "2: miss fraction part in number"},
        {"1e", "2: miss exponent in number"},
        {"// no\n1", "0: invalid value"},
        {"\"a", "2: missing a closing quotation mark in string"},
        {"\"a\nb\"", "2: invalid escape character in string"},
        {R"("\x41")", "1: invalid escape character in string"},
        {R"("\u12G4")", "1: incorrect hex digit after \\u escape in string"},
        {"1 2", "2: the document root must not be followed by other values"},
        {"{} x", "3: the document root must not be followed by other values"},
        {"{}\0"s, "2: the document root must not be followed by other values"},
        {"{}\0garbage"s, "2: the document root must not be followed by other values"},
        {"[1,\0]"s, "3: invalid value"},
        {"\xEF\xBB\xBF{}x", "5: the document root must not be followed by other values"},
    };
    for (const Case& one : cases) {
        INFO(one.text);
        CHECK(error_of(one.text) == "answer is not valid JSON at byte " + one.error);
    }
}

TEST_CASE("text that is no UTF-8 is refused, as bytes and as escapes") {
    const std::vector<std::string> cases = {
        "\"\xFF\"",          "\"\xC3\"",          "\"\xC0\x80\"",
        "\"\xE0\x80\x80\"",  "\"\xED\xA0\x80\"",  "\"\xF4\x90\x80\x80\"",
        "{\"\xFF\":1}",      R"("\ud800")",       R"("\udc00")",
        R"("\ud800\u0041")", R"("\ud800\ud800")", R"("\ud83dx")",
        R"({"\udc00":1})",
    };
    for (const std::string& text : cases) {
        INFO(text);
        CHECK(error_of(text).starts_with("answer is not valid JSON at byte "));
    }
}

TEST_CASE("numbers beyond a double are refused, not read as infinity") {
    for (const std::string& text : {"1e309"s, "1.8e308"s, "-1e999999999999"s,
                                    "1" + std::string(400, '0'), std::string(400, '9') + ".5"}) {
        INFO(text);
        CHECK(error_of(text).starts_with("answer is not valid JSON at byte "));
    }
}

TEST_CASE("nesting is cut off before anything recurses") {
    const std::size_t most = json::kMaxDepth;
    CHECK_NOTHROW(json::parse(nested(most, "[", "]")));
    CHECK(error_of(nested(most + 1, "[", "]")) ==
          "answer is not valid JSON at byte 64: it nests deeper than 64 levels");
    CHECK(error_of(nested(most + 1, "{\"a\":", "}")).ends_with("it nests deeper than 64 levels"));
    CHECK(error_of(std::string(2'000'000, '[')).ends_with("it nests deeper than 64 levels"));
    const Value deep = json::parse(nested(most, "[", "]"));
    CHECK(json::parse(json::render_pretty(deep)) == deep);
}

TEST_CASE("text over the byte limit is refused before it is read") {
    CHECK(error_of("[1,2]", 5).empty());
    CHECK(error_of("[1,2]", 4) == "answer is larger than 4 bytes");
}

TEST_CASE("a repeated member keeps its first place and its last value") {
    const Value value = json::parse(R"({"a":1,"b":2,"a":3,"a":4,"c":5,"b":6})");
    CHECK(value == Value::object({{"a", 4}, {"b", 6}, {"c", 5}}));
    CHECK(json::render(value) == R"({"a":4,"b":6,"c":5})");

    Object object;
    object.set("x", 1);
    object.set("y", 2);
    object.set("x", "new");
    CHECK(json::render(object) == R"({"x":"new","y":2})");
    CHECK(object.find("z") == nullptr);
}

TEST_CASE("a large object with repeated members is read whole") {
    std::string text = "{";
    std::vector<Object::Member> expected;
    for (int i = 0; i < 4000; ++i) {
        const std::string name = "k" + std::to_string(i * 7 % 2000);
        text += "\"" + name + "\":" + std::to_string(i) + ",";
        if (i < 2000) expected.emplace_back(name, i + 2000);
    }
    text.back() = '}';
    CHECK(json::parse(text).as_object()->members() == expected);
}

TEST_CASE("a value renders as compact text") {
    struct Case {
        Value value;
        std::string text;
    };
    const std::vector<Case> cases = {
        {nullptr, "null"},
        {true, "true"},
        {std::numeric_limits<std::int64_t>::min(), "-9223372036854775808"},
        {std::numeric_limits<std::uint64_t>::max(), "18446744073709551615"},
        {1.0, "1.0"},
        {0.1, "0.1"},
        {std::nan(""), "null"},
        {-std::numeric_limits<double>::infinity(), "null"},
        {"a\"\\/\b\f\n\r\t\x01\x7F", "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7F\""},
        {Value("\0"s), R"("\u0000")"},
        {"\xE2\x80\xA8", "\"\xE2\x80\xA8\""},
        {"a\xFF\xC3z", "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\""},
        {Value::object({{"\xFF", Array{1, "x"}}}), "{\"\xEF\xBF\xBD\":[1,\"x\"]}"},
    };
    for (const Case& one : cases) CHECK(json::render(one.value) == one.text);
    CHECK(json::render_pretty(Value::object({{"a", Array{1, 2}}, {"b", Object()}})) ==
          "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}");
}

TEST_CASE("random values survive rendering and parsing") {
    RandomJson random(20261127);
    for (int round = 0; round < 400; ++round) {
        const Value value = random.value(5);
        const std::string text = json::render(value);
        INFO(text);
        REQUIRE(codex::base::is_valid_utf8(text));
        REQUIRE(json::parse(text) == value);
        REQUIRE(json::parse(json::render_pretty(value)) == value);
    }
}

TEST_CASE("damaged text is either refused or a value that renders") {
    RandomJson random(7);
    int refused = 0;
    for (int round = 0; round < 2000; ++round) {
        std::string text = json::render(random.value(4));
        for (std::size_t edits = random.number(1, 3); edits > 0; --edits) {
            const std::size_t at = random.number(0, text.size());
            switch (random.number(0, 2)) {
                case 0:
                    text.insert(at, 1, static_cast<char>(random.number(0, 255)));
                    break;
                case 1:
                    text.resize(at);
                    break;
                default:
                    text.insert(at, std::string(1, R"([]{},:"\-.e09u)"[random.number(0, 13)]));
            }
        }
        try {
            const Value value = json::parse(text);
            INFO(text);
            REQUIRE(json::parse(json::render(value)) == value);
        } catch (const json::JsonError&) {
            ++refused;
        }
    }
    CHECK(refused > 1000);
}

TEST_CASE("a value is asked for one type and converts to no other") {
    CHECK(Value("text").as_string() != nullptr);
    CHECK(Value("text").as_bool() == nullptr);
    CHECK_FALSE(std::is_constructible_v<Value, const Value*>);
    CHECK_FALSE(std::is_constructible_v<Value, const std::string*>);
    CHECK(Value(true).as_integer() == std::nullopt);
    CHECK(Value(1.0).as_integer() == std::nullopt);
    CHECK(Value("1").as_integer() == std::nullopt);
    CHECK(Value(1).as_integer() == 1);
    CHECK(Value(std::uint64_t{1}) == Value(1));
    CHECK(Value(std::numeric_limits<std::uint64_t>::max()).as_integer() == std::nullopt);
    CHECK(Value(1).as_number() == 1.0);
    CHECK(Value("1").as_number() == std::nullopt);
    CHECK(Value(1) != Value(1.0));
    CHECK(Value(false) != Value(nullptr));
}

TEST_CASE("members are followed by name until one is missing") {
    const Value event = json::parse(R"({"pull_request":{"head":{"sha":"abc"}},"list":[1]})");
    REQUIRE(event.at("pull_request", "head", "sha") != nullptr);
    CHECK(*event.at("pull_request", "head", "sha") == Value("abc"));
    CHECK(event.at("pull_request", "base", "sha") == nullptr);
    CHECK(event.at("list", "head") == nullptr);
    CHECK(Value(1).find("a") == nullptr);
}

TEST_CASE("messages call each kind of value by its name") {
    const std::vector<std::pair<Value, std::string_view>> cases = {
        {nullptr, "null"},       {false, "a boolean"},
        {1, "a number"},         {1.5, "a number"},
        {"", "a string"},        {Array(), "an array"},
        {Object(), "an object"}, {std::uint64_t{1} << 63U, "a number"},
    };
    for (const auto& [value, name] : cases) CHECK(json::kind(value) == name);
}

TEST_CASE("the text of what is no string is empty") {
    const Value object = json::parse(R"({"text":"a","number":1,"none":null})");
    CHECK(json::string_or_empty(object.find("text")) == "a");
    for (const char* name : {"number", "none", "absent"})
        CHECK(json::string_or_empty(object.find(name)).empty());
}
