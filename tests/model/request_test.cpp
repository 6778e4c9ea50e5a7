// The body of a request, byte for byte.
#include <catch2/catch_test_macros.hpp>

#include "model/request.h"
#include "tests/model/streams.h"

using namespace codex::test;
using namespace codex::model;
using codex::json::parse;
using codex::json::render_pretty;
using codex::json::Value;
using codex::protocol::FunctionCall;
using codex::protocol::FunctionCallOutput;
using codex::protocol::Item;
using codex::protocol::Message;
using codex::protocol::Reasoning;
using codex::protocol::Role;
using codex::protocol::UnknownItem;

namespace {

ModelRequest small_request() {
    ModelRequest request;
    request.model = "gpt-x";
    request.instructions = "Review.";
    request.input = {Message{Role::user, "Go.", ""}};
    return request;
}

Value input_of(std::vector<Item> items) {
    ModelRequest request = small_request();
    request.input = std::move(items);
    return *render_request(request, Provider()).find("input");
}

}  // namespace

TEST_CASE("a request with everything has exactly these members in this order") {
    ModelRequest request = small_request();
    request.input.push_back(Reasoning{"rs_1", {}, "c2VjcmV0"});
    request.input.push_back(FunctionCall{"call_1", "exec_command", "{\"cmd\":\"ls\"}"});
    request.input.push_back(FunctionCallOutput{"call_1", "a.c\n"});
    request.tools = {
        FunctionTool{"exec_command", "Runs a command.",
                     parse(R"({"type":"object","properties":{"cmd":{"type":"string"}},)"
                           R"("required":["cmd"],"additionalProperties":false})")}};
    request.reasoning_effort = "high";
    request.output_schema =
        parse(R"({"type":"object","properties":{},"required":[],"additionalProperties":false})");
    request.prompt_cache_key = "11111111-2222-4333-8444-555555555555";
    CHECK(render_pretty(render_request(request, Provider())) == R"({
  "model": "gpt-x",
  "instructions": "Review.",
  "input": [
    {
      "type": "message",
      "role": "user",
      "content": [
        {
          "type": "input_text",
          "text": "Go."
        }
      ]
    },
    {
      "type": "reasoning",
      "id": "rs_1",
      "summary": [],
      "encrypted_content": "c2VjcmV0"
    },
    {
      "type": "function_call",
      "call_id": "call_1",
      "name": "exec_command",
      "arguments": "{\"cmd\":\"ls\"}"
    },
    {
      "type": "function_call_output",
      "call_id": "call_1",
      "output": "a.c\n"
    }
  ],
  "tools": [
    {
      "type": "function",
      "name": "exec_command",
      "description": "Runs a command.",
      "strict": false,
      "parameters": {
        "type": "object",
        "properties": {
          "cmd": {
            "type": "string"
          }
        },
        "required": [
          "cmd"
        ],
        "additionalProperties": false
      }
    }
  ],
  "tool_choice": "auto",
  "parallel_tool_calls": false,
  "reasoning": {
    "effort": "high"
  },
  "include": [
    "reasoning.encrypted_content"
  ],
  "store": false,
  "stream": true,
  "prompt_cache_key": "11111111-2222-4333-8444-555555555555",
  "text": {
    "format": {
      "type": "json_schema",
      "name": "codex_output_schema",
      "strict": true,
      "schema": {
        "type": "object",
        "properties": {},
        "required": [],
        "additionalProperties": false
      }
    }
  }
})");
}

TEST_CASE("what a request does not have is absent, and no tools is an empty list") {
    CHECK(codex::json::render(render_request(small_request(), Provider())) ==
          R"({"model":"gpt-x","instructions":"Review.","input":[{"type":"message","role":"user",)"
          R"("content":[{"type":"input_text","text":"Go."}]}],"tools":[],"tool_choice":"auto",)"
          R"("parallel_tool_calls":false,"store":false,"stream":true})");
}

TEST_CASE("models that do not reason are not asked to") {
    struct Row {
        const char* model;
        bool asked;
    };
    const Row rows[] = {
        {"gpt-5.5", true},
        {"gpt-5", true},
        {"o3", true},
        {"o4-mini", true},
        {"codex-mini", true},
        {"gpt-oss:20b", true},
        {"my-own-model", true},
        {"gpt-4.1", false},
        {"gpt-4o-mini", false},
        {"gpt-3.5-turbo", false},
        {"chatgpt-4o-latest", false},
        {"gpt-5-chat-latest", false},
    };
    for (const Row& row : rows) {
        INFO(row.model);
        ModelRequest request = small_request();
        request.model = row.model;
        request.reasoning_effort = "medium";
        const Value body = render_request(request, Provider());
        CHECK((body.find("reasoning") != nullptr) == row.asked);
        CHECK((body.find("include") != nullptr) == row.asked);
    }
}

TEST_CASE("two requests of a conversation differ by what was added alone") {
    ModelRequest request = small_request();
    request.prompt_cache_key = "key";
    const std::string first =
        codex::json::render(*render_request(request, Provider()).find("input"));
    request.input.push_back(Message{Role::assistant, "Done.", ""});
    const std::string second =
        codex::json::render(*render_request(request, Provider()).find("input"));
    CHECK(second.starts_with(first.substr(0, first.size() - 1)));
}

