#include "model/stream.h"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "tests/model/stream_outcome.h"
#include "tests/model/streams.h"

using namespace codex::test;
using namespace codex::model;
using codex::json::Value;
using codex::protocol::FunctionCall;
using codex::protocol::Item;
using codex::protocol::Message;
using codex::protocol::Reasoning;
using codex::protocol::Role;
using codex::protocol::TokenUsage;
using codex::protocol::WebSearchCall;

namespace {

Message words(std::string text) {
    return {Role::assistant, std::move(text), ""};
}

// A stream of one event with this data, as text.
std::string data(const std::string& json) {
    return "data: " + json + "\n\n";
}

ModelResponse response_of(const std::string& stream) {
    const StreamOutcome outcome = read_stream(stream);
    INFO(stream);
    INFO(outcome.message);
    REQUIRE(outcome.response);
    return *outcome.response;
}

}  // namespace

TEST_CASE("an answer is its finished items in order, with id and usage") {
    const std::string stream =
        sse(event("response.created", {{"response", Value::object({{"id", "resp_0"}})}})) +
        sse(event("response.output_item.added", {{"item", message_item("")}})) + text_delta("Loo") +
        text_delta("king.") +
        sse(event("response.output_text.done", {{"text", "Looking. (not counted)"}})) +
        item_done(reasoning_item("rs_1", "c2VjcmV0")) + item_done(message_item("Looking.")) +
        item_done(call_item("call_1", "exec_command", "{\"cmd\":\"ls\"}")) +
        item_done(Value::object({{"type", "web_search_call"}, {"id", "ws_1"}})) +
        data(
            R"({"type":"response.completed","response":{"id":"resp_1","status":"completed",)"
            R"("output":[{"type":"message","role":"assistant","content":"again"}],"usage":)"
            R"({"input_tokens":100,"input_tokens_details":{"cached_tokens":60},"output_tokens":20,)"
            R"("output_tokens_details":{"reasoning_tokens":7},"total_tokens":120}}})");
    const StreamOutcome outcome = read_stream(stream);
    CHECK(outcome.shown == "Looking.");
    REQUIRE(outcome.response);
    CHECK(*outcome.response ==
          ModelResponse{
              "resp_1",
              {Reasoning{"rs_1", {}, "c2VjcmV0"}, words("Looking."),
               FunctionCall{"call_1", "exec_command", "{\"cmd\":\"ls\"}"},
               WebSearchCall{"", Value::object({{"type", "web_search_call"}, {"id", "ws_1"}})}},
              TokenUsage{100, 60, 20, 7, 120},
              {}});
}

