#include "http/retry.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "tests/support/lib/fake_clock.h"
#include "tests/support/lib/fake_transport.h"

using namespace std::chrono_literals;
using namespace codex::http;
using codex::test::cut_off;
using codex::test::FakeAnswer;
using codex::test::FakeClock;
using codex::test::FakeTransport;
using codex::test::refused;
using std::chrono::milliseconds;

namespace {

constexpr const char* kUrl = "https://api.example/things?secret=1";

struct Rig {
    FakeClock clock;
    codex::loop::Loop loop{clock};
    FakeTransport transport{loop};

    explicit Rig(std::vector<FakeAnswer> answers, std::string method = "GET") {
        transport.route(std::move(method), kUrl, std::move(answers));
    }
    Response get(const RetryPolicy& policy = {}, const codex::loop::Cancel* cancel = nullptr) {
        return run("GET", Safety::idempotent, policy, cancel);
    }
    Response post(const RetryPolicy& policy = {}) { return run("POST", Safety::write, policy); }
    Response run(const std::string& method, Safety safety, const RetryPolicy& policy,
                 const codex::loop::Cancel* cancel = nullptr) {
        Request request;
        request.method = method;
        request.url = kUrl;
        return fetch_with_retry(transport, request, safety, policy, cancel);
    }
    std::size_t attempts() const { return transport.requests().size(); }
};

FakeAnswer answer(int status, std::vector<Header> headers = {}, std::string body = "") {
    FakeAnswer made;
    made.status = status;
    made.headers = std::move(headers);
    made.body = std::move(body);
    return made;
}

FakeAnswer silence() {
    FakeAnswer made;
    made.status = 0;
    made.stalls = true;
    return made;
}

template <typename Run>
std::optional<TransportError> failure_of(Run run) {
    try {
        run();
    } catch (const TransportError& error) {
        return error;
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("the wait that a server asks for is read from its headers") {
    // 2026-11-27T00:00:00Z and a half second.
    const codex::base::Wall now = FakeClock().wall() + 500ms;
    const std::string secondary = R"({"message":"You have exceeded a Secondary Rate Limit."})";
    struct Case {
        const char* what;
        Response response;
        std::optional<milliseconds> delay;
    };
    const std::vector<Case> cases = {
        {"nothing", {503, {}, ""}, std::nullopt},
        {"seconds", {503, {{"Retry-After", "7"}}, ""}, 7s},
        {"any case, blanks", {429, {{"retry-after", " 0 "}}, ""}, 0s},
        {"IMF date", {503, {{"Retry-After", "Fri, 27 Nov 2026 00:01:00 GMT"}}, ""}, 59'500ms},
        {"RFC 850 date", {503, {{"Retry-After", "Friday, 27-Nov-26 00:01:00 GMT"}}, ""}, 59'500ms},
        {"asctime date", {503, {{"Retry-After", "Fri Nov 27 00:01:00 2026"}}, ""}, 59'500ms},
        {"past date", {503, {{"Retry-After", "Fri, 27 Nov 2015 00:01:00 GMT"}}, ""}, 0s},
        {"negative", {503, {{"Retry-After", "-5"}}, ""}, std::nullopt},
        {"words", {503, {{"Retry-After", "soon"}}, ""}, std::nullopt},
        {"empty", {503, {{"Retry-After", ""}}, ""}, std::nullopt},
        {"absurd", {503, {{"Retry-After", "9223372036854775807"}}, ""}, 366 * 24h},
        {"beyond numbers", {503, {{"Retry-After", "99999999999999999999"}}, ""}, std::nullopt},
        {"rate limit reset",
         {403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1795737630"}}, ""},
         29'500ms},
        {"reset passed",
         {403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1795737600"}}, ""},
         0ms},
        {"absurd reset",
         {403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "9223372036854775807"}}, ""},
         366 * 24h - 500ms},
        {"requests remain",
         {403, {{"x-ratelimit-remaining", "1"}, {"x-ratelimit-reset", "1795737630"}}, ""},
         std::nullopt},
        {"reset without remaining", {403, {{"x-ratelimit-reset", "1795737630"}}, ""}, std::nullopt},
        {"Retry-After goes first",
         {403,
          {{"x-ratelimit-remaining", "0"},
           {"x-ratelimit-reset", "1795737630"},
           {"Retry-After", "3"}},
          ""},
         3s},
        {"secondary limit without headers", {403, {}, secondary}, 60s},
        {"the words in another answer", {500, {}, secondary}, std::nullopt},
    };
    for (const Case& one : cases) {
        INFO(one.what);
        CHECK(server_delay(one.response, now) == one.delay);
    }
}

TEST_CASE("only busy servers and rate limits are worth another try") {
    struct Case {
        Response response;
        bool retryable;
    };
    const std::vector<Case> cases = {
        {{200, {}, ""}, false},
        {{301, {}, ""}, false},
        {{400, {}, ""}, false},
        {{401, {{"Retry-After", "1"}}, ""}, false},
        {{403, {}, "Resource not accessible by integration"}, false},
        {{403, {{"Retry-After", "1"}}, ""}, true},
        {{403, {{"x-ratelimit-remaining", "0"}}, ""}, true},
        {{403, {{"x-ratelimit-remaining", "10"}}, ""}, false},
        {{403, {}, "exceeded a secondary rate limit"}, true},
        {{404, {}, ""}, false},
        {{422, {}, ""}, false},
        {{429, {}, ""}, true},
        {{500, {}, ""}, true},
        {{501, {}, ""}, false},
        {{502, {}, ""}, true},
        {{503, {}, ""}, true},
        {{504, {}, ""}, true},
        {{599, {}, ""}, true},
        {{600, {}, ""}, false},
    };
    for (const Case& one : cases) {
        INFO(one.response.status << " " << one.response.body);
        CHECK(is_retryable_status(one.response) == one.retryable);
    }
}

TEST_CASE("the backoff doubles, with jitter of a tenth") {
    const RetryPolicy policy;
    CHECK(backoff(policy, 1, 0.0) == 180ms);
    CHECK(backoff(policy, 1, 0.5) == 200ms);
    CHECK(backoff(policy, 1, 0.999) == 220ms);
    CHECK(backoff(policy, 2, 0.5) == 400ms);
    CHECK(backoff(policy, 4, 0.5) == 1600ms);
    CHECK(backoff(policy, 0, 0.5) == 200ms);
    CHECK(backoff(policy, 1'000'000, 0.5) == backoff(policy, 21, 0.5));
}

TEST_CASE("an idempotent request is repeated after failures and busy answers") {
    Rig rig({cut_off(), answer(502), refused(), answer(200, {{"x", "y"}}, "done")});
    const Response response = rig.get();
    CHECK(response.status == 200);
    CHECK(response.body == "done");
    CHECK(response.header("X") == "y");
    const auto times = rig.transport.start_times();
    REQUIRE(times.size() == 4);
    const std::vector<milliseconds> expected = {0ms, 200ms, 600ms, 1400ms};
    for (std::size_t i = 0; i < times.size(); ++i) {
        CHECK(times[i] >= expected[i] * 9 / 10);
        CHECK(times[i] <= expected[i] * 11 / 10);
    }
}

TEST_CASE("after the last retry the caller gets the error status, or the failure") {
    Rig busy({answer(503, {}, "busy")});
    CHECK(busy.get().body == "busy");
    CHECK(busy.attempts() == 5);

    Rig down({refused()});
    const auto error = failure_of([&] { down.get(); });
    REQUIRE(error);
    CHECK(std::string(error->what()) == "5 attempts: cannot connect to fake: refused");
    CHECK_FALSE(error->request_sent());
    CHECK(down.attempts() == 5);

    Rig once({refused()});
    CHECK(failure_of([&] { once.get({.max_retries = 0}); }));
    CHECK(once.attempts() == 1);
}

TEST_CASE("a final answer is never repeated") {
    for (const int status : {200, 204, 302, 400, 401, 403, 404, 422, 501}) {
        Rig rig({answer(status)});
        CHECK(rig.get().status == status);
        CHECK(rig.attempts() == 1);
    }
}

TEST_CASE("a write is repeated only when the server certainly did not act") {
    struct Case {
        const char* what;
        FakeAnswer first;
        bool repeated;
    };
    const std::vector<Case> cases = {
        {"not sent", refused(), true},
        {"fate unknown", cut_off(), false},
        {"500", answer(500), false},
        {"502", answer(502), false},
        {"503", answer(503), false},
        {"503 with Retry-After", answer(503, {{"Retry-After", "1"}}), true},
        {"429", answer(429), true},
        {"403", answer(403), false},
        {"403 with Retry-After", answer(403, {{"Retry-After", "1"}}), true},
        {"no answer", silence(), false},
    };
    for (const Case& one : cases) {
        INFO(one.what);
        Rig rig({one.first, answer(201)}, "POST");
        std::optional<Response> response;
        const auto error = failure_of([&] { response = rig.post(); });
        CHECK(rig.attempts() == (one.repeated ? 2U : 1U));
        if (one.repeated) {
            REQUIRE(response);
            CHECK(response->status == 201);
        } else if (error) {
            CHECK(error->request_sent());
        } else {
            CHECK(response->status == one.first.status);
        }
    }
}

TEST_CASE("the server's word is a floor for the wait, with the backoff above it") {
    Rig rig({answer(429, {{"Retry-After", "120"}}),
             answer(403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1795737900"}}),
             answer(200)});
    CHECK(rig.get().status == 200);
    const auto times = rig.transport.start_times();
    REQUIRE(times.size() == 3);
    CHECK(times[1] >= 120'180ms);
    CHECK(times[1] <= 120'220ms);
    CHECK(times[2] >= 300'360ms);
    CHECK(times[2] <= 300'440ms);
}

TEST_CASE("a wait beyond what is left of the budget is not begun: the caller weighs the answer") {
    Rig rig({answer(429, {{"Retry-After", "400"}}, "first"),
             answer(429, {{"Retry-After", "400"}}, "second"), answer(200)});
    CHECK(rig.get().body == "second");
    CHECK(rig.attempts() == 2);
    CHECK(rig.clock.elapsed() < 401s);
}

TEST_CASE("without any answer everything ends at the budget") {
    Rig rig({silence()});
    const auto error = failure_of([&] { rig.get(); });
    REQUIRE(error);
    CHECK(std::string(error->what()) == "no answer from api.example within 30.0 s (1 attempt)");
    CHECK(error->timed_out());
    CHECK(error->request_sent());
    CHECK(rig.clock.elapsed() == 30s);
    CHECK(rig.transport.open() == 0);

    FakeAnswer slow_failure = refused();
    slow_failure.delay = 12s;
    Rig slow({slow_failure});
    CHECK(failure_of([&] { slow.get({.max_retries = 100}); }));
    CHECK(slow.clock.elapsed() == 30s);
    CHECK(slow.attempts() == 3);
}

TEST_CASE("an answer that has begun is not cut by the budget") {
    FakeAnswer slow = answer(200, {}, "abc");
    slow.delay = 29s;
    Rig rig({slow});
    CHECK(rig.get().body == "abc");
    Rig starts_over({answer(500), slow, answer(200)});
    CHECK(starts_over.get().body == "abc");
}

TEST_CASE("a cancel ends the wait between attempts and aborts what is on the way") {
    Rig waiting({answer(429, {{"Retry-After", "300"}})});
    codex::loop::Cancel cancel;
    waiting.loop.after(
        10s, [&] { cancel.request(codex::base::Interrupted::Reason::signal, "received SIGINT"); });
    CHECK_THROWS_AS(waiting.get({}, &cancel), codex::base::Interrupted);
    CHECK(waiting.clock.elapsed() == 10s);

    Rig running({silence()});
    codex::loop::Cancel again;
    running.loop.after(
        1s, [&] { again.request(codex::base::Interrupted::Reason::signal, "received SIGINT"); });
    CHECK_THROWS_AS(running.get({}, &again), codex::base::Interrupted);
    CHECK(running.transport.open() == 0);
}

TEST_CASE("many requests run side by side within their limit, and answers keep their order") {
    FakeClock clock;
    codex::loop::Loop loop(clock);
    FakeTransport transport(loop);
    std::vector<Request> requests;
    std::vector<std::string> expected;
    for (int i = 0; i < 20; ++i) {
        Request request;
        request.url = "https://api.example/" + std::to_string(i);
        FakeAnswer one = answer(200, {}, std::to_string(i));
        one.delay = milliseconds(100 * (20 - i));
        transport.route("GET", request.url,
                        i % 3 == 0 ? std::vector{answer(502), one} : std::vector{one});
        requests.push_back(request);
        expected.push_back(std::to_string(i));
    }
    std::vector<std::string> bodies;
    for (const Response& one : fetch_all_with_retry(transport, requests, 6, {}, nullptr)) {
        bodies.push_back(one.body);
    }
    CHECK(bodies == expected);
    CHECK(transport.requests().size() == 27);
    CHECK(transport.most_open() == 6);
    CHECK(fetch_all_with_retry(transport, {}, 6, {}, nullptr).empty());
}

TEST_CASE("a request that fails for good is thrown when the others have ended") {
    FakeClock clock;
    codex::loop::Loop loop(clock);
    FakeTransport transport(loop);
    FakeAnswer slow = answer(200);
    slow.delay = 20s;
    transport.route("GET", "https://api.example/bad", {refused()});
    transport.route("GET", "https://api.example/slow", {slow});
    std::vector<Request> requests(2);
    requests[0].url = "https://api.example/bad";
    requests[1].url = "https://api.example/slow";
    CHECK(failure_of([&] { fetch_all_with_retry(transport, requests, 2, {}, nullptr); }));
    CHECK(clock.elapsed() >= 20s);
    CHECK(transport.open() == 0);
}
