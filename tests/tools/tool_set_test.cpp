#include "tools/tool_set.h"

#include <catch2/catch_test_macros.hpp>

using namespace codex::tools;

namespace {

std::string names(const ToolChoice& choice) {
    std::string text;
    for (const ToolSpec& spec : offered_tools(choice)) {
        if (!text.empty()) text += " ";
        text += spec.name;
        if (spec.kind == ToolKind::freeform) text += "(freeform)";
        if (spec.kind == ToolKind::hosted) text += "(hosted)";
    }
    return text;
}

ToolSpec named(std::string name) {
    return {.name = std::move(name), .description = {}, .parameters = {}};
}

}  // namespace

TEST_CASE("tools are offered as chosen, in one order") {
    struct Row {
        ToolChoice choice;
        std::string names;
    };
    const Row rows[] = {
        {{}, "exec_command write_stdin view_image"},
        {{.shell = ShellShape::none, .view_image = false}, ""},
        {{.shell = ShellShape::shell}, "shell view_image"},
        {{.shell = ShellShape::local_shell}, "local_shell(hosted) view_image"},
        {{.shell = ShellShape::shell, .apply_patch = PatchShape::function, .view_image = false},
         "shell apply_patch"},
        {{.update_plan = true,
          .apply_patch = PatchShape::freeform,
          .read_file = true,
          .web_search = WebSearch::live,
          .mcp_tools = {named("b__y"), named("b__x"), named("a__z"), named("b__x"),
                        named("view_image")}},
         "exec_command write_stdin update_plan apply_patch(freeform) read_file web_search(hosted) "
         "view_image a__z b__x b__y"},
    };
    for (const Row& row : rows) CHECK(names(row.choice) == row.names);
}

TEST_CASE("what asks for leaving the sandbox is offered only where somebody can grant it") {
    for (const ShellShape shape : {ShellShape::shell, ShellShape::sessions}) {
        for (const bool can_escalate : {false, true}) {
            const auto offered = offered_tools({.shell = shape, .can_escalate = can_escalate});
            const auto* properties = offered.front().parameters.find("properties");
            CHECK((properties->find("with_escalated_permissions") != nullptr) == can_escalate);
        }
    }
}

TEST_CASE("the search says whether it may leave the index") {
    CHECK(codex::json::render(web_search_spec(WebSearch::cached).parameters) ==
          R"({"external_web_access":false,"search_content_types":["text","image"]})");
    CHECK(codex::json::render(web_search_spec(WebSearch::live).parameters) ==
          R"({"external_web_access":true,"search_content_types":["text","image"]})");
}