TEST_CASE("what is no event of the API is passed over") {
    const std::string odd[] = {
        "",
        ": keep-alive\n\n",
        data("[DONE]"),
        data("not JSON"),
        data("{\"type\":\"response.completed\""),
        data("null"),
        data("7"),
        data("\"response.completed\""),
        data("[{\"type\":\"response.completed\"}]"),
        data("{}"),
        data(R"({"type":null})"),
        data(R"({"error":null})"),
        data(R"({"type":["response.completed"]})"),
        data(R"({"type":"response.completed.more","response":{}})"),
        data(R"({"type":"RESPONSE.COMPLETED","response":{}})"),
        data(R"({"type":"ping"})"),
        data(std::string(100'000, '[')),
        data("{\"type\":\"response.output_text.delta\",\"delta\":\"\xFF\"}"),
        data(R"({"type":"response.output_text.delta"})"),
        data(R"({"type":"response.output_text.delta","delta":{"text":"x"}})"),
        data(R"({"type":"response.output_item.added","item":{"type":"message"}})"),
        data(R"({"type":"response.reasoning_summary_text.delta","delta":7})"),
        data(R"({"type":"response.queued","response":{"error":{"code":"x"}}})"),
        "event: response.completed\ndata: {\"response\":{}}\n\n",
        "event: response.failed\n\n",
    };
    for (const std::string& stream : odd) {
        INFO(stream.substr(0, 200));
        CHECK(read_stream(stream) == StreamOutcome());
        StreamOutcome whole;
        whole.response = ModelResponse{"resp_1", {words("Hi.")}, {10, 0, 5, 0, 15}, {}};
        CHECK(read_stream(stream + item_done(message_item("Hi.")) + completed()) == whole);
    }
}

TEST_CASE("the type in the data decides, not the event line") {
    CHECK(response_of("event: error\ndata: {\"type\":\"response.completed\",\"response\":"
                      "{\"id\":\"r\"}}\n\n")
              .id == "r");
    CHECK(response_of("data: {\"type\":\ndata: \"response.completed\",\r\ndata:\"response\":"
                      "{\"id\":\"r\"}}\r\n\r\n")
              .id == "r");
}

TEST_CASE("an item that lacks something is left out and the others stay") {
    const std::string bad[] = {
        data(R"({"type":"response.output_item.done"})"),
        data(R"({"type":"response.output_item.done","item":null})"),
        data(R"({"type":"response.output_item.done","item":[]})"),
        data(R"({"type":"response.output_item.done","item":{}})"),
        data(R"({"type":"response.output_item.done","item":{"type":"message"}})"),
        data(R"({"type":"response.output_item.done","item":{"type":"function_call",)"
             R"("call_id":"c","name":"n"}})"),
    };
    for (const std::string& event : bad) {
        INFO(event);
        CHECK(response_of(item_done(message_item("one")) + event + item_done(message_item("two")) +
                          completed())
                  .items == std::vector<Item>{words("one"), words("two")});
    }
}

TEST_CASE("usage is what the last event says, made harmless") {
    struct Row {
        const char* usage;
        TokenUsage read;
    };
    constexpr std::int64_t kMost = 1'000'000'000'000;
    const Row rows[] = {
        {"null", {}},
        {"7", {}},
        {"[]", {}},
        {"{}", {}},
        {R"({"input_tokens":5,"output_tokens":3,"total_tokens":8})", {5, 0, 3, 0, 8}},
        {R"({"input_tokens":5,"output_tokens":3})", {5, 0, 3, 0, 8}},
        {R"({"input_tokens":5,"output_tokens":3,"total_tokens":1})", {5, 0, 3, 0, 8}},
        {R"({"input_tokens":5,"output_tokens":3,"total_tokens":20})", {5, 0, 3, 0, 20}},
        {R"({"input_tokens":5,"input_tokens_details":null,"output_tokens_details":3})",
         {5, 0, 0, 0, 5}},
        {R"({"input_tokens":"5","output_tokens":3.5,"total_tokens":true})", {}},
        {R"({"input_tokens":-5,"output_tokens":-1,"total_tokens":-6})", {}},
        {R"({"input_tokens":9223372036854775807,"output_tokens":9223372036854775807,)"
         R"("total_tokens":0})",
         {kMost, 0, kMost, 0, 2 * kMost}},
        {R"({"input_tokens":18446744073709551615,"output_tokens":1})", {0, 0, 1, 0, 1}},
    };
    for (const Row& row : rows) {
        INFO(row.usage);
        CHECK(response_of(data(std::string(R"({"type":"response.completed","response":{"usage":)") +
                               row.usage + "}}"))
                  .usage == row.read);
    }
    CHECK(response_of(data(R"({"type":"response.completed","response":{"id":"r"}})")).usage ==
          TokenUsage());
}

TEST_CASE("a last event without a response is no Responses API") {
    for (const char* rest :
         {"", R"(,"response":null)", R"(,"response":"r")", R"(,"response":[])"}) {
        for (const char* type : {"response.completed", "response.incomplete"}) {
            const std::string stream = data(std::string(R"({"type":")") + type + "\"" + rest + "}");
            INFO(stream);
            CHECK(read_stream(stream).failure == ModelErrorKind::protocol);
        }
    }
}

TEST_CASE("an incomplete answer keeps its items and its reason") {
    struct Row {
        const char* last;
        std::optional<std::string> reason;
    };
    const Row rows[] = {
        {R"({"type":"response.incomplete","response":{"incomplete_details":)"
         R"({"reason":"max_output_tokens"}}})",
         "max_output_tokens"},
        {R"({"type":"response.incomplete","response":{"incomplete_details":)"
         R"({"reason":"content_filter"}}})",
         "content_filter"},
        {R"({"type":"response.incomplete","response":{}})", "unknown reason"},
        {R"({"type":"response.incomplete","response":{"incomplete_details":null}})",
         "unknown reason"},
        {R"({"type":"response.incomplete","response":{"incomplete_details":{"reason":7}}})",
         "unknown reason"},
        {R"({"type":"response.completed","response":{"status":"incomplete","incomplete_details":)"
         R"({"reason":"max_output_tokens"}}})",
         "max_output_tokens"},
        {R"({"type":"response.completed","response":{"status":"completed","incomplete_details":)"
         R"(null}})",
         {}},
    };
    for (const Row& row : rows) {
        INFO(row.last);
        const ModelResponse response =
            response_of(item_done(message_item("half")) + data(row.last));
        CHECK(response.incomplete_reason == row.reason);
        CHECK(response.items == std::vector<Item>{words("half")});
    }
}

TEST_CASE("nothing behind the last event is read") {
    CHECK(response_of(completed() + item_done(message_item("late")) +
                      failed("server_error", "late")) ==
          ModelResponse{"resp_1", {}, {10, 0, 5, 0, 15}, {}});
}

TEST_CASE("a last event without its blank line has not come") {
    std::string stream = completed();
    stream.pop_back();
    CHECK(read_stream(stream) == StreamOutcome());
}

TEST_CASE("each way a stream can fail has its kind") {
    struct Row {
        std::string event;
        ModelErrorKind kind;
        const char* message;
    };
    const auto lost = ModelErrorKind::stream_lost;
    const Row rows[] = {
        {failed("rate_limit_exceeded", "Please try again in 1.5s."), ModelErrorKind::rate_limited,
         "the model API limits the rate of requests: run again later, or raise the account's "
         "limits; it said: Please try again in 1.5s."},
        {failed("insufficient_quota", "No."), ModelErrorKind::no_quota,
         "the model API says that the account has no quota left: check plan and billing; it said: "
         "No."},
        {failed("context_length_exceeded", "Too long."), ModelErrorKind::context_too_long,
         "the conversation is longer than the model's context window: choose a model with a larger "
         "one, or split the pull request; it said: Too long."},
        {failed("server_is_overloaded", "Busy."), ModelErrorKind::overloaded,
         "the model API is overloaded or failing: run again later; it said: Busy."},
        {failed("slow_down", "Busy."), ModelErrorKind::overloaded,
         "the model API is overloaded or failing: run again later; it said: Busy."},
        {failed("server_error", ""), ModelErrorKind::overloaded,
         "the model API is overloaded or failing: run again later"},
        {failed("invalid_prompt", "No."), ModelErrorKind::content_refused,
         "the model API refused the content of this pull request: leave out what it objects to, or "
         "choose another model; it said: No."},
        {failed("cyber_policy_violation", "No."), ModelErrorKind::content_refused,
         "the model API refused the content of this pull request: leave out what it objects to, or "
         "choose another model; it said: No."},
        {failed("invalid_api_key", "No."), ModelErrorKind::bad_key,
         "the model API refused the key: check the secret behind openai_api_key; it said: No."},
        {failed("model_not_found", "No."), ModelErrorKind::model_unknown,
         "the model API does not know the model here: check the inputs model and base_url, and "
         "that "
         "the key may use it; it said: No."},
        {failed("something_new", "Oh."), lost,
         "the model's answer broke off: run again later; it said: Oh."},
        {data(R"({"type":"response.failed"})"), lost,
         "the model's answer broke off: run again later"},
        {data(R"({"type":"response.failed","response":null})"), lost,
         "the model's answer broke off: run again later"},
        {data(R"({"type":"response.failed","response":{"error":null}})"), lost,
         "the model's answer broke off: run again later"},
        {data(R"({"type":"response.failed","response":{"error":"gone"}})"), lost,
         "the model's answer broke off: run again later; it said: gone"},
        {data(R"({"type":"response.failed","response":{"error":{"code":7,"message":[]}}})"), lost,
         "the model's answer broke off: run again later"},
        {data(R"({"type":"error","code":"rate_limit_exceeded","message":"m","param":null})"),
         ModelErrorKind::rate_limited,
         "the model API limits the rate of requests: run again later, or raise the account's "
         "limits; it said: m"},
        {data(R"({"type":"error","code":"rate_limit_exceeded","message":"m","error":null})"),
         ModelErrorKind::rate_limited,
         "the model API limits the rate of requests: run again later, or raise the account's "
         "limits; it said: m"},
        {data(R"({"type":"error","error":{"type":"insufficient_quota","message":"m"}})"),
         ModelErrorKind::no_quota,
         "the model API says that the account has no quota left: check plan and billing; it said: "
         "m"},
        {data(R"({"type":"error","error":"gone"})"), lost,
         "the model's answer broke off: run again later; it said: gone"},
        {data(R"({"type":"error"})"), lost, "the model's answer broke off: run again later"},
        {data(R"({"error":{"code":"rate_limit_exceeded","message":"m"}})"),
         ModelErrorKind::rate_limited,
         "the model API limits the rate of requests: run again later, or raise the account's "
         "limits; it said: m"},
        // Gateways put an HTTP status where the API has its code.
        {data(R"({"type":"error","error":{"code":401,"message":"m"}})"), ModelErrorKind::bad_key,
         "the model API refused the key: check the secret behind openai_api_key (HTTP 401); it "
         "said: m"},
        {data(R"({"type":"error","error":{"code":503}})"), ModelErrorKind::overloaded,
         "the model API is overloaded or failing: run again later (HTTP 503)"},
        {data(R"({"type":"error","error":{"code":200}})"), lost,
         "the model's answer broke off: run again later"},
    };
    for (const Row& row : rows) {
        INFO(row.event);
        const StreamOutcome outcome = read_stream(item_done(message_item("half")) + row.event);
        CHECK(outcome.failure == row.kind);
        CHECK(outcome.message == row.message);
        CHECK_FALSE(outcome.response);
    }
}

TEST_CASE("one event beyond all measure is refused, what came before it counts") {
    const std::string huge = "data: " + std::string(1000, 'x');
    const std::string stream = text_delta("a") + huge;
    const StreamOutcome refused = read_stream(stream, stream.size(), 1000);
    CHECK(refused.shown == "a");
    CHECK(refused.failure == ModelErrorKind::protocol);
    CHECK(refused.message == "one event of the stream is larger than the limit of 1000 bytes");
    const std::string late = completed() + huge;
    CHECK(read_stream(late, late.size(), 1000).response.has_value());
    CHECK(read_stream(stream).failure == std::nullopt);
}

TEST_CASE("however a stream is cut, the same comes of it") {
    const std::string pieces[] = {
        text_delta("a\u00e4\U0001F600"),
        item_done(message_item("line\nline \u20ac")),
        item_done(reasoning_item("rs_1", "c2VjcmV0")),
        item_done(call_item("call_1", "exec_command", "{\"cmd\":\"echo \\\"\u00e4\\\"\"}")),
        data("[DONE]"),
        ": keep-alive\n\n",
        "\n",
        "data: half of an event",
        "\xEF\xBB\xBF",
        sse(event("response.in_progress")),
        completed(),
        incomplete("max_output_tokens"),
        failed("rate_limit_exceeded", "Please try again in 20ms."),
    };
    std::mt19937 random(20261127);
    const auto below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    int ended = 0;
    int failures = 0;
    for (int round = 0; round < 100; ++round) {
        std::string stream;
        for (std::size_t i = 1 + below(8); i > 0; --i) stream += pieces[below(std::size(pieces))];
        const std::size_t ends = below(3);
        if (ends != 0) {
            std::string other;
            for (const char c : stream) {
                other += c == '\n' ? (ends == 1 ? "\r\n" : "\r") : std::string(1, c);
            }
            stream = other;
        }
        // A flipped byte now and then: what is damaged must be damaged equally.
        if (below(3) == 0) stream[below(stream.size())] = static_cast<char>(below(256));
        const StreamOutcome whole = read_stream(stream);
        ended += whole.response ? 1 : 0;
        failures += whole.failure ? 1 : 0;
        for (const std::size_t chunk : {std::size_t{1}, 2 + below(9), 20 + below(200)}) {
            INFO("round " << round << ", chunk " << chunk << ": " << stream);
            CHECK(read_stream(stream, chunk) == whole);
        }
    }
    CHECK(ended > 20);
    CHECK(failures > 5);
}

TEST_CASE("each event that is for display is told with its item") {
    std::vector<std::string> told;
    StreamEvents events;
    const auto note = [&told](const char* what) {
        return [&told, what](const Delta& delta) {
            told.push_back(std::string(what) + " " + std::string(delta.item_id) + ": " +
                           std::string(delta.text));
        };
    };
    events.on_text = note("text");
    events.on_reasoning_summary = note("summary");
    events.on_reasoning_raw = note("raw");
    events.on_section_break = [&](std::string_view id) {
        told.push_back("section " + std::string(id));
    };
    const auto note_item = [&told](const char* what) {
        return [&told, what](const Item& item, std::string_view id) {
            told.push_back(std::string(what) + " " + std::string(id) + ": " +
                           codex::json::render(codex::protocol::render_item(item)));
        };
    };
    events.on_item_added = note_item("added");
    events.on_item_done = note_item("done");
    ResponsesReader reader(events);
    const Value id{"rs_1"};
    CHECK(reader.feed(
        sse(event("response.output_item.added", {{"item", reasoning_item("rs_1", "")}})) +
        sse(event("response.reasoning_summary_part.added", {{"item_id", id}})) +
        sse(event("response.reasoning_summary_text.delta", {{"item_id", id}, {"delta", "so"}})) +
        sse(event("response.reasoning_text.delta", {{"item_id", id}, {"delta", "raw"}})) +
        sse(event("response.output_item.added",
                  {{"item", Value::object({{"type", "function_call"}, {"id", "fc_1"}})}})) +
        sse(event("response.output_item.added",
                  {{"item", Value::object({{"type", "web_search_call"}, {"id", "ws_1"}})}})) +
        sse(event("response.output_text.delta", {{"item_id", "msg_1"}, {"delta", "Hi."}})) +
        item_done(message_item("Hi.")) + completed()));
    const std::string reasoning =
        R"(added rs_1: {"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":""})";
    CHECK(told == std::vector<std::string>{
                      reasoning, "section rs_1", "summary rs_1: so", "raw rs_1: raw",
                      R"(added ws_1: {"type":"web_search_call","id":"ws_1"})", "text msg_1: Hi.",
                      R"(done msg_1: {"type":"message","role":"assistant","content":"Hi."})"});
}

TEST_CASE("all kinds of items are read") {
    const std::vector<Item> items =
        response_of(
            item_done(codex::json::parse(R"({"type":"custom_tool_call","id":"ctc_1",)"
                                         R"("call_id":"c1","name":"apply_patch","input":"x"})")) +
            item_done(codex::json::parse(
                R"({"type":"local_shell_call","id":"lsh_1","call_id":"c2","status":"completed",)"
                R"("action":{"type":"exec","command":["ls"]}})")) +
            item_done(codex::json::parse(R"({"type":"tomorrow","id":"t_1"})")) + completed())
            .items;
    codex::protocol::LocalShellCall shell;
    shell.call_id = "c2";
    shell.status = "completed";
    shell.command = {"ls"};
    shell.id = "lsh_1";
    CHECK(items == std::vector<Item>{codex::protocol::CustomToolCall{"c1", "apply_patch", "x"},
                                     shell,
                                     codex::protocol::UnknownItem{
                                         codex::json::parse(R"({"type":"tomorrow","id":"t_1"})")}});
}

TEST_CASE("an answer that is cut off at any byte is not whole, and what was complete is kept") {
    const std::string first = text_delta("a\u00e4") + item_done(message_item("a\u00e4"));
    const std::string stream =
        first + item_done(call_item("call_1", "shell", "{\"a\":\"\u20ac\"}")) + completed();
    for (std::size_t size = 0; size <= stream.size(); ++size) {
        const StreamEvents events;
        ResponsesReader reader(events);
        const bool whole = reader.feed(std::string_view(stream).substr(0, size)) || reader.end();
        if (whole != (size == stream.size())) FAIL("wrong after " << size << " bytes");
        const std::size_t kept = reader.finished_items().size();
        if ((kept > 0) != (size >= first.size())) FAIL(kept << " items after " << size << " bytes");
    }
}
