// The worker's own work with files, once it is inside the sandbox.
#pragma once

#include "sandbox/policy.h"

namespace codex::worker {

/// Both write their answer to stdout and return the exit code; see sandbox/file_tasks.h.
int print_file(const sandbox::Policy& policy, const sandbox::FileRead& wanted);
int patch_files(const sandbox::Policy& policy, const sandbox::PatchTask& task);

}  // namespace codex::worker
