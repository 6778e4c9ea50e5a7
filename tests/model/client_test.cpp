#include "model/client.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/model/streams.h"

using namespace codex::test;
using namespace codex::model;
using codex::base::Interrupted;
using codex::http::Header;
using codex::http::TransportError;
using codex::protocol::Message;
using codex::protocol::Role;
using std::chrono::milliseconds;
using Kind = ModelErrorKind;

namespace {

struct ClientRig : ModelRig {
    Provider options = provider();
    Auth key = auth();
    Identity identity;
    StreamEvents events;
    std::string shown;

    using ModelRig::ModelRig;

    ModelResponse sample() {
        ModelRequest request;
        request.model = "gpt-x";
        request.instructions = "Review.";
        request.input = {Message{Role::user, "Go.", ""}};
        Client client(transport, options, key, identity);
        StreamEvents told = events;
        told.on_text = [this](const Delta& delta) { shown += delta.text; };
        return client.sample(request, told, &cancel);
    }

    ModelError error() {
        const auto error = thrown_by<ModelError>([this] { sample(); });
        REQUIRE(error);
        return *error;
    }

    void cancel_after(milliseconds delay) {
        loop.after(delay, [this] { cancel.request(Interrupted::Reason::signal, "stopped"); });
    }
};

const ModelResponse kWhole = {
    "resp_1", {Message{Role::assistant, "Fine.", ""}}, {10, 0, 5, 0, 15}, {}};

std::string whole_stream() {
    return text_delta("Fine.") + stream_of({message_item("Fine.")});
}

FakeAnswer whole() {
    return streaming(whole_stream());
}

// The stream's connection fails behind these bytes.
FakeAnswer broken(std::string body, bool timed_out = false) {
    FakeAnswer answer = streaming(std::move(body));
    answer.failure =
        TransportError(timed_out ? "no byte for 5 min" : "connection reset", true, timed_out);
    return answer;
}

// The waits between the starts of requests.
std::vector<milliseconds> waits(const ModelRig& rig) {
    std::vector<milliseconds> found;
    const auto starts = rig.transport.start_times();
    for (std::size_t i = 1; i < starts.size(); ++i) found.push_back(starts[i] - starts[i - 1]);
    return found;
}

// base * [0.9, 1.1) above the floor; a millisecond for rounding.
bool is_backoff(milliseconds wait, milliseconds base, milliseconds floor = milliseconds(0)) {
    return wait >= floor + base * 9 / 10 - milliseconds(1) &&
           wait <= floor + base * 11 / 10 + milliseconds(1);
}

}  // namespace

TEST_CASE("one request goes out, with the key and the provider's headers") {
    ClientRig rig({whole()});
    rig.options.http_headers = {{"X-Org", "octo"}};
    rig.options.stream_idle_timeout = milliseconds(1234);
    CHECK(rig.sample() == kWhole);
    CHECK(rig.shown == "Fine.");
    REQUIRE(rig.requests() == 1);
    const codex::http::Request& request = rig.transport.requests()[0];
    CHECK(request.method == "POST");
    CHECK(request.url == kResponses);
    CHECK(request.headers == std::vector<Header>{{"Content-Type", "application/json"},
                                                 {"Accept", "text/event-stream"},
                                                 {"Authorization", "Bearer sk-secret"},
                                                 {"X-Org", "octo"}});
    CHECK(request.idle_timeout == milliseconds(1234));
    ModelRequest asked;
    asked.model = "gpt-x";
    asked.instructions = "Review.";
    asked.input = {Message{Role::user, "Go.", ""}};
    CHECK(request.body == codex::json::render(render_request(asked, rig.options)));
}

TEST_CASE("without a key there is no Authorization header") {
    ClientRig rig({whole()});
    rig.key = {};
    CHECK(rig.sample() == kWhole);
    CHECK(
        rig.transport.requests()[0].headers ==
        std::vector<Header>{{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}});
}

