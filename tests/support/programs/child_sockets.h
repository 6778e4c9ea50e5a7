// What the test program can do with sockets of the internet, and what its behaviours share.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/unique_fd.h"

namespace codex::test {

using Arguments = std::span<const std::string>;

inline std::string failure() {
    return ::strerrorname_np(errno);
}

inline std::string ok_unless(bool failed) {
    return failed ? failure() : "ok";
}

inline int number(const std::string& text) {
    return std::atoi(text.c_str());
}

inline std::string read_all(int fd) {
    std::string text;
    char buffer[4096];
    ssize_t got = 0;
    while ((got = ::read(fd, buffer, sizeof buffer)) > 0)
        text.append(buffer, static_cast<std::size_t>(got));
    return got < 0 ? failure() : text;
}

using Behaviour = std::function<std::string(Arguments)>;

inline sockaddr_in on_loopback(int port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

inline const sockaddr* generic(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

inline codex::base::UniqueFd tcp_socket(int flags = 0) {
    return codex::base::UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
}

inline int port_of(const codex::base::UniqueFd& fd) {
    sockaddr_in address = {};
    socklen_t size = sizeof address;
    ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

/// A server of ours on `port`, or none and errno.
inline codex::base::UniqueFd serve_on(int port, int backlog = 64, int flags = 0) {
    codex::base::UniqueFd fd = tcp_socket(flags);
    const int yes = 1;
    if (fd) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const sockaddr_in address = on_loopback(port);
    if (!fd || ::bind(fd.get(), generic(address), sizeof address) != 0 ||
        ::listen(fd.get(), backlog) != 0)
        fd.reset();
    return fd;
}

inline bool connects(const codex::base::UniqueFd& fd, int port) {
    const sockaddr_in address = on_loopback(port);
    return ::connect(fd.get(), generic(address), sizeof address) == 0;
}

/// "through" when a client of ours exchanged a word with a server of ours on 127.0.0.1.
inline std::string serve_and_connect() {
    const codex::base::UniqueFd server(::socket(AF_INET, SOCK_STREAM, 0));
    if (!server) return failure();
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(server.get(), generic, size) != 0 || ::listen(server.get(), 1) != 0 ||
        ::getsockname(server.get(), generic, &size) != 0)
        return failure();
    const codex::base::UniqueFd client(::socket(AF_INET, SOCK_STREAM, 0));
    if (!client || ::connect(client.get(), generic, size) != 0) return failure();
    const codex::base::UniqueFd peer(::accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!peer) return failure();
    char word[8] = {};
    if (::send(client.get(), "through", 7, 0) != 7 || ::recv(peer.get(), word, 7, MSG_WAITALL) != 7)
        return failure();
    return word;
}

/// One byte by a call that connects while it sends.
inline std::string send_to_port(const std::string& call, int flags, int port) {
    const codex::base::UniqueFd fd = tcp_socket();
    sockaddr_in address = on_loopback(port);
    char byte = 'x';
    iovec content = {.iov_base = &byte, .iov_len = 1};
    mmsghdr message = {};
    message.msg_hdr.msg_name = &address;
    message.msg_hdr.msg_namelen = sizeof address;
    message.msg_hdr.msg_iov = &content;
    message.msg_hdr.msg_iovlen = 1;
    long sent = -1;
    if (call == "sendto")
        sent = ::sendto(fd.get(), &byte, 1, flags, generic(address), sizeof address);
    if (call == "sendmsg") sent = ::sendmsg(fd.get(), &message.msg_hdr, flags);
    if (call == "sendmmsg") sent = ::sendmmsg(fd.get(), &message, 1, flags);
    return ok_unless(sent != 1);
}

inline std::string set_socket_option(int level, int option) {
    const codex::base::UniqueFd fd = tcp_socket();
    const int zero = 0;
    return ok_unless(::setsockopt(fd.get(), level, option, &zero, sizeof zero) != 0);
}

/// Where a server ends up that asks for every address, or for one that is named.
inline std::string where_bound(const std::string& address) {
    const bool v6 = address.find(':') != std::string::npos;
    const codex::base::UniqueFd fd(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0));
    if (!fd) return failure();
    sockaddr_storage name = {};
    socklen_t size = sizeof name;
    char text[INET6_ADDRSTRLEN] = {};
    auto* v6_name = reinterpret_cast<sockaddr_in6*>(&name);
    auto* v4_name = reinterpret_cast<sockaddr_in*>(&name);
    name.ss_family = v6 ? AF_INET6 : AF_INET;
    void* host = v6 ? static_cast<void*>(&v6_name->sin6_addr) : &v4_name->sin_addr;
    ::inet_pton(name.ss_family, address.c_str(), host);
    if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&name),
               v6 ? sizeof *v6_name : sizeof *v4_name) != 0 ||
        ::listen(fd.get(), 1) != 0 ||
        ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&name), &size) != 0)
        return failure();
    return ::inet_ntop(name.ss_family, host, text, sizeof text);
}

