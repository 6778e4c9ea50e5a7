// The system call filter: a classic BPF program, written by hand so that the worker needs no
// library (seccomp(2)). Every refusal is an errno, never a kill.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"

namespace codex::sandbox {

enum class Architecture { x86_64, aarch64 };

/// How a system call is looked at. What a check lets pass is allowed.
enum class Check : std::uint8_t {
    refuse,           // EPERM
    absent,           // ENOSYS, so that callers fall back to what can be looked at
    own_code,         // ENOSYS for all code but ours
    no_network,       // EPERM unless there are sockets; the supervisor's, if there is one
    no_sockets,       // EPERM unless there are sockets
    socket_domain,    // INET, INET6 and routing NETLINK, if any
    stream_pair,      // AF_UNIX pairs of streams or packets; datagram pairs can address others
    no_address,       // a destination needs sockets of our own
    no_fast_open,     // supervised: no connection by sending
    socket_option,    // supervised: none that leads a connection elsewhere or makes it later
    namespaces,       // no flag that makes a namespace
    unshared,         // of a process' own: folder, descriptors, semaphores
    plain_pipe,       // no pipe for the kernel's notifications
    own_process,      // process id 0 only
    own_personality,  // Linux' own personality, or asking for it
    device_request,   // nothing that types into a terminal or makes things on btrfs; read-only:
                      // requests that are known to change nothing
    file_mode,        // read-only: EPERM; else no set-id bits
    new_file_mode,    // no set-id bits
    open_flags,       // no set-id bits on a new file; no truncation where Landlock cannot see it
    truncation,       // EPERM where Landlock cannot see it
    metadata,         // read-only: EPERM, because Landlock has no right for it
};

inline constexpr int kNoSuchCall = -1;

struct SyscallRule {
    std::string_view name;
    int x86_64;
    int aarch64;
    Check check;
    std::uint8_t argument;  // the one that the check is about
    std::string_view reason;
};

std::span<const SyscallRule> syscall_rules();

/// Numbers above this are ENOSYS: calls that did not exist when the rules were written.
inline constexpr std::uint32_t kLastKnownSyscall = 469;  // file_setattr, Linux 6.17

/// What sockets a command may have: of the internet families, or TCP by leave of a supervisor,
/// which makes, binds and connects them itself.
enum class Sockets { none, supervised, internet };

struct FilterOptions {
    Sockets sockets = Sockets::none;
    bool read_only = true;
    bool landlock_sees_truncation = true;  // ABI 3 and later
    bool own_code = false;                 // what runs is ours, and may use openat2
};

/// The program; calls of another architecture (and x32) are EPERM.
std::vector<sock_filter> build_filter(Architecture architecture, const FilterOptions& options);

/// Installs the filter of this machine for this thread and all it starts. Needs no_new_privs.
void install_filter(const FilterOptions& options);

/// The same, for Sockets::supervised; returns where the supervisor hears of calls
/// (seccomp_unotify(2)). A second one in the same process is refused by the kernel.
base::UniqueFd install_supervised_filter(const FilterOptions& options);

}  // namespace codex::sandbox