TEST_CASE("the pieces in which a stream arrives do not matter") {
    const std::size_t chunks[] = {1, 2, 3, 7, 64, 1000};
    for (const std::size_t chunk : chunks) {
        INFO(chunk);
        ClientRig rig({streaming(whole_stream(), chunk)});
        CHECK(rig.sample() == kWhole);
        CHECK(rig.shown == "Fine.");
    }
}

TEST_CASE("an answer is complete with its last event, though the connection stays open") {
    FakeAnswer answer = whole();
    answer.stalls = true;
    ClientRig rig({answer});
    CHECK(rig.sample() == kWhole);
    CHECK(rig.transport.open() == 0);
}

TEST_CASE("a cut stream is asked for again, and only the whole answer counts") {
    const std::string half = text_delta("Fi") + item_done(message_item("half")) +
                             item_done(call_item("call_1", "exec_command"));
    const FakeAnswer cuts[] = {streaming(half),
                               broken(half),
                               broken(half, true),
                               streaming(""),
                               streaming("data: {\"type\":"),
                               streaming(failed("something_new", "Oh."))};
    for (const FakeAnswer& cut : cuts) {
        INFO(cut.body);
        ClientRig rig({cut, whole()});
        CHECK(rig.sample() == kWhole);
        CHECK(rig.requests() == 2);
        CHECK(is_backoff(waits(rig)[0], milliseconds(200)));
        CHECK(rig.transport.requests()[0].body == rig.transport.requests()[1].body);
    }
}

TEST_CASE("a stream that is always cut ends after stream_max_retries") {
    ClientRig rig({streaming(item_done(message_item("half")))});
    rig.options.stream_max_retries = 3;
    const ModelError error = rig.error();
    CHECK(error.kind() == Kind::stream_lost);
    CHECK(error.what() ==
          std::string("gave up after 3 retries: the answer of https://model.example/v1 broke off: "
                      "the stream ended before response.completed: run again later"));
    REQUIRE(rig.requests() == 4);
    CHECK(is_backoff(waits(rig)[0], milliseconds(200)));
    CHECK(is_backoff(waits(rig)[1], milliseconds(400)));
    CHECK(is_backoff(waits(rig)[2], milliseconds(800)));
}

TEST_CASE("a broken connection is told apart from an unreachable server") {
    ClientRig in_stream({broken(item_done(message_item("half")))});
    in_stream.options.stream_max_retries = 0;
    CHECK(in_stream.error().kind() == Kind::stream_lost);
    CHECK(
        in_stream.error().what() ==
        std::string(
            "the answer of https://model.example/v1 broke off: connection reset: run again later"));

    for (const FakeAnswer& answer : {refused(), cut_off()}) {
        ClientRig rig({answer});
        rig.options.request_max_retries = 0;
        const ModelError error = rig.error();
        CHECK(error.kind() == Kind::unreachable);
        CHECK(error.what() ==
              "https://model.example/v1 cannot be reached: " + std::string(answer.failure->what()) +
                  ": check base_url, the network and the proxy settings, or run again later");
    }
}

TEST_CASE("failures that may pass are retried request_max_retries times") {
    const FakeAnswer failures[] = {
        refusing(429),
        refusing(500, "<html>"),
        refusing(502),
        refusing(503),
        refusing(504),
        refusing(529),
        refusing(408),
        refused(),
        cut_off(),
        streaming(failed("rate_limit_exceeded", "")),
        streaming(failed("server_error", "")),
    };
    for (const FakeAnswer& failure : failures) {
        INFO(failure.status << " " << failure.body);
        ClientRig heals({failure, failure, whole()});
        heals.options.request_max_retries = 2;
        CHECK(heals.sample() == kWhole);
        CHECK(heals.requests() == 3);

        ClientRig rig({failure});
        rig.options.request_max_retries = 2;
        rig.options.stream_max_retries = 0;
        const ModelError error = rig.error();
        CHECK(std::string(error.what()).starts_with("gave up after 2 retries: "));
        REQUIRE(rig.requests() == 3);
        CHECK(is_backoff(waits(rig)[0], milliseconds(200)));
        CHECK(is_backoff(waits(rig)[1], milliseconds(400)));
    }
}

