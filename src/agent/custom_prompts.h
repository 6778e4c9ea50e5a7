// Prompts that a user keeps as files: $CODEX_HOME/prompts/*.md, with placeholders for arguments
// (spec/codex-core.md 7.5).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/session_events.h"

namespace codex::agent {

/// By name, which is the file's without ".md" (in any case). Symbolic links, folders, and files
/// that cannot be read or are no UTF-8 are left out. Without the folder there are none.
std::vector<protocol::CustomPrompt> load_custom_prompts(const std::filesystem::path& codex_home);

/// Takes `description` and `argument-hint` (or `argument_hint`) from a front matter between "---"
/// lines; without its end the whole text is the prompt.
protocol::CustomPrompt parse_custom_prompt(std::string name, std::string path,
                                           std::string_view text);

/// Fills in arguments: blanks separate them, quotes and backslashes work as in a shell. $1 to $9
/// are arguments (nothing where there is none), $ARGUMENTS all of them, $$ is a dollar sign. Where
/// the prompt has a $NAME (capitals), arguments are NAME=value instead, all names must be given,
/// and only names and $$ are replaced. Throws base::Error that says which is missing or malformed.
std::string expand_prompt(std::string_view content, std::string_view arguments);

/// What "/prompts:NAME ARGUMENTS" stands for; nullopt for any other text, and for a name that none
/// of the prompts has. Throws as expand_prompt.
std::optional<std::string> expand_invocation(std::string_view text,
                                             const std::vector<protocol::CustomPrompt>& prompts);

}  // namespace codex::agent
