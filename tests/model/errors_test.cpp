// What each refusal of the model API tells a maintainer.
#include <catch2/catch_test_macros.hpp>

#include "model/errors.h"
#include "tests/model/streams.h"

using namespace codex::test;
using namespace codex::model;
using codex::http::Header;
using codex::json::Value;
using std::chrono::milliseconds;
using Kind = ModelErrorKind;

namespace {

const FakeClock& clock_of_tests() {
    static const FakeClock clock;
    return clock;
}

ModelError explain(int status, const std::string& body, std::vector<Header> headers = {}) {
    ModelRequest request;
    request.model = "gpt-x";
    Provider provider;
    provider.base_url = "https://api.example/v1";
    return explain_error({status, std::move(headers), body}, request, provider,
                         clock_of_tests().wall());
}

std::optional<milliseconds> delay_said(const std::string& message) {
    return explain_error_object(
               0, Value::object({{"code", "rate_limit_exceeded"}, {"message", message}}), "",
               nullptr)
        .retry_after();
}

}  // namespace

TEST_CASE("each refusal has its kind and says what to do") {
    struct Row {
        int status;
        std::string body;
        Kind kind;
        std::string message;
    };
    const std::string api = "https://api.example/v1";
    const Row rows[] = {
        {401, error_body("invalid_api_key", "Incorrect API key provided: sk-ab***yz."),
         Kind::bad_key,
         api + " refused the key: check the secret behind openai_api_key (HTTP 401); it said: "
               "Incorrect API key provided: sk-ab***yz."},
        {401, "", Kind::bad_key,
         api + " refused the key: check the secret behind openai_api_key (HTTP 401)"},
        {403, error_body("unsupported_country_region_territory", "Country not supported"),
         Kind::bad_key,
         api +
             " does not let the key in: check the key's permissions and project, and that the API "
             "serves the runner's country (HTTP 403); it said: Country not supported"},
        {402, "", Kind::no_quota,
         api + " says that the account has no quota left: check plan and billing (HTTP 402)"},
        {429, error_body("insufficient_quota", "You exceeded your quota.", "insufficient_quota"),
         Kind::no_quota,
         api + " says that the account has no quota left: check plan and billing (HTTP 429); it "
               "said: You exceeded your quota."},
        {429, error_body("billing_not_active", "Your account is not active."), Kind::no_quota,
         api + " says that the account has no quota left: check plan and billing (HTTP 429); it "
               "said: Your account is not active."},
        {404, error_body("model_not_found", "The model `gpt-x` does not exist"),
         Kind::model_unknown,
         api + " does not know model \"gpt-x\" here: check the inputs model and base_url, and that "
               "the key may use it (HTTP 404); it said: The model `gpt-x` does not exist"},
        {404, "<html>nothing here</html>", Kind::model_unknown,
         api + " does not know model \"gpt-x\" here: check the inputs model and base_url, and that "
               "the key may use it (HTTP 404)"},
        {400, error_body("context_length_exceeded", "Too long."), Kind::context_too_long,
         "the conversation is longer than the model's context window: choose a model with a larger "
         "one, or split the pull request (HTTP 400); it said: Too long."},
        {400, error_body("string_above_max_length", "Too long."), Kind::context_too_long,
         "the conversation is longer than the model's context window: choose a model with a larger "
         "one, or split the pull request (HTTP 400); it said: Too long."},
        {413, "", Kind::context_too_long,
         "the conversation is longer than the model's context window: choose a model with a larger "
         "one, or split the pull request (HTTP 413)"},
        {400, error_body("unsupported_value", "Unsupported value: 'xhigh'."), Kind::bad_request,
         api + " refused the request: check the inputs model and reasoning_effort (HTTP 400); it "
               "said: Unsupported value: 'xhigh'."},
        {400, error_body("invalid_prompt", "Flagged."), Kind::content_refused,
         api + " refused the content of this pull request: leave out what it objects to, or choose "
               "another model (HTTP 400); it said: Flagged."},
        {422, R"({"detail":"no such field"})", Kind::bad_request,
         api + " refused the request: check the inputs model and reasoning_effort (HTTP 422); it "
               "said: no such field"},
        {405, "", Kind::protocol,
         api + " does not speak the Responses API: check base_url and wire_api (HTTP 405)"},
        {501, "", Kind::protocol,
         api + " does not speak the Responses API: check base_url and wire_api (HTTP 501)"},
        {204, "", Kind::protocol,
         api + " does not speak the Responses API: check base_url and wire_api (HTTP 204)"},
        {200, error_body("", "Use POST."), Kind::protocol,
         api + " does not speak the Responses API: check base_url and wire_api (HTTP 200); it "
               "said: Use POST."},
        {429, error_body("rate_limit_exceeded", "Slow."), Kind::rate_limited,
         api + " limits the rate of requests: run again later, or raise the account's limits (HTTP "
               "429); it said: Slow."},
        {429, "", Kind::rate_limited,
         api + " limits the rate of requests: run again later, or raise the account's limits (HTTP "
               "429)"},
        {500, error_body("", "Oops.", "server_error"), Kind::overloaded,
         api + " is overloaded or failing: run again later (HTTP 500); it said: Oops."},
        {503, "<html>unicorn</html>", Kind::overloaded,
         api + " is overloaded or failing: run again later (HTTP 503)"},
        {529, "", Kind::overloaded, api + " is overloaded or failing: run again later (HTTP 529)"},
        {408, "", Kind::unreachable,
         api + " cannot be reached: check base_url, the network and the proxy settings, or run "
               "again later (HTTP 408)"},
        {301, "", Kind::bad_request,
         api + " redirects, which is not followed with a key: set base_url to the final address "
               "(HTTP 301)"},
        {307, error_body("invalid_api_key", "x"), Kind::bad_request,
         api + " redirects, which is not followed with a key: set base_url to the final address "
               "(HTTP 307)"},
    };
    for (const Row& row : rows) {
        INFO(row.status << " " << row.body);
        const ModelError error = explain(row.status, row.body);
        CHECK(error.kind() == row.kind);
        CHECK(error.what() == row.message);
        CHECK_FALSE(error.retry_after());
    }
}

