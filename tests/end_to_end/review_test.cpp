// Whole reviews: the program as a runner starts it, real git, HTTP to the played GitHub and model.
#include <signal.h>
#include <catch2/catch_test_macros.hpp>

#include "base/file.h"
#include "tests/end_to_end/scene.h"

using namespace codex::test;

namespace {

Value fault(const std::string& method, const std::string& path,
            std::vector<std::pair<std::string, Value>> rest) {
    rest.emplace_back("method", method);
    rest.emplace_back("path", path);
    return Value::object(std::move(rest));
}

}  // namespace

TEST_CASE("a clean review posts one summary and no comment") {
    Scene scene("clean");
    scene.model = {calls_command("cat src/app.c"), says("All read."), reviews({})};
    const Run run = scene.run();
    INFO(run.err);
    CHECK(run.exit_code == 0);
    CHECK(run.outputs.at("outcome") == "reviewed-clean");
    CHECK(run.outputs.at("verdict") == "patch is correct");
    CHECK(run.outputs.at("findings_count") == "0");
    CHECK(run.inline_comments().empty());
    CHECK(has(run.summary_comment(), scene.head().substr(0, 7)));
    CHECK(run.outputs.at("summary_url") != "");
    CHECK(run.outputs.at("input_tokens") == "300");
}

TEST_CASE("findings become inline comments exactly on their lines, with suggestions and outputs") {
    Scene scene("findings");
    Value on_line = finding("Wrong type", "src/app.c", 3, 3, "int three(int);", 0);
    Value range = finding("Two odd functions", "src/app.c", 1, 2,
                          "int six_and_a_half(void);\nint almost_seven(void);", 2);
    Value deleted = finding("Was right before", "src/app.c", 3, 3, "int three(void);", 3);
    deleted.as_object()->set(
        "code_location",
        Value::object({{"path", "src/app.c"},
                       {"side", "LEFT"},
                       {"line_range", Value::object({{"start", 3}, {"end", 3}})}}));
    on_line.as_object()->set("suggestion", "int three(long);");
    scene.model = {says("Read."), reviews({on_line, range, deleted})};
    const Run run = scene.run();
    INFO(run.err);
    CHECK(run.exit_code == 0);
    CHECK(run.outputs.at("outcome") == "reviewed-findings");
    CHECK(run.outputs.at("verdict") == "patch is incorrect");
    CHECK(run.outputs.at("findings_p0") == "1");
    CHECK(run.outputs.at("findings_p2") == "1");
    CHECK(run.outputs.at("findings_p3") == "1");
    CHECK(run.outputs.at("published") == "inline");
    CHECK(run.count_requests("POST", "/reviews") == 1);
    const auto comments = run.inline_comments();
    REQUIRE(comments.size() == 3);
    CHECK(*comments[0].find("line")->as_integer() == 3);
    CHECK(*comments[0].find("side")->as_string() == "RIGHT");
    CHECK(comments[0].find("start_line") == nullptr);
    CHECK(has(*comments[0].find("body")->as_string(), "```suggestion\nint three(long);\n```"));
    CHECK(*comments[1].find("start_line")->as_integer() == 7);
    CHECK(*comments[1].find("line")->as_integer() == 8);
    CHECK(*comments[2].find("side")->as_string() == "LEFT");
    CHECK(*comments[2].find("line")->as_integer() == 3);
    CHECK(std::filesystem::exists(scene.workspace() / run.outputs.at("findings_file")));
}

TEST_CASE("fail_on makes the exit code 1 when a finding is that urgent") {
    Scene scene("fail-on");
    scene.environment["INPUT_FAIL_ON"] = "p1";
    scene.model = {says("Read."),
                   reviews({finding("Wrong", "src/app.c", 3, 3, "int three(int);", 1)})};
    CHECK(scene.run().exit_code == 1);
}

TEST_CASE(
    "what has no line in the diff is a file comment or a row of the summary, and none is lost") {
    Scene scene("outside");
    scene.model = {says("Read."),
                   reviews({finding("Far away", "src/app.c", 12, 12, "no such text anywhere", 1),
                            finding("Another file", "src/none.c", 1, 1, "", 1)})};
    const Run run = scene.run();
    INFO(run.err);
    CHECK(run.outputs.at("findings_count") == "2");
    CHECK(run.inline_comments().empty());
    const auto* files = run.state.find("file_comments")->as_array();
    REQUIRE(files->size() == 1);
    CHECK(has(*(*files)[0].find("body")->as_string(), "Far away"));
    CHECK(has(run.summary_comment(), "Another file"));
}

