// The snapshot: our own comments and the review threads, by GraphQL, beside the pull request.
#include <catch2/catch_test_macros.hpp>

#include "tests/github/rig.h"

using namespace codex::test;
using namespace codex::github;
using namespace std::chrono_literals;
using codex::json::Array;
using codex::json::JsonError;
using codex::json::Value;
using std::chrono::milliseconds;

namespace {

constexpr const char* kMarker = "<!-- codex-action:summary -->";

Value pull_request() {
    const auto end = [](const char* sha) {
        return Value::object(
            {{"ref", "x"}, {"sha", sha}, {"repo", Value::object({{"full_name", "octo/shop"}})}});
    };
    return Value::object({{"number", 7},
                          {"title", "t"},
                          {"state", "open"},
                          {"base", end(kBaseSha)},
                          {"head", end(kHeadSha)}});
}

Value comment(const Value& id, const std::string& body, bool mine, const Value& login = "octocat") {
    const Value author = login.is_null() ? Value() : Value::object({{"login", login}});
    return Value::object({{"fullDatabaseId", id},
                          {"body", body},
                          {"url", "https://github.com/c"},
                          {"viewerDidAuthor", mine},
                          {"author", author}});
}

Value connection(Array nodes, const Value& cursor = nullptr, bool more = false) {
    return Value::object(
        {{"pageInfo", Value::object({{"hasNextPage", more}, {"endCursor", cursor}})},
         {"nodes", std::move(nodes)}});
}

Value thread(const std::string& id, const Value& comments, const Value& line = 3) {
    return Value::object({{"id", id},
                          {"isResolved", true},
                          {"path", "src/a.c"},
                          {"line", line},
                          {"comments", comments}});
}

Value discussion(const Value& comments, const Value& threads) {
    const Value pull = Value::object({{"comments", comments}, {"reviewThreads", threads}});
    const Value data = Value::object({{"viewer", Value::object({{"login", "github-actions"}})},
                                      {"repository", Value::object({{"pullRequest", pull}})}});
    return Value::object({{"data", data}});
}

Value errors(const std::string& type, const std::string& message) {
    return Value::object(
        {{"data", nullptr},
         {"errors", Array{Value::object({{"type", type}, {"message", message}})}}});
}

FakeAnswer slow(FakeAnswer answer) {
    answer.delay = 100ms;
    return answer;
}

struct Discussed : Rig {
    explicit Discussed(std::vector<FakeAnswer> graphql_answers) {
        transport.route("GET", kPull, {slow(answer(200, pull_request()))});
        transport.route("GET", std::string(kPull) + "/files?per_page=100&page=1",
                        {slow(answer(200, std::string("[]")))});
        transport.route("POST", kGraphQl, std::move(graphql_answers));
    }
    PullRequestSnapshot fetch() { return client.fetch_snapshot(7, kMarker, false); }
};

Value variable(const Value& body, std::string_view name) {
    const Value* found = body.at("variables", name);
    return found == nullptr ? Value() : *found;
}

}  // namespace

TEST_CASE("pull request, discussion and files are asked for side by side") {
    Discussed rig({slow(answer(200, discussion(connection({}), connection({}))))});
    const auto snapshot = rig.client.fetch_snapshot(7, kMarker, true);
    CHECK(rig.transport.start_times() == std::vector<milliseconds>{0ms, 0ms, 0ms});
    CHECK(rig.clock.elapsed() < 200ms);
    CHECK(snapshot.pull_request.number == 7);
    CHECK(snapshot.viewer_login == "github-actions");
}

TEST_CASE("the query names the pull request by variables and is repeated like a read") {
    Discussed rig({answer(502, std::string("<html>")), cut_off(),
                   answer(200, discussion(connection({}), connection({})))});
    rig.fetch();
    const auto bodies = rig.bodies("POST", kGraphQl);
    REQUIRE(bodies.size() == 3);
    CHECK(*bodies[0].find("variables") ==
          Value::object({{"owner", "octo"}, {"name", "shop"}, {"number", 7}}));
    CHECK(bodies[2] == bodies[0]);
}

TEST_CASE("a summary is ours only when we wrote it; a copy of its marker proves nothing") {
    const std::string marked = std::string("text\n") + kMarker;
    Discussed rig({answer(
        200, discussion(connection({comment("11", marked, true), comment("12", marked, false),
                                    comment("13", "no marker", true), Value(),
                                    comment(nullptr, marked, true), comment(14, marked, true)}),
                        connection({})))});
    const auto own = rig.fetch().own_summaries;
    CHECK(own == std::vector<IssueComment>{{11, "octocat", marked, "https://github.com/c", true},
                                           {14, "octocat", marked, "https://github.com/c", true}});
}

