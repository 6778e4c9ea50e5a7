// Namespaces of the command's own, where the kernel grants them (namespaces(7)): mounts that make
// protected paths read-only, and a network that holds nothing but a loopback device.
#pragma once

#include <string>

#include "sandbox/policy.h"

namespace codex::sandbox {

struct Namespaces {
    bool mounts = false;
    bool network = false;
    bool user = false;  // entered for the others; not as root
    // The kernel's word, where one is wanted and not had.
    std::string why_no_mounts;
    std::string why_no_network;
};

/// Enters those that the policy asks for: mounts in workspace_write, network for
/// Network::loopback, whose device is set up. As root by CAP_SYS_ADMIN, else in a user namespace
/// that maps only the caller itself. Containers and distributions refuse that often: it is a value,
/// not an error. Before capabilities are dropped and Landlock closes mounts.
Namespaces enter_namespaces(const Policy& policy);

/// Mounts everything read-only but the writable roots, and each protected path in them that is
/// there; each folder between is mounted upon itself, for a folder in use as a mount point cannot
/// be renamed away. That also keeps modes, owners and times outside, for which Landlock has no
/// right. Returns why the mounts outside the roots could not be changed; empty: they were. Needs a
/// mount namespace of our own. Throws base::Error.
std::string mount_read_only(const Policy& policy);

}  // namespace codex::sandbox