TEST_CASE("a part that was not read makes the review partial, with a warning and exit code 0") {
    Scene scene("partial");
    std::string large;
    for (int i = 0; large.size() < (3U << 20); ++i) large += "line " + std::to_string(i) + "\n";
    scene.change({{"src/app.c", "int one(void);\n"}, {"data/large.txt", large}});
    scene.model = {says("Read."), reviews({})};
    const Run run = scene.run();
    INFO(run.err);
    CHECK(run.exit_code == 0);
    CHECK(run.outputs.at("outcome") == "partially-reviewed");
    CHECK(has(run.out, "::warning"));
    CHECK(has(run.summary_comment(), "data/large.txt"));
}

TEST_CASE(
    "a model that is down ends not-reviewed with exit code 1 and says so on the pull request") {
    Scene scene("model-down");
    scene.faults = {fault(
        "POST", "/v1/*",
        {{"status", 401},
         {"times", 100},
         {"body", Value::object(
                      {{"error", Value::object({{"code", "invalid_api_key"},
                                                {"message", "Incorrect API key provided"}})}})}})};
    const Run run = scene.run();
    INFO(run.err);
    CHECK(run.exit_code == 1);
    CHECK(run.outputs.at("outcome") == "not-reviewed");
    CHECK(run.outputs.at("verdict") == "");
    CHECK(has(run.summary_comment(), "openai_api_key"));
    CHECK(has(run.out, "::error"));
}

TEST_CASE("one comment of thirty that GitHub refuses costs that comment's line only") {
    Scene scene("one-of-thirty");
    std::string lines;
    for (int i = 1; i <= 30; ++i) lines += "int f" + std::to_string(i) + "(void);\n";
    scene.change({{"src/many.c", lines}});
    Array findings;
    for (int i = 1; i <= 30; ++i) {
        findings.push_back(
            finding("Problem number " + std::to_string(i) + (i == 17 ? " REFUSE-ME" : ""),
                    "src/many.c", i, i, "int f" + std::to_string(i) + "(void);", 1));
    }
    scene.environment["INPUT_MAX_COMMENTS"] = "100";
    scene.github.as_object()->set("refuse_comments_containing", "REFUSE-ME");
    scene.model = {says("Read."), reviews(findings)};
    const Run run = scene.run();
    INFO(run.err);
    CHECK(run.exit_code == 0);
    CHECK(run.outputs.at("findings_count") == "30");
    CHECK(run.inline_comments().size() == 29);
    CHECK(has(run.summary_comment(), "REFUSE-ME"));
}

TEST_CASE("a token that may not write degrades to annotations and the job summary") {
    Scene scene("fork");
    scene.github.as_object()->set("permissions",
                                  Value::object({{"pull_requests", "read"}, {"issues", "read"}}));
    scene.github.as_object()->set(
        "pull_request", Value::object({{"head", Value::object({{"repo", "mallory/shop"}})}}));
    scene.model = {says("Read."),
                   reviews({finding("Wrong type", "src/app.c", 3, 3, "int three(int);", 1)})};
    const Run run = scene.run();
    INFO(run.err);
    CHECK(run.exit_code == 0);
    CHECK(run.outputs.at("outcome") == "reviewed-findings");
    CHECK(run.outputs.at("published") == "annotations");
    CHECK(has(run.out, "::error file=src/app.c,line=3"));
    CHECK(has(run.summary, "Wrong type"));
    CHECK(has(run.err, "pull-requests: write"));
}

TEST_CASE("rate limits are waited out and a server error after success posts nothing twice") {
    Scene scene("ambiguous");
    scene.faults = {fault("GET", "/repos/octo/shop/pulls/1",
                          {{"status", 429}, {"headers", Value::object({{"Retry-After", "0"}})}}),
                    fault("POST", "*/reviews", {{"status", 502}, {"apply", true}}),
                    fault("POST", "*/comments", {{"status", 502}, {"apply", true}})};
    scene.model = {says("Read."),
                   reviews({finding("Wrong type", "src/app.c", 3, 3, "int three(int);", 1)})};
    const Run run = scene.run();
    INFO(run.err);
    CHECK(run.exit_code == 0);
    CHECK(run.inline_comments().size() == 1);
    CHECK(run.state.find("issue_comments")->as_array()->size() == 1);
}