TEST_CASE("threads keep their state, their lines and the authors of their comments") {
    const Value first = thread("T1", connection({comment("9007199254740993", "a", true),
                                                 comment("2", "b", false, nullptr), Value()}));
    const Value outdated = thread("T2", connection({}), nullptr);
    Discussed rig(
        {answer(200, discussion(connection({}), connection({first, Value(), outdated})))});
    ReviewThread expected;
    expected.id = "T1";
    expected.is_resolved = true;
    expected.path = "src/a.c";
    expected.line = 3;
    expected.comments = {{9007199254740993, "octocat", "a", true}, {2, "ghost", "b", false}};
    ReviewThread without_line;
    without_line.id = "T2";
    without_line.is_resolved = true;
    without_line.path = "src/a.c";
    CHECK(rig.fetch().threads == std::vector<ReviewThread>{expected, without_line});
}

TEST_CASE("comments and threads are paged together until both are complete") {
    Discussed rig({answer(200, discussion(connection({comment("1", kMarker, true)}, "c1", true),
                                          connection({thread("T1", connection({}))}, "t1", true))),
                   answer(200, discussion(connection({comment("2", kMarker, true)}, "c2", true),
                                          connection({thread("T2", connection({}))}, "t2", false))),
                   answer(200, discussion(connection({comment("3", kMarker, true)}, "c3", false),
                                          connection({}, nullptr, false)))});
    const auto snapshot = rig.fetch();
    REQUIRE(snapshot.own_summaries.size() == 3);
    CHECK(snapshot.own_summaries[2].id == 3);
    REQUIRE(snapshot.threads.size() == 2);
    CHECK(snapshot.threads[1].id == "T2");
    const auto bodies = rig.bodies("POST", kGraphQl);
    REQUIRE(bodies.size() == 3);
    CHECK(variable(bodies[0], "commentsAfter").is_null());
    CHECK(variable(bodies[1], "commentsAfter") == Value("c1"));
    CHECK(variable(bodies[1], "threadsAfter") == Value("t1"));
    CHECK(variable(bodies[2], "commentsAfter") == Value("c2"));
    CHECK(variable(bodies[2], "threadsAfter") == Value("t2"));
}

TEST_CASE("a long thread is read to its end, several threads side by side") {
    const auto page = [](const char* id, const Value& cursor, bool more) {
        const Value node =
            Value::object({{"comments", connection({comment(id, std::string("body ") + id, false)},
                                                   cursor, more)}});
        return slow(answer(200, Value::object({{"data", Value::object({{"node", node}})}})));
    };
    const Value threads =
        connection({thread("T1", connection({comment("10", "body 10", false)}, "a", true)),
                    thread("T2", connection({comment("20", "body 20", false)})),
                    thread("T3", connection({comment("30", "body 30", false)}, "b", true))});
    Discussed rig({answer(200, discussion(connection({}), threads)), page("11", "a2", true),
                   page("31", nullptr, false), page("12", nullptr, false)});
    const auto read = rig.fetch().threads;
    const auto ids = [&](std::size_t index) {
        std::vector<std::int64_t> found;
        for (const auto& comment : read.at(index).comments) found.push_back(comment.id);
        return found;
    };
    CHECK(ids(0) == std::vector<std::int64_t>{10, 11, 12});
    CHECK(ids(1) == std::vector<std::int64_t>{20});
    CHECK(ids(2) == std::vector<std::int64_t>{30, 31});
    const auto bodies = rig.bodies("POST", kGraphQl);
    REQUIRE(bodies.size() == 4);
    CHECK(*bodies[1].find("variables") == Value::object({{"id", "T1"}, {"after", "a"}}));
    CHECK(*bodies[2].find("variables") == Value::object({{"id", "T3"}, {"after", "b"}}));
    CHECK(*bodies[3].find("variables") == Value::object({{"id", "T1"}, {"after", "a2"}}));
    CHECK(rig.transport.start_times()[2] == rig.transport.start_times()[3]);
}

