// Servers and files that send what no parser expects: each ends in one clear state, bounded in time
// and memory.
#include <catch2/catch_test_macros.hpp>
#include <csignal>

#include "base/text.h"
#include "tests/end_to_end/attack.h"
#include "tests/support/lib/http_server.h"

using namespace codex::test;
namespace base = codex::base;

namespace {

constexpr std::size_t kDeep = 200'000;

std::string deep_json() {
    return std::string(kDeep, '[') + std::string(kDeep, ']');
}

std::string event_line(const std::string& type, const std::string& rest) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + rest + "}\n\n";
}

// A model that streams what `send` writes, and counts the requests.
class StrangeModel {
  public:
    using Send = std::function<void(ServerConnection&)>;
    explicit StrangeModel(Send send)
        : server_([send = std::move(send)](ServerConnection& connection, std::size_t) {
              while (connection.read_request()) {
                  connection.write(
                      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                      "Connection: close\r\n\r\n");
                  send(connection);
                  return;
              }
          }) {}
    std::string url() const { return server_.url("/v1"); }

  private:
    HttpServer server_;
};

void check_not_reviewed(const Scene& scene, const Run& run) {
    INFO(run.err);
    CHECK(run.exit_code == 1);
    CHECK(run.outputs.at("outcome") == "not-reviewed");
    CHECK(run.outputs.at("verdict") == "");
    CHECK(run.inline_comments().empty());
    CHECK(run.err.size() < 20'000);
    check_no_commands(run);
    check_contained(scene, run);
}

}  // namespace

