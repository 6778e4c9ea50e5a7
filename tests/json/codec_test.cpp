#include "json/codec.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "json/schema.h"

namespace json = codex::json;
using json::Value;

namespace {

enum class Side { left, right };

struct Place {
    std::string path;
    std::uint32_t line = 0;
    friend bool operator==(const Place&, const Place&) = default;
};

struct Finding {
    std::string title;
    std::optional<int> priority;
    double confidence = 0;
    bool certain = false;
    Side side = Side::right;
    Place place;
    std::vector<std::string> tags = {"default"};
    std::map<std::string, std::int64_t> counts;
    Value extra;
    friend bool operator==(const Finding&, const Finding&) = default;
};

struct Kept {
    std::string id;
    std::optional<int> n = {};
    std::vector<std::string> list = {};
    std::optional<std::optional<int>> clear = {};
    json::Object extra = {};
    friend bool operator==(const Kept&, const Kept&) = default;
};

}  // namespace

template <>
struct codex::json::EnumNames<Side> {
    static constexpr std::pair<Side, std::string_view> names[] = {{Side::left, "LEFT"},
                                                                  {Side::right, "RIGHT"}};
};

template <>
struct codex::json::Describe<Place> {
    template <class V>
    static void fields(V& v) {
        v("path", &Place::path, "relative to the repository");
        v("line", &Place::line);
    }
};

template <>
struct codex::json::Describe<Kept> {
    template <class V>
    static void fields(V& v) {
        v("id", &Kept::id);
        v("n", &Kept::n, json::nullable);
        v("list", &Kept::list, json::unless_empty);
        v("clear", &Kept::clear);
    }
};

template <>
struct codex::json::Describe<Finding> {
    template <class V>
    static void fields(V& v) {
        v("title", &Finding::title);
        v("priority", &Finding::priority);
        v("confidence", &Finding::confidence);
        v("certain", &Finding::certain);
        v("side", &Finding::side);
        v("place", &Finding::place);
        v("tags", &Finding::tags, json::optional);
        v("counts", &Finding::counts, json::optional);
        v("extra", &Finding::extra, json::optional);
    }
};

