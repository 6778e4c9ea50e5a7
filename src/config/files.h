// Where configuration files lie, and their reading.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "config/load.h"

namespace codex::config {

inline constexpr std::string_view kSystemFile = "/etc/codex/config.toml";

/// CODEX_HOME, which then must be a folder (ConfigError), else ~/.codex, which need not be there;
/// nullopt when HOME is not set either.
std::optional<std::filesystem::path> codex_home(const base::Environment& environment);

/// `environment` with what $CODEX_HOME/.env adds: names that are not set yet and do not begin with
/// CODEX_. Lines that are no NAME=value are left out.
base::Environment with_dotenv(const base::Environment& environment, std::string_view dotenv);

struct LoadOptions {
    base::Environment environment = {};
    std::vector<std::string> assignments = {};
    ConfigOverrides overrides = {};
    bool is_strict = false;
    /// False: no file is read and none is looked for, .env neither.
    bool load_default_config = true;
    std::filesystem::path system_file{kSystemFile};
};

/// Reads the files that are there. Throws ConfigError for one that is there and cannot be read.
Layers read_layers(const LoadOptions& options);

}  // namespace codex::config
