#include "tools/tool_set.h"

#include <algorithm>

#include "tools/exec_sessions.h"
#include "tools/local_shell.h"
#include "tools/read_file.h"
#include "tools/shell.h"
#include "tools/update_plan.h"
#include "tools/view_image.h"

namespace codex::tools {

std::vector<ToolSpec> offered_tools(const ToolChoice& choice) {
    std::vector<ToolSpec> offered;
    switch (choice.shell) {
        case ShellShape::none:
            break;
        case ShellShape::shell:
            offered.push_back(shell_spec(choice.can_escalate));
            break;
        case ShellShape::sessions:
            offered.push_back(session_exec_command_spec(choice.can_escalate));
            offered.push_back(write_stdin_spec());
            break;
        case ShellShape::local_shell:
            offered.push_back(local_shell_spec());
            break;
    }
    if (choice.update_plan) offered.push_back(update_plan_spec());
    if (choice.apply_patch) offered.push_back(apply_patch_spec(*choice.apply_patch));
    if (choice.read_file) offered.push_back(read_file_spec());
    if (choice.web_search != WebSearch::disabled)
        offered.push_back(web_search_spec(choice.web_search));
    if (choice.view_image) offered.push_back(view_image_spec());

    std::vector<ToolSpec> others = choice.mcp_tools;
    std::stable_sort(others.begin(), others.end(),
                     [](const ToolSpec& a, const ToolSpec& b) { return a.name < b.name; });
    for (ToolSpec& other : others) {
        const bool is_taken =
            std::any_of(offered.begin(), offered.end(),
                        [&](const ToolSpec& spec) { return spec.name == other.name; });
        if (!is_taken) offered.push_back(std::move(other));
    }
    return offered;
}

ToolSpec web_search_spec(WebSearch mode) {
    return {.name = "web_search",
            .description = {},
            .parameters = json::Value::object(
                {{"external_web_access", mode == WebSearch::live},
                 {"search_content_types", json::Array{json::Value("text"), json::Value("image")}}}),
            .kind = ToolKind::hosted};
}

}  // namespace codex::tools
