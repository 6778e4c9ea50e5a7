// Resource limits of the worker and all it starts (setrlimit(2)).
#pragma once

#include "sandbox/policy.h"

namespace codex::sandbox {

/// Sets soft and hard limits but that of processes, never above what is already the hard limit.
void apply_limits(const Limits& limits);

/// Of the caller's uid, or of its user namespace since Linux 5.14; not of the machine's root.
void limit_processes(const Limits& limits);

/// The kernel that runs out of memory ends this process and what it starts before all others: the
/// broker lives on and can say what happened.
void die_first_without_memory();

/// No core files: of this process, for good.
void forbid_core_files();

}  // namespace codex::sandbox
