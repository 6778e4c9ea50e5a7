// Writes: what is sent, and that nothing is lost and nothing is there twice.
#include <catch2/catch_test_macros.hpp>

#include "tests/github/rig.h"

using namespace codex::test;
using namespace codex::github;
using namespace std::chrono_literals;
using codex::http::Header;
using codex::http::TransportError;
using codex::json::Array;
using codex::json::Value;

namespace {

constexpr const char* kMarker = "<!-- codex-action:request 0f0f -->";
const std::string kReviews = std::string(kPull) + "/reviews";
const std::string kFileComments = std::string(kPull) + "/comments";
const std::string kIssueComments = std::string(kRepo) + "/issues/7/comments";
constexpr const char* kOldComment = "https://api.example/repos/octo/shop/issues/comments/5";

std::string page(const std::string& list, int number) {
    return list + "?per_page=100&page=" + std::to_string(number);
}

Value item(std::int64_t id, const std::string& body) {
    return Value::object({{"id", id}, {"body", body}, {"html_url", "https://github.com/i"}});
}

FakeAnswer created(std::int64_t id = 9) {
    return answer(201, item(id, ""));
}

FakeAnswer list_of(Array items, std::vector<Header> headers = {}) {
    return answer(200, Value(std::move(items)), std::move(headers));
}

const std::string kBody = std::string("Found one thing.\n") + kMarker;

DraftComment draft() {
    DraftComment comment;
    comment.path = "src/a.c";
    comment.body = "Wrong.";
    comment.line = 3;
    return comment;
}

// One of the three writes that are posted to a list.
struct Write {
    std::string name;
    std::string list;
    std::string (*run)(Client&);
};

std::string run_review(Client& client) {
    const auto posted = client.post_review(7, kHeadSha, kBody, {draft()}, kMarker);
    return posted ? std::to_string(posted->id) + " " + posted->url : "refused";
}

std::string run_file_comment(Client& client) {
    return client.post_file_comment(7, kHeadSha, "src/a.c", kBody, kMarker) ? "done" : "refused";
}

std::string run_issue_comment(Client& client) {
    return client.put_issue_comment(7, std::nullopt, kBody, kMarker);
}

const std::vector<Write> kWrites = {
    {"review", kReviews, run_review},
    {"file comment", kFileComments, run_file_comment},
    {"issue comment", kIssueComments, run_issue_comment},
};

std::size_t count(const Rig& rig, std::string_view method) {
    std::size_t found = 0;
    for (const auto& request : rig.transport.requests()) {
        if (request.method == method) ++found;
    }
    return found;
}

}  // namespace

TEST_CASE("a review is one request, pinned to its commit, with a range only where lines differ") {
    Rig rig;
    rig.transport.route("POST", kReviews, {created(31)});
    DraftComment range = draft();
    range.start_line = 1;
    range.on_left = true;
    DraftComment single = draft();
    single.start_line = 3;
    const auto posted =
        rig.client.post_review(7, kHeadSha, kBody, {draft(), range, single}, kMarker);
    CHECK(posted == PostedReview{31, "https://github.com/i", 3});
    const Value plain =
        Value::object({{"path", "src/a.c"}, {"body", "Wrong."}, {"line", 3}, {"side", "RIGHT"}});
    const Value ranged = Value::object({{"path", "src/a.c"},
                                        {"body", "Wrong."},
                                        {"line", 3},
                                        {"side", "LEFT"},
                                        {"start_line", 1},
                                        {"start_side", "LEFT"}});
    CHECK(rig.bodies("POST", kReviews) ==
          std::vector<Value>{Value::object({{"commit_id", kHeadSha},
                                            {"event", "COMMENT"},
                                            {"body", kBody},
                                            {"comments", Array{plain, ranged, plain}}})});
}

TEST_CASE("a comment on a file as a whole names the file and no line") {
    Rig rig;
    rig.transport.route("POST", kFileComments, {created()});
    CHECK(rig.client.post_file_comment(7, kHeadSha, "src/a.c", "text", kMarker));
    CHECK(rig.bodies("POST", kFileComments) ==
          std::vector<Value>{Value::object({{"commit_id", kHeadSha},
                                            {"path", "src/a.c"},
                                            {"body", "text"},
                                            {"subject_type", "file"}})});
}

