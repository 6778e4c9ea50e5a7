#include "tests/support/loopback/model.h"

#include "base/text.h"

namespace loopback {
namespace {

using codex::json::Array;
using codex::json::Object;
using codex::json::Value;

Answer api_error(int status, const std::string& code, const std::string& message) {
    return json_answer(status,
                       Value::object({{"error", Value::object({{"message", message},
                                                               {"type", "invalid_request_error"},
                                                               {"param", nullptr},
                                                               {"code", code}})}}));
}

std::string last_tool_output(const Value& request) {
    std::string output;
    if (const Value* input = request.find("input")) {
        for (const Value& item : *input->as_array()) {
            if (string_at(item, "type") == "function_call_output")
                output = string_at(item, "output");
        }
    }
    return output;
}

// Every string of `value` with the placeholder filled in.
Value fill(const Value& value, const std::string& tool_output) {
    if (const std::string* text = value.as_string())
        return codex::base::replace_all(*text, "${last_tool_output}", tool_output);
    if (const Array* array = value.as_array()) {
        Array filled;
        for (const Value& item : *array) filled.push_back(fill(item, tool_output));
        return filled;
    }
    if (const Object* object = value.as_object()) {
        Object filled;
        for (const auto& [name, item] : object->members())
            filled.set(name, fill(item, tool_output));
        return filled;
    }
    return value;
}

// What an attacker's text asks for: the rest of the line behind the marker, wherever it stands in
// the request.
std::string command_to_obey(const Value& value) {
    constexpr std::string_view kMarker = "RUN-THIS: ";
    if (const std::string* text = value.as_string()) {
        const std::size_t at = text->find(kMarker);
        if (at == std::string::npos) return {};
        const std::size_t from = at + kMarker.size();
        return text->substr(from, text->find('\n', from) - from);
    }
    if (const Array* array = value.as_array()) {
        for (const Value& item : *array) {
            if (std::string found = command_to_obey(item); !found.empty()) return found;
        }
    }
    if (const Object* object = value.as_object()) {
        for (const auto& [name, item] : object->members()) {
            if (std::string found = command_to_obey(item); !found.empty()) return found;
        }
    }
    return {};
}

class Stream {
  public:
    explicit Stream(std::string line_end) : line_end_(std::move(line_end)) {}

    void event(const std::string& type, Object data) {
        data.set("type", type);
        data.set("sequence_number", sequence_++);
        text_ += "event: " + type + line_end_ + "data: " + codex::json::render(data) + line_end_ +
                 line_end_;
    }
    void item(const Value& item) {
        Object added;
        added.set("output_index", index_);
        added.set("item", item);
        event("response.output_item.added", added);
        if (string_at(item, "type") == "message") {
            const std::string text = string_at((*item.find("content")->as_array())[0], "text");
            for (std::size_t at = 0; at < text.size();) {
                const auto part = codex::base::utf8_prefix(std::string_view(text).substr(at), 40);
                Object delta;
                delta.set("delta", part);
                delta.set("item_id", "msg_1");
                event("response.output_text.delta", delta);
                at += part.size();
            }
        }
        event("response.output_item.done", added);
        ++index_;
    }
    void comment() { text_ += ": keep-alive" + line_end_ + line_end_; }
    std::vector<std::string> pieces(std::size_t chunk) const {
        std::vector<std::string> all;
        for (std::size_t at = 0; at < text_.size(); at += chunk)
            all.push_back(text_.substr(at, chunk));
        return all;
    }

