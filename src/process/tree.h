// Which processes descend from this one, and how they are ended.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "base/clock.h"

namespace codex::process {

/// Direct children of this process, dead and unreaped ones included.
std::set<pid_t> children();

/// What proc(5) tells of a process. Its number alone may be another's later; with the time of its
/// start, in ticks since boot, it is one process.
struct ProcessFacts {
    pid_t parent = 0;
    pid_t session = 0;
    std::uint64_t start = 0;
    friend bool operator==(const ProcessFacts&, const ProcessFacts&) = default;
};

/// Nothing when there is no such process (any more).
std::optional<ProcessFacts> facts_of(pid_t pid);
/// All processes that can be seen.
std::map<pid_t, ProcessFacts> list_processes();

/// Which of this process's children are left alone, with what is below them.
using Spared = std::function<bool(pid_t child)>;

/// Kills what is below this process now, but for the spared.
void kill_descendants(const Spared& spared);

/// Kills and reaps everything below this process but for the spared: what starts others while it is
/// killed, too. False when somebody was still starting others, or could not be killed, at the
/// deadline. Who hangs in the kernel, killed already, is left behind.
bool end_descendants(const Spared& spared, const base::Clock& clock, base::Steady deadline);

/// Reaps the child when it has ended.
bool reap_if_ended(pid_t child);

}  // namespace codex::process
