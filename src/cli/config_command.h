// codex-action config: the effective configuration, and what is wrong with a file.
#pragma once

#include "base/environment.h"
#include "cli/arguments.h"

namespace codex::cli {

/// Prints the configuration and logs its warnings. Throws ConfigError with all problems.
int run_config_show(const ConfigShow& command, const base::Environment& environment);

/// Prints the JSON Schema of the repository's own file.
int run_config_schema();

/// Reads the file alone, unknown keys being errors. Throws ConfigError with all problems.
int run_config_check(const ConfigCheck& command);

}  // namespace codex::cli
