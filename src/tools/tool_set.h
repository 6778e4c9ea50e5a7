// Which tools a model is offered, and in which order.
#pragma once

#include <optional>
#include <vector>

#include "tools/apply_patch.h"
#include "tools/tool.h"

namespace codex::tools {

/// How the model runs commands: the array form, exec_command with write_stdin, or the form that
/// some models have built in.
enum class ShellShape { none, shell, sessions, local_shell };

/// The hosted search: from the server's own index, or from the live web.
enum class WebSearch { disabled, cached, live };

/// What configuration and model say, as plain values: a part is offered where both agree.
struct ToolChoice {
    ShellShape shell = ShellShape::sessions;
    bool can_escalate = false;  // somebody could grant leaving the sandbox
    bool update_plan = false;
    std::optional<PatchShape> apply_patch = {};
    bool read_file = false;
    WebSearch web_search = WebSearch::disabled;
    bool view_image = true;                // and the model takes images
    std::vector<ToolSpec> mcp_tools = {};  // by their qualified names
};

/// The order of codex-rs (2025-10): shell, plan, patch, files, search, images, then MCP tools by
/// name. A name is offered once: what comes later under it is left out.
std::vector<ToolSpec> offered_tools(const ToolChoice& choice);

/// {"type": "web_search"} with external_web_access and search_content_types, as of codex-rs
/// (2026-11). It has no call of ours; `live` or `cached`.
ToolSpec web_search_spec(WebSearch mode);

}  // namespace codex::tools
