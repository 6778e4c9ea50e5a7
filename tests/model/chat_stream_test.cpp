// The chunks of a Chat Completions stream.
#include <catch2/catch_test_macros.hpp>
#include <random>

#include "tests/model/stream_outcome.h"
#include "tests/model/streams.h"

using namespace codex::test;
using namespace codex::model;
using namespace codex::protocol;

namespace {

std::string data(const std::string& json) {
    return "data: " + json + "\n\n";
}

std::string delta(const std::string& delta, const std::string& finish = "null") {
    return data(R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":)" + delta +
                R"(,"finish_reason":)" + finish + "}]}");
}

std::string text(const std::string& said) {
    return delta(R"({"content":")" + said + "\"}");
}

std::string call_piece(const std::string& piece) {
    return delta(R"({"tool_calls":[)" + piece + "]}");
}

std::string finish(const std::string& reason) {
    return delta("{}", "\"" + reason + "\"");
}

const std::string kUsage =
    data(R"({"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,)"
         R"("total_tokens":15,"prompt_tokens_details":{"cached_tokens":4},)"
         R"("completion_tokens_details":{"reasoning_tokens":3}}})");
const std::string kDone = "data: [DONE]\n\n";
const TokenUsage kCounted{10, 4, 5, 3, 15};

Message words(std::string said) {
    return {Role::assistant, std::move(said), ""};
}

std::vector<Item> items_of(const std::string& stream) {
    const StreamOutcome outcome = read_chat(stream);
    INFO(stream);
    INFO(outcome.message);
    REQUIRE(outcome.response);
    return outcome.response->items;
}

}  // namespace

TEST_CASE("a chat answer is its text, then its calls, with id and usage") {
    const StreamOutcome outcome =
        read_chat(delta(R"({"role":"assistant","content":""})") +
                  delta(R"({"reasoning_content":"hm"})") + text("Look") + text("ing.") +
                  call_piece(R"({"index":0,"id":"c0","type":"function","function":{"name":"shell",)"
                             R"("arguments":""}})") +
                  call_piece(R"({"index":0,"function":{"arguments":"{\"a\""}})") +
                  call_piece(R"({"index":0,"function":{"arguments":":1}"}})") +
                  finish("tool_calls") + kUsage + kDone);
    CHECK(outcome.shown == "Looking.");
    CHECK(outcome.thought == "hm");
    REQUIRE(outcome.response);
    CHECK(*outcome.response ==
          ModelResponse{"chatcmpl-1",
                        {words("Looking."), FunctionCall{"c0", "shell", "{\"a\":1}"}},
                        kCounted,
                        {}});
}

TEST_CASE("pieces of several calls are told apart") {
    const std::vector<Item> two = {FunctionCall{"c0", "shell", "{\"a\":1}"},
                                   FunctionCall{"c1", "plan", "{\"b\":2}"}};
    // Interleaved by index, in one chunk or in several.
    CHECK(items_of(
              call_piece(R"({"index":0,"id":"c0","function":{"name":"shell","arguments":"{\"a"}},)"
                         R"({"index":1,"id":"c1","function":{"name":"plan","arguments":"{\"b"}})") +
              call_piece(R"({"index":1,"function":{"arguments":"\":2}"}})") +
              call_piece(R"({"index":0,"id":"c0","function":{"name":"shell","arguments":)"
                         R"("\":1}"}})") +
              finish("tool_calls") + kDone) == two);
    // Without an index a new id begins a call.
    CHECK(items_of(call_piece(R"({"id":"c0","function":{"name":"shell","arguments":"{\"a"}})") +
                   call_piece(R"({"function":{"arguments":"\":1}"}})") +
                   call_piece(R"({"id":"c1","function":{"name":"plan","arguments":"{\"b\":2}"}})") +
                   finish("stop") + kDone) == two);
    // 64 in one answer.
    std::string pieces;
    std::vector<Item> many;
    for (int i = 0; i < 64; ++i) {
        const std::string n = std::to_string(i);
        pieces += call_piece(R"({"index":)" + n + R"(,"id":"c)" + n +
                             R"(","function":{"name":"t","arguments":"{}"}})");
        many.push_back(FunctionCall{"c" + n, "t", "{}"});
    }
    CHECK(items_of(pieces + finish("tool_calls") + kDone) == many);
}

