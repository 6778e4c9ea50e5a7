#include "protocol/items.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace codex::protocol;
using codex::json::JsonError;
using codex::json::parse;
using codex::json::render;

namespace {

std::string error_of(const std::string& item) {
    try {
        parse_item(parse(item));
    } catch (const JsonError& error) {
        return error.what();
    }
    return "";
}

Item item_of(const std::string& text) {
    return parse_item(parse(text));
}

FunctionCall named(const std::string& name) {
    return {"call_1", name, "{}"};
}

}  // namespace

TEST_CASE("an item of each kind has its wire form and is read back as itself") {
    struct Row {
        Item item;
        const char* wire;
    };
    const Row rows[] = {
        {Message{Role::user, "Look \"here\"\n\u00e4", ""},
         R"({"type":"message","role":"user","content":[{"type":"input_text","text":"Look \"here\"\nä"}]})"},
        {Message{Role::developer, "rules", ""},
         R"({"type":"message","role":"developer","content":[{"type":"input_text","text":"rules"}]})"},
        {Message{Role::system, "rules", ""},
         R"({"type":"message","role":"system","content":[{"type":"input_text","text":"rules"}]})"},
        // Parts of an assistant's message would need the id that the server gave it.
        {Message{Role::assistant, "Fine.", ""},
         R"({"type":"message","role":"assistant","content":"Fine."})"},
        {Reasoning{"rs_1", {"first", "second"}, "c2VjcmV0"},
         R"({"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"first"},)"
         R"({"type":"summary_text","text":"second"}],"encrypted_content":"c2VjcmV0"})"},
        {Reasoning{"rs_2", {}, {}}, R"({"type":"reasoning","id":"rs_2","summary":[]})"},
        // An empty id would be refused, none is not.
        {Reasoning{"", {}, "c2VjcmV0"},
         R"({"type":"reasoning","summary":[],"encrypted_content":"c2VjcmV0"})"},
        {FunctionCall{"call_1", "exec_command", "{\"cmd\":\"ls\"}"},
         R"({"type":"function_call","call_id":"call_1","name":"exec_command",)"
         R"("arguments":"{\"cmd\":\"ls\"}"})"},
        {FunctionCall{"call_2", "exec_command", "not JSON"},
         R"({"type":"function_call","call_id":"call_2","name":"exec_command","arguments":"not JSON"})"},
        {FunctionCallOutput{"call_1", "a\tb\n"},
         R"({"type":"function_call_output","call_id":"call_1","output":"a\tb\n"})"},
        {Message{Role::user,
                 "ab",
                 "",
                 {TextContent{"a"}, ImageContent{"data:x", "high"}, TextContent{"b"}}},
         R"({"type":"message","role":"user","content":[{"type":"input_text","text":"a"},)"
         R"({"type":"input_image","image_url":"data:x","detail":"high"},)"
         R"({"type":"input_text","text":"b"}]})"},
        {Message{Role::user, "", "", {ImageContent{"data:x"}}},
         R"({"type":"message","role":"user","content":[)"
         R"({"type":"input_image","image_url":"data:x"}]})"},
        {Message{Role::developer, "ab", "", {TextContent{"a"}, TextContent{"b"}}},
         R"({"type":"message","role":"developer","content":[{"type":"input_text","text":"a"},)"
         R"({"type":"input_text","text":"b"}]})"},
        {FunctionCallOutput{"call_1", "a", {TextContent{"a"}, ImageContent{"data:x"}}},
         R"({"type":"function_call_output","call_id":"call_1","output":[)"
         R"({"type":"input_text","text":"a"},{"type":"input_image","image_url":"data:x"}]})"},
        {CustomToolCall{"call_1", "apply_patch", "*** Begin Patch\n", "completed"},
         R"({"type":"custom_tool_call","call_id":"call_1","name":"apply_patch",)"
         R"("input":"*** Begin Patch\n","status":"completed"})"},
        {CustomToolCallOutput{"call_1", "Done."},
         R"({"type":"custom_tool_call_output","call_id":"call_1","output":"Done."})"},
        {CustomToolCallOutput{"call_1", "", {ImageContent{"data:x"}}},
         R"({"type":"custom_tool_call_output","call_id":"call_1","output":[)"
         R"({"type":"input_image","image_url":"data:x"}]})"},
        {LocalShellCall{"call_1", "completed", {"ls", "-l"}},
         R"({"type":"local_shell_call","call_id":"call_1","status":"completed",)"
         R"("action":{"type":"exec","command":["ls","-l"]}})"},
        {LocalShellCall{"", "in_progress", {"ls"}, 1000, "/w", {{{"A", "b"}}}, "root", "lsh_1"},
         R"({"type":"local_shell_call","id":"lsh_1","status":"in_progress",)"
         R"("action":{"type":"exec","command":["ls"],"timeout_ms":1000,)"
         R"("working_directory":"/w","env":{"A":"b"},"user":"root"}})"},
        {WebSearchCall{"q", parse(R"({"type":"web_search_call","id":"ws_1","status":"completed",)"
                                  R"("action":{"type":"search","query":"q","n":[1,2.5,null]}})")},
         R"({"type":"web_search_call","id":"ws_1","status":"completed",)"
         R"("action":{"type":"search","query":"q","n":[1,2.5,null]}})"},
        {UnknownItem{parse(R"({"type":"compaction","id":"cmp_1","n":[1,2.5,null]})")},
         R"({"type":"compaction","id":"cmp_1","n":[1,2.5,null]})"},
    };
    for (const Row& row : rows) {
        INFO(row.wire);
        CHECK(render(render_item(row.item)) == row.wire);
        CHECK(item_of(row.wire) == row.item);
    }
}