TEST_CASE("what will not pass by itself is asked once") {
    const FakeAnswer failures[] = {
        refusing(400),
        refusing(401),
        refusing(402),
        refusing(403),
        refusing(404),
        refusing(405),
        refusing(413),
        refusing(422),
        refusing(501),
        refusing(204),
        refusing(301),
        refusing(308),
        refusing(429, error_body("insufficient_quota", "No.")),
        refusing(503, error_body("model_not_found", "No.")),
        streaming(failed("context_length_exceeded", "No.")),
        streaming(failed("invalid_prompt", "No.")),
        streaming(failed("insufficient_quota", "No.")),
        streaming(R"(data: {"type":"response.completed"})"
                  "\n\n"),
    };
    for (const FakeAnswer& failure : failures) {
        INFO(failure.status << " " << failure.body);
        ClientRig rig({failure, whole()});
        const ModelError error = rig.error();
        CHECK_FALSE(error.retryable());
        CHECK(std::string(error.what()).find("gave up") == std::string::npos);
        CHECK(rig.requests() == 1);
    }
}

TEST_CASE("lost streams and refused requests have a budget each") {
    const FakeAnswer cut = streaming(item_done(message_item("half")));
    ClientRig rig({refusing(500), cut, refusing(500), cut, whole()});
    rig.options.request_max_retries = 2;
    rig.options.stream_max_retries = 2;
    CHECK(rig.sample() == kWhole);
    CHECK(rig.requests() == 5);

    ClientRig short_of_one({refusing(500), cut, refusing(500), cut, whole()});
    short_of_one.options.request_max_retries = 2;
    short_of_one.options.stream_max_retries = 1;
    CHECK(short_of_one.error().kind() == Kind::stream_lost);
    CHECK(short_of_one.requests() == 4);
}