TEST_CASE("only what may pass by itself is worth another try") {
    struct Row {
        Kind kind;
        bool retryable;
    };
    const Row rows[] = {
        {Kind::bad_key, false},          {Kind::no_quota, false},    {Kind::model_unknown, false},
        {Kind::context_too_long, false}, {Kind::bad_request, false}, {Kind::content_refused, false},
        {Kind::protocol, false},         {Kind::rate_limited, true}, {Kind::overloaded, true},
        {Kind::unreachable, true},       {Kind::stream_lost, true},
    };
    for (const Row& row : rows) {
        INFO(static_cast<int>(row.kind));
        CHECK(ModelError(row.kind, "x").retryable() == row.retryable);
    }
}

TEST_CASE("an error's code weighs more than its type, and both more than the status") {
    CHECK(explain(429, error_body("context_length_exceeded", "m", "server_error")).kind() ==
          Kind::context_too_long);
    CHECK(explain(500, error_body("content_filter", "m", "server_error")).kind() ==
          Kind::content_refused);
    CHECK(explain(429, error_body("new_code", "m", "insufficient_quota")).kind() == Kind::no_quota);
    CHECK(explain(500, error_body("new_code", "m", "new_type")).kind() == Kind::overloaded);
}

TEST_CASE("any body of a refusal is read for its message or passed over") {
    struct Row {
        const char* body;
        const char* said;
    };
    const Row rows[] = {
        {R"({"error":{"message":"m"}})", "m"},
        {R"({"error":"m"})", "m"},
        {R"({"message":"m"})", "m"},
        {R"({"detail":"m"})", "m"},
        {R"({"error":null})", ""},
        {R"({"error":7})", ""},
        {R"({"error":{"message":7}})", ""},
        {R"([{"error":{"message":"m"}}])", ""},
        {"null", ""},
        {"\xFF", ""},
        {"{\"error\":", ""},
        {R"({"error":{"message":""}})", ""},
    };
    const std::string plain =
        "https://api.example/v1 refused the request: check the inputs model and reasoning_effort "
        "(HTTP 400)";
    for (const Row& row : rows) {
        INFO(row.body);
        const std::string said = row.said;
        std::string message = plain;
        if (!said.empty()) message.append("; it said: ").append(said);
        CHECK(explain(400, row.body).what() == message);
    }
}