TEST_CASE("an answer's items are read with all that servers put into them") {
    CHECK(item_of(R"({"type":"message","id":"msg_1","status":"completed","role":"assistant",)"
                  R"("phase":"final","content":[)"
                  R"({"type":"output_text","text":"One ","annotations":[{"x":1}],"logprobs":[]},)"
                  R"({"type":"output_text","text":"two"},{"type":"text","text":"."}]})") ==
          Item(Message{Role::assistant, "One two.", ""}));
    CHECK(item_of(R"({"type":"message","role":"assistant","content":[)"
                  R"({"type":"refusal","refusal":"I "},{"type":"output_text","text":"said"},)"
                  R"({"type":"refusal","refusal":"cannot"}]})") ==
          Item(Message{Role::assistant, "said", "I cannot"}));
    CHECK(item_of(R"({"type":"message","role":"user","content":"plain"})") ==
          Item(Message{Role::user, "plain", ""}));
    CHECK(item_of(R"({"type":"reasoning","id":"rs_1","content":[{"type":"reasoning_text",)"
                  R"("text":"hm"}],"summary":[{"type":"summary_text","text":"s"}],)"
                  R"("encrypted_content":null,"status":null})") ==
          Item(Reasoning{"rs_1", {"s"}, {}, {"hm"}}));
    CHECK(item_of(R"({"type":"function_call","id":"fc_1","status":"completed","call_id":"c",)"
                  R"("name":"n","arguments":""})") == Item(FunctionCall{"c", "n", ""}));
}

