#include "protocol/review_output.h"

#include <catch2/catch_test_macros.hpp>
#include <random>

using namespace codex::protocol;
using codex::json::Value;

namespace {

const std::string kLocation =
    R"("code_location":{"path":"a.c","side":"RIGHT","line_range":{"start":3,"end":4}})";

std::string review_of(const std::string& findings) {
    return R"({"findings":[)" + findings +
           R"(],"overall_correctness":"patch is correct","overall_explanation":"fine",)"
           R"("overall_confidence_score":0.5})";
}

std::string finding_with(const std::string& members) {
    return R"({"title":"t","body":"b",)" + members + "}";
}

ParsedReview parse(const std::string& text, const std::string& root = "/work/repo") {
    return parse_review_output(text, root);
}

}  // namespace

TEST_CASE("a whole review is read") {
    const ParsedReview parsed = parse(
        review_of(R"({"title":"Null \"p\"","body":"why","priority":1,"confidence_score":0.9,)" +
                  kLocation + R"(,"quoted_code":"  a\n","suggestion":"  b\n"})"));
    Finding finding;
    finding.title = "Null \"p\"";
    finding.body = "why";
    finding.priority = 1;
    finding.confidence_score = 0.9;
    finding.code_location = {"a.c", Side::right, {3, 4}};
    finding.quoted_code = "  a\n";
    finding.suggestion = "  b\n";
    ReviewOutput output;
    output.findings = {finding};
    output.overall_correctness = "patch is correct";
    output.overall_explanation = "fine";
    output.overall_confidence_score = 0.5;
    CHECK(parsed.output == output);
    CHECK(parsed.notes.empty());
    CHECK(parsed.is_structured);
    CHECK(parsed.dropped_findings == 0);
}

TEST_CASE("the review is found within other text") {
    const std::string review = review_of("");
    for (const std::string& text :
         {review, "\xEF\xBB\xBF" + review, "  \n" + review + "\n", "```json\n" + review + "\n```",
          "Here it is:\n\n```\n" + review + "\n```\nDone {x}.",
          "```sh\nls {}\n```\n```json\n" + review + "\n```",
          "The result {see}: " + review + " end }", "{\"other\": 1}\n" + review,
          "```json\n" + review}) {
        INFO(text);
        const ParsedReview parsed = parse(text);
        CHECK(parsed.is_structured);
        CHECK(parsed.output.overall_explanation == "fine");
    }
}

TEST_CASE("text without a list of findings is no review") {
    for (const std::string text : {"", "no problems found", "{}", "[]", "{\"findings\":",
                                   "{\"findings\":null}", "{\"overall_explanation\":\"fine\"}",
                                   "{\"findings\":{}}", "null", "```\n```", "\xFF\xFE"}) {
        INFO(text);
        const ParsedReview parsed = parse(text);
        CHECK_FALSE(parsed.is_structured);
        CHECK(parsed.output.findings.empty());
    }
    CHECK(parse(" just prose \n").output.overall_explanation == "just prose");
}

