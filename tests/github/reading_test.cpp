// Pull request and files: what is asked, in what order, and what becomes of the answers.
#include <catch2/catch_test_macros.hpp>

#include "tests/github/rig.h"

using namespace codex::test;
using namespace codex::github;
using namespace std::chrono_literals;
using codex::http::Header;
using codex::json::Array;
using codex::json::JsonError;
using codex::json::Value;
using std::chrono::milliseconds;

namespace {

Value end(const char* ref, const char* sha, const Value& repo) {
    return Value::object({{"ref", ref}, {"sha", sha}, {"repo", repo}, {"label", "octo:x"}});
}

Value repo(const char* name) {
    return Value::object({{"full_name", name}, {"private", false}});
}

Value pull_request() {
    return Value::object({{"number", 7},
                          {"title", "Add a shelf"},
                          {"body", "For books."},
                          {"user", Value::object({{"login", "alice"}, {"id", 1}})},
                          {"state", "open"},
                          {"draft", true},
                          {"merged", false},
                          {"html_url", "https://github.com/octo/shop/pull/7"},
                          {"base", end("main", kBaseSha, repo("octo/shop"))},
                          {"head", end("shelf", kHeadSha, repo("alice/shop"))},
                          {"a_field_of_next_year", Array{1, 2}}});
}

Value with(Value value, std::string name, Value member) {
    value.as_object()->set(std::move(name), std::move(member));
    return value;
}

Value file(int number) {
    return Value::object({{"filename", "f" + std::to_string(number)},
                          {"status", "modified"},
                          {"changes", 2},
                          {"patch", "@@ -1 +1 @@\n-a\n+b"}});
}

Value files(int first, int count) {
    Array list;
    for (int i = first; i < first + count; ++i) list.push_back(file(i));
    return list;
}

std::string page_url(int page) {
    return std::string(kPull) + "/files?per_page=100&page=" + std::to_string(page);
}

// As GitHub (or somebody who would like to have the token) may point elsewhere.
Header link(const std::string& rel_and_pages) {
    return {"Link", rel_and_pages};
}

FakeAnswer slow(FakeAnswer answer) {
    answer.delay = 100ms;
    return answer;
}

}  // namespace

TEST_CASE("a pull request is read with what we use of it, whatever else it holds") {
    Rig rig;
    rig.transport.route("GET", kPull, {answer(200, pull_request())});
    PullRequest expected;
    expected.number = 7;
    expected.title = "Add a shelf";
    expected.body = "For books.";
    expected.author = "alice";
    expected.state = "open";
    expected.draft = true;
    expected.url = "https://github.com/octo/shop/pull/7";
    expected.base = {"main", kBaseSha, "octo/shop"};
    expected.head = {"shelf", kHeadSha, "alice/shop"};
    CHECK(rig.client.fetch_pull_request(7) == expected);
    CHECK(expected.is_fork());
}

TEST_CASE("deleted forks, deleted accounts and empty bodies come as null") {
    Rig rig;
    Value pull = with(with(pull_request(), "user", nullptr), "body", nullptr);
    pull = with(pull, "head", end("shelf", kHeadSha, nullptr));
    rig.transport.route("GET", kPull, {answer(200, pull)});
    const PullRequest read = rig.client.fetch_pull_request(7);
    CHECK(read.author == "ghost");
    CHECK(read.body.empty());
    CHECK(read.head == BranchEnd{"shelf", kHeadSha, std::nullopt});
    CHECK(read.is_fork());
}