TEST_CASE("odd parts of an item cost those parts alone") {
    CHECK(item_of(R"({"type":"message","role":"assistant","content":[null,7,"x",[],{},)"
                  R"({"type":7},{"type":"output_text"},{"type":"output_text","text":null},)"
                  R"({"type":"output_image","text":"no"},{"type":"refusal","refusal":1},)"
                  R"({"type":"output_text","text":"kept"}]})") ==
          Item(Message{Role::assistant, "kept", ""}));
    CHECK(item_of(R"({"type":"message","role":"assistant","content":[]})") ==
          Item(Message{Role::assistant, "", ""}));
    CHECK(item_of(R"({"type":"reasoning"})") == Item(Reasoning{}));
    CHECK(item_of(R"({"type":"reasoning","id":1,"summary":{},"encrypted_content":[]})") ==
          Item(Reasoning{}));
    CHECK(item_of(R"({"type":"reasoning","id":"r","summary":[null,{"text":"s"}]})") ==
          Item(Reasoning{"r", {"", "s"}, {}}));
}

TEST_CASE("an item of a known type that lacks what it needs is refused by its path") {
    struct Row {
        const char* item;
        const char* error;
    };
    const Row rows[] = {
        {"null", "$.type is missing"},
        {"[]", "$.type is missing"},
        {"{}", "$.type is missing"},
        {R"({"type":7})", "$.type: expected a string, found a number"},
        {R"({"type":"message"})", "$.role is missing"},
        {R"({"type":"message","role":null})", "$.role: expected a string, found null"},
        {R"({"type":"message","role":"tool\n","content":"x"})", "$.role is \"tool\\n\""},
        {R"({"type":"message","role":"assistant"})", "$.content is missing"},
        {R"({"type":"message","role":"assistant","content":{}})",
         "$.content: expected an array, found an object"},
        {R"({"type":"function_call","name":"n","arguments":"{}"})", "$.call_id is missing"},
        {R"({"type":"function_call","call_id":"c","arguments":"{}"})", "$.name is missing"},
        {R"({"type":"function_call","call_id":"c","name":"n"})", "$.arguments is missing"},
        {R"({"type":"function_call","call_id":"c","name":"n","arguments":{}})",
         "$.arguments: expected a string, found an object"},
        {R"({"type":"function_call","call_id":1,"name":"n","arguments":"{}"})",
         "$.call_id: expected a string, found a number"},
        {R"({"type":"function_call_output","output":"x"})", "$.call_id is missing"},
        {R"({"type":"function_call_output","call_id":"c","output":7})",
         "$.output: expected a string, found a number"},
        {R"({"type":"function_call_output","call_id":"c","output":{}})",
         "$.output.content is missing"},
        {R"({"type":"custom_tool_call","call_id":"c","name":"n"})", "$.input is missing"},
        {R"({"type":"custom_tool_call_output","call_id":"c"})", "$.output is missing"},
        {R"({"type":"local_shell_call","call_id":"c"})", "$.action is missing"},
        {R"({"type":"local_shell_call","action":{"type":"exec"}})", "$.action.command is missing"},
        {R"({"type":"local_shell_call","action":{"type":"exec","command":"ls"}})",
         "$.action.command: expected an array, found a string"},
    };
    for (const Row& row : rows) {
        INFO(row.item);
        CHECK(error_of(row.item) == row.error);
    }
}

TEST_CASE("a role from outside is quoted in part only") {
    const std::string error =
        error_of(R"({"type":"message","content":"x","role":")" + std::string(100'000, 'r') + "\"}");
    CHECK(error.size() < 200);
}

TEST_CASE("an unknown type is kept as it came") {
    const char* rows[] = {
        R"({"type":"compaction","id":"cmp_1","encrypted_content":"x"})",
        R"({"type":"","role":"assistant"})",
        R"({"z":1,"type":"local_shell_call","action":{"type":"browse"}})",
        R"({"z":1,"type":"tool_search_call","a":{"b":[true,{"c":1e300}]},"n":9223372036854775807})",
    };
    for (const char* wire : rows) {
        const Item item = item_of(wire);
        CHECK(item == Item(UnknownItem{parse(wire)}));
        CHECK(render(render_item(item)) == wire);
    }
}

