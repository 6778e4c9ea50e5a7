// What main() does once the process is hardened and the loop stands: one command, one exit code.
#pragma once

#include <functional>

#include "base/environment.h"
#include "cli/arguments.h"

namespace codex::cli {

/// Exit codes (every part shares them): 0 done, 1 failed or fail_on met, 2 usage and configuration,
/// 130 interrupted.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kInterrupted = 130;

/// Runs the command and prints its results; throws ConfigError, Interrupted and base::Error.
int run(const Arguments& arguments, const base::Environment& environment);

/// What `work` returns; an exception of it is logged and becomes its exit code.
int run_to_exit_code(const std::function<int()>& work);

}  // namespace codex::cli
