// Event payloads of every shape.
#include "github/event.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/github/rig.h"

using namespace codex::test;
using namespace codex::github;

namespace {

Event read(std::string_view name, std::string_view payload) {
    return read_event(name, codex::json::parse(payload));
}

std::optional<std::int64_t> number_of(std::string_view name, std::string_view payload) {
    return read(name, payload).pull_request_number;
}

}  // namespace

TEST_CASE("a pull request event is read with its ends and its sender") {
    const Event event = read("pull_request", R"({"action":"opened","number":5,
        "pull_request":{"number":5,
          "head":{"sha":"1111111111111111111111111111111111111111","repo":{"full_name":"a/b"}},
          "base":{"sha":"2222222222222222222222222222222222222222","repo":{"full_name":"o/b"}}},
        "sender":{"login":"dependabot[bot]","type":"Bot"}})");
    CHECK(event.kind == EventKind::pull_request);
    CHECK(event.name == "pull_request");
    CHECK(event.action == "opened");
    CHECK(event.pull_request_number == 5);
    CHECK(event.is_on_pull_request);
    CHECK(event.sender == "dependabot[bot]");
    CHECK(event.head_sha == kHeadSha);
    CHECK(event.head_repository == "a/b");
    CHECK(event.base_repository == "o/b");
}

TEST_CASE("event names map to kinds; any other name is other") {
    const std::vector<std::pair<std::string, EventKind>> rows = {
        {"pull_request", EventKind::pull_request},
        {"pull_request_target", EventKind::pull_request_target},
        {"pull_request_review", EventKind::pull_request_review},
        {"pull_request_review_comment", EventKind::pull_request_review_comment},
        {"issue_comment", EventKind::issue_comment},
        {"workflow_dispatch", EventKind::workflow_dispatch},
        {"schedule", EventKind::schedule},
        {"push", EventKind::other},
        {"Pull_Request", EventKind::other},
        {"", EventKind::other},
    };
    for (const auto& [name, kind] : rows) {
        INFO(name);
        CHECK(read(name, "{}").kind == kind);
        CHECK(read(name, "{}").name == name);
    }
}

TEST_CASE("a number is a whole positive number and nothing else") {
    const std::vector<std::pair<std::string, std::optional<std::int64_t>>> rows = {
        {"5", 5},
        {"9223372036854775807", 9223372036854775807},
        {"0", std::nullopt},
        {"-5", std::nullopt},
        {"true", std::nullopt},
        {"1.9", std::nullopt},
        {"1.0", std::nullopt},
        {"1e3", std::nullopt},
        {"\"7\"", std::nullopt},
        {"null", std::nullopt},
        {"[5]", std::nullopt},
        {"{\"number\":5}", std::nullopt},
        {"9223372036854775808", std::nullopt},
        {"99999999999999999999999", std::nullopt},
    };
    for (const auto& [text, expected] : rows) {
        INFO(text);
        CHECK(number_of("pull_request", R"({"pull_request":{"number":)" + text + "}}") == expected);
        CHECK(number_of("issue_comment",
                        R"({"issue":{"pull_request":{},"number":)" + text + "}}") == expected);
    }
}

TEST_CASE("a comment is on a pull request only when its issue says so by an object") {
    const std::vector<std::pair<std::string, bool>> rows = {
        {R"("pull_request":{"url":"x"},)", true},
        {R"("pull_request":{},)", true},
        {R"("pull_request":null,)", false},
        {R"("pull_request":true,)", false},
        {R"("pull_request":"x",)", false},
        {R"("pull_request":[],)", false},
        {"", false},
    };
    for (const auto& [mark, expected] : rows) {
        INFO(mark);
        const Event event =
            read("issue_comment",
                 "{\"issue\":{" + mark + R"("number":3},"comment":{"body":"/codex fix"}})");
        CHECK(event.is_on_pull_request == expected);
        CHECK(event.pull_request_number.has_value() == expected);
    }
}

TEST_CASE("the pull request wins over an issue beside it, even with a number that is none") {
    CHECK(number_of(
              "x", R"({"pull_request":{"number":1},"issue":{"pull_request":{},"number":2}})") == 1);
    CHECK(number_of("x", R"({"pull_request":{"number":"1"},
                             "issue":{"pull_request":{},"number":2}})") == std::nullopt);
    CHECK(number_of("x", R"({"pull_request":null,"issue":{"pull_request":{},"number":2}})") == 2);
}

TEST_CASE("a started workflow names its pull request by digits, for its inputs are text") {
    const std::vector<std::pair<std::string, std::optional<std::int64_t>>> rows = {
        {"\"12\"", 12},
        {"12", 12},
        {"\" 12 \"", 12},
        {"\"\"", std::nullopt},
        {"\"12x\"", std::nullopt},
        {"\"1.5\"", std::nullopt},
        {"\"-12\"", std::nullopt},
        {"\"0\"", std::nullopt},
        {"true", std::nullopt},
        {"null", std::nullopt},
        {"\"#12\"", std::nullopt},
        {"\"99999999999999999999\"", std::nullopt},
    };
    for (const auto& [text, expected] : rows) {
        INFO(text);
        CHECK(number_of("workflow_dispatch", R"({"inputs":{"pr_number":)" + text + "}}") ==
              expected);
    }
    CHECK(number_of("pull_request", R"({"inputs":{"pr_number":"12"}})") == std::nullopt);
    CHECK(number_of("workflow_dispatch", R"({"inputs":null})") == std::nullopt);
}

TEST_CASE("a head is a commit id or unknown") {
    const auto sha_of = [](const std::string& text) {
        return read("pull_request", R"({"pull_request":{"head":{"sha":)" + text + "}}}").head_sha;
    };
    CHECK(sha_of("\"1111111111111111111111111111111111111111\"") == kHeadSha);
    for (const char* text : {"\"\"", "null", "7", "\"main\"", "\"1111\"",
                             "\"111111111111111111111111111111111111111G\"",
                             "\"11111111111111111111111111111111111111111\""}) {
        INFO(text);
        CHECK(sha_of(text) == std::nullopt);
    }
}

TEST_CASE("payloads that are nothing like a payload are events about nothing") {
    for (const char* text :
         {"null", "[]", "3", "\"x\"", "true", "{}", R"({"pull_request":[],"issue":[],"sender":[]})",
          R"({"action":{},"comment":3,"review":null,"inputs":[]})",
          R"({"pull_request":{"head":null,"base":3,"draft":"yes"}})"}) {
        INFO(text);
        const Event event = read("pull_request", text);
        CHECK(event.action.empty());
        CHECK(event.pull_request_number == std::nullopt);
        CHECK(event.head_sha == std::nullopt);
    }
}

TEST_CASE("a repository's name is two names of GitHub's characters") {
    CHECK(parse_repository_name("octo/shop") == RepositoryName{"octo", "shop"});
    CHECK(parse_repository_name("o-c_t.o/.github") == RepositoryName{"o-c_t.o", ".github"});
    for (const char* text : {"", "octo", "/shop", "octo/", "octo/shop/x", "../..", "octo/..",
                             "octo/.", "oc to/shop", "octo/shop?x=1", "octo/sh\nop", "ö/shop"}) {
        INFO(text);
        CHECK(parse_repository_name(text) == std::nullopt);
    }
    CHECK(parse_repository_name(std::string(101, 'a') + "/b") == std::nullopt);
}