TEST_CASE(
    "a pull request of three thousand files ends within its budget and lists what was not read") {
    Scene scene("three-thousand-files");
    std::map<std::string, std::string> files;
    for (int i = 0; i < 3000; ++i)
        files["src/f" + std::to_string(i) + ".c"] = "int f" + std::to_string(i) + "(void);\n";
    scene.change(files);
    scene.model = {says("Read."), reviews({})};
    const Run run = scene.run();
    INFO(run.err);
    CHECK(run.exit_code == 0);
    const std::string outcome = run.outputs.at("outcome");
    CHECK((outcome == "reviewed-clean" || outcome == "partially-reviewed"));
}

TEST_CASE("a cancelled run says so within two seconds and leaves no half-written review") {
    Scene scene("cancelled");
    scene.model = {Value::object({{"stall", true}})};
    scene.start();
    REQUIRE(scene.program().wait_for_error("reviewing"));
    const auto before = std::chrono::steady_clock::now();
    scene.program().send_signal(SIGINT);
    const Run run = scene.finish();
    INFO(run.err);
    CHECK(run.exit_code == 130);
    CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(2));
    CHECK(has(run.summary_comment(), "cancelled"));
    CHECK(run.state.find("reviews")->as_array()->empty());
}

TEST_CASE("a signal finds the checkout's credential hidden and puts it back") {
    Scene scene("cancelled-credential");
    scene.repo().git({"config", "http.https://github.com/.extraheader",
                      std::string("AUTHORIZATION: basic ") + kGitHubToken});
    const auto file = scene.workspace() / ".git/config";
    const std::string configuration = codex::base::read_file(file);
    scene.model = {Value::object({{"stall", true}})};
    scene.start();
    REQUIRE(scene.program().wait_for_error("reviewing"));
    CHECK_FALSE(has(codex::base::read_file(file), kGitHubToken));
    scene.program().send_signal(SIGTERM);
    const Run run = scene.finish();
    INFO(run.err);
    CHECK(run.exit_code == 130);
    CHECK(codex::base::read_file(file) == configuration);
}

TEST_CASE(
    "the summary comment is updated in place, and a stranger's copy of its marker is left alone") {
    Scene scene("in-place");
    const std::string marker = "<!-- codex-action:summary -->\n";
    scene.github.as_object()->set(
        "issue_comments",
        Array{Value::object({{"user", "mallory"}, {"body", marker + "forged"}}),
              Value::object(
                  {{"user", "github-actions"}, {"mine", true}, {"body", marker + "earlier"}}),
              Value::object({{"user", "mallory"}, {"body", marker + "forged later"}})});
    scene.model = {says("Read."), reviews({})};
    const Run run = scene.run();
    INFO(run.err);
    const auto* comments = run.state.find("issue_comments")->as_array();
    REQUIRE(comments->size() == 3);
    CHECK(*(*comments)[0].find("body")->as_string() == marker + "forged");
    CHECK(*(*comments)[1].find("updates")->as_integer() == 1);
    CHECK(*(*comments)[2].find("body")->as_string() == marker + "forged later");
}

TEST_CASE(
    "merge, shallow and enterprise set-ups are reviewed; a wrong checkout is refused with the step "
    "to change") {
    SECTION("the merge commit that actions/checkout makes by default") {
        Scene scene("merge-checkout");
        scene.checkout = Scene::Checkout::merge;
        scene.enterprise = true;
        scene.model = {says("Read."),
                       reviews({finding("Wrong type", "src/app.c", 3, 3, "int three(int);", 1)})};
        const Run run = scene.run();
        INFO(run.err);
        CHECK(run.outputs.at("outcome") == "reviewed-findings");
        CHECK(run.inline_comments().size() == 1);
    }
    SECTION("the base branch instead of the pull request") {
        Scene scene("wrong-checkout");
        scene.checkout = Scene::Checkout::base;
        const Run run = scene.run();
        CHECK(run.exit_code == 1);
        CHECK(run.outputs.at("outcome") == "not-reviewed");
        CHECK(has(run.summary_comment(), "actions/checkout"));
        CHECK(run.count_requests("POST", "/v1/") == 0);
    }
    SECTION("pull_request_target with the pull request's code") {
        Scene scene("target-checkout");
        scene.event_name = "pull_request_target";
        const Run run = scene.run();
        CHECK(run.exit_code == 1);
        INFO(run.summary_comment());
        CHECK(has(run.summary_comment(), "pull_request_target"));
        CHECK(run.count_requests("POST", "/v1/") == 0);
    }
}

