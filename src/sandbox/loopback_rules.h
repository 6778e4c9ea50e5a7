// What a command may bind and connect to under Network::loopback where a supervisor does it: pure
// decisions about addresses, without a system call.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace codex::sandbox {

enum class Family { inet, inet6 };

/// Address and port. IPv4 is ::ffff:a.b.c.d, as a socket of either family may mean the same place.
struct Endpoint {
    std::array<std::uint8_t, 16> address{};  // network order
    std::uint16_t port = 0;                  // host order
    bool operator==(const Endpoint&) const = default;
};

/// The errno that the caller gets.
struct Refusal {
    int error = 0;
    bool operator==(const Refusal&) const = default;
};

using Decision = std::variant<Endpoint, Refusal>;

/// A listening socket of the network namespace, the machine's or the command's.
struct ListeningSocket {
    Endpoint endpoint;
    std::uint64_t inode = 0;
    bool operator==(const ListeningSocket&) const = default;
};

/// A socket that the command listens on; `any` where it asked for every address.
struct OwnListener {
    std::uint64_t inode = 0;
    bool any = false;
    bool operator==(const OwnListener&) const = default;
};

Endpoint ipv4(std::array<std::uint8_t, 4> address, std::uint16_t port);
bool is_any(const Endpoint& endpoint);
bool is_loopback(const Endpoint& endpoint);

/// A sockaddr as the kernel reads it for a socket of `family`; refused with its errno.
Decision parse_address(std::span<const std::uint8_t> bytes, Family family);

/// The other way; returns the length. An IPv6 endpoint on an inet socket is a mistake of ours.
socklen_t render_address(const Endpoint& endpoint, Family family, sockaddr_storage& storage);

/// Loopback stays what it is, every address becomes loopback, all else is not there. A socket for
/// both families is put on ::ffff:127.0.0.1, one for IPv6 only on ::1.
Decision where_to_bind(const Endpoint& asked, Family family, bool v6_only);

/// Only where every listener of exactly this endpoint is the command's own. A port alone would not
/// do: with 127.0.0.1:80 bound, 127.0.0.2:80 or [::1]:80 may be the machine's. A server that asked
/// for every address is also found by the loopback addresses on which it had to be left out.
/// Refused as in a network of its own: ECONNREFUSED, and ENETUNREACH beyond loopback.
Decision where_to_connect(const Endpoint& asked, Family family,
                          std::span<const ListeningSocket> listeners,
                          std::span<const OwnListener> own);

/// Whether somebody else listens on that endpoint or, at its port, on every address: with
/// SO_REUSEPORT a command of the same uid would get a part of the connections.
bool shares_with_others(const Endpoint& endpoint, std::span<const ListeningSocket> listeners,
                        std::span<const OwnListener> own);

/// Listening sockets in the text of /proc/net/tcp or tcp6 (proc(5)), where they come first.
std::vector<ListeningSocket> parse_listeners(std::string_view table);

/// Whether the last line of a part of that text is about a connection: no more is listening then.
bool reaches_connections(std::string_view table);

}  // namespace codex::sandbox
