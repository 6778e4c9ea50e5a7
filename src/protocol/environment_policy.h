// `shell_environment_policy`: which variables a command sees, as configuration says it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/codec.h"

namespace codex::protocol {

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
    friend bool operator==(const EnvironmentPolicy&, const EnvironmentPolicy&) = default;
};

}  // namespace codex::protocol

template <>
struct codex::json::EnumNames<codex::protocol::Inherit> {
    using Inherit = codex::protocol::Inherit;
    static constexpr std::pair<Inherit, std::string_view> names[] = {
        {Inherit::all, "all"}, {Inherit::core, "core"}, {Inherit::none, "none"}};
};