/// A server that was never bound: where the kernel puts it, and that a second listen() is no error.
inline std::string listen_unbound() {
    const codex::base::UniqueFd fd = tcp_socket();
    if (::listen(fd.get(), 1) != 0 || ::listen(fd.get(), 5) != 0) return failure();
    sockaddr_in address = {};
    socklen_t size = sizeof address;
    ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
    char text[INET_ADDRSTRLEN] = {};
    return ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
}

/// A server in one process and a client in another, which reads to the end of the answer.
inline std::string serve_in_another_process() {
    codex::base::UniqueFd server = serve_on(0);
    if (!server) return failure();
    const int port = port_of(server);
    const pid_t pid = ::fork();
    if (pid == 0) {
        const codex::base::UniqueFd peer(::accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC));
        codex::base::write_all(peer.get(), "answer " + read_all(peer.get()));
        ::_exit(0);
    }
    server.reset();
    const codex::base::UniqueFd client = tcp_socket();
    if (!connects(client, port)) return failure();
    codex::base::write_all(client.get(), "question");
    ::shutdown(client.get(), SHUT_WR);
    std::string answer = read_all(client.get());
    ::waitpid(pid, nullptr, 0);
    return answer;
}

/// A client that is refused tries again with the same socket, once its server listens.
inline std::string connect_again(int flags) {
    const codex::base::UniqueFd client = tcp_socket(flags);
    codex::base::UniqueFd server = tcp_socket();
    sockaddr_in address = on_loopback(0);
    if (::bind(server.get(), generic(address), sizeof address) != 0) return failure();
    const int port = port_of(server);
    std::string said = connects(client, port) ? "ok" : failure();
    if (::listen(server.get(), 1) != 0) return failure();
    if (!connects(client, port) && errno != EINPROGRESS) return said + " " + failure();
    const codex::base::UniqueFd peer(::accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC));
    return said + (::send(peer.get(), "x", 1, 0) == 1 ? " ok" : failure());
}

/// Clients that wait for a server whose queue is full keep nobody else from connecting, and come
/// through when it takes them.
inline std::string wait_for_full_server(int clients) {
    const codex::base::UniqueFd server = serve_on(0, 0);
    if (!server) return failure();
    const int port = port_of(server);
    for (int i = 0; i < clients; ++i) {
        if (::fork() != 0) continue;
        const codex::base::UniqueFd client = tcp_socket();
        // Whose first word is lost, for the queue was full again, repeats it.
        const bool through = connects(client, port) && ::write(client.get(), "x", 1) == 1;
        char byte = 0;
        ::_exit(through && ::read(client.get(), &byte, 1) == 1 ? 0 : 1);
    }
    std::string said = serve_and_connect();
    for (int i = 0; i < clients; ++i) {
        const codex::base::UniqueFd peer(::accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC));
        char byte = 0;
        if (::read(peer.get(), &byte, 1) != 1 || ::write(peer.get(), "x", 1) != 1) return failure();
    }
    int through = 0;
    int status = 0;
    while (::wait(&status) > 0) through += status == 0 ? 1 : 0;
    return fmt::format("{}, {} of {}", said, through, clients);
}

