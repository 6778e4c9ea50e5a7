// Streams of the model API as text, and a client over a transport that answers with them.
#pragma once

#include <catch2/catch_tostring.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/value.h"
#include "model/client.h"
#include "tests/support/lib/fake_clock.h"
#include "tests/support/lib/fake_transport.h"

namespace codex::test {

inline constexpr const char* kModelApi = "https://model.example/v1";
inline constexpr const char* kResponses = "https://model.example/v1/responses";

/// One event of a stream; its type stands in the data, as `type` or as given.
inline std::string sse(const json::Value& data) {
    const json::Value* type = data.find("type");
    return "event: " + *type->as_string() + "\ndata: " + json::render(data) + "\n\n";
}

inline json::Value event(std::string_view type,
                         std::vector<std::pair<std::string, json::Value>> members = {}) {
    members.insert(members.begin(), {"type", type});
    return json::Value::object(std::move(members));
}

inline json::Value message_item(std::string_view text) {
    return json::Value::object(
        {{"type", "message"},
         {"id", "msg_1"},
         {"status", "completed"},
         {"role", "assistant"},
         {"content",
          json::Array{json::Value::object(
              {{"type", "output_text"}, {"text", text}, {"annotations", json::Array()}})}}});
}

inline json::Value call_item(std::string_view call_id, std::string_view name,
                             std::string_view arguments = "{}") {
    return json::Value::object({{"type", "function_call"},
                                {"id", "fc_1"},
                                {"status", "completed"},
                                {"call_id", call_id},
                                {"name", name},
                                {"arguments", arguments}});
}

inline json::Value reasoning_item(std::string_view id, std::string_view encrypted) {
    return json::Value::object({{"type", "reasoning"},
                                {"id", id},
                                {"summary", json::Array()},
                                {"encrypted_content", encrypted}});
}

inline std::string item_done(const json::Value& item) {
    return sse(event("response.output_item.done", {{"output_index", 0}, {"item", item}}));
}

inline std::string text_delta(std::string_view text) {
    return sse(event("response.output_text.delta", {{"delta", text}}));
}

inline json::Value usage_of(int input, int output) {
    return json::Value::object(
        {{"input_tokens", input}, {"output_tokens", output}, {"total_tokens", input + output}});
}

inline std::string completed(const json::Value& usage = usage_of(10, 5)) {
    return sse(event("response.completed",
                     {{"response", json::Value::object({{"id", "resp_1"}, {"usage", usage}})}}));
}

inline std::string incomplete(std::string_view reason) {
    return sse(event("response.incomplete",
                     {{"response", json::Value::object({{"id", "resp_1"},
                                                        {"incomplete_details",
                                                         json::Value::object({{"reason", reason}})},
                                                        {"usage", usage_of(10, 5)}})}}));
}

inline std::string failed(std::string_view code, std::string_view message) {
    return sse(
        event("response.failed",
              {{"response",
                json::Value::object(
                    {{"id", "resp_1"},
                     {"error", json::Value::object({{"code", code}, {"message", message}})}})}}));
}

/// A whole answer: its items, then response.completed.
inline std::string stream_of(const std::vector<json::Value>& items,
                             const json::Value& usage = usage_of(10, 5)) {
    std::string text = sse(event("response.created"));
    for (const json::Value& item : items) text += item_done(item);
    return text + completed(usage);
}

/// Status 200 and these bytes; a stream that does not end in response.completed is cut there.
inline FakeAnswer streaming(std::string body, std::size_t chunk = 0) {
    FakeAnswer answer;
    answer.headers = {{"Content-Type", "text/event-stream"}};
    answer.body = std::move(body);
    answer.chunk = chunk;
    return answer;
}

inline FakeAnswer refusing(int status, std::string body = "",
                           std::vector<http::Header> headers = {}) {
    FakeAnswer answer;
    answer.status = status;
    answer.headers = std::move(headers);
    answer.body = std::move(body);
    return answer;
}

inline std::string error_body(std::string_view code, std::string_view message,
                              std::string_view type = "invalid_request_error") {
    return json::render(json::Value::object(
        {{"error",
          json::Value::object(
              {{"message", message}, {"type", type}, {"param", nullptr}, {"code", code}})}}));
}

/// What the model API answers, one request after the other; the last answer is repeated.
struct ModelRig {
    FakeClock clock;
    loop::Loop loop{clock};
    FakeTransport transport{loop};
    loop::Cancel cancel;

    explicit ModelRig(std::vector<FakeAnswer> answers) {
        transport.route("POST", kResponses, std::move(answers));
    }

    static model::Provider provider() {
        model::Provider made;
        made.base_url = kModelApi;
        return made;
    }

    static model::Auth auth() { return {"sk-secret", {}}; }

    std::size_t requests() const { return transport.requests().size(); }
    json::Value body(std::size_t index) const {
        return json::parse(transport.requests().at(index).body);
    }
};

/// The exception that `run` throws; nullopt when it throws none.
template <class Exception, class Run>
std::optional<Exception> thrown_by(Run run) {
    try {
        run();
    } catch (const Exception& error) {
        return error;
    }
    return std::nullopt;
}

}  // namespace codex::test

/// For the messages of failed comparisons.
template <>
struct Catch::StringMaker<codex::protocol::Item> {
    static std::string convert(const codex::protocol::Item& item) {
        return codex::json::render(codex::protocol::render_item(item));
    }
};
