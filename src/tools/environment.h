// Which variables a command sees: `shell_environment_policy`.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"

namespace codex::tools {

/// What of our own environment a command starts with: all of it, the few names that every program
/// expects (HOME, PATH, LANG …), or nothing.
enum class Inherit { all, core, none };

/// Patterns match a whole name, whatever its case: `*` any run of characters, `?` one.
struct EnvironmentPolicy {
    Inherit inherit = Inherit::core;
    bool ignore_default_excludes = false;  // keep *KEY*, *SECRET* and *TOKEN*
    std::vector<std::string> exclude = {};
    std::map<std::string, std::string> set = {};
    std::vector<std::string> include_only = {};  // empty: no restriction
};

/// The environment of a command, "NAME=value" by name. In this order: what is inherited, without
/// what never is (the runner's tokens, command files and inputs, our own keys), without the default
/// excludes, without `exclude`, with `set`, and of that what `include_only` names. Names that keep
/// programs from asking, paging and colouring are added where they are not given.
std::vector<std::string> command_environment(const EnvironmentPolicy& policy,
                                             const base::Environment& parent);

}  // namespace codex::tools
