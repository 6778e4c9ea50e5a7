// Network::loopback without a network namespace: this process becomes the supervisor of the
// command, which runs in a child whose sockets the supervisor makes, binds and connects.
#pragma once

#include "sandbox/seccomp.h"

namespace codex::sandbox {

/// Forks, and returns in the child, under the filter and after a connection was made through the
/// supervisor. The calling process never returns: it ends as the child ends, by its exit code
/// or its signal, and the child dies with it. The child leads a session of its own, so that a
/// signal to its group does not meet the supervisor; what it leaves behind becomes the supervisor's
/// child (Yama lets nobody read memory but of descendants), and then its parent's. For a process
/// with one thread, after every other layer. Throws base::Error where the kernel lacks a part.
void become_supervised(const FilterOptions& options);

}  // namespace codex::sandbox
