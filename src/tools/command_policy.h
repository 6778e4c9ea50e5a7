// What a command's words alone tell about it: known to change nothing, or known to destroy. Hints
// for whom to ask; what a command can do is decided by the sandbox.
#pragma once

#include <optional>
#include <string_view>

#include "tools/plain_script.h"

namespace codex::tools {

/// Only reads and prints, whatever its arguments name. Programs count by name, not by path; also a
/// `bash -c`, `bash -lc`, `sh -c` or `sh -lc` of a plain script in which every command is safe.
bool is_known_safe(const Argv& argv);

/// Why a command is dangerous, for people and the model; nothing when no rule knows it. Looks
/// through `sudo`, `env`, `xargs` and their like, and into plain scripts of shells, with bounded
/// work.
std::optional<std::string_view> find_danger(const Argv& argv);

}  // namespace codex::tools