TEST_CASE("what GitHub finds unacceptable is an outcome, not an error") {
    const FakeAnswer refusal = answer(
        422, std::string(R"({"message":"Unprocessable","errors":["Line could not be resolved"]})"));
    Rig rig;
    rig.transport.route("POST", kReviews, {refusal});
    rig.transport.route("POST", kFileComments, {refusal});
    rig.transport.route("POST", kIssueComments, {refusal});
    CHECK(run_review(rig.client) == "refused");
    CHECK(run_file_comment(rig.client) == "refused");
    CHECK(has(message_of<GitHubError>([&] { run_issue_comment(rig.client); }),
              "Line could not be resolved"));
    CHECK(rig.transport.requests().size() == 3);
}

TEST_CASE("a write that was done although no answer said so is found and not repeated") {
    const std::vector<FakeAnswer> fates = {cut_off(), answer(500, std::string()),
                                           answer(502, std::string("<html>")),
                                           answer(503, std::string()), answer(504, std::string())};
    for (const Write& write : kWrites) {
        for (const FakeAnswer& fate : fates) {
            INFO(write.name << " " << fate.status);
            Rig rig;
            rig.transport.route("POST", write.list, {fate});
            rig.transport.route("GET", page(write.list, 1),
                                {list_of({item(1, "other"), item(41, kBody), item(2, "later")})});
            const std::string result = write.run(rig.client);
            CHECK((result == "41 https://github.com/i" || result == "done" ||
                   result == "https://github.com/i"));
            CHECK(count(rig, "POST") == 1);
            CHECK(count(rig, "GET") == 1);
        }
    }
}

TEST_CASE("a write that was not done is repeated, but only after a look") {
    for (const Write& write : kWrites) {
        INFO(write.name);
        Rig rig;
        rig.transport.route("POST", write.list, {answer(502, std::string()), cut_off(), created()});
        rig.transport.route("GET", page(write.list, 1), {list_of({item(1, "other"), Value(3)})});
        write.run(rig.client);
        const std::string post = "POST " + write.list;
        const std::string look = "GET " + page(write.list, 1);
        CHECK(rig.transport.request_lines() ==
              std::vector<std::string>{post, look, post, look, post});
        CHECK(rig.transport.start_times()[1] > 100ms);
    }
}

TEST_CASE("a write that is never answered ends with the failure after a last look") {
    for (const Write& write : kWrites) {
        INFO(write.name);
        Rig rig;
        rig.transport.route("POST", write.list, {cut_off()});
        rig.transport.route("GET", page(write.list, 1), {list_of({})});
        CHECK_THROWS_AS(write.run(rig.client), TransportError);
        CHECK(count(rig, "POST") == 5);
        CHECK(count(rig, "GET") == 5);
        CHECK(rig.transport.requests().back().method == "GET");

        Rig failing;
        failing.transport.route("POST", write.list, {answer(502, std::string())});
        failing.transport.route("GET", page(write.list, 1), {list_of({})});
        CHECK(has(message_of<GitHubError>([&] { write.run(failing.client); }),
                  "GitHub is failing (HTTP 502)"));
    }
}

TEST_CASE("when even the look fails, the error says that the fate is unknown") {
    Rig rig;
    rig.transport.route("POST", kReviews, {answer(502, std::string())});
    rig.transport.route("GET", page(kReviews, 1), {answer(500, std::string())});
    CHECK(has(message_of<GitHubError>([&] { run_review(rig.client); }),
              "whether GitHub took a write is unknown (HTTP 502): cannot look up"));
    CHECK(count(rig, "POST") == 1);
}

TEST_CASE("the look goes over the two newest pages, for others write too") {
    const auto last = [](int number) -> Header {
        return {"Link",
                "<https://api.example/x?page=" + std::to_string(number) + ">; rel=\"last\""};
    };
    SECTION("ours is the last of the page before") {
        Rig rig;
        rig.transport.route("POST", kReviews, {cut_off()});
        rig.transport.route("GET", page(kReviews, 1), {list_of({item(1, "old")}, {last(4)})});
        rig.transport.route("GET", page(kReviews, 3), {list_of({item(2, "x"), item(41, kBody)})});
        rig.transport.route("GET", page(kReviews, 4), {list_of({item(3, "newer")})});
        CHECK(run_review(rig.client) == "41 https://github.com/i");
        CHECK(count(rig, "POST") == 1);
    }
    SECTION("there are two pages in all") {
        Rig rig;
        rig.transport.route("POST", kReviews, {cut_off()});
        rig.transport.route("GET", page(kReviews, 1), {list_of({item(41, kBody)}, {last(2)})});
        rig.transport.route("GET", page(kReviews, 2), {list_of({item(3, "newer")})});
        CHECK(run_review(rig.client) == "41 https://github.com/i");
        CHECK(count(rig, "GET") == 2);
    }
}