TEST_CASE("a surprise in a pull request names its place") {
    struct Row {
        std::string member;
        Value value;
        std::string message;
    };
    const std::vector<Row> rows = {
        {"number", true, "$.number"},
        {"number", 1.9, "$.number"},
        {"number", "7", "$.number"},
        {"title", nullptr, "$.title"},
        {"draft", "no", "$.draft"},
        {"head", nullptr, "$.head"},
        {"head", Value::object({{"ref", "x"}}), "$.head.sha is missing"},
        {"head", end("x", "--upload-pack=sh", nullptr), "$.head.sha is not a commit id"},
        {"base", end("x", "1111", nullptr), "$.base.sha is not a commit id"},
    };
    for (const Row& row : rows) {
        Rig rig;
        INFO(row.member << " = " << codex::json::render(row.value));
        rig.transport.route("GET", kPull,
                            {answer(200, with(pull_request(), row.member, row.value))});
        const std::string message =
            message_of<JsonError>([&] { rig.client.fetch_pull_request(7); });
        CHECK(has(message, "cannot read pull request #7: " + row.message));
    }
}

TEST_CASE("an answer that is no JSON, or nested to death, is an error that says what was read") {
    for (const std::string& body :
         {std::string("<html>"), std::string(), std::string(1'000'000, '['), std::string("[]")}) {
        Rig rig;
        rig.transport.route("GET", kPull, {answer(200, body)});
        CHECK(has(message_of<JsonError>([&] { rig.client.fetch_pull_request(7); }),
                  "cannot read pull request #7"));
    }
}

TEST_CASE("requests name media type, version and token; names of outside stay path pieces") {
    const std::string url = "https://api.example/repos/..%2Fx/a%20b%3Fc/pulls/7";
    Rig rig(false, {"../x", "a b?c"});
    rig.transport.route("GET", url, {answer(200, pull_request())});
    rig.client.fetch_pull_request(7);
    CHECK(rig.transport.request_lines() == std::vector<std::string>{"GET " + url});
    CHECK(rig.transport.requests()[0].headers ==
          std::vector<Header>{{"Accept", "application/vnd.github+json"},
                              {"X-GitHub-Api-Version", "2022-11-28"},
                              {"Authorization", std::string("Bearer ") + kToken}});
}

TEST_CASE("without a token nothing is claimed") {
    Rig rig(false, {"octo", "shop"}, "");
    rig.transport.route("GET", kPull, {answer(200, pull_request())});
    rig.client.fetch_pull_request(7);
    for (const Header& header : rig.transport.requests()[0].headers)
        CHECK(header.name != "Authorization");
}

TEST_CASE("files keep the old name, and lack a patch where GitHub gives none") {
    Rig rig;
    const Value renamed = Value::object({{"filename", "b"},
                                         {"previous_filename", "a"},
                                         {"status", "renamed"},
                                         {"changes", 0},
                                         {"sha", "x"}});
    rig.transport.route("GET", page_url(1), {answer(200, Value(Array{file(1), renamed}))});
    CHECK(rig.client.fetch_files(7) ==
          std::vector<PullRequestFile>{{"f1", "", "modified", 2, "@@ -1 +1 @@\n-a\n+b"},
                                       {"b", "a", "renamed", 0, std::nullopt}});
}

TEST_CASE("pages come side by side once the last is known, and only our own host is asked") {
    Rig rig;
    const Header elsewhere = link(
        "<https://evil.example/steal?page=2>; rel=\"next\", "
        "<https://evil.example/steal?per_page=100&page=4>; rel=\"last\"");
    rig.transport.route("GET", page_url(1), {slow(answer(200, files(0, 100), {elsewhere}))});
    rig.transport.route("GET", page_url(2), {slow(answer(200, files(100, 100)))});
    rig.transport.route("GET", page_url(3), {slow(answer(200, files(200, 100)))});
    rig.transport.route("GET", page_url(4), {slow(answer(200, files(300, 1)))});
    const auto read = rig.client.fetch_files(7);
    REQUIRE(read.size() == 301);
    CHECK(read[0].filename == "f0");
    CHECK(read[150].filename == "f150");
    CHECK(read[300].filename == "f300");
    CHECK(rig.transport.request_lines() ==
          std::vector<std::string>{"GET " + page_url(1), "GET " + page_url(2), "GET " + page_url(3),
                                   "GET " + page_url(4)});
    CHECK(rig.transport.start_times() == std::vector<milliseconds>{0ms, 100ms, 100ms, 100ms});
}