TEST_CASE("a call goes back with a name that the API takes, whatever the model made up") {
    struct Row {
        std::string name;
        std::string sent;
    };
    const Row rows[] = {
        {"exec_command", "exec_command"},
        {"A-z_09", "A-z_09"},
        {"functions.exec", "functions_exec"},
        {"exec command\n", "exec_command_"},
        {"", "_"},
        {"b\u00e4r", "b__r"},
        {std::string(65, 'x'), std::string(64, 'x')},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        const auto wire = render_item(named(row.name));
        CHECK(*wire.find("name")->as_string() == row.sent);
    }
}

TEST_CASE("an item of each kind is in a file as all that we know of it") {
    const char* wires[] = {
        R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"Fine."}]})",
        R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"So"},)"
        R"({"type":"refusal","refusal":"no"}]})",
        R"({"type":"message","role":"user","content":[{"type":"input_text","text":"Go."}]})",
        R"({"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text",)"
        R"("text":"hm"}],"encrypted_content":"x"})",
        R"({"type":"function_call","call_id":"c","name":"made up.name","arguments":"{}"})",
        R"({"type":"custom_tool_call","call_id":"c","name":"made up","input":"x"})",
    };
    for (const char* wire : wires) {
        INFO(wire);
        CHECK(render(render_item(item_of(wire), ItemForm::file)) == wire);
    }
}

TEST_CASE("ids of the server are kept when they are asked for") {
    struct Row {
        const char* wire;
        const char* without_id;
    };
    const Row rows[] = {
        {R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}],)"
         R"("id":"msg_1"})",
         R"({"type":"message","role":"assistant","content":"a"})"},
        {R"({"type":"function_call","call_id":"c","name":"n","arguments":"","id":"fc_1"})",
         R"({"type":"function_call","call_id":"c","name":"n","arguments":""})"},
        {R"({"type":"function_call_output","call_id":"c","output":"o","id":"fco_1"})",
         R"({"type":"function_call_output","call_id":"c","output":"o"})"},
        {R"({"type":"custom_tool_call","call_id":"c","name":"n","input":"","id":"ctc_1"})",
         R"({"type":"custom_tool_call","call_id":"c","name":"n","input":""})"},
        {R"({"type":"custom_tool_call_output","call_id":"c","output":"o","id":"ctco_1"})",
         R"({"type":"custom_tool_call_output","call_id":"c","output":"o"})"},
    };
    for (const Row& row : rows) {
        INFO(row.wire);
        CHECK(render(render_item(parse_item(parse(row.wire), ItemIds::kept))) == row.wire);
        CHECK(render(render_item(parse_item(parse(row.wire)))) == row.without_id);
    }
}

TEST_CASE("an output is read from each form that clients have written") {
    CHECK(item_of(R"({"type":"function_call_output","call_id":"c","output":{"content":"x",)"
                  R"("success":false}})") == Item(FunctionCallOutput{"c", "x", {}, false}));
    CHECK(item_of(R"({"type":"function_call_output","call_id":"c","output":[)"
                  R"({"type":"input_text","text":"x"}]})") == Item(FunctionCallOutput{"c", "x"}));
    CHECK(item_of(R"({"type":"function_call_output","call_id":"c","output":[]})") ==
          Item(FunctionCallOutput{"c", ""}));
    CHECK(item_of(R"({"type":"message","role":"user","content":[{"type":"input_image"},)"
                  R"({"type":"input_image","image_url":7},{"type":"input_text","text":"x"}]})") ==
          Item(Message{Role::user, "x", ""}));
}

TEST_CASE("a refusal goes back as the words that were said") {
    CHECK(render(render_item(Message{Role::assistant, "", "I cannot."})) ==
          R"({"type":"message","role":"assistant","content":"I cannot."})");
}

TEST_CASE("usage adds up member by member") {
    TokenUsage sum{1, 2, 3, 4, 5};
    sum += {10, 20, 30, 40, 50};
    CHECK(sum == TokenUsage{11, 22, 33, 44, 55});
}
