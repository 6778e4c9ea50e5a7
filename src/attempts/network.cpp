// Reaching anything by a socket, and being a victim that can be reached.
#include <linux/io_uring.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "attempts/attempts.h"
#include "base/error.h"
#include "base/unique_fd.h"

namespace codex::attempts {
namespace {

using base::UniqueFd;

struct Address {
    sockaddr_storage storage = {};
    socklen_t size = 0;
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Address on_loopback(int port) {
    Address address;
    sockaddr_in internet = {};
    internet.sin_family = AF_INET;
    internet.sin_port = htons(static_cast<std::uint16_t>(port));
    internet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::memcpy(&address.storage, &internet, sizeof internet);
    address.size = sizeof internet;
    return address;
}

Address on_loopback6(int port) {
    Address address;
    sockaddr_in6 internet = {};
    internet.sin6_family = AF_INET6;
    internet.sin6_port = htons(static_cast<std::uint16_t>(port));
    // ::ffff:127.0.0.1, where the victim listens.
    internet.sin6_addr.s6_addr[10] = internet.sin6_addr.s6_addr[11] = 0xff;
    internet.sin6_addr.s6_addr[12] = 127;
    internet.sin6_addr.s6_addr[15] = 1;
    std::memcpy(&address.storage, &internet, sizeof internet);
    address.size = sizeof internet;
    return address;
}

/// A name that begins with '@' is abstract.
Address at_path(const std::string& path) {
    Address address;
    sockaddr_un unix_address = {};
    unix_address.sun_family = AF_UNIX;
    path.copy(unix_address.sun_path, sizeof unix_address.sun_path - 1);
    if (path.starts_with('@')) unix_address.sun_path[0] = '\0';
    std::memcpy(&address.storage, &unix_address, sizeof unix_address);
    address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    return address;
}

std::string abstract_name(const std::string& outside) {
    return "@" + outside;
}

UniqueFd make(int family, int type, int protocol = 0) {
    return UniqueFd(::socket(family, type | SOCK_CLOEXEC, protocol));
}

int connect_to(const Address& address, int type = SOCK_STREAM) {
    const UniqueFd fd = make(address.storage.ss_family, type);
    if (!fd) return errno;
    return outcome(::connect(fd.get(), address.get(), address.size) == 0);
}

int send_to(const Address& address) {
    const UniqueFd fd = make(address.storage.ss_family, SOCK_DGRAM);
    if (!fd) return errno;
    return outcome(::sendto(fd.get(), "x", 1, 0, address.get(), address.size) == 1);
}

int make_only(int family, int type, int protocol) {
    const UniqueFd fd = make(family, type, protocol);
    return outcome(static_cast<bool>(fd));
}

int tcp(const Ground& ground) {
    return connect_to(on_loopback(ground.tcp_port));
}
int tcp6(const Ground& ground) {
    return connect_to(on_loopback6(ground.tcp_port));
}
int tcp_fast_open(const Ground& ground) {
    const Address address = on_loopback(ground.tcp_port);
    const UniqueFd fd = make(AF_INET, SOCK_STREAM);
    if (!fd) return errno;
    return outcome(::sendto(fd.get(), "x", 1, MSG_FASTOPEN, address.get(), address.size) >= 0);
}
int udp(const Ground& ground) {
    return send_to(on_loopback(ground.udp_port));
}
int listen_on_port(const Ground&) {
    const Address address = on_loopback(0);
    const UniqueFd fd = make(AF_INET, SOCK_STREAM);
    if (!fd) return errno;
    return outcome(::bind(fd.get(), address.get(), address.size) == 0 &&
                   ::listen(fd.get(), 1) == 0);
}
int unix_stream(const Ground& ground) {
    return connect_to(at_path(ground.outside + "/stream"));
}
int unix_datagram(const Ground& ground) {
    return send_to(at_path(ground.outside + "/datagram"));
}
int unix_abstract(const Ground& ground) {
    return connect_to(at_path(abstract_name(ground.outside)));
}
/// A datagram pair can send to any address.
int unix_by_pair(const Ground& ground) {
    const Address address = at_path(ground.outside + "/datagram");
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) != 0) return errno;
    const UniqueFd first(pair[0]);
    const UniqueFd second(pair[1]);
    msghdr message = {};
    iovec part = {.iov_base = pair, .iov_len = 1};
    message.msg_name = const_cast<sockaddr*>(address.get());
    message.msg_namelen = address.size;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    return outcome(::sendmsg(first.get(), &message, 0) == 1);
}
int netlink(const Ground&) {
    return make_only(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}
int packet(const Ground&) {
    return make_only(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
}
int raw(const Ground&) {
    return make_only(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}
int vsock(const Ground&) {
    return make_only(AF_VSOCK, SOCK_STREAM, 0);
}
int ring(const Ground&) {
    io_uring_params parameters = {};
    const UniqueFd fd(static_cast<int>(::syscall(SYS_io_uring_setup, 1, &parameters)));
    return outcome(static_cast<bool>(fd));
}

constexpr Attempt kAttempts[] = {
    {Group::network, "connect by TCP", Refused::always, tcp},
    {Group::network, "connect by TCP over IPv6", Refused::always, tcp6},
    {Group::network, "connect by TCP fast open", Refused::always, tcp_fast_open},
    {Group::network, "send by UDP", Refused::always, udp},
    {Group::network, "listen on a port", Refused::always, listen_on_port},
    {Group::network, "connect to a UNIX socket such as docker.sock", Refused::always, unix_stream},
    {Group::network, "send to a UNIX datagram socket", Refused::always, unix_datagram},
    {Group::network, "connect to an abstract UNIX socket", Refused::always, unix_abstract},
    {Group::network, "send to a UNIX socket through a pair", Refused::always, unix_by_pair},
    {Group::network, "make a netlink socket", Refused::always, netlink},
    {Group::network, "make a packet socket", Refused::always, packet},
    {Group::network, "make a raw socket", Refused::always, raw},
    {Group::network, "make a vsock socket", Refused::always, vsock},
    {Group::network, "make an io_uring", Refused::always, ring},
};

UniqueFd serve(const Address& address, int type) {
    UniqueFd fd = make(address.storage.ss_family, type);
    if (!fd || ::bind(fd.get(), address.get(), address.size) != 0 ||
        (type == SOCK_STREAM && ::listen(fd.get(), 64) != 0))
        base::throw_errno("cannot open a socket to be attacked");
    return fd;
}

int port_of(const UniqueFd& fd) {
    sockaddr_in address = {};
    socklen_t size = sizeof address;
    if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
        base::throw_errno("getsockname");
    return ntohs(address.sin_port);
}

}  // namespace

std::span<const Attempt> network_attempts() {
    return kAttempts;
}

void run_victim(const std::string& outside) {
    const UniqueFd tcp_server = serve(on_loopback(0), SOCK_STREAM);
    const UniqueFd udp_server = serve(on_loopback(0), SOCK_DGRAM);
    const UniqueFd stream = serve(at_path(outside + "/stream"), SOCK_STREAM);
    const UniqueFd datagram = serve(at_path(outside + "/datagram"), SOCK_DGRAM);
    const UniqueFd abstract = serve(at_path(abstract_name(outside)), SOCK_STREAM);
    base::write_all(STDOUT_FILENO, std::to_string(port_of(tcp_server)) + " " +
                                       std::to_string(port_of(udp_server)) + "\n");
    while (true) ::pause();
}

}  // namespace codex::attempts
