// Which variables a command sees: what `shell_environment_policy` comes to.
#pragma once

#include <string>
#include <vector>

#include "base/environment.h"
#include "protocol/environment_policy.h"

namespace codex::tools {

using protocol::EnvironmentPolicy;
using protocol::Inherit;

/// The environment of a command, "NAME=value" by name. In this order: what is inherited, without
/// what never is (the runner's tokens, command files and inputs, our own keys), without the default
/// excludes, without `exclude`, with `set`, and of that what `include_only` names. Names that keep
/// programs from asking, paging and colouring are added where they are not given.
std::vector<std::string> command_environment(const EnvironmentPolicy& policy,
                                             const base::Environment& parent);

}  // namespace codex::tools
