// Standard output and the current folder, for the subcommands.
#pragma once

#include <filesystem>
#include <string_view>

namespace codex::cli {

/// Writes to standard output and flushes. Throws SystemError, so that a full disk is no success.
void print(std::string_view text);

/// Throws ConfigError when it is gone.
std::filesystem::path current_folder();

}  // namespace codex::cli