TEST_CASE("what the server did not do is repeated without a look") {
    for (const Write& write : kWrites) {
        INFO(write.name);
        Rig rig;
        rig.transport.route("POST", write.list,
                            {refused(), answer(403, std::string("{}"), {{"Retry-After", "60"}}),
                             answer(503, std::string(), {{"Retry-After", "3"}}), created()});
        write.run(rig.client);
        CHECK(count(rig, "POST") == 4);
        CHECK(count(rig, "GET") == 0);
        const auto starts = rig.transport.start_times();
        CHECK(starts[2] - starts[1] >= 60s);
        CHECK(starts[3] - starts[2] >= 3s);
    }
}

TEST_CASE("a rate limit longer than the run is no missing permission; a refusal is") {
    const auto post = [](const FakeAnswer& given) {
        Rig rig;
        rig.transport.route("POST", kReviews, {given});
        try {
            run_review(rig.client);
        } catch (const GitHubError& error) {
            CHECK(count(rig, "POST") == 1);
            CHECK_FALSE(has(error.what(), kToken));
            return error;
        }
        throw std::runtime_error("nothing was thrown");
    };
    const GitHubError limited = post(answer(403, std::string("{}"), {{"Retry-After", "7200"}}));
    CHECK(limited.is_rate_limit());
    CHECK_FALSE(limited.is_permission_denied());
    CHECK(
        std::string(limited.what()) ==
        "cannot post a review of #7 with 1 comment: GitHub limits the rate of requests; try again "
        "in 7200 s (HTTP 403)");
    const GitHubError denied =
        post(answer(403, std::string(R"({"message":"Resource not accessible by integration"})")));
    CHECK(denied.is_permission_denied());
    CHECK(
        std::string(denied.what()) ==
        "cannot post a review of #7 with 1 comment: the token may not do that: the job needs "
        "`permissions: pull-requests: write`, and the token of a fork's pull request is read-only "
        "whatever the job says (HTTP 403: Resource not accessible by integration)");
}

TEST_CASE("the summary comment is updated in place, and written anew when it is gone") {
    SECTION("it is there") {
        Rig rig;
        rig.transport.route("PATCH", kOldComment, {cut_off(), answer(200, item(5, ""))});
        CHECK(rig.client.put_issue_comment(7, 5, "text", kMarker) == "https://github.com/i");
        CHECK(rig.bodies("PATCH", kOldComment) ==
              std::vector<Value>(2, Value::object({{"body", "text"}})));
        CHECK(rig.transport.requests().size() == 2);
    }
    SECTION("it is gone") {
        Rig rig;
        rig.transport.route("PATCH", kOldComment, {answer(404, std::string("{}"))});
        rig.transport.route("POST", kIssueComments, {created()});
        CHECK(rig.client.put_issue_comment(7, 5, "text", kMarker) == "https://github.com/i");
    }
    SECTION("it may not be touched") {
        Rig rig;
        rig.transport.route("PATCH", kOldComment, {answer(403, std::string("{}"))});
        CHECK(has(
            message_of<GitHubError>([&] { rig.client.put_issue_comment(7, 5, "text", kMarker); }),
            "cannot update the summary comment of #7: the token may not do that"));
    }
}

TEST_CASE("a dry run sends nothing and shows each write with its target") {
    CapturedLog log;
    Rig rig(true);
    CHECK(rig.client.post_review(7, kHeadSha, kBody, {draft()}, kMarker) == PostedReview{0, "", 1});
    CHECK(rig.client.post_file_comment(7, kHeadSha, "src/b.c", std::string(9'000, 'y'), kMarker));
    CHECK(rig.client.put_issue_comment(7, 5, "the summary", kMarker).empty());
    CHECK(rig.client.put_issue_comment(7, std::nullopt, "the summary", kMarker).empty());
    CHECK(rig.transport.requests().empty());
    const std::string text = log.text();
    CHECK(has(text, "dry run: would post a review of #7 with 1 comment:"));
    CHECK(has(text, "src/a.c:3"));
    CHECK(has(text, "dry run: would comment on file src/b.c of #7"));
    CHECK(has(text, "(9000 bytes in all)"));
    CHECK(has(text, "dry run: would update the summary comment of #7"));
    CHECK(has(text, "dry run: would write the summary comment of #7"));
}

TEST_CASE("an answer without an id is a surprise that names its place") {
    Rig rig;
    rig.transport.route("POST", kReviews, {answer(200, std::string(R"({"id":"31"})"))});
    CHECK(has(message_of<codex::json::JsonError>([&] { run_review(rig.client); }), "$.id"));
}