TEST_CASE("one bad finding costs that finding only, with a note") {
    const std::string good = finding_with(kLocation);
    struct Sample {
        std::string finding;
        std::string note;
    };
    const std::vector<Sample> samples = {
        {"7", "finding 2 was dropped: it is a number"},
        {R"({"body":" ",)" + kLocation + "}", "finding 2 was dropped: it has no title"},
        {R"({"title":"t"})", "finding 2 was dropped: code_location is missing (\"t\")"},
        {finding_with(R"("code_location":{"path":" ","line_range":{"start":1}})"),
         "finding 2 was dropped: code_location.path is empty (\"t\")"},
        {finding_with(R"("code_location":{"line_range":{"start":1},"path":")" +
                      std::string(4'097, 'p') + "\"}"),
         "finding 2 was dropped: code_location.path has 4097 bytes, more than 4096 (\"t\")"},
        {finding_with(R"("code_location":{"path":"a"})"),
         "finding 2 was dropped: code_location.line_range is missing (\"t\")"},
        {finding_with(R"("code_location":{"path":"a","line_range":{"end":1}})"),
         "finding 2 was dropped: code_location.line_range.start is missing (\"t\")"},
        {finding_with(R"("code_location":{"path":"a","line_range":{"start":-1,"end":1}})"),
         "finding 2 was dropped: code_location.line_range.start is -1 (\"t\")"},
        {finding_with(R"("code_location":{"path":"a","line_range":{"start":true}})"),
         "finding 2 was dropped: code_location.line_range.start is true (\"t\")"},
        {finding_with(R"("code_location":{"path":"a","line_range":{"start":99999999999}})"),
         "finding 2 was dropped: code_location.line_range.start is 99999999999 (\"t\")"},
        {finding_with(R"("code_location":{"path":"a","line_range":{"start":1.9}})"),
         "finding 2 was dropped: code_location.line_range.start is 1.9 (\"t\")"},
    };
    for (const Sample& sample : samples) {
        INFO(sample.finding);
        const ParsedReview parsed = parse(review_of(good + "," + sample.finding + "," + good));
        CHECK(parsed.output.findings.size() == 2);
        CHECK(parsed.notes == std::vector<std::string>{sample.note});
        CHECK(parsed.dropped_findings == 1);
    }
}

TEST_CASE("what is merely odd is read all the same") {
    const auto read = [](const std::string& members) {
        ParsedReview parsed = parse(review_of(finding_with(members)));
        REQUIRE(parsed.output.findings.size() == 1);
        return parsed;
    };
    const auto priority = [&](const std::string& value) {
        return read("\"priority\":" + value + "," + kLocation).output.findings[0].priority;
    };
    CHECK(read(kLocation).output.findings[0].priority == std::nullopt);
    CHECK(priority("null") == std::nullopt);
    CHECK(priority("\"2\"") == 2);
    CHECK(priority("3.0") == 3);
    CHECK(priority("\"P1\"") == 1);
    CHECK(priority("7") == std::nullopt);
    CHECK(read(R"("priority":7,)" + kLocation).notes ==
          std::vector<std::string>{"finding 1: its priority 7 was ignored"});
    CHECK(read(R"("confidence_score":"0.25",)" + kLocation).output.findings[0].confidence_score ==
          0.25);
    CHECK(read(R"("confidence_score":85,)" + kLocation).output.findings[0].confidence_score ==
          std::nullopt);

    const auto range = [&](const std::string& value) {
        return read(R"("code_location":{"path":"a","line_range":)" + value + "}")
            .output.findings[0]
            .code_location.line_range;
    };
    CHECK(range(R"({"start":5})") == LineRange{5, 5});
    CHECK(range(R"({"start":"5","end":"7"})") == LineRange{5, 7});
    CHECK(range(R"({"start":5.0,"end":0})") == LineRange{5, 5});
    CHECK(range(R"({"start":7,"end":5})") == LineRange{5, 7});
    CHECK(range("9") == LineRange{9, 9});

    CHECK(read(R"("suggestion":"",)" + kLocation).output.findings[0].suggestion == std::nullopt);
    CHECK(read(R"("suggestion":4,)" + kLocation).output.findings[0].suggestion == std::nullopt);
    CHECK(read(R"("code_location":{"path":"a","side":"left","line_range":{"start":1}})")
              .output.findings[0]
              .code_location.side == Side::left);
    CHECK(read(R"("code_location":{"path":"a","side":"MIDDLE","line_range":{"start":1}})").notes ==
          std::vector<std::string>{"finding 1: its side \"MIDDLE\" was read as RIGHT"});
}

TEST_CASE("a priority in the title moves to its field") {
    const auto finding = [](const std::string& members) {
        return parse(review_of("{" + members + "," + kLocation + "}")).output.findings.at(0);
    };
    CHECK(finding(R"("title":"[P1] Leak")").title == "Leak");
    CHECK(finding(R"("title":"[P1] Leak")").priority == 1);
    CHECK(finding(R"("title":"[P1] Leak","priority":3)").priority == 3);
    CHECK(finding(R"("title":"[P9] Leak")").title == "[P9] Leak");
    CHECK(finding(R"("title":"","body":"First line\nmore")").title == "First line");
    CHECK(finding(R"("title":")" + std::string(1000, 'x') + "\"").title ==
          std::string(300, 'x') + "…");
}