TEST_CASE("a discussion without end is read thirty pages far, and the log says so") {
    CapturedLog log;
    Discussed rig({answer(200, discussion(connection({}, "again", true), connection({})))});
    rig.fetch();
    CHECK(rig.bodies("POST", kGraphQl).size() == 30);
    CHECK(has(log.text(), "discussion of pull request #7 has more than 30 pages"));
}

TEST_CASE("a page that has more but no cursor is the last one") {
    Discussed rig(
        {answer(200, discussion(connection({}, nullptr, true), connection({}, "", true)))});
    rig.fetch();
    CHECK(rig.bodies("POST", kGraphQl).size() == 1);
}

TEST_CASE("a token that may not read the discussion costs what was said before, not the review") {
    const std::vector<FakeAnswer> refusals = {
        answer(403, std::string(R"({"message":"Resource not accessible by integration"})")),
        answer(404, std::string("{}")),
        answer(200, errors("FORBIDDEN", "Resource not accessible by integration")),
        answer(200, errors("INSUFFICIENT_SCOPES", "needs the scope repo")),
        answer(200, errors("NOT_FOUND", "Could not resolve to a Repository")),
    };
    for (const FakeAnswer& refusal : refusals) {
        INFO(refusal.status << " " << refusal.body);
        CapturedLog log;
        Discussed rig({refusal});
        const auto snapshot = rig.fetch();
        CHECK(snapshot.pull_request.number == 7);
        CHECK(snapshot.threads.empty());
        CHECK(snapshot.own_summaries.empty());
        CHECK(has(log.text(), "earlier comments of this action are not known"));
    }
}

TEST_CASE(
    "any other failure of the discussion ends the run, or earlier comments would come twice") {
    struct Row {
        FakeAnswer given;
        int status;
        std::string message;
    };
    const std::vector<Row> rows = {
        {answer(401, std::string(R"({"message":"Bad credentials"})")), 401, "github_token"},
        {answer(500, std::string("{}")), 500, "GitHub is failing"},
        {answer(200, errors("", "Something went wrong\x1b[31m")), 200,
         "Something went wrong\\x1b[31m"},
        {answer(200, errors("RATE_LIMITED", "API rate limit exceeded")), 429,
         "API rate limit exceeded"},
        {answer(200, std::string("{}")), 200, "GraphQL gave no pull request"},
    };
    for (const Row& row : rows) {
        INFO(row.given.status << " " << row.given.body);
        Discussed rig({row.given});
        try {
            rig.fetch();
            FAIL("nothing was thrown");
        } catch (const GitHubError& error) {
            CHECK(error.status() == row.status);
            CHECK(error.is_rate_limit() == (row.status == 429));
            CHECK(has(error.what(), row.message));
            CHECK_FALSE(has(error.what(), kToken));
        }
    }
}

TEST_CASE("GraphQL's messages are shown up to a bound") {
    Discussed rig({answer(200, errors("", std::string(100'000, 'x')))});
    CHECK(message_of<GitHubError>([&] { rig.fetch(); }).size() < 500);
}

TEST_CASE("a surprise in the discussion names its place") {
    const std::string at = "$.data.repository.pullRequest.";
    const auto threads_with = [](const Value& node) {
        return discussion(connection({}), connection({node}));
    };
    const std::vector<std::pair<Value, std::string>> rows = {
        {discussion(connection({comment("1", "b", true), Value(3)}), connection({})),
         at + "comments.nodes[1]"},
        {discussion(nullptr, connection({})), at + "comments"},
        {discussion(Value::object({}), connection({})), at + "comments.pageInfo"},
        {threads_with(thread("T", connection({}), 3'000'000'000)),
         at + "reviewThreads.nodes[0].line"},
        {threads_with(thread("T", connection({}), 1.5)), at + "reviewThreads.nodes[0].line"},
        {threads_with(thread("T", connection({Value::object({{"body", "x"}})}))),
         at + "reviewThreads.nodes[0].comments.nodes[0].viewerDidAuthor"},
        {discussion(connection({comment(true, "b", true)}), connection({})), "fullDatabaseId"},
        {discussion(connection({comment("7x", "b", true)}), connection({})), "fullDatabaseId"},
    };
    for (const auto& [body, message] : rows) {
        INFO(message);
        Discussed rig({answer(200, body)});
        const std::string thrown = message_of<JsonError>([&] { rig.fetch(); });
        CHECK(has(thrown, "cannot read the discussion of pull request #7: "));
        CHECK(has(thrown, message));
    }
}