/// Closes each at once, or keeps all.
inline std::string make_sockets(int count, bool keeps) {
    std::vector<codex::base::UniqueFd> kept;
    for (int made = 0; made < count; ++made) {
        codex::base::UniqueFd fd = tcp_socket();
        if (!fd) return fmt::format("{} {}", made, failure());
        if (keeps) kept.push_back(std::move(fd));
    }
    return "ok";
}

inline std::string serve_and_close(int port) {
    return ok_unless(!serve_on(port));
}

/// Connects to a server of ours while a second thread keeps changing the address to `port`:
/// "own" and whether there was a connection to that one.
inline std::string exchange_address(int port, int rounds) {
    const codex::base::UniqueFd server = serve_on(0, 64, SOCK_NONBLOCK);
    if (!server) return failure();
    const int own = port_of(server);
    sockaddr_in address = on_loopback(own);
    std::atomic<bool> begun = false;
    std::atomic<bool> over = false;
    std::thread changer([&] {
        const auto* there = reinterpret_cast<std::atomic<in_port_t>*>(&address.sin_port);
        auto* changed = const_cast<std::atomic<in_port_t>*>(there);
        bool to_other = false;
        while (!over) {
            begun = true;
            to_other = !to_other;
            changed->store(htons(static_cast<std::uint16_t>(to_other ? port : own)));
        }
    });
    while (!begun) std::this_thread::yield();
    int to_own = 0;
    int elsewhere = 0;
    for (int i = 0; i < rounds && elsewhere == 0; ++i) {
        const codex::base::UniqueFd client = tcp_socket();
        if (::connect(client.get(), generic(address), sizeof address) != 0) continue;
        sockaddr_in peer = {};
        socklen_t size = sizeof peer;
        ::getpeername(client.get(), reinterpret_cast<sockaddr*>(&peer), &size);
        (ntohs(peer.sin_port) == own ? to_own : elsewhere) += 1;
        while (codex::base::UniqueFd(::accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC))) {
        }
    }
    over = true;
    changer.join();
    return fmt::format("{}{}", to_own > 0 ? "own" : "none", elsewhere > 0 ? ", other" : "");
}

/// `others` and those about sockets.
inline std::map<std::string, Behaviour> with_sockets(std::map<std::string, Behaviour> others) {
    others.insert({
        {"serve_and_connect", [](Arguments) { return serve_and_connect(); }},
        {"send_to_port",
         [](Arguments a) { return send_to_port(a[0], number(a[1]), number(a[2])); }},
        {"set_socket_option",
         [](Arguments a) { return set_socket_option(number(a[0]), number(a[1])); }},
        {"where_bound", [](Arguments a) { return where_bound(a[0]); }},
        {"listen_unbound", [](Arguments) { return listen_unbound(); }},
        {"serve_in_another_process", [](Arguments) { return serve_in_another_process(); }},
        {"connect_again", [](Arguments) { return connect_again(0); }},
        {"connect_again_without_waiting", [](Arguments) { return connect_again(SOCK_NONBLOCK); }},
        {"wait_for_full_server", [](Arguments a) { return wait_for_full_server(number(a[0])); }},
        {"make_sockets", [](Arguments a) { return make_sockets(number(a[0]), false); }},
        {"keep_sockets", [](Arguments a) { return make_sockets(number(a[0]), true); }},
        {"serve_and_close", [](Arguments a) { return serve_and_close(number(a[0])); }},
        {"exchange_address",
         [](Arguments a) { return exchange_address(number(a[0]), number(a[1])); }},
    });
    return others;
}

}  // namespace codex::test