TEST_CASE("the server's delay is a floor under the backoff") {
    struct Row {
        FakeAnswer answer;
        milliseconds floor;
    };
    const Row rows[] = {
        {refusing(429, "", {{"Retry-After", "7"}}), milliseconds(7000)},
        {refusing(503, "", {{"Retry-After", "600"}}), milliseconds(600'000)},
        {refusing(429, "", {{"Retry-After", "0"}}), milliseconds(0)},
        {refusing(429, "", {{"retry-after-ms", "1500"}}), milliseconds(1500)},
        {refusing(429, "", {{"Retry-After", "Fri, 27 Nov 2026 00:00:30 GMT"}}),
         milliseconds(30'000)},
        {refusing(429, error_body("rate_limit_exceeded", "Please try again in 6m0s.")),
         milliseconds(360'000)},
        {streaming(failed("rate_limit_exceeded", "Please try again in 1.898s.")),
         milliseconds(1898)},
    };
    for (const Row& row : rows) {
        INFO(row.answer.status << " " << row.answer.body << " " << row.floor.count());
        ClientRig rig({row.answer, whole()});
        CHECK(rig.sample() == kWhole);
        REQUIRE(rig.requests() == 2);
        CHECK(is_backoff(waits(rig)[0], milliseconds(200), row.floor));
    }
}

TEST_CASE("a delay beyond ten minutes is not waited for but told") {
    ClientRig rig({refusing(429, "", {{"Retry-After", "601"}}), whole()});
    const ModelError error = rig.error();
    CHECK(error.kind() == Kind::rate_limited);
    CHECK(error.retry_after() == std::chrono::seconds(601));
    CHECK(
        error.what() ==
        std::string("the model API asks to wait 10 min 1 s: https://model.example/v1 limits the "
                    "rate of requests: run again later, or raise the account's limits (HTTP 429)"));
    CHECK(rig.requests() == 1);
    CHECK(rig.clock.elapsed() < std::chrono::seconds(1));

    ClientRig in_stream(
        {streaming(failed("rate_limit_exceeded", "try again in 86400000s")), whole()});
    CHECK(in_stream.error().kind() == Kind::rate_limited);
    CHECK(in_stream.requests() == 1);
}

TEST_CASE("the waits that a server asks for have a bound together") {
    ClientRig rig({refusing(429, "", {{"Retry-After", "400"}})});
    CHECK(rig.error().retry_after() == std::chrono::seconds(400));
    CHECK(rig.requests() == 2);
    CHECK(rig.clock.elapsed() < std::chrono::minutes(10));
}

TEST_CASE("a redirect is never followed with the key") {
    for (const int status : {301, 302, 303, 307, 308}) {
        INFO(status);
        ClientRig rig({refusing(status, "", {{"Location", "https://evil.example/v1/responses"}})});
        const ModelError error = rig.error();
        CHECK(error.kind() == Kind::bad_request);
        CHECK(std::string(error.what()).find("redirects") != std::string::npos);
        CHECK(rig.transport.request_lines() ==
              std::vector<std::string>{std::string("POST ") + kResponses});
    }
}

TEST_CASE("an answer that is no stream is explained, not asked for again") {
    struct Row {
        const char* type;
        const char* body;
        const char* said;
    };
    const Row rows[] = {
        {"text/html; charset=utf-8", "<html>Welcome</html>", ""},
        {"application/json", R"({"error":{"message":"no streams here"}})",
         "; it said: no streams here"},
        {"application/json", R"({"id":"resp_1","object":"response"})", ""},
    };
    for (const Row& row : rows) {
        INFO(row.body);
        FakeAnswer answer = streaming(row.body);
        answer.headers = {{"content-type", row.type}};
        ClientRig rig({answer, whole()});
        const ModelError error = rig.error();
        CHECK(error.kind() == Kind::protocol);
        CHECK(error.what() == std::string("https://model.example/v1 does not speak the Responses "
                                          "API: check base_url and wire_api (HTTP 200)") +
                                  row.said);
        CHECK(rig.requests() == 1);
    }
}

TEST_CASE("a stream counts whatever its content type is called") {
    for (const char* type : {"text/plain", "application/octet-stream", "TEXT/EVENT-STREAM"}) {
        FakeAnswer answer = whole();
        answer.headers = {{"Content-Type", type}};
        ClientRig rig({answer});
        CHECK(rig.sample() == kWhole);
    }
    FakeAnswer unnamed = whole();
    unnamed.headers = {};
    ClientRig rig({unnamed});
    CHECK(rig.sample() == kWhole);
}

TEST_CASE("a refusal is explained though its body never ends, or breaks") {
    FakeAnswer endless = refusing(401, std::string(100'000, 'x'));
    endless.chunk = 10'000;
    endless.stalls = true;
    ClientRig rig({endless});
    CHECK(rig.error().kind() == Kind::bad_key);

    FakeAnswer cut = refusing(401, error_body("invalid_api_key", "No.").substr(0, 20));
    cut.failure = TransportError("connection reset", true, false);
    ClientRig other({cut});
    CHECK(other.error().kind() == Kind::bad_key);
    CHECK(other.requests() == 1);
}

TEST_CASE("cancelling ends a request wherever it is") {
    FakeAnswer slow = whole();
    slow.delay = std::chrono::minutes(5);
    FakeAnswer stalling = streaming(item_done(message_item("half")));
    stalling.stalls = true;
    FakeAnswer stalling_refusal = refusing(500, "half");
    stalling_refusal.stalls = true;
    const FakeAnswer answers[] = {slow, stalling, stalling_refusal,
                                  refusing(429, "", {{"Retry-After", "500"}})};
    for (const FakeAnswer& answer : answers) {
        INFO(answer.status << " " << answer.body);
        ClientRig rig({answer});
        rig.cancel_after(std::chrono::seconds(1));
        const auto interrupted = thrown_by<Interrupted>([&] { rig.sample(); });
        REQUIRE(interrupted);
        CHECK(interrupted->what() == std::string("stopped"));
        CHECK(rig.requests() == 1);
        CHECK(rig.transport.open() == 0);
        CHECK(rig.clock.elapsed() == std::chrono::seconds(1));
    }
}

TEST_CASE("a request that is cancelled before it begins does not begin") {
    ClientRig rig({whole()});
    rig.cancel.request(Interrupted::Reason::deadline, "over");
    CHECK_THROWS_AS(rig.sample(), Interrupted);
    CHECK(rig.requests() == 0);
}

TEST_CASE("what the reader of the text throws comes out, and the request ends") {
    ClientRig rig({whole()});
    Client client(rig.transport, rig.options);
    StreamEvents events;
    events.on_text = [](const Delta&) { throw std::runtime_error("full"); };
    CHECK_THROWS_AS(client.sample({}, events, nullptr), std::runtime_error);
    CHECK(rig.transport.open() == 0);
    CHECK(rig.requests() == 1);
}

TEST_CASE("without a reader of the text the answer is the same") {
    ClientRig rig({whole()});
    Client client(rig.transport, rig.options);
    CHECK(client.sample({}, {}, nullptr) == kWhole);
}

TEST_CASE("a retry is told, with its attempt, its delay and its reason") {
    ClientRig rig({refusing(503), streaming(item_done(message_item("half"))), whole()});
    std::vector<Retry> retries;
    rig.events.on_retry = [&](const Retry& retry) { retries.push_back(retry); };
    CHECK(rig.sample() == kWhole);
    REQUIRE(retries.size() == 2);
    CHECK(retries[0] ==
          Retry{1, 4, retries[0].delay,
                "https://model.example/v1 is overloaded or failing: run again later (HTTP 503)",
                false});
    CHECK(retries[1] == Retry{1, 5, retries[1].delay,
                              "the answer of https://model.example/v1 broke off: the stream ended "
                              "before response.completed: run again later",
                              true});
    CHECK(waits(rig) == std::vector<milliseconds>{retries[0].delay, retries[1].delay});
}

TEST_CASE("what a broken-off answer had complete is carried over as the caller wants it") {
    using codex::protocol::FunctionCall;
    using codex::protocol::FunctionCallOutput;
    using codex::protocol::Item;
    ClientRig rig({streaming(text_delta("Fi") + item_done(call_item("call_1", "exec_command"))),
                   streaming(failed("something_new", "Oh.")), whole()});
    std::vector<std::vector<Item>> received;
    rig.events.carry_over = [&](std::vector<Item> items) {
        received.push_back(items);
        items.emplace_back(FunctionCallOutput{"call_1", "ran"});
        return items;
    };
    CHECK(rig.sample() == kWhole);
    CHECK(received ==
          std::vector<std::vector<Item>>{{FunctionCall{"call_1", "exec_command", "{}"}}});
    REQUIRE(rig.requests() == 3);
    const std::string carried =
        R"(,{"type":"function_call","call_id":"call_1","name":"exec_command","arguments":"{}"},)"
        R"({"type":"function_call_output","call_id":"call_1","output":"ran"}])";
    const auto input = [&](std::size_t i) {
        return codex::json::render(*rig.body(i).find("input"));
    };
    const std::string before = input(0);
    CHECK(input(1) == before.substr(0, before.size() - 1) + carried);
    CHECK(input(2) == input(1));
}

TEST_CASE("the limits of a plan are read from the headers of any answer") {
    using codex::protocol::RateLimits;
    using codex::protocol::RateLimitWindow;
    FakeAnswer answer = whole();
    answer.headers.push_back({"x-codex-primary-used-percent", "87.25"});
    answer.headers.push_back({"x-codex-primary-window-minutes", "300"});
    answer.headers.push_back({"x-codex-primary-reset-after-seconds", "60"});
    answer.headers.push_back({"x-codex-secondary-used-percent", "0"});
    answer.headers.push_back({"x-codex-secondary-window-minutes", "0"});
    FakeAnswer refusal = refusing(429, "", {{"x-codex-secondary-used-percent", "100"}});
    FakeAnswer odd = refusing(
        500, "",
        {{"x-codex-primary-used-percent", "1e9"}, {"x-codex-secondary-used-percent", "5.x"}});
    ClientRig rig({odd, refusal, answer});
    std::vector<RateLimits> limits;
    rig.events.on_rate_limits = [&](const RateLimits& told) { limits.push_back(told); };
    CHECK(rig.sample() == kWhole);
    CHECK(limits == std::vector<RateLimits>{{{}, RateLimitWindow{100, {}, {}}},
                                            {RateLimitWindow{87.25, 300, 60}, {}}});
}

TEST_CASE("retry budgets have a bound whatever is configured") {
    ClientRig rig({refusing(429, "", {{"Retry-After", "0"}})});
    rig.options.request_max_retries = -5;
    CHECK(rig.error().kind() == Kind::rate_limited);
    CHECK(rig.requests() == 1);
}

TEST_CASE("the chat wire is asked at its own address and read in its own form") {
    ClientRig rig(std::vector<FakeAnswer>{});
    rig.transport.route(
        "POST", "https://model.example/v1/chat/completions",
        {streaming("data: {\"id\":\"c1\",\"choices\":[{\"delta\":{\"content\":\"Fi\"}}]}\n\n"),
         streaming("data: {\"id\":\"c1\",\"choices\":[{\"delta\":{\"content\":\"Fine.\"},"
                   "\"finish_reason\":\"stop\"}]}\n\n"
                   "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,"
                   "\"completion_tokens\":5}}\n\ndata: [DONE]\n\n")});
    rig.options.wire_api = WireApi::chat;
    ModelResponse expected = kWhole;
    expected.id = "c1";
    CHECK(rig.sample() == expected);
    CHECK(rig.requests() == 2);
    CHECK(rig.body(0).find("messages") != nullptr);

    ClientRig cut(std::vector<FakeAnswer>{});
    cut.transport.route("POST", "https://model.example/v1/chat/completions", {streaming("")});
    cut.options.wire_api = WireApi::chat;
    cut.options.stream_max_retries = 0;
    CHECK(cut.error().what() ==
          std::string("the answer of https://model.example/v1 broke off: the stream ended before "
                      "a finish_reason: run again later"));
}

TEST_CASE("a finished chat answer stands though its connection breaks behind it") {
    FakeAnswer answer = broken(
        "data: {\"id\":\"c1\",\"choices\":[{\"delta\":{\"content\":\"Fine.\"},"
        "\"finish_reason\":\"stop\"}]}\n\n",
        true);
    ClientRig rig(std::vector<FakeAnswer>{});
    rig.transport.route("POST", "https://model.example/v1/chat/completions", {answer});
    rig.options.wire_api = WireApi::chat;
    CHECK(rig.sample() == ModelResponse{"c1", {Message{Role::assistant, "Fine.", ""}}, {}, {}});
    CHECK(rig.requests() == 1);
}

TEST_CASE("Azure's items keep their ids") {
    ClientRig rig({whole()});
    rig.options.name = "Azure";
    const ModelResponse response = rig.sample();
    Message said{Role::assistant, "Fine.", ""};
    said.id = "msg_1";
    CHECK(response.items == std::vector<codex::protocol::Item>{said});
    CHECK(*rig.body(0).find("store") == codex::json::Value(true));
}