TEST_CASE("odd calls are read as far as they make sense") {
    struct Row {
        const char* piece;
        std::vector<Item> items;
    };
    const Row rows[] = {
        {R"({"index":3,"function":{"name":"t","arguments":"{}"}})",
         {FunctionCall{"call_x_3", "t", "{}"}}},
        {R"({"index":0,"id":"","function":{"name":"t"}})", {FunctionCall{"call_x_0", "t", ""}}},
        {R"({"index":0,"id":"c","function":{"name":"t","arguments":{"a":1}}})",
         {FunctionCall{"c", "t", "{\"a\":1}"}}},
        {R"({"index":0,"id":"c","function":{"name":"","arguments":"{}"}})", {}},
        {R"({"index":-9223372036854775808,"id":"c","function":{"name":"t","arguments":"{}"}})",
         {FunctionCall{"c", "t", "{}"}}},
        {R"({"index":0,"id":"c","function":{"name":"apply_patch",)"
         R"("arguments":"{\"input\":\"*** Begin\"}"}})",
         {CustomToolCall{"c", "apply_patch", "*** Begin"}}},
        {R"({"index":0,"id":"c","function":{"name":"apply_patch","arguments":"*** Begin"}})",
         {CustomToolCall{"c", "apply_patch", "*** Begin"}}},
        {R"({"index":0,"id":"c","function":{"name":"apply_patch","arguments":"{\"input\":7}"}})",
         {CustomToolCall{"c", "apply_patch", "{\"input\":7}"}}},
        {"null", {}},
        {"7", {}},
    };
    for (const Row& row : rows) {
        INFO(row.piece);
        CHECK(items_of(call_piece(row.piece) + finish("tool_calls") + kDone) == row.items);
    }
}

TEST_CASE("an answer ends with its finish_reason and what the server says behind it") {
    const ModelResponse counted{"chatcmpl-1", {words("Hi.")}, kCounted, {}};
    ModelResponse uncounted = counted;
    uncounted.usage = {};
    CHECK(read_chat(text("Hi.") + finish("stop") + kUsage + kDone).response == counted);
    CHECK(read_chat(text("Hi.") + finish("stop") + kUsage).response == counted);
    CHECK(read_chat(text("Hi.") + finish("stop") + kDone).response == uncounted);
    // The connection was closed right behind it.
    CHECK(read_chat(text("Hi.") + finish("stop")).response == uncounted);
    // Usage may come along with every chunk.
    CHECK(read_chat(kUsage + text("Hi.") + finish("stop")).response == counted);
    CHECK(read_chat(text("Hi.") + finish("stop") + kDone + text("late")).response == uncounted);
}

TEST_CASE("an answer without a finish_reason is not whole") {
    const std::string begun =
        text("Hi.") +
        call_piece(R"({"index":0,"id":"c","function":{"name":"t","arguments":"{}"}})");
    for (const std::string& stream : {begun, begun + kUsage, begun + kUsage + kDone, begun + kDone,
                                      std::string(), kDone, finish("")}) {
        INFO(stream);
        const StreamOutcome outcome = read_chat(stream);
        CHECK_FALSE(outcome.response);
        CHECK_FALSE(outcome.failure);
    }
}

TEST_CASE("an answer that was stopped says why, and a call that was cut off does not run") {
    const std::string calls =
        call_piece(R"({"index":0,"id":"c","function":{"name":"t","arguments":"{}"}},)"
                   R"({"index":1,"id":"d","function":{"name":"t","arguments":"{\"a"}})");
    const StreamOutcome length = read_chat(text("Hi.") + calls + finish("length") + kDone);
    REQUIRE(length.response);
    CHECK(*length.response ==
          ModelResponse{
              "chatcmpl-1", {words("Hi."), FunctionCall{"c", "t", "{}"}}, {}, "max_output_tokens"});
    const StreamOutcome filter = read_chat(finish("content_filter") + kDone);
    REQUIRE(filter.response);
    CHECK(*filter.response == ModelResponse{"chatcmpl-1", {}, {}, "content_filter"});
}