TEST_CASE("a finding that cannot be read makes the review partial: it is not clean") {
    Scene scene("unreadable-finding");
    Value broken = finding("Lost", "src/app.c", 3, 3, "int three(int);", 0);
    codex::json::Object members = *broken.as_object();
    members.set("code_location", nullptr);
    scene.model = {says("Read."), reviews({Value(std::move(members))})};
    const Run run = scene.run();
    INFO(run.err);
    CHECK(run.outputs.at("outcome") == "partially-reviewed");
    CHECK(has(run.summary_comment(), "1 finding of the model could not be read"));
    CHECK(has(run.summary_comment(), "Lost"));
}

TEST_CASE("a change of lock files alone is skipped, not called correct") {
    Scene scene("nothing-to-review");
    scene.change({{"package-lock.json", "{}\n"}});
    const Run run = scene.run();
    INFO(run.err);
    CHECK(run.exit_code == 0);
    CHECK(run.outputs.at("outcome") == "skipped");
    CHECK(run.outputs.at("verdict") == "");
    CHECK(run.count_requests("POST", "/v1/") == 0);
}

TEST_CASE("a review that GitHub fails to take is still told in the summary") {
    Scene scene("review-lost");
    scene.faults = {Value::object(
        {{"method", "POST"}, {"path", "*/pulls/1/reviews"}, {"times", 99}, {"status", 410}})};
    scene.model = {says("Read."),
                   reviews({finding("Wrong type", "src/app.c", 3, 3, "int three(int);", 0)})};
    const Run run = scene.run();
    INFO(run.err);
    CHECK(run.outputs.at("published") == "annotations");
    CHECK(has(run.summary_comment(), "Wrong type"));
    CHECK(has(run.out, "::error file=src/app.c,line=3"));
}

TEST_CASE("a dry run asks the model and writes nothing") {
    Scene scene("dry-run");
    scene.environment["INPUT_DRY_RUN"] = "true";
    scene.model = {says("Read."),
                   reviews({finding("Wrong type", "src/app.c", 3, 3, "int three(int);", 1)})};
    const Run run = scene.run();
    INFO(run.err);
    CHECK(run.exit_code == 0);
    CHECK(run.outputs.at("published") == "none");
    CHECK(run.state ==
          Value::object(
              {{"reviews", Array()}, {"file_comments", Array()}, {"issue_comments", Array()}}));
    CHECK(has(run.err, "dry run: would post a review"));
}

TEST_CASE("events that are not for us end neutral without a request, and bad input ends with 2") {
    Scene scene("skipped");
    SECTION("a comment on an issue") {
        scene.event_name = "issue_comment";
        scene.event = Value::object({{"action", "created"},
                                     {"issue", Value::object({{"number", 3}})},
                                     {"comment", Value::object({{"body", "/codex fix"}})}});
        const Run run = scene.run();
        CHECK(run.exit_code == 0);
        CHECK(run.outputs.at("outcome") == "skipped");
        CHECK(run.requests.empty());
    }
    SECTION("a push, even without a key") {
        scene.event_name = "push";
        scene.environment["INPUT_OPENAI_API_KEY"] = "";
        const Run run = scene.run();
        CHECK(run.exit_code == 0);
        CHECK(run.outputs.at("outcome") == "skipped");
    }
    SECTION("a wrong input") {
        scene.environment["INPUT_MAX_COMMENTS"] = "many";
        const Run run = scene.run();
        CHECK(run.exit_code == 2);
        CHECK(has(run.err, "input max_comments is \"many\""));
        CHECK(run.requests.empty());
    }
    SECTION("an event file that is no JSON") {
        scene.event = Value("{nothing");
        const Run run = scene.run();
        CHECK(run.exit_code == 2);
        CHECK(run.requests.empty());
    }
    SECTION("no key for an event that is ours") {
        scene.environment["INPUT_OPENAI_API_KEY"] = "";
        const Run run = scene.run();
        CHECK(run.exit_code == 2);
        CHECK(has(run.err, "openai_api_key"));
        CHECK(run.requests.empty());
    }
}