TEST_CASE("a long message of the server is cut between characters") {
    std::string message;
    for (int i = 0; i < 400; ++i) message += "\u00e4";
    const std::string said = explain(500, error_body("", message)).what();
    CHECK(said ==
          "https://api.example/v1 is overloaded or failing: run again later (HTTP 500); it said: " +
              message.substr(0, 500) + "\u2026");
}

TEST_CASE("the server's headers say how long to wait") {
    struct Row {
        std::vector<Header> headers;
        std::optional<milliseconds> delay;
    };
    const Row rows[] = {
        {{}, {}},
        {{{"Retry-After", "2"}}, milliseconds(2000)},
        {{{"retry-after", "0"}}, milliseconds(0)},
        {{{"Retry-After", "Fri, 27 Nov 2026 00:00:30 GMT"}}, milliseconds(30'000)},
        {{{"Retry-After", "soon"}}, {}},
        {{{"retry-after-ms", "1500"}}, milliseconds(1500)},
        {{{"retry-after-ms", "1500"}, {"Retry-After", "2"}}, milliseconds(1500)},
        {{{"retry-after-ms", "-5"}, {"Retry-After", "2"}}, milliseconds(2000)},
        {{{"retry-after-ms", "1e9"}}, {}},
        {{{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1795737660"}},
         milliseconds(60'000)},
    };
    for (const Row& row : rows) {
        INFO((row.headers.empty() ? "" : row.headers[0].name + ": " + row.headers[0].value));
        CHECK(explain(429, error_body("rate_limit_exceeded", "m"), row.headers).retry_after() ==
              row.delay);
    }
    CHECK(explain(503, "", {{"Retry-After", "3"}}).retry_after() == milliseconds(3000));
    CHECK(explain(429, error_body("rate_limit_exceeded", "Please try again in 9s."),
                  {{"Retry-After", "3"}})
              .retry_after() == milliseconds(3000));
    CHECK(explain(429, "", {{"retry-after-ms", "9223372036854775807"}}).retry_after() ==
          std::chrono::hours(24 * 366));
}

TEST_CASE("a message of a rate limit says how long to wait") {
    struct Row {
        const char* message;
        std::optional<milliseconds> delay;
    };
    const Row rows[] = {
        {"Please try again in 1.898s. Visit https://x.", milliseconds(1898)},
        {"Please try again in 20ms.", milliseconds(20)},
        {"please TRY AGAIN IN 20 ms", milliseconds(20)},
        {"Please try again in 0s", milliseconds(0)},
        {"try again in 6m0s.", milliseconds(360'000)},
        {"try again in 1h2m3.5s.", milliseconds(3'723'500)},
        {"try again in 1m30.951s", milliseconds(90'951)},
        {"try again in 2 minutes", milliseconds(120'000)},
        {"try again in 1 hour 5 minutes.", milliseconds(3'900'000)},
        {"try again in 3 days.", milliseconds(259'200'000)},
        {"try again in 20s 5 requests are left", milliseconds(20'000)},
        {"Rate limit. Please retry after 12 seconds.", milliseconds(12'000)},
        {"try again in 90000000s", std::chrono::hours(24 * 366)},
        {"try again in a while", {}},
        {"try again in .s", {}},
        {"try again in 5", {}},
        {"try again in 5 bananas", {}},
        {"try again in ", {}},
        {"try again", {}},
        {"", {}},
    };
    for (const Row& row : rows) {
        INFO(row.message);
        CHECK(delay_said(row.message) == row.delay);
    }
    // More digits than any number has.
    CHECK(delay_said("try again in " + std::string(400, '9') + "s") ==
          std::chrono::hours(24 * 366));
}

TEST_CASE("a used-up plan says when it begins anew") {
    const ModelError error =
        explain(429, R"({"error":{"type":"usage_limit_reached","message":"Limit reached.",)"
                     R"("plan_type":"team","resets_in_seconds":7200}})");
    CHECK(error.kind() == Kind::no_quota);
    CHECK(error.retry_after() == std::chrono::hours(2));
    for (const char* odd : {"-1", "\"7200\"", "null", "1.5"}) {
        INFO(odd);
        CHECK_FALSE(explain(429, std::string(R"({"error":{"type":"usage_limit_reached",)") +
                                     R"("resets_in_seconds":)" + odd + "}}")
                        .retry_after());
    }
}

TEST_CASE("limits that are used up say when they begin anew") {
    struct Row {
        std::vector<Header> headers;
        std::optional<milliseconds> delay;
    };
    const Row rows[] = {
        {{{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "1m2.5s"}},
         milliseconds(62'500)},
        {{{"x-ratelimit-remaining-requests", "0"},
          {"x-ratelimit-reset-requests", "20ms"},
          {"x-ratelimit-remaining-tokens", "0"},
          {"x-ratelimit-reset-tokens", "6m0s"}},
         milliseconds(360'000)},
        {{{"x-ratelimit-remaining-tokens", "5"}, {"x-ratelimit-reset-tokens", "6m0s"}}, {}},
        {{{"x-ratelimit-reset-tokens", "6m0s"}}, {}},
        {{{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "soon"}}, {}},
        {{{"Retry-After", "2"},
          {"x-ratelimit-remaining-tokens", "0"},
          {"x-ratelimit-reset-tokens", "6m0s"}},
         milliseconds(2000)},
    };
    for (const Row& row : rows) {
        INFO(row.headers[0].name << ": " << row.headers[0].value);
        CHECK(explain(429, error_body("rate_limit_exceeded", "m"), row.headers).retry_after() ==
              row.delay);
    }
}

TEST_CASE("compatible servers say in words that a conversation is too long") {
    for (const char* said :
         {"This model's maximum context length is 8192 tokens.",
          "the request exceeds the available context size", "Prompt is too long: 200001 tokens"}) {
        INFO(said);
        CHECK(explain(400, error_body("", said)).kind() == Kind::context_too_long);
    }
    CHECK(explain(400, error_body("", "context")).kind() == Kind::bad_request);
    CHECK(explain(401, error_body("", "context window")).kind() == Kind::bad_key);
}

TEST_CASE("a refusal names what the provider and the model take") {
    ModelRequest request;
    request.model = "gpt-5-codex";
    request.reasoning_effort = "xhigh";
    Provider provider;
    provider.base_url = "https://x.openai.azure.com/openai?key=secret";
    provider.wire_api = WireApi::chat;
    provider.key_source = "the environment variable AZURE_KEY";
    const auto said = [&](int status, const std::string& body = "") {
        return std::string(
            explain_error({status, {}, body}, request, provider, clock_of_tests().wall()).what());
    };
    const std::string azure = "https://x.openai.azure.com/openai";
    CHECK(said(401) == azure +
                           " refused the key: check the environment variable AZURE_KEY (HTTP "
                           "401)");
    CHECK(said(404, error_body("DeploymentNotFound", "m")) ==
          azure +
              " does not know model \"gpt-5-codex\" here: check that model names a deployment, "
              "base_url and the query parameter api-version, and that the key may use it (HTTP "
              "404); it said: m");
    CHECK(said(405) ==
          azure + " does not speak Chat Completions: check base_url and wire_api (HTTP 405)");
    CHECK(said(400) == azure +
                           " refused the request: check the inputs model and reasoning_effort "
                           "(HTTP 400); gpt-5-codex takes the efforts low, medium, high");
    request.reasoning_effort = "high";
    CHECK(said(400) == azure +
                           " refused the request: check the inputs model and reasoning_effort "
                           "(HTTP 400)");
}
