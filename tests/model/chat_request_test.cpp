// The body of a Chat Completions request.
#include <catch2/catch_test_macros.hpp>

#include "model/request.h"
#include "tests/model/streams.h"

using namespace codex::model;
using namespace codex::protocol;
using codex::json::parse;
using codex::json::render;
using codex::json::Value;

namespace {

Provider chat_provider(std::string base_url = "http://localhost:11434/v1") {
    Provider provider;
    provider.base_url = std::move(base_url);
    provider.wire_api = WireApi::chat;
    return provider;
}

Value messages_of(std::vector<Item> input) {
    ModelRequest request;
    request.input = std::move(input);
    return *render_request(request, chat_provider()).find("messages");
}

Message user(std::string text) {
    return {Role::user, std::move(text), ""};
}

Message assistant(std::string text) {
    return {Role::assistant, std::move(text), ""};
}

}  // namespace

TEST_CASE("a chat request with everything has exactly these members in this order") {
    ModelRequest request;
    request.model = "gpt-5";
    request.instructions = "Review.";
    request.input = {user("Go."), assistant("Looking."), FunctionCall{"call_1", "shell", "{}"},
                     FunctionCallOutput{"call_1", "a.c\n"}};
    request.tools = {
        FunctionTool{"shell", "Runs.", parse(R"({"type":"object"})")},
        CustomTool{"apply_patch", "Edits.", "start: x"},
        web_search_tool(true),
        local_shell_tool(),
    };
    request.parallel_tool_calls = true;
    request.reasoning_effort = "low";
    request.reasoning_summary = "auto";
    request.verbosity = "low";
    request.output_schema = parse(R"({"type":"object","properties":{}})");
    request.service_tier = "flex";
    request.prompt_cache_key = "key";
    CHECK(render(render_request(request, chat_provider("https://api.openai.com/v1"))) ==
          R"({"model":"gpt-5","messages":[{"role":"system","content":"Review."},)"
          R"({"role":"user","content":"Go."},)"
          R"({"role":"assistant","content":"Looking.","tool_calls":[{"id":"call_1",)"
          R"("type":"function","function":{"name":"shell","arguments":"{}"}}]},)"
          R"({"role":"tool","tool_call_id":"call_1","content":"a.c\n"}],)"
          R"("tools":[{"type":"function","function":{"name":"shell","description":"Runs.",)"
          R"("strict":false,"parameters":{"type":"object"}}},)"
          R"({"type":"function","function":{"name":"apply_patch","description":)"
          R"("Edits.\n\nThe input follows this Lark grammar:\nstart: x","strict":false,)"
          R"("parameters":{"type":"object","properties":{"input":{"type":"string",)"
          R"("description":"The whole text, as the grammar describes it."}},)"
          R"("required":["input"],"additionalProperties":false}}}],)"
          R"("tool_choice":"auto","parallel_tool_calls":true,"reasoning_effort":"low",)"
          R"("verbosity":"low","response_format":{"type":"json_schema","json_schema":)"
          R"({"name":"codex_output_schema","strict":true,"schema":{"type":"object",)"
          R"("properties":{}}}},"service_tier":"flex","prompt_cache_key":"key",)"
          R"("stream":true,"stream_options":{"include_usage":true}})");
}

TEST_CASE("a compatible server gets no field that it need not know") {
    ModelRequest request;
    request.model = "qwen3";
    request.input = {user("Go.")};
    request.prompt_cache_key = "key";
    request.verbosity = "low";
    CHECK(render(render_request(request, chat_provider())) ==
          R"({"model":"qwen3","messages":[{"role":"user","content":"Go."}],"stream":true,)"
          R"("stream_options":{"include_usage":true}})");
    // The o models take no word on parallel calls here, gpt-4o none on reasoning.
    request.tools = {FunctionTool{"t", "d", parse("{}")}};
    request.reasoning_effort = "low";
    request.model = "o3-mini";
    CHECK(render_request(request, chat_provider()).find("parallel_tool_calls") == nullptr);
    request.model = "gpt-4o";
    CHECK(render_request(request, chat_provider()).find("reasoning_effort") == nullptr);
    CHECK(*render_request(request, chat_provider()).find("parallel_tool_calls") == Value(false));
}

TEST_CASE("calls that stand together are one message, and their outputs follow in order") {
    const std::vector<Item> together = {
        user("Go."),
        assistant("First."),
        FunctionCall{"a", "shell", ""},
        Reasoning{"rs", {"hm"}, "enc", {"raw"}},
        FunctionCall{"b", "shell", "{\"x\":1}"},
        FunctionCallOutput{"b", "of b"},
        FunctionCallOutput{"a", "of a"},
        assistant("Done."),
    };
    const std::string expected =
        R"([{"role":"user","content":"Go."},)"
        R"({"role":"assistant","content":"First.","tool_calls":[{"id":"a","type":"function",)"
        R"("function":{"name":"shell","arguments":"{}"}},{"id":"b","type":"function",)"
        R"("function":{"name":"shell","arguments":"{\"x\":1}"}}]},)"
        R"({"role":"tool","tool_call_id":"a","content":"of a"},)"
        R"({"role":"tool","tool_call_id":"b","content":"of b"},)"
        R"({"role":"assistant","content":"Done."}])";
    CHECK(render(messages_of(together)) == expected);

    CHECK(render(messages_of({FunctionCall{"a", "shell", "{}"}, FunctionCallOutput{"a", "1"},
                              FunctionCall{"b", "shell", "{}"}, FunctionCallOutput{"b", "2"}})) ==
          R"([{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",)"
          R"("function":{"name":"shell","arguments":"{}"}}]},)"
          R"({"role":"tool","tool_call_id":"a","content":"1"},)"
          R"({"role":"assistant","content":null,"tool_calls":[{"id":"b","type":"function",)"
          R"("function":{"name":"shell","arguments":"{}"}}]},)"
          R"({"role":"tool","tool_call_id":"b","content":"2"}])");
}