TEST_CASE("reasoning that the server neither kept nor encrypted is not sent back") {
    // By its id alone the server would look it up, and refuse: store is false.
    CHECK(input_of({Reasoning{"rs_1", {"thought"}, {}}, Message{Role::assistant, "Hm.", ""}}) ==
          parse(R"([{"type":"message","role":"assistant","content":"Hm."}])"));
    CHECK(input_of({Reasoning{"rs_1", {"thought"}, "c2VjcmV0"}}) ==
          parse(R"([{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text",)"
                R"("text":"thought"}],"encrypted_content":"c2VjcmV0"}])"));
}

TEST_CASE("items with odd names and texts go out as valid JSON") {
    const Value input = input_of({FunctionCall{"call \"1\"\n", "functions.exec\xFF", "\x01{"},
                                  FunctionCallOutput{"call \"1\"\n", std::string("\0\xC3", 2)},
                                  UnknownItem{parse(R"({"type":"new_item","x":1})")}});
    CHECK(parse(codex::json::render(input)) ==
          parse(R"([{"type":"function_call","call_id":"call \"1\"\n","name":"functions_exec_",)"
                R"("arguments":"\u0001{"},{"type":"function_call_output",)"
                R"("call_id":"call \"1\"\n","output":"\u0000\ufffd"},{"type":"new_item","x":1}])"));
}

TEST_CASE("a model that reasons is asked for its thoughts though nothing is configured") {
    ModelRequest request = small_request();
    request.model = "gpt-5.5";
    const Value body = render_request(request, Provider());
    CHECK(body.find("reasoning") == nullptr);
    CHECK(*body.find("include") == parse(R"(["reasoning.encrypted_content"])"));

    request.reasoning_effort = "high";
    request.reasoning_summary = "auto";
    CHECK(*render_request(request, Provider()).find("reasoning") ==
          parse(R"({"effort":"high","summary":"auto"})"));
    request.reasoning_effort.reset();
    request.reasoning_summary = "none";
    CHECK(render_request(request, Provider()).find("reasoning") == nullptr);

    request.reasoning_summary = "detailed";
    request.overrides.supports_reasoning = false;
    CHECK(render_request(request, Provider()).find("reasoning") == nullptr);
    CHECK(render_request(request, Provider()).find("include") == nullptr);
}

TEST_CASE("every kind of tool has its form, and the rest of a request stands where it is set") {
    ModelRequest request = small_request();
    request.model = "gpt-5.5";
    request.tools = {
        CustomTool{"apply_patch", "Edits files.", "start: \"x\"\n"},
        web_search_tool(false),
        web_search_tool(true),
        local_shell_tool(),
    };
    request.parallel_tool_calls = true;
    request.verbosity = "low";
    request.service_tier = "flex";
    request.output_schema = parse(R"({"type":"object"})");
    request.output_schema_is_strict = false;
    const Value body = render_request(request, Provider());
    CHECK(*body.find("tools") ==
          parse(R"([{"type":"custom","name":"apply_patch","description":"Edits files.",)"
                R"("format":{"type":"grammar","syntax":"lark","definition":"start: \"x\"\n"}},)"
                R"({"type":"web_search","external_web_access":false},)"
                R"({"type":"web_search","external_web_access":true},{"type":"local_shell"}])"));
    CHECK(*body.find("parallel_tool_calls") == Value(true));
    CHECK(*body.find("service_tier") == Value("flex"));
    CHECK(*body.find("text") ==
          parse(R"({"verbosity":"low","format":{"type":"json_schema",)"
                R"("name":"codex_output_schema","strict":false,"schema":{"type":"object"}}})"));

    request.model = "gpt-4.1";
    CHECK(render_request(request, Provider()).at("text", "verbosity") == nullptr);
    request.output_schema.reset();
    CHECK(render_request(request, Provider()).find("text") == nullptr);
}

TEST_CASE("Azure stores answers and gets items back under their ids, others get none") {
    Provider azure;
    azure.base_url = "https://x.openai.azure.com/openai/v1";
    ModelRequest request = small_request();
    Message said{Role::assistant, "Hm.", ""};
    said.id = "msg_1";
    FunctionCall call{"call_1", "shell", "{}"};
    call.id = "fc_1";
    FunctionCallOutput output{"call_1", "x"};
    output.id = "fco_1";
    request.input = {Reasoning{"rs_1", {}, {}}, Reasoning{"", {}, {}}, said, call, output};
    const Value kept = render_request(request, azure);
    CHECK(*kept.find("store") == Value(true));
    CHECK(*kept.find("input") ==
          parse(R"([{"type":"reasoning","id":"rs_1","summary":[]},)"
                R"({"type":"message","role":"assistant","content":[{"type":"output_text",)"
                R"("text":"Hm.","annotations":[]}],"id":"msg_1","status":"completed"},)"
                R"({"type":"function_call","call_id":"call_1","name":"shell","arguments":"{}",)"
                R"("id":"fc_1"},{"type":"function_call_output","call_id":"call_1","output":"x",)"
                R"("id":"fco_1"}])"));
    const Value dropped = render_request(request, Provider());
    CHECK(*dropped.find("store") == Value(false));
    CHECK(*dropped.find("input") ==
          parse(R"([{"type":"message","role":"assistant","content":"Hm."},)"
                R"({"type":"function_call","call_id":"call_1","name":"shell","arguments":"{}"},)"
                R"({"type":"function_call_output","call_id":"call_1","output":"x"}])"));
}