  private:
    std::string line_end_;
    std::string text_;
    std::int64_t sequence_ = 0;
    std::int64_t index_ = 0;
};

Value to_item(const Value& step_item, std::size_t number) {
    const std::string id = std::to_string(number);
    if (const Value* call = step_item.find("call")) {
        const Value* arguments = call->find("arguments");
        return Value::object(
            {{"type", "function_call"},
             {"id", "fc_" + id},
             {"call_id", "call_" + id},
             {"name", string_at(*call, "name")},
             {"status", "completed"},
             {"arguments", arguments->as_string() != nullptr ? *arguments->as_string()
                                                             : codex::json::render(*arguments)}});
    }
    if (const Value* reasoning = step_item.find("reasoning")) {
        return Value::object(
            {{"type", "reasoning"},
             {"id", "rs_" + id},
             {"summary", Array{Value::object({{"type", "summary_text"}, {"text", *reasoning}})}},
             {"encrypted_content", "ZW5jcnlwdGVk"}});
    }
    const Value* json = step_item.find("json");
    const std::string text =
        json != nullptr ? codex::json::render(*json) : string_at(step_item, "message");
    return Value::object(
        {{"type", "message"},
         {"id", "msg_" + id},
         {"role", "assistant"},
         {"status", "completed"},
         {"content", Array{Value::object(
                         {{"type", "output_text"}, {"text", text}, {"annotations", Array()}})}}});
}

}  // namespace

Answer Model::answer(const Request& request) {
    const auto authorization = request.headers.find("authorization");
    if (authorization == request.headers.end())
        return api_error(401, "invalid_api_key", "You didn't provide an API key.");
    const Array* steps = script_.as_array();
    if (steps == nullptr || next_ >= steps->size()) {
        return api_error(400, "script_ended",
                         "the scenario's model.json has no step " + std::to_string(next_ + 1));
    }
    const Value body = codex::json::parse(request.body, "the request");
    const Value step = fill((*steps)[next_++], last_tool_output(body));
    if (const Value* expected = step.find("expect")) {
        for (const Value& text : *expected->as_array()) {
            if (request.body.find(*text.as_string()) == std::string::npos) {
                return api_error(400, "unexpected",
                                 "the request does not hold: " + *text.as_string());
            }
        }
    }
    Answer answer;
    answer.delay_ms = static_cast<int>(integer_at(step, "delay_ms"));
    if (const std::int64_t status = integer_at(step, "status"); status != 0) {
        answer.status = static_cast<int>(status);
        if (const Value* headers = step.find("headers")) {
            for (const auto& [name, value] : headers->as_object()->members())
                answer.headers.emplace_back(name, *value.as_string());
        }
        const Value* error_body = step.find("body");
        answer.body = error_body == nullptr                ? ""
                      : error_body->as_string() != nullptr ? *error_body->as_string()
                                                           : codex::json::render(*error_body);
        answer.drop = bool_at(step, "drop");
        return answer;
    }
    answer.is_stream = true;
    answer.headers = {{"Content-Type", "text/event-stream"}};
    Stream stream(string_at(step, "line_end", "\n"));
    const std::string id = "resp_" + std::to_string(next_);
    Object created;
    created.set("response",
                Value::object({{"id", id}, {"object", "response"}, {"status", "in_progress"}}));
    stream.event("response.created", created);
    stream.comment();
    std::size_t number = next_ * 100;
    if (bool_at(step, "obey")) {
        const std::string command = command_to_obey(body);
        if (!command.empty()) {
            stream.item(to_item(
                Value::object(
                    {{"call", Value::object({{"name", "exec_command"},
                                             {"arguments", Value::object({{"cmd", command}})}})}}),
                number++));
        }
    }
    if (const Value* items = step.find("items")) {
        for (const Value& item : *items->as_array()) stream.item(to_item(item, number++));
    }
    answer.cut = bool_at(step, "cut");
    answer.stall = bool_at(step, "stall");
    if (const Value* failed = step.find("failed")) {
        Object data;
        data.set("response", Value::object({{"id", id}, {"status", "failed"}, {"error", *failed}}));
        stream.event("response.failed", data);
    } else if (!answer.cut && !answer.stall) {
        const Value* usage = step.find("usage");
        const Value none;
        const Value& given = usage == nullptr ? none : *usage;
        const std::int64_t input = integer_at(given, "input", 100);
        const std::int64_t output = integer_at(given, "output", 20);
        const std::string incomplete = string_at(step, "incomplete");
        Object data;
        Object response;
        response.set("id", id);
        response.set("object", "response");
        response.set("status", incomplete.empty() ? "completed" : "incomplete");
        if (!incomplete.empty())
            response.set("incomplete_details", Value::object({{"reason", incomplete}}));
        response.set(
            "usage",
            Value::object({{"input_tokens", input},
                           {"input_tokens_details",
                            Value::object({{"cached_tokens", integer_at(given, "cached")}})},
                           {"output_tokens", output},
                           {"output_tokens_details", Value::object({{"reasoning_tokens", 0}})},
                           {"total_tokens", input + output}}));
        data.set("response", std::move(response));
        stream.event(incomplete.empty() ? "response.completed" : "response.incomplete", data);
    }
    answer.pieces = stream.pieces(static_cast<std::size_t>(integer_at(step, "chunk", 1 << 20)));
    return answer;
}

}  // namespace loopback
