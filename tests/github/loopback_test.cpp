// The client over real HTTP against the played GitHub.
#include <catch2/catch_test_macros.hpp>

#include "base/clock.h"
#include "github/client.h"
#include "loop/loop.h"
#include "tests/github/rig.h"
#include "tests/support/lib/loopback.h"
#include "tests/support/lib/temp_dir.h"

using namespace codex::test;
using namespace codex::github;
using codex::json::Array;
using codex::json::Value;

namespace {

constexpr const char* kMarker = "<!-- codex-action:summary -->";

// Small delays, for they are really waited.
ClientOptions options_for(const Loopback& loopback) {
    ClientOptions options;
    options.api_url = loopback.url();
    options.graphql_url = loopback.url() + "/graphql";
    options.token = "token";
    options.retry.base_delay = std::chrono::milliseconds(1);
    return options;
}

Value scenario() {
    const auto end = [](const char* sha) { return Value::object({{"sha", sha}}); };
    return Value::object(
        {{"pull_request",
          Value::object({{"number", 1}, {"head", end(kHeadSha)}, {"base", end(kBaseSha)}})},
         {"files_count", 250},
         {"refuse_comments_containing", "REFUSE-ME"},
         {"issue_comments",
          Array{Value::object({{"user", "mallory"}, {"body", kMarker}}),
                Value::object({{"user", "github-actions"}, {"mine", true}, {"body", kMarker}})}}});
}

Value fault(const char* method, const char* path, int status) {
    return Value::object({{"method", method}, {"path", path}, {"status", status}, {"apply", true}});
}

}  // namespace

TEST_CASE("a snapshot, a review and its comments go over the wire, each once") {
    TempDir dir;
    write_file(dir / "github.json", codex::json::render(scenario()));
    write_file(dir / "model.json", "[]");
    write_file(dir / "faults.json",
               codex::json::render(Array{fault("POST", "*/reviews", 502),
                                         fault("POST", "*/pulls/1/comments", 504),
                                         fault("POST", "*/issues/1/comments", 500)}));
    write_file(dir / "pr.diff",
               "diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1,2 @@\n one\n+two\n");
    Loopback loopback(dir.path(), "github-client", dir / "pr.diff");

    const codex::base::SystemClock clock;
    codex::loop::Loop loop(clock);
    const codex::http::CurlLibrary library;
    const auto transport = codex::http::make_curl_transport(loop, {});
    const codex::loop::Cancel cancel;
    Client client(*transport, {"octo", "shop"}, options_for(loopback), &cancel);

    const auto snapshot = client.fetch_snapshot(1, kMarker, true);
    CHECK(snapshot.pull_request.head.sha == kHeadSha);
    CHECK(snapshot.files.size() == 250);
    CHECK(snapshot.viewer_login == "github-actions");
    REQUIRE(snapshot.own_summaries.size() == 1);

    DraftComment comment;
    comment.path = "a.c";
    comment.body = "Twice.";
    comment.line = 2;
    comment.start_line = 1;
    const auto posted = client.post_review(1, kHeadSha, "body MARK-1", {comment}, "MARK-1");
    CHECK(posted.has_value());
    comment.body = "REFUSE-ME";
    CHECK_FALSE(client.post_review(1, kHeadSha, "body MARK-2", {comment}, "MARK-2"));
    CHECK(client.post_file_comment(1, kHeadSha, "a.c", "body MARK-3", "MARK-3"));
    const auto own = snapshot.own_summaries[0].id;
    CHECK(client.put_issue_comment(1, own, "updated", "") == snapshot.own_summaries[0].url);
    CHECK(has(client.put_issue_comment(1, std::nullopt, "new MARK-4", "MARK-4"), "issuecomment"));

    const Value state = loopback.final_state();
    CHECK(state.find("reviews")->as_array()->size() == 1);
    CHECK(state.find("file_comments")->as_array()->size() == 1);
    const Array& comments = *state.find("issue_comments")->as_array();
    REQUIRE(comments.size() == 3);
    CHECK(*comments[0].find("body")->as_string() == kMarker);
    CHECK(*comments[1].find("body")->as_string() == "updated");
    CHECK(*comments[2].find("body")->as_string() == "new MARK-4");
}