namespace {

constexpr std::string_view kLeast =
    R"({"title":"t","confidence":1,"certain":true,"side":"LEFT","place":{"path":"a","line":3}})";

// kLeast with `member` put over its own.
Value with(std::string_view member) {
    Value value = json::parse(kLeast);
    const Value change = json::parse("{" + std::string(member) + "}");
    for (const auto& [name, item] : change.as_object()->members()) {
        value.as_object()->set(name, item);
    }
    return value;
}

template <class T>
std::string decode_error(const Value& value) {
    try {
        json::decode<T>(value);
    } catch (const json::JsonError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a struct is read from its members, absent ones keep their default") {
    const Finding least = {"t", {}, 1, true, Side::left, {"a", 3}, {"default"}, {}, {}};
    CHECK(json::decode<Finding>(json::parse(kLeast)) == least);
    CHECK(json::decode<Finding>(
              with(R"("priority":null,"tags":null,"counts":null,"unknown":[{"x":1}])")) == least);

    Finding most = least;
    most.priority = 2;
    most.tags = {"x", "y"};
    most.counts = {{"a b", -1}};
    most.extra = json::parse(R"({"kept":[1,null]})");
    CHECK(json::decode<Finding>(with(
              R"("priority":2,"tags":["x","y"],"counts":{"a b":-1},"extra":{"kept":[1,null]})")) ==
          most);
}

TEST_CASE("what is written is read back, and an absent optional is not written") {
    const Finding finding = {"t\n", {}, 0.5, false, Side::right, {"b", 7}, {}, {{"k", 1}}, "x"};
    const Value value = json::encode(finding);
    CHECK(json::render(value) ==
          R"({"title":"t\n","confidence":0.5,"certain":false,"side":"RIGHT",)"
          R"("place":{"path":"b","line":7},"tags":[],"counts":{"k":1},"extra":"x"})");
    CHECK(json::decode<Finding>(value) == finding);
}

TEST_CASE("a value that does not fit is named with its path") {
    struct Case {
        std::string_view member;
        std::string error;
    };
    const std::vector<Case> cases = {
        {R"("title":1)", "$.title: expected a string, found a number"},
        {R"("title":null)", "$.title: expected a string, found null"},
        {R"("certain":1)", "$.certain: expected a boolean, found a number"},
        {R"("certain":"true")", "$.certain: expected a boolean, found a string"},
        {R"("confidence":true)", "$.confidence: expected a number, found a boolean"},
        {R"("priority":1.5)", "$.priority is 1.5, not an integer"},
        {R"("priority":1.0)", "$.priority is 1.0, not an integer"},
        {R"("priority":true)", "$.priority: expected an integer, found a boolean"},
        {R"("priority":2147483648)",
         "$.priority is 2147483648; allowed: -2147483648 to 2147483647"},
        {R"("priority":18446744073709551615)",
         "$.priority is 18446744073709551615; allowed: -2147483648 to 2147483647"},
        {R"("place":{"path":"a"})", "$.place.line is missing"},
        {R"("place":{"path":"a","line":-1})", "$.place.line is -1; allowed: 0 to 4294967295"},
        {R"("place":[])", "$.place: expected an object, found an array"},
        {R"("tags":["x",{}])", "$.tags[1]: expected a string, found an object"},
        {R"("tags":{})", "$.tags: expected an array, found an object"},
        {R"("counts":{"a":{}})", "$.counts.a: expected an integer, found an object"},
        {R"("counts":{"a\nb":{}})", R"($.counts["a\nb"]: expected an integer, found an object)"},
        {R"("side":"left")", R"($.side is "left"; allowed: LEFT, RIGHT)"},
        {R"("side":"\u001b[2J")", R"($.side is "\u001B[2J"; allowed: LEFT, RIGHT)"},
    };
    for (const Case& one : cases) {
        INFO(one.member);
        CHECK(decode_error<Finding>(with(one.member)) == one.error);
    }
    CHECK(decode_error<Finding>(Value(Value::object({}))) == "$.title is missing");
    CHECK(decode_error<Finding>(Value("x")) == "$: expected an object, found a string");
    CHECK(decode_error<std::vector<Place>>(json::parse(R"([{"path":"a","line":1},{"path":2}])")) ==
          "$[1].path: expected a string, found a number");
}

TEST_CASE("a long value from outside is cut in the message") {
    const std::string long_text(1000, 'x');
    CHECK(decode_error<Side>(Value(long_text)) ==
          "$ is \"" + std::string(60, 'x') + "…\"; allowed: LEFT, RIGHT");
    const std::string umlauts = "x" + std::string(100, '\xC3');
    CHECK(decode_error<Side>(Value(umlauts)).size() < 300);
    const std::map<std::string, Value> map = {{long_text, "text"}};
    CHECK(decode_error<std::map<std::string, int>>(json::encode(map)) ==
          "$[\"" + std::string(60, 'x') + "…\"]: expected an integer, found a string");
}

TEST_CASE("integers are read over the whole range of their field") {
    CHECK(json::decode<std::int64_t>(Value(std::numeric_limits<std::int64_t>::min())) ==
          std::numeric_limits<std::int64_t>::min());
    CHECK(json::decode<std::uint8_t>(Value(255)) == 255);
    CHECK(decode_error<std::uint8_t>(Value(256)) == "$ is 256; allowed: 0 to 255");
    CHECK(json::decode<double>(Value(3)) == 3.0);
    CHECK(json::decode<std::optional<int>>(Value(nullptr)) == std::nullopt);
}

TEST_CASE("a map is written with all its keys") {
    std::map<std::string, std::int64_t> map;
    for (int i = 0; i < 1000; ++i) map["key" + std::to_string(i)] = i;
    CHECK(json::decode<std::map<std::string, std::int64_t>>(json::encode(map)) == map);
}

TEST_CASE("a struct with extras keeps members that it does not know, behind its own") {
    const char* wire = R"({"id":"i","n":null,"z":{"b":[1]},"a":2.5})";
    const auto kept = json::decode<Kept>(json::parse(R"({"z":{"b":[1]},"id":"i","a":2.5})"));
    CHECK(kept.id == "i");
    CHECK(kept.extra == *json::parse(R"({"z":{"b":[1]},"a":2.5})").as_object());
    CHECK(json::render(json::encode(kept)) == wire);
    CHECK(json::decode<Kept>(json::parse(wire)) == kept);

    // A member of its own is never taken from the extras.
    Kept made;
    made.id = "own";
    made.extra.set("id", "foreign");
    made.extra.set("x", 1);
    CHECK(json::render(json::encode(made)) == R"({"id":"own","n":null,"x":1})");
}

TEST_CASE("fields can be null, left out when empty, or tell absent from null") {
    struct Case {
        const char* wire;
        Kept value;
    };
    const Case cases[] = {
        {R"({"id":"","n":null})", {}},
        {R"({"id":"","n":3})", {"", 3}},
        {R"({"id":"","n":null,"list":["a"]})", {"", {}, {"a"}}},
        {R"({"id":"","n":null,"clear":null})", {"", {}, {}, std::optional<int>()}},
        {R"({"id":"","n":null,"clear":5})", {"", {}, {}, std::optional<int>(5)}},
    };
    for (const Case& one : cases) {
        INFO(one.wire);
        CHECK(json::render(json::encode(one.value)) == one.wire);
        CHECK(json::decode<Kept>(json::parse(one.wire)) == one.value);
    }
    CHECK(json::decode<Kept>(json::parse(R"({"id":"","list":null})")) == Kept{});
    CHECK(decode_error<Kept>(json::parse(R"({"id":"","n":"x"})")) ==
          "$.n: expected an integer, found a string");
    CHECK(decode_error<Kept>(json::parse(R"({"id":"","clear":"x"})")) ==
          "$.clear: expected an integer, found a string");
    CHECK(json::render(json::schema<Kept>(json::SchemaMode::lenient)) ==
          R"({"type":"object","properties":{"id":{"type":"string"},)"
          R"("n":{"anyOf":[{"type":"integer"},{"type":"null"}]},)"
          R"("list":{"type":"array","items":{"type":"string"}},"clear":{"type":"integer"}},)"
          R"("required":["id"],"additionalProperties":false})");
}

TEST_CASE("a wide object with extras is read and written in reasonable time") {
    json::Object wide;
    std::vector<json::Object::Member> members = {{"id", "i"}, {"n", nullptr}};
    for (int i = 0; i < 20'000; ++i) members.emplace_back("k" + std::to_string(i), i);
    const Value value = json::Object::from_members(std::move(members));
    CHECK(json::encode(json::decode<Kept>(value)) == value);
}

TEST_CASE("unsigned integers keep all 64 bits") {
    const Value most(std::numeric_limits<std::uint64_t>::max());
    CHECK(json::decode<std::uint64_t>(most) == std::numeric_limits<std::uint64_t>::max());
    CHECK(json::encode(std::numeric_limits<std::uint64_t>::max()) == most);
    CHECK(decode_error<std::uint64_t>(Value(-1)) == "$ is -1; allowed: 0 to 9223372036854775807");
}

TEST_CASE("the schema comes from the same field list") {
    CHECK(json::render(json::schema<Place>(json::SchemaMode::lenient)) ==
          R"({"type":"object","properties":{)"
          R"("path":{"type":"string","description":"relative to the repository"},)"
          R"("line":{"type":"integer"}},"required":["path","line"],)"
          R"("additionalProperties":false})");
    CHECK(json::render(json::schema<std::vector<Side>>(json::SchemaMode::strict)) ==
          R"({"type":"array","items":{"type":"string","enum":["LEFT","RIGHT"]}})");
    CHECK(json::render(json::schema<std::optional<int>>(json::SchemaMode::strict)) ==
          R"({"anyOf":[{"type":"integer"},{"type":"null"}]})");
    CHECK(json::render(json::schema<std::optional<int>>(json::SchemaMode::lenient)) ==
          R"({"type":"integer"})");
}
