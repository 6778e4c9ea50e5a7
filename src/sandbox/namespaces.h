// Namespaces of the command's own, where the kernel grants them (namespaces(7)): mounts that make
// protected paths read-only, and a network that holds nothing but a loopback device.
#pragma once

#include <string>

#include "sandbox/policy.h"

namespace codex::sandbox {

struct Namespaces {
    bool mounts = false;
    bool network = false;
    std::string why_not;  // the kernel's word, where one is wanted and not had
};

/// Enters those that the policy asks for: mounts where workspace_write has protected paths, network
/// for Network::loopback, whose device is set up. As root by CAP_SYS_ADMIN, else in a user
/// namespace that maps only the caller itself. Containers and distributions refuse that often: it
/// is a value, not an error. Before capabilities are dropped and Landlock closes mounts.
Namespaces enter_namespaces(const Policy& policy);

/// Mounts each protected path that is there read-only, and each folder above it, up to its writable
/// root, upon itself: a folder in use as a mount point cannot be renamed away. Needs a mount
/// namespace of our own. Throws base::Error.
void mount_read_only(const Policy& policy);

}  // namespace codex::sandbox
