// posix_spawn with everything that a child must not inherit taken away.
#pragma once

#include <sys/types.h>

#include "base/unique_fd.h"
#include "process/process.h"

namespace codex::process {

struct Spawned {
    pid_t pid = 0;       // also its session and its process group
    base::UniqueFd end;  // pidfd: readable when it has ended
};

/// Starts the command with stdout on `output` and stderr on `errors`; stdin is `input`, or what the
/// command says where that is none (-1). The child has its own
/// session, default signal actions, an empty signal mask, and no descriptor but 0 to 2 and the
/// stated ones. Throws Error.
Spawned spawn(const Command& command, int output, int errors, int input = -1);

}  // namespace codex::process