TEST_CASE("paths become relative to the repository") {
    const auto path = [](const std::string& member, const std::string& root) {
        return parse(review_of(finding_with("\"code_location\":{" + member +
                                            R"(,"line_range":{"start":1,"end":1}})")),
                     root)
            .output.findings.at(0)
            .code_location.path;
    };
    CHECK(path(R"("path":"./src//a.c")", "/r") == "src/a.c");
    CHECK(path(R"("path":"/r/src/a.c")", "/r") == "src/a.c");
    CHECK(path(R"("path":"/r/src/a.c")", "/r/") == "src/a.c");
    CHECK(path(R"("absolute_file_path":"/r/a.c")", "/r") == "a.c");
    CHECK(path(R"("path":"","absolute_file_path":"/r/a.c")", "/r") == "a.c");
    CHECK(path(R"("path":"/rest/a.c")", "/r") == "/rest/a.c");
    CHECK(path(R"("path":" a b/c ")", "") == "a b/c");
    CHECK(path(R"("path":"/a.c")", "/") == "/a.c");
    const std::string longest(4'096, 'p');
    CHECK(path(R"("path":"/r/)" + longest + "\"", "/r") == longest);
}

TEST_CASE("a flood of findings is cut with a note") {
    std::string findings = finding_with(kLocation);
    for (int i = 0; i < 1005; ++i) findings += "," + finding_with(kLocation);
    const ParsedReview parsed = parse(review_of(findings));
    CHECK(parsed.output.findings.size() == 1000);
    CHECK(parsed.dropped_findings == 6);
    CHECK(parsed.notes ==
          std::vector<std::string>{"6 findings were dropped: a review holds at most 1000"});
}

namespace {

// Strict mode of the model API: every object closed, every property required, types only.
void check_strict(const Value& schema, const std::string& path) {
    INFO(path);
    const Value* type = schema.find("type");
    REQUIRE(type != nullptr);
    if (type->as_string() != nullptr && *type->as_string() == "object") {
        const Value* open = schema.find("additionalProperties");
        REQUIRE(open != nullptr);
        CHECK(*open == Value(false));
        const auto& properties = schema.find("properties")->as_object()->members();
        const auto* required = schema.find("required")->as_array();
        REQUIRE(required != nullptr);
        REQUIRE(required->size() == properties.size());
        for (std::size_t i = 0; i < properties.size(); ++i) {
            CHECK((*required)[i] == Value(properties[i].first));
            check_strict(properties[i].second, path + "." + properties[i].first);
        }
    }
    if (const Value* items = schema.find("items")) check_strict(*items, path + "[]");
    for (const char* keyword : {"minimum", "maxLength", "pattern", "oneOf"})
        CHECK(schema.find(keyword) == nullptr);
}

}  // namespace

TEST_CASE("the schema is strict all the way down and survives being written") {
    const Value schema = review_output_schema();
    check_strict(schema, "$");
    CHECK(codex::json::parse(codex::json::render(schema)) == schema);
}

TEST_CASE("random answers are read or refused, never more") {
    const std::vector<std::string> pieces = {
        "{",
        "}",
        "[",
        "]",
        "\"findings\":",
        "\"title\":\"x\"",
        ",",
        ":",
        "null",
        "-1",
        "1e999",
        "\"code_location\":{\"path\":\"a\",\"line_range\":{\"start\":1}}",
        "```",
        "```json\n",
        "\n",
        "\\",
        "\"",
        "\xFF",
        "{\"findings\":[",
        "]}",
        "true"};
    std::mt19937 random(11);
    std::size_t structured = 0;
    for (int round = 0; round < 5000; ++round) {
        std::string text;
        for (int i = static_cast<int>(random() % 20); i > 0; --i)
            text += pieces[random() % pieces.size()];
        const ParsedReview parsed = parse(text);
        structured += parsed.is_structured ? 1 : 0;
        for (const Finding& finding : parsed.output.findings)
            REQUIRE(finding.code_location.line_range.start >= 1);
    }
    CHECK(structured > 0);
    CHECK_FALSE(parse(std::string(200'000, '{')).is_structured);
    CHECK_FALSE(parse(std::string(100'000, '[')).is_structured);
}

TEST_CASE("of several reviews in a text the last counts") {
    const auto parsed = parse_review_output(
        R"(None would be {"findings": []}. Mine: {"findings": [{"title": "T", "body": "B",
        "code_location": {"path": "a", "line_range": {"start": 1, "end": 1}}}]})",
        "/w");
    REQUIRE(parsed.output.findings.size() == 1);
    CHECK(parsed.output.findings[0].title == "T");
}