TEST_CASE("a list that names only its next page is read page after page") {
    Rig rig;
    const Header next = link("<https://api.example/x?page=2>; rel=\"next\"");
    rig.transport.route("GET", page_url(1), {answer(200, files(0, 100), {next})});
    rig.transport.route("GET", page_url(2), {answer(200, files(100, 100), {next})});
    rig.transport.route("GET", page_url(3), {answer(200, files(200, 1))});
    CHECK(rig.client.fetch_files(7).size() == 201);
}

TEST_CASE("a Link header that makes no sense is no page") {
    for (const char* text :
         {"", ",;<>", "rel=\"last\"", "<x?page=>; rel=\"last\"", "<x?page=-3>; rel=\"last\"",
          "<x?page=0>; rel=\"last\"", "<x?page=99999999999999999999>; rel=\"last\"",
          "<x?per_page=5>; rel=\"last\"", "<x?page=5>; rel=\"first\""}) {
        INFO(text);
        Rig rig;
        rig.transport.route("GET", page_url(1), {answer(200, files(0, 1), {link(text)})});
        CHECK(rig.client.fetch_files(7).size() == 1);
        CHECK(rig.transport.requests().size() == 1);
    }
}

TEST_CASE("at most thirty pages are read, and the log says when there are more") {
    CapturedLog log;
    Rig rig;
    rig.transport.route("GET", std::string(kPull) + "/files?*", {answer(200, files(0, 100))});
    rig.transport.route(
        "GET", page_url(1),
        {answer(200, files(0, 100), {link("<https://api.example/x?page=31>; rel=\"last\"")})});
    CHECK(rig.client.fetch_files(7).size() == kMaxListedFiles);
    CHECK(rig.transport.requests().size() == 30);
    CHECK(has(log.text(), "more than 30 pages to read the files of pull request #7"));
    CHECK(has(log.text(), "only the first 3000 files of pull request #7"));
}

TEST_CASE("a surprise in a list names the item by its place in the whole list") {
    Rig rig;
    Value second = files(100, 2);
    const Value broken = Value(Array{file(1), Value::object({{"filename", 3}})});
    rig.transport.route(
        "GET", page_url(1),
        {answer(200, files(0, 100), {link("<https://api.example/x?page=2>; rel=\"last\"")})});
    rig.transport.route("GET", page_url(2), {answer(200, broken)});
    CHECK(has(message_of<JsonError>([&] { rig.client.fetch_files(7); }),
              "cannot read the files of pull request #7: $[101].filename"));
}

TEST_CASE("a list that is an object is refused with its place") {
    Rig rig;
    rig.transport.route("GET", page_url(1), {answer(200, std::string("{}"))});
    CHECK(message_of<JsonError>([&] { rig.client.fetch_files(7); }) ==
          "cannot read the files of pull request #7: $: expected an array, found an object");
}

TEST_CASE("the server's own delay is a floor, also for a secondary limit") {
    Rig rig;
    rig.transport.route(
        "GET", kPull,
        {answer(429, std::string("{}"), {{"Retry-After", "7"}}),
         answer(403, std::string("{}"), {{"Retry-After", "60"}}), answer(200, pull_request())});
    rig.client.fetch_pull_request(7);
    const auto starts = rig.transport.start_times();
    REQUIRE(starts.size() == 3);
    CHECK(starts[1] >= 7s);
    CHECK(starts[2] - starts[1] >= 60s);
}

TEST_CASE("a request to stop ends a wait") {
    Rig rig;
    FakeAnswer silent;
    silent.status = 0;
    silent.stalls = true;
    rig.transport.route("GET", kPull, {silent});
    rig.loop.after(5s, [&] {
        rig.cancel.request(codex::base::Interrupted::Reason::signal, "received SIGTERM");
    });
    CHECK_THROWS_AS(rig.client.fetch_pull_request(7), codex::base::Interrupted);
    CHECK(rig.transport.open() == 0);
}
