// The layers that are no files, as tables like those of files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "config/origin.h"
#include "config/tree.h"

namespace codex::config {

/// Settings of one source, not yet read.
struct SourceTable {
    Origin origin;
    Table table;
};

/// "model_providers.x.name=value": the value as TOML, or as text where it is none and does not look
/// as if it should be. Throws ConfigError without the value, which may be a secret.
SourceTable parse_assignment(std::string_view text);

/// Of each top-level key that takes one value: the action's input INPUT_<KEY> or the variable
/// CODEX_<KEY>; and the few variables with names of their own, such as OPENAI_BASE_URL. Empty ones
/// count as unset: the runner exports every input.
std::vector<SourceTable> read_environment(const base::Environment& environment);

/// The names that read_environment() asks for `key`, strongest first.
std::vector<std::string> variables_of(std::string_view key);

}  // namespace codex::config
