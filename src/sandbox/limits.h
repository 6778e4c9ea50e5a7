// Resource limits of the worker and all it starts (setrlimit(2)).
#pragma once

#include "sandbox/policy.h"

namespace codex::sandbox {

/// Sets soft and hard limits, never above what is already the hard limit. `counts_processes`: the
/// uid is about to be dropped, so that its processes are the command's.
void apply_limits(const Limits& limits, bool counts_processes);

/// The kernel that runs out of memory ends this process and what it starts before all others: the
/// broker lives on and can say what happened.
void die_first_without_memory();

/// No core files: of this process, for good.
void forbid_core_files();

}  // namespace codex::sandbox
