// Who the worker is: its session, its tie to the broker, its groups and its uid.
#pragma once

#include <cstdint>
#include <string>

namespace codex::sandbox {

/// Makes sure that this process leads a session, and with it a process group.
void lead_session();

/// The kernel kills this process when the broker ends. A change of uid takes the order back, so it
/// is given after it. Throws Error when the broker has already gone.
void die_with(std::int32_t broker_pid);

/// Leaves all supplementary groups and becomes uid and gid for good; for root only. Pipes on 0, 1
/// and 2 are handed over, so that /dev/stdout can be opened again.
void become(std::uint32_t uid, std::uint32_t gid);

/// Leaves all supplementary groups and takes the main group of root; for root only.
void leave_groups();

}  // namespace codex::sandbox
