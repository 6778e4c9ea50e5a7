// codex-action sandbox: a command under the very sandbox that the agent's commands get.
#pragma once

#include "base/environment.h"
#include "cli/arguments.h"

namespace codex::cli {

/// The command's own exit code, or one of those of timeout(1) and shells; see --help sandbox.
inline constexpr int kTimedOut = 124;
inline constexpr int kSandboxFailed = 125;
inline constexpr int kSignalBase = 128;

/// Runs the command in the current folder and returns the exit code. In a workflow its output is
/// kept from the runner's command parser. Throws ConfigError for folders that are not there.
int run_sandbox(const Sandbox& command, const base::Environment& environment);

}  // namespace codex::cli
