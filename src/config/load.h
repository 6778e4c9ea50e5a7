// From all layers to one configuration: what each says, who wins, and everything that is wrong.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "config/config.h"
#include "config/origin.h"
#include "config/overrides.h"
#include "config/repository_file.h"

namespace codex::config {

struct SourceText {
    std::string name;  // path, for messages
    std::string text;
};

/// From weakest to strongest, above the defaults. Nothing here touches the disk.
struct Layers {
    std::optional<SourceText> system_file = {};
    std::optional<SourceText> user_file = {};
    /// Asked once, with the profile's name; nullopt when it has no file of its own. May be empty.
    std::function<std::optional<SourceText>(std::string_view profile)> profile_file = {};
    std::optional<SourceText> repository_file = {};  // of the base commit; YAML
    RepositoryLimits repository_limits = {};
    base::Environment environment = {};         // INPUT_<KEY>, CODEX_<KEY> and a few more
    std::vector<std::string> assignments = {};  // "key=value", as behind -c
    ConfigOverrides overrides = {};
    bool is_strict = false;  // unknown keys are errors
};

struct LoadedConfig {
    Config config;
    Origins origins;
    RepositoryFile repository;           // the rules; model and effort are in `config`
    std::optional<std::string> profile;  // the one that was used
    std::vector<std::string> warnings;   // one line each
};

/// Throws InvalidConfig with all problems.
LoadedConfig load_config(const Layers& layers);

/// What only the whole tells: unknown provider, a server with two transports, and the like. The
/// problems' origins are those of the settings.
std::vector<Problem> validate(const Config& config, const Origins& origins);

}  // namespace codex::config