TEST_CASE("a refusal is a message, and texts may come in parts") {
    CHECK(items_of(delta(R"({"refusal":"I will "})") + delta(R"({"refusal":"not."})") +
                   finish("stop")) ==
          std::vector<Item>{Message{Role::assistant, "", "I will not."}});
    CHECK(items_of(delta(R"({"content":[{"type":"text","text":"a"},{"type":"x"},7]})") +
                   delta(R"({"content":null})") +
                   data(R"({"choices":[{"message":)"
                        R"({"content":"b"},"finish_reason":"stop"}]})")) ==
          std::vector<Item>{words("ab")});
}

TEST_CASE("what is no chunk of this answer is passed over") {
    for (const char* odd :
         {"null", "7", "[]", "{}", "ping", R"({"choices":null})", R"({"choices":[7,null,[]]})",
          R"({"choices":[{"index":1,"delta":{"content":"other"},"finish_reason":"stop"}]})",
          R"({"choices":[],"prompt_filter_results":[]})", R"({"error":null})",
          R"({"choices":[{"delta":null,"finish_reason":7}]})", R"({"usage":null})",
          R"({"choices":[{"delta":{"tool_calls":{}}}]})"}) {
        INFO(odd);
        StreamOutcome expected;
        expected.shown = "Hi.";
        expected.response = ModelResponse{"chatcmpl-1", {words("Hi.")}, kCounted, {}};
        CHECK(read_chat(data(odd) + ": keep-alive\n\n" + text("Hi.") + data(odd) + finish("stop") +
                        kUsage + kDone) == expected);
    }
}

TEST_CASE("a failure inside a chat stream has its kind") {
    struct Row {
        const char* event;
        ModelErrorKind kind;
    };
    const Row rows[] = {
        {R"({"error":{"message":"m","code":"insufficient_quota"}})", ModelErrorKind::no_quota},
        {R"({"error":{"message":"m","code":429}})", ModelErrorKind::rate_limited},
        {R"({"error":"gone"})", ModelErrorKind::stream_lost},
        {R"({"error":{"message":"This model's maximum context length is 8192 tokens."}})",
         ModelErrorKind::context_too_long},
        {R"({"choices":[{"delta":{},"finish_reason":"error"}]})", ModelErrorKind::stream_lost},
        {R"({"choices":[{"error":{"code":502,"message":"m"}}]})", ModelErrorKind::overloaded},
    };
    for (const Row& row : rows) {
        INFO(row.event);
        const StreamOutcome outcome = read_chat(text("Hi.") + data(row.event));
        CHECK(outcome.failure == row.kind);
        CHECK_FALSE(outcome.response);
    }
}

TEST_CASE("however a chat stream is cut, the same comes of it, and only the whole of it counts") {
    const std::string stream =
        text("a\u00e4\U0001F600") +
        call_piece(R"({"index":0,"id":"c0","function":{"name":"t","arguments":"{\"\u00e4\":"}})") +
        call_piece(R"({"index":0,"function":{"arguments":"1}"}})") + finish("tool_calls") + kUsage +
        kDone;
    const StreamOutcome whole = read_chat(stream);
    REQUIRE(whole.response);
    for (std::size_t chunk = 1; chunk < 80; ++chunk) {
        INFO(chunk);
        CHECK(read_chat(stream, chunk) == whole);
    }
    const std::size_t finished = stream.find(kUsage);
    for (std::size_t size = 0; size < finished; ++size) {
        if (read_chat(stream.substr(0, size)).response) FAIL("whole after " << size << " bytes");
    }
    CHECK(read_chat(stream.substr(0, finished)).response);
}
