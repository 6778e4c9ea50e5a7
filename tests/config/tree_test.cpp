#include "config/tree.h"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>

#include "config/origin.h"

namespace codex::config {
namespace {

std::string syntax_error(Table (*parse)(std::string_view), std::string_view text) {
    try {
        parse(text);
    } catch (const SyntaxError& error) {
        return fmt::format("{}:{} {}", error.position().line, error.position().column,
                           error.what());
    }
    return "no error";
}

std::string repeat(std::string_view text, std::size_t count) {
    std::string repeated;
    for (std::size_t i = 0; i < count; ++i) repeated += text;
    return repeated;
}

TEST_CASE("TOML becomes values with the places where they stand") {
    const Table table = parse_toml(
        "model = \"x\"\n"
        "[tools]\n"
        "  view_image = false\n"
        "[projects.\"/srv/a.b\"]\n"
        "trust_level = 'trusted'\n"
        "count.of = [1, 2.5, 1979-05-27]\n");
    REQUIRE(table.size() == 3);
    CHECK(table[0].key == "model");
    CHECK(table[0].position == Position{1, 1});
    CHECK(table[0].value.position == Position{1, 9});
    CHECK(*table[0].value.as<std::string>() == "x");
    const Table& tools = *table[1].value.as<Table>();
    CHECK(tools[0].value.position == Position{3, 16});
    CHECK(*tools[0].value.as<bool>() == false);
    const Table& project = *table[2].value.as<Table>()->front().value.as<Table>();
    CHECK(table[2].value.as<Table>()->front().key == "/srv/a.b");
    const Sequence& list = *find(project, "count")->value.as<Table>()->front().value.as<Sequence>();
    CHECK(*list[0].as<std::int64_t>() == 1);
    CHECK(*list[1].as<double>() == 2.5);
    CHECK(list[2].as<Unclear>()->what == "a date");
}

TEST_CASE("What is no TOML is refused where it stops being TOML") {
    CHECK(syntax_error(parse_toml, "a = 1\nb = \n").starts_with("2:"));
    CHECK(syntax_error(parse_toml, "a = 1\na = 2\n").starts_with("2:"));
    CHECK(syntax_error(parse_toml, "a = \"\xFF\"\n").starts_with("1:"));
    CHECK(syntax_error(parse_toml, std::string(kMaxTomlBytes + 1, '#')).find("larger than 4 MiB") !=
          std::string::npos);
}

TEST_CASE("Letters of any script may stand in TOML where blanks may, and are an error there") {
    // toml++ 3.3 calls it undefined behaviour.
    for (const std::string letter : {"\xC4\xB2", "\xC3\xA9", "\xE3\x80\x81", "\xEF\xBB\xBA"}) {
        CHECK(syntax_error(parse_toml, "a = 1\n" + letter + " = 2\n").starts_with("2:"));
        CHECK(syntax_error(parse_toml, "a" + letter + " = 2\n").starts_with("1:"));
        CHECK(syntax_error(parse_toml, "a = " + letter + "\n").starts_with("1:"));
        const Table table = parse_toml("a = \"\"\"\\\n" + letter + "\"\"\" # " + letter + "\n");
        CHECK(*table[0].value.as<std::string>() == letter);
    }
}

TEST_CASE("Deep TOML is refused before anything recurses over it") {
    const std::string dots = repeat("a.", 200'000);
    const std::vector<std::string> deep = {
        dots + "a = 1",
        "[" + dots + "a]",
        "x = {" + dots + "a = 1}",
        "x = " + repeat("[", 100'000),
        "x = " + repeat("{a = ", 100'000),
        "x = \"\"\"\n\"\"\"\n" + dots + "a = 1",
        "# \"\n" + dots + "a = 1",
        "x = '\\'\n" + dots + "a = 1",
        "x = " + repeat("{" + repeat("a.", 30) + "a = ", 30) + "1" + repeat("}", 30)};
    for (const std::string& text : deep) {
        INFO(text.substr(0, 40));
        CHECK(syntax_error(parse_toml, text) != "no error");
    }
    const std::string quoted = "x = \"" + dots + "\"\n";
    CHECK(parse_toml(quoted).size() == 1);
    CHECK(parse_toml(repeat("a.", kMaxNesting - 2) + "a = 1").size() == 1);
}

TEST_CASE("YAML scalars have one meaning or none") {
    struct Row {
        std::string text;
        std::string expected;
    };
    const std::vector<Row> rows = {
        {"true", "true or false"},
        {"false", "true or false"},
        {"\"true\"", "text"},
        {"'012'", "text"},
        {"7", "a whole number"},
        {"-12", "a whole number"},
        {"0", "a whole number"},
        {"1.5", "a number"},
        {"~", "nothing"},
        {"", "nothing"},
        {"null", "nothing"},
        {"plain text", "text"},
        {"src/**/*.cpp", "text"},
        {"1.2.3", "text"},
        {"p1", "text"},
        {"3rd party", "text"},
        {"99999999999999999999", "`"},
        {"on", "`on`"},
        {"No", "`No`"},
        {"y", "`y`"},
        {"True", "`True`"},
        {"012", "`012`"},
        {"0x1F", "`0x1F`"},
        {"0o7", "`0o7`"},
        {"1_000", "`1_000`"},
        {"+1", "`+1`"},
        {"1e3", "`1e3`"},
        {".5", "`.5`"},
        {".inf", "`.inf`"},
        {"12:30", "`12:30`"},
        {"2025-10-01", "`2025-10-01`"},
        {"1" + std::string(400, '0') + ".0", "`1000"},
    };
    for (const Row& row : rows) {
        INFO(row.text);
        const Table table = parse_yaml("key: " + row.text + "\n");
        REQUIRE(table.size() == 1);
        CHECK(kind(table[0].value).starts_with(row.expected));
    }
}

TEST_CASE("YAML keeps places and refuses what the strict subset leaves out") {
    const Table table = parse_yaml("review:\n  include: [a, 'b']\n  on: 1\n");
    const Table& review = *table[0].value.as<Table>();
    CHECK(table[0].position == Position{1, 1});
    CHECK(review[0].position == Position{2, 3});
    CHECK(review[0].value.as<Sequence>()->at(1).position == Position{2, 16});
    CHECK(review[1].key == "on");
    CHECK(parse_yaml("").empty());
    CHECK(parse_yaml("# nothing\n").empty());

    struct Row {
        std::string text;
        std::string expected;
    };
    const std::vector<Row> rows = {
        {"a: 1\nb: 2\na: 3\n", "3:1 the key \"a\" stands here twice"},
        {"a: &x 1\n", "1:4 anchors (&name) are not allowed here"},
        {"a: &x [1]\nb: *x\n", "1:4 anchors (&name) are not allowed here"},
        {"b: *x\n", "1:"},
        {"a: !!str 1\n", "1:4 tags (!name) are not allowed here"},
        {"a: !x {}\n", "1:4 tags (!name) are not allowed here"},
        {"<<: {a: 1}\n", "1:1 merge keys (<<) are not allowed here"},
        {"[1]: 2\n", "1:1 a key must be text"},
        {"? {a: 1}\n: 2\n", "1:3 a key must be text"},
        {"- 1\n", "1:1 expected keys and values, found a list"},
        {"text\n", "1:1 expected keys and values, found text"},
        {"a: 1\n---\nb: 2\n", "1:1 more than one document"},
        {"a: [1\n", "2:1"},
        {"a: \"\xFF\"\n", "1:1 not UTF-8 text"},
        {std::string("a: \0", 4), "1:1 not UTF-8 text"},
        {std::string(kMaxYamlBytes + 1, '#'), "1:1 larger than 256 KiB"},
        {"a: " + repeat("[", 1000), "1:"},
        {repeat("a:\n", 1) + repeat("- ", 1000), "2:"},
    };
    for (const Row& row : rows) {
        INFO(row.text.substr(0, 60));
        const std::string error = syntax_error(parse_yaml, row.text);
        INFO(error);
        CHECK(error.starts_with(row.expected));
    }
}

TEST_CASE("A dotted key is split where TOML splits it") {
    using Parts = std::vector<std::string>;
    CHECK(parse_key("model") == Parts{"model"});
    CHECK(parse_key(" a . b-c.\"d.e\" .'f\"g'") == Parts{"a", "b-c", "d.e", "f\"g"});
    CHECK(parse_key("\"tab\\t\\u00e9\".x") == Parts{"tab\t\xC3\xA9", "x"});
    CHECK(parse_key("projects./srv/x.trust_level") == Parts{"projects", "/srv/x", "trust_level"});
    for (const std::string bad :
         {"", ".", "a.", ".a", "a..b", "a b", "a.\"b", "a\"b\"", "a.\"\\q\""})
        CHECK_THROWS_AS(parse_key(bad), base::ConfigError);
    for (const std::string part : {"plain", "a.b", "", "q\"\\", "tab\t", "\xC3\xA9", "new\nline"})
        CHECK(parse_key(join_key("x", part)) == Parts{"x", part});
}

TEST_CASE("The nearest name is one that was probably meant") {
    const std::vector<std::string> names = {"model", "model_provider", "sandbox_mode"};
    CHECK(nearest_name("modle", names) == "model");
    CHECK(nearest_name("sandboxmode", names) == "sandbox_mode");
    CHECK(nearest_name("model_providr", names) == "model_provider");
    CHECK(nearest_name("colour", names).empty());
    CHECK(nearest_name("x", names).empty());
    CHECK(nearest_name(std::string(100'000, 'm'), names).empty());
}

}  // namespace
}  // namespace codex::config
