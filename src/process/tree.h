// Which processes descend from this one, and how they are ended.
#pragma once

#include <sys/types.h>

#include <set>

#include "base/clock.h"

namespace codex::process {

/// Direct children of this process, dead and unreaped ones included.
std::set<pid_t> children();

/// Kills what is below this process now, but `spared` and what is below those.
void kill_descendants(const std::set<pid_t>& spared);

/// Kills and reaps everything below this process but `spared` and what is below those: what starts
/// others while it is killed, too. False when somebody was still starting others, or could not be
/// killed, at the deadline. Who hangs in the kernel, killed already, is left behind.
bool end_descendants(const std::set<pid_t>& spared, const base::Clock& clock,
                     base::Steady deadline);

/// Reaps children that have ended, but for the `spared`: orphans that were handed to us.
void reap_ended(const std::set<pid_t>& spared);

/// Reaps the child when it has ended.
bool reap_if_ended(pid_t child);

}  // namespace codex::process
