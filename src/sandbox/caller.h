// What a process holds that waits for the supervisor's answer: its arguments, its descriptors and
// its memory. All may be another process's by the time they were read, until the call is found to
// wait still (SECCOMP_IOCTL_NOTIF_ID_VALID).
#pragma once

#include <netinet/in.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>

struct seccomp_notif;

namespace codex::sandbox {

/// As the kernel reads an int.
int argument(const seccomp_notif& call, std::size_t number);

/// What a descriptor of a process is, by its link in /proc.
struct Named {
    int error = 0;  // an errno: no socket
    std::uint64_t inode = 0;
};

/// Of the first argument.
Named socket_of(const seccomp_notif& call);

/// The address that the second and third argument name, copied; or an errno.
struct Copy {
    int error = 0;
    std::array<std::uint8_t, sizeof(sockaddr_in6)> bytes{};
    std::size_t size = 0;
    std::span<const std::uint8_t> text() const { return {bytes.data(), size}; }
};

Copy copy_address(const seccomp_notif& call);

/// Every socket that a process which we may look at has open, but our own.
std::set<std::uint64_t> sockets_in_use();

}  // namespace codex::sandbox
