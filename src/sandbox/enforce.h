// Puts the calling process into the sandbox. Runs in codex-worker only, never in the broker.
#pragma once

#include "base/error.h"
#include "sandbox/policy.h"

namespace codex::sandbox {

/// A layer that the policy needs cannot be had; the message names the layer and what to do.
class SandboxError : public base::Error {
  public:
    using Error::Error;
};

/// Applies every layer in order: death with the broker, new session, limits, groups and uid,
/// capabilities, no new privileges, Landlock, seccomp. Fails closed with SandboxError under
/// Requirement::required. Afterwards this process and its descendants can never leave. `report`
/// receives the layers in force and those missing. `own_code`: nothing is executed afterwards, so
/// that openat2 may stay. Under Network::loopback without a network namespace it returns in a
/// child, whose supervisor the calling process has become.
void enforce(const Policy& policy, std::int32_t broker_pid, WorkerReport& report,
             bool own_code = false);

/// First thing in the broker's main: no core dumps, not dumpable (so that /proc/<pid>/environ and
/// ptrace are closed to other processes of our uid), no new privileges.
void harden_broker();

}  // namespace codex::sandbox