TEST_CASE("each call is answered once, also with ids that come again or outputs that are missing") {
    CHECK(render(messages_of({FunctionCallOutput{"c", "of nothing"}, FunctionCall{"c", "t", "{}"},
                              FunctionCallOutput{"c", "1"}, FunctionCall{"c", "t", "{}"},
                              FunctionCallOutput{"c", "2"}, FunctionCall{"c", "t", "{}"}})) ==
          R"([{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",)"
          R"("function":{"name":"t","arguments":"{}"}}]},)"
          R"({"role":"tool","tool_call_id":"c","content":"1"},)"
          R"({"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",)"
          R"("function":{"name":"t","arguments":"{}"}}]},)"
          R"({"role":"tool","tool_call_id":"c","content":"2"},)"
          R"({"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",)"
          R"("function":{"name":"t","arguments":"{}"}}]},)"
          R"({"role":"tool","tool_call_id":"c","content":"aborted"}])");
}

TEST_CASE("free-text calls and local shell calls become functions") {
    LocalShellCall shell;
    shell.id = "lsh_1";
    shell.command = {"ls", "-l"};
    shell.working_directory = "/w";
    shell.timeout_ms = 5;
    CHECK(render(messages_of({CustomToolCall{"c1", "apply_patch", "*** \"x\"\n"},
                              CustomToolCallOutput{"c1", "ok"}, shell,
                              FunctionCallOutput{"lsh_1", "total 0"}})) ==
          R"([{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",)"
          R"("function":{"name":"apply_patch","arguments":"{\"input\":\"*** \\\"x\\\"\\n\"}"}}]},)"
          R"({"role":"tool","tool_call_id":"c1","content":"ok"},)"
          R"({"role":"assistant","content":null,"tool_calls":[{"id":"lsh_1","type":"function",)"
          R"("function":{"name":"shell","arguments":)"
          R"("{\"command\":[\"ls\",\"-l\"],\"workdir\":\"/w\",\"timeout_ms\":5}"}}]},)"
          R"({"role":"tool","tool_call_id":"lsh_1","content":"total 0"}])");
}

TEST_CASE("images go where this wire has room for them") {
    Message seen = user("Look.");
    seen.parts = {TextContent{"Look."}, ImageContent{"data:image/png;base64,AA", "low"},
                  ImageContent{"data:image/png;base64,BB", "original"}};
    FunctionCallOutput output{"a", "attached"};
    output.parts = {TextContent{"attached"}, ImageContent{"data:image/png;base64,CC"}};
    CHECK(render(messages_of({seen, FunctionCall{"a", "view_image", "{}"},
                              FunctionCall{"b", "shell", "{}"}, output,
                              FunctionCallOutput{"b", "x"}})) ==
          R"([{"role":"user","content":[{"type":"text","text":"Look."},)"
          R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AA","detail":"low"}},)"
          R"({"type":"image_url","image_url":{"url":"data:image/png;base64,BB"}}]},)"
          R"({"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",)"
          R"("function":{"name":"view_image","arguments":"{}"}},{"id":"b","type":"function",)"
          R"("function":{"name":"shell","arguments":"{}"}}]},)"
          R"({"role":"tool","tool_call_id":"a","content":"attached"},)"
          R"({"role":"tool","tool_call_id":"b","content":"x"},)"
          R"({"role":"user","content":[{"type":"text","text":"Image that call a returned:"},)"
          R"({"type":"image_url","image_url":{"url":"data:image/png;base64,CC"}}]}])");
}

TEST_CASE(
    "what has no form on this wire is left out, and roles are those that every server knows") {
    CHECK(render(messages_of({Message{Role::developer, "Rules.", ""},
                              Message{Role::system, "More.", ""}, Reasoning{"r", {"x"}, "enc"},
                              WebSearchCall{"q", parse(R"({"type":"web_search_call"})")},
                              UnknownItem{parse(R"({"type":"new"})")}, assistant(""),
                              Message{Role::assistant, "", "I will not."}, assistant("Two."),
                              user("")})) ==
          R"([{"role":"system","content":"Rules."},{"role":"system","content":"More."},)"
          R"({"role":"assistant","content":"I will not.\n\nTwo."},)"
          R"({"role":"user","content":""}])");
}