TEST_CASE("an event of endless depth is refused in one line") {
    Scene scene("deep-event");
    scene.event = Value("{\"action\":\"opened\",\"x\":" + deep_json() + "}");
    const Run run = scene.run();
    INFO(run.err.substr(0, 2'000));
    CHECK(run.exit_code == 2);
    CHECK(base::split_lines(run.err).size() == 1);
    CHECK(run.requests.empty());
}

TEST_CASE("answers of GitHub that cannot be read end the review, and say so") {
    Scene scene("strange-github");
    const std::string path = "/repos/octo/shop/pulls/1";
    std::string what;
    SECTION("endless depth") {
        scene.faults = {fault("GET", path, {{"status", 200}, {"body", deep_json()}})};
    }
    SECTION("endless depth in GraphQL") {
        scene.faults = {fault("POST", "/graphql", {{"status", 200}, {"body", deep_json()}})};
    }
    SECTION("no JSON") {
        scene.faults = {fault("GET", path, {{"status", 200}, {"body", "<html>hello</html>"}})};
    }
    SECTION("another kind of JSON") {
        scene.faults = {fault("GET", path, {{"status", 200}, {"body", Value(Array())}})};
    }
    SECTION("members of other types") {
        scene.faults = {
            fault("GET", path,
                  {{"status", 200},
                   {"body", Value::object({{"number", "1"}, {"head", 7}, {"base", nullptr}})}})};
    }
    SECTION("a redirect to the cloud's metadata") {
        scene.faults = {
            fault("GET", path,
                  {{"status", 302},
                   {"times", 9},
                   {"headers",
                    Value::object({{"Location", "http://169.254.169.254/latest/meta-data/"}})}})};
    }
    SECTION("a redirect to a file") {
        scene.faults = {fault("GET", path,
                              {{"status", 301},
                               {"times", 9},
                               {"headers", Value::object({{"Location", "file:///etc/passwd"}})}})};
    }
    SECTION("a redirect to itself") {
        scene.faults = {fault(
            "GET", path,
            {{"status", 301}, {"times", 100}, {"headers", Value::object({{"Location", path}})}})};
    }
    const Run run = scene.run();
    check_not_reviewed(scene, run);
    CHECK_FALSE(has(run.everything(), "root:"));
    CHECK(run.count_requests("POST", "/v1/") == 0);
}

TEST_CASE("a redirect takes the token to no other host") {
    Scene scene("redirect-host");
    std::string seen;
    const HttpServer other(answer_each([&seen](const std::string& request) {
        seen += request;
        return http_answer(200, "{}");
    }));
    scene.faults = {fault(
        "GET", "/repos/octo/shop/pulls/1",
        {{"status", 301},
         {"times", 9},
         {"headers", Value::object({{"Location", base::replace_all(other.url("/pulls/1"),
                                                                   "127.0.0.1", "localhost")}})}})};
    const Run run = scene.run();
    check_not_reviewed(scene, run);
    CHECK(leaks(seen) == std::vector<std::string>());
}

TEST_CASE("a small answer that unpacks to gigabytes is refused", "[slow]") {
    Scene scene("gzip-bomb");
    Program pack;
    pack.argv = {"bash", "-c", "head -c 400000000 /dev/zero | gzip -1"};
    pack.environment = plain_environment();
    const std::string bomb = run_program(std::move(pack)).out;
    REQUIRE(bomb.size() > 1'000'000);
    const HttpServer github(answer_each([&](const std::string&) {
        return http_answer(200, bomb,
                           "Content-Type: application/json\r\nContent-Encoding: gzip\r\n");
    }));
    scene.environment["GITHUB_API_URL"] = github.url("");
    scene.environment["GITHUB_GRAPHQL_URL"] = github.url("/graphql");
    const Run run = scene.run();
    check_not_reviewed(scene, run);
}

TEST_CASE("tool calls that cannot be carried out are answered, and the review goes on") {
    Scene scene("strange-calls");
    const auto call = [](const std::string& name, const std::string& arguments) {
        return Value::object(
            {{"items",
              Array{Value::object(
                  {{"call", Value::object({{"name", name}, {"arguments", arguments}})}})}}});
    };
    scene.model = {call("exec_command", deep_json()),
                   call("exec_command", "{"),
                   call("exec_command", "[]"),
                   call("exec_command", "{\"cmd\":7}"),
                   call("exec_command", "{\"cmd\":\"true\",\"timeout_ms\":-5}"),
                   call("exec_command", "{\"cmd\":\"true\",\"workdir\":\"../..\"}"),
                   call("exec_command", "{\"cmd\":\"true\",\"workdir\":\"/etc\"}"),
                   call("exec_command", "{\"cmd\":\"a\\u0000b\"}"),
                   call("exec_command", "{\"cmd\":\"" + std::string(4U << 20, 'x') + "\"}"),
                   call("apply_patch", "{}"),
                   call("", "{}"),
                   call("exec_command", "{\"cmd\":\"echo STILL-HERE\"}"),
                   says("Read."),
                   reviews({})};
    const Run run = scene.run();
    INFO(run.err.substr(0, 4'000));
    CHECK(run.exit_code == 0);
    CHECK(run.outputs.at("outcome") == "reviewed-clean");
    const auto outputs = tool_outputs(run);
    REQUIRE(outputs.size() == 12);
    CHECK(has(outputs[11], "STILL-HERE"));
    for (std::size_t i = 0; i < 11; ++i) {
        INFO(i << ": " << outputs[i].substr(0, 300));
        CHECK_FALSE(has(outputs[i], "Exit code: 0"));
        CHECK(outputs[i].size() < 1'000);
    }
    check_contained(scene, run);
}

TEST_CASE("reviews of wrong shape are no reviews") {
    for (const std::string& answer :
         {std::string("I approve this."), std::string("{}"), std::string("[]"), deep_json(),
          std::string("{\"findings\":7}"), std::string("{\"findings\":[]"), std::string(),
          std::string("null")}) {
        INFO(answer.substr(0, 100));
        Scene scene("strange-review");
        scene.model = {says("Read."), says(answer)};
        const Run run = scene.run();
        check_not_reviewed(scene, run);
    }
}

TEST_CASE("streams that break off are asked for again, and then given up", "[slow]") {
    Scene scene("cut-stream");
    for (int i = 0; i < 12; ++i) scene.model.push_back(Value::object({{"cut", true}}));
    const Run run = scene.run();
    check_not_reviewed(scene, run);
    CHECK(run.count_requests("POST", "/v1/responses") > 1);
    CHECK(run.count_requests("POST", "/v1/responses") < 12);
}

TEST_CASE("streams of strange events end the review", "[slow]") {
    Scene scene("strange-stream");
    StrangeModel::Send send;
    SECTION("one event without an end") {
        send = [](ServerConnection& connection) {
            const std::string megabyte(std::size_t{1} << 20, 'x');
            connection.write("event: response.output_text.delta\ndata: ");
            for (int i = 0; i < 400; ++i) connection.write(megabyte);
        };
    }
    SECTION("endless depth") {
        send = [](ServerConnection& connection) {
            connection.write("event: response.output_item.done\ndata: " + deep_json() + "\n\n");
        };
    }
    SECTION("an item of another type") {
        send = [](ServerConnection& connection) {
            connection.write(event_line("response.output_item.done", ",\"item\":[1,2]"));
            connection.write(event_line("response.completed", ",\"response\":7"));
        };
    }
    SECTION("no response at all") {
        send = [](ServerConnection& connection) {
            connection.write(event_line("response.completed", ""));
        };
    }
    SECTION("bytes that are no text") {
        send = [](ServerConnection& connection) {
            using std::string_literals::operator""s;
            connection.write("data: \xff\xfe\0\x80\n\ndata: {\"type\":\"\xff\"}\n\n"s);
        };
    }
    const StrangeModel model(std::move(send));
    scene.environment["INPUT_BASE_URL"] = model.url();
    const Run run = scene.run();
    check_not_reviewed(scene, run);
}

TEST_CASE("a model that never stops talking can be interrupted") {
    Scene scene("endless-model");
    const StrangeModel model([](ServerConnection& connection) {
        connection.write(event_line("response.created", ",\"response\":{}"));
        connection.write(event_line("response.output_text.delta", ",\"delta\":\"FIRST-WORD\\n\""));
        connection.wait_for_close();
    });
    scene.environment["INPUT_BASE_URL"] = model.url();
    scene.environment["INPUT_STREAM_AGENT_MESSAGES"] = "true";
    scene.start();
    REQUIRE(scene.program().wait_for_error("FIRST-WORD"));
    scene.program().send_signal(SIGINT);
    const Run run = scene.finish();
    INFO(run.err);
    CHECK(run.exit_code == 130);
    CHECK(has(run.summary_comment(), "cancelled"));
    check_contained(scene, run);
}
