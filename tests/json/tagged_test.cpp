#include "json/tagged.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

namespace json = codex::json;

namespace {

struct Circle {
    double radius = 0;
    json::Object extra = {};
    friend bool operator==(const Circle&, const Circle&) = default;
};
struct Dot {
    friend bool operator==(const Dot&, const Dot&) = default;
};
using Shape = std::variant<Circle, Dot>;

struct Move {
    std::string to;
    friend bool operator==(const Move&, const Move&) = default;
};
struct Remove {
    friend bool operator==(const Remove&, const Remove&) = default;
};
using Change = std::variant<Move, Remove>;

}  // namespace

template <>
struct codex::json::Describe<Circle> {
    static constexpr std::string_view tag = "circle";
    template <class V>
    static void fields(V& v) {
        v("radius", &Circle::radius);
    }
};
template <>
struct codex::json::Describe<Dot> {
    static constexpr std::string_view tag = "dot";
    template <class V>
    static void fields(V&) {}
};
template <>
struct codex::json::Codec<Shape> : codex::json::Tagged<Shape> {};

template <>
struct codex::json::Describe<Move> {
    static constexpr std::string_view tag = "move";
    template <class V>
    static void fields(V& v) {
        v("to", &Move::to);
    }
};
template <>
struct codex::json::Describe<Remove> {
    static constexpr std::string_view tag = "remove";
    template <class V>
    static void fields(V&) {}
};
template <>
struct codex::json::Codec<Change> : codex::json::ExternallyTagged<Change> {};

namespace {

template <class T>
std::string decode_error(std::string_view text) {
    try {
        json::decode<T>(json::parse(text));
    } catch (const json::JsonError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a variant is told apart by a member of its object") {
    const std::vector<Shape> shapes = {Circle{2, {}}, Dot{}};
    const char* wire = R"([{"type":"circle","radius":2.0},{"type":"dot"}])";
    CHECK(json::render(json::encode(shapes)) == wire);
    CHECK(json::decode<std::vector<Shape>>(json::parse(wire)) == shapes);
}

TEST_CASE("the member that tells is no extra, others are") {
    const char* wire = R"({"type":"circle","radius":2.5,"colour":"red"})";
    const auto circle = std::get<Circle>(json::decode<Shape>(json::parse(wire)));
    CHECK(circle.extra == *json::parse(R"({"colour":"red"})").as_object());
    CHECK(json::render(json::encode(Shape(circle))) == wire);
}

TEST_CASE("a variant that does not fit is named with its path") {
    struct Row {
        const char* wire;
        const char* error;
    };
    const Row rows[] = {
        {R"([{"radius":1}])", "$[0].type is missing"},
        {R"([{"type":7}])", "$[0].type: expected a string, found a number"},
        {R"([{"type":"square"}])", R"($[0].type is "square"; allowed: circle, dot)"},
        {R"([{"type":"circle"}])", "$[0].radius is missing"},
        {"[7]", "$[0]: expected an object, found a number"},
    };
    for (const Row& row : rows) {
        INFO(row.wire);
        CHECK(decode_error<std::vector<Shape>>(row.wire) == row.error);
    }
}

TEST_CASE("a variant can be the name of the object's only member") {
    const std::vector<Change> changes = {Move{"b"}, Remove{}};
    const char* wire = R"([{"move":{"to":"b"}},{"remove":{}}])";
    CHECK(json::render(json::encode(changes)) == wire);
    CHECK(json::decode<std::vector<Change>>(json::parse(wire)) == changes);
    struct Row {
        const char* wire;
        const char* error;
    };
    const Row rows[] = {
        {R"({"copy":{}})", R"($ holds "copy"; allowed: move, remove)"},
        {R"({})", "$ holds 0 members; it must hold one of move, remove"},
        {R"({"move":{"to":"x"},"remove":{}})",
         "$ holds 2 members; it must hold one of move, remove"},
        {R"({"move":{}})", "$.move.to is missing"},
        {R"("move")", "$: expected an object, found a string"},
    };
    for (const Row& row : rows) {
        INFO(row.wire);
        CHECK(decode_error<Change>(row.wire) == row.error);
    }
}
