// local_shell: the shell tool in the shape that its models know it, built into the model API.
#pragma once

#include <memory>

#include "tools/tool.h"

namespace codex::tools {

/// Takes the `action` of a local_shell_call as its arguments (`exec` with command,
/// working_directory, timeout_ms, env; its user is ignored) and gives them to `shell` (make_shell),
/// which must outlive it. Variables go through env(1). The API itself describes the tool: its spec
/// has a name alone.
std::unique_ptr<Tool> make_local_shell(Tool& shell);
ToolSpec local_shell_spec();

}  // namespace codex::tools
