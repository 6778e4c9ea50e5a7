// What each refusal tells a maintainer.
#include <catch2/catch_test_macros.hpp>

#include "github/errors.h"
#include "tests/github/rig.h"

using namespace codex::test;
using namespace codex::github;
using codex::http::Header;

namespace {

std::string explain(int status, const std::string& body, std::vector<Header> headers = {},
                    std::string_view permission = "pull-requests: write") {
    return explain_error({status, std::move(headers), body}, "post the review", permission).what();
}

}  // namespace

TEST_CASE("each refusal says what to do") {
    const std::string fork =
        ", and the token of a fork's pull request is read-only whatever the job says";
    CHECK(explain(401, R"({"message":"Bad credentials"})") ==
          "cannot post the review: the token is wrong or has expired: check the input github_token "
          "(HTTP 401: Bad credentials)");
    CHECK(explain(403, R"({"message":"Resource not accessible by integration"})") ==
          "cannot post the review: the token may not do that: the job needs `permissions: "
          "pull-requests: write`" +
              fork + " (HTTP 403: Resource not accessible by integration)");
    CHECK(explain(404, R"({"message":"Not Found"})", {}, "pull-requests: read") ==
          "cannot post the review: it does not exist, or the token may not see it: the job needs "
          "`permissions: pull-requests: read` (HTTP 404: Not Found)");
    CHECK(
        explain(410, R"({"message":"Issues are disabled for this repo"})") ==
        "cannot post the review: it is gone, or switched off in this repository (HTTP 410: Issues "
        "are disabled for this repo)");
    CHECK(explain(422, R"({"message":"Validation Failed","errors":[{"resource":"Review",)"
                       R"("field":"line","code":"invalid"},"Line could not be resolved",)"
                       R"({"message":"body is too long"},7,null]})") ==
          "cannot post the review: GitHub finds the request unacceptable (HTTP 422: Validation "
          "Failed; Review line invalid; Line could not be resolved; body is too long)");
    CHECK(explain(422, R"({"message":"No","errors":"Could not be resolved"})") ==
          "cannot post the review: GitHub finds the request unacceptable (HTTP 422: No; Could not "
          "be resolved)");
    CHECK(explain(502, "<html>unicorn</html>") ==
          "cannot post the review: GitHub is failing (HTTP 502)");
    CHECK(explain(418, "") == "cannot post the review: GitHub refused it (HTTP 418)");
}

TEST_CASE("a rate limit says when to try again") {
    CHECK(explain(429, "", {{"Retry-After", "60"}}) ==
          "cannot post the review: GitHub limits the rate of requests; try again in 60 s (HTTP "
          "429)");
    CHECK(explain(403, "", {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1795737600"}}) ==
          "cannot post the review: GitHub limits the rate of requests; try again after "
          "2026-11-27T00:00:00Z (HTTP 403)");
    CHECK(explain(403, R"({"message":"You have exceeded a secondary rate limit."})") ==
          "cannot post the review: GitHub limits the rate of requests (HTTP 403: You have exceeded "
          "a secondary rate limit.)");
    for (const char* reset : {"x", "-1", "99999999999999", "99999999999999999999"}) {
        INFO(reset);
        CHECK(explain(429, "", {{"x-ratelimit-reset", reset}}) ==
              "cannot post the review: GitHub limits the rate of requests (HTTP 429)");
    }
}

TEST_CASE("a redirect names its target's host and is not followed") {
    struct Row {
        int status;
        std::string location;
        std::string expected;
    };
    const std::vector<Row> rows = {
        {301, "https://api.github.com/repositories/5/pulls/7",
         "GitHub redirects to https://api.github.com:443, which is not followed with a token (was "
         "the repository renamed?) (HTTP 301)"},
        {302, "http://169.254.169.254/latest/meta-data?x=1",
         "GitHub redirects to http://169.254.169.254:80, which is not followed with a token (HTTP "
         "302)"},
        {307, "file:///etc/passwd",
         "GitHub redirects to another address, which is not followed with a token (HTTP 307)"},
        {308, "",
         "GitHub redirects to another address, which is not followed with a token (HTTP 308)"},
    };
    for (const Row& row : rows) {
        INFO(row.location);
        Rig rig;
        rig.transport.route("GET", kPull,
                            {answer(row.status, std::string(), {{"Location", row.location}})});
        CHECK(message_of<GitHubError>([&] { rig.client.fetch_pull_request(7); }) ==
              "cannot read pull request #7: " + row.expected);
        CHECK(rig.transport.requests().size() == 1);
    }
}

TEST_CASE("the server's words are cut, escaped and never control a terminal") {
    const std::string long_text = explain(400, R"({"message":")" + std::string(5'000, 'a') + "\"}");
    CHECK(long_text.size() < 400);
    CHECK(has(long_text, "aaa…"));
    const std::string evil = explain(400, R"({"message":"a\u001b[31m\n::set-env name=X::y"})");
    CHECK_FALSE(has(evil, "\x1b"));
    CHECK_FALSE(has(evil, "\n"));
    CHECK(has(explain(400, std::string(100'000, '[')), "(HTTP 400)"));
    CHECK(has(explain(400, "[1]"), "(HTTP 400)"));
}

TEST_CASE("only a refusal for good counts as a missing permission") {
    struct Row {
        int status;
        std::vector<Header> headers;
        bool denied;
        bool limited;
    };
    const std::vector<Row> rows = {
        {401, {}, true, false},
        {403, {}, true, false},
        {404, {}, true, false},
        {403, {{"Retry-After", "1"}}, false, true},
        {403, {{"X-RateLimit-Remaining", "0"}}, false, true},
        {403, {{"X-RateLimit-Remaining", "12"}}, true, false},
        {429, {}, false, true},
        {422, {}, false, false},
        {503, {{"Retry-After", "1"}}, false, false},
    };
    for (const Row& row : rows) {
        INFO(row.status);
        const GitHubError error = explain_error({row.status, row.headers, ""}, "x", "y");
        CHECK(error.is_permission_denied() == row.denied);
        CHECK(error.is_rate_limit() == row.limited);
    }
}
