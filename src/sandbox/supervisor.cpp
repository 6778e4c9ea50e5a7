#include "sandbox/supervisor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "sandbox/identity.h"
#include "sandbox/policy.h"
#include "sandbox/supervised_sockets.h"

namespace codex::sandbox {
namespace {

struct Ends {
    base::UniqueFd supervisor;
    base::UniqueFd command;
};

Ends make_ends() {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        base::throw_errno("socketpair");
    return {base::UniqueFd(fds[0]), base::UniqueFd(fds[1])};
}

/// A message of one byte and one descriptor (unix(7), SCM_RIGHTS).
class Message {
  public:
    Message() {
        header_.msg_iov = &content_;
        header_.msg_iovlen = 1;
        header_.msg_control = control_.data();
        header_.msg_controllen = control_.size();
    }
    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;

    void send(int through, int fd) {
        cmsghdr* const part = CMSG_FIRSTHDR(&header_);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(sizeof fd);
        std::memcpy(CMSG_DATA(part), &fd, sizeof fd);
        if (::sendmsg(through, &header_, MSG_NOSIGNAL) != 1)
            base::throw_errno("cannot hand the filter's listener over");
    }
    /// None where the other end was closed.
    base::UniqueFd receive(int from) {
        if (::recvmsg(from, &header_, MSG_CMSG_CLOEXEC) != 1) return {};
        const cmsghdr* const part = CMSG_FIRSTHDR(&header_);
        if (part == nullptr || part->cmsg_type != SCM_RIGHTS) return {};
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(part), sizeof fd);
        return base::UniqueFd(fd);
    }

  private:
    char byte_ = 0;
    iovec content_ = {.iov_base = &byte_, .iov_len = 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control_{};
    msghdr header_ = {};
};

/// Pipes that the broker reads are the command's alone, or they would not end with it.
void let_go_of_inherited() {
    const base::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (!null || ::dup2(null.get(), fd) < 0) ::close(fd);
    }
    ::close(kRequestFd);
    ::close(kReportFd);
}

/// Its own end, once it has ended; of all others only the zombies go.
std::optional<int> reap(pid_t command) {
    int status = 0;
    while (true) {
        const pid_t ended = ::waitpid(-1, &status, WNOHANG);
        if (ended == command) return status;
        if (ended <= 0) return {};
    }
}

int supervise(pid_t command, base::UniqueFd ends, const sigset_t& child_ended) {
    const base::UniqueFd children(::signalfd(-1, &child_ended, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!children) base::throw_errno("signalfd");
    std::optional<SupervisedSockets> sockets;
    if (base::UniqueFd listener = Message().receive(ends.get()))
        sockets.emplace(std::move(listener));
    ends.reset();
    std::vector<pollfd> waits;
    while (true) {
        waits.assign({{.fd = children.get(), .events = POLLIN, .revents = 0}});
        if (sockets) sockets->add_waits(waits);
        if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) base::throw_errno("poll");
        if (waits.front().revents != 0) {
            signalfd_siginfo ignored;
            if (::read(children.get(), &ignored, sizeof ignored) < 0 && errno != EAGAIN)
                base::throw_errno("signalfd");
            if (const std::optional<int> status = reap(command)) return *status;
        }
        if (sockets) sockets->serve(std::span(waits).subspan(1));
    }
}

[[noreturn]] void end_as(int status) {
    if (WIFSIGNALED(status)) {
        const int signal = WTERMSIG(status);
        sigset_t only;
        ::sigemptyset(&only);
        ::sigaddset(&only, signal);
        ::signal(signal, SIG_DFL);
        ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
        ::raise(signal);
        constexpr int kSignalled = 128;  // as shells have it
        ::_exit(kSignalled + signal);
    }
    ::_exit(WEXITSTATUS(status));
}

[[noreturn]] void run_supervisor(pid_t command, base::UniqueFd ends) noexcept {
    try {
        // The command has the same uid: it must not write to this memory nor read its descriptors.
        if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) base::throw_errno("PR_SET_DUMPABLE");
        let_go_of_inherited();
        sigset_t child_ended;
        ::sigemptyset(&child_ended);
        ::sigaddset(&child_ended, SIGCHLD);
        end_as(supervise(command, std::move(ends), child_ended));
    } catch (const std::exception&) {
        // The command dies with this process.
        ::_exit(kWorkerFailed);
    }
}

/// Before the command runs, a whole connection: the ways that the supervisor needs may be closed by
/// the kernel's age, by Yama or by a container's filter.
void try_it_out() {
    const auto make = [] {
        base::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (!fd)
            base::throw_errno("a socket by the supervisor, for which it takes Linux 5.14 or later");
        return fd;
    };
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    const base::UniqueFd server = make();
    if (::bind(server.get(), generic, size) != 0)
        base::throw_errno(
            "a bind by the supervisor, for which kernel.yama.ptrace_scope must not be above 1");
    const base::UniqueFd client = make();
    if (::listen(server.get(), 1) != 0 || ::getsockname(server.get(), generic, &size) != 0 ||
        ::connect(client.get(), generic, size) != 0)
        base::throw_errno("a connection by the supervisor, for which it must read /proc/net/tcp");
}

void enter_as_command(const FilterOptions& options, base::UniqueFd ends, const sigset_t& mask,
                      pid_t supervisor) {
    die_with(supervisor);
    lead_session();
    if (::sigprocmask(SIG_SETMASK, &mask, nullptr) != 0) base::throw_errno("sigprocmask");
    // As exec will do: for its memory to be read by the supervisor.
    if (::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) base::throw_errno("PR_SET_DUMPABLE");
    base::UniqueFd listener = install_supervised_filter(options);
    Message().send(ends.get(), listener.get());
    listener.reset();
    ends.reset();
    try_it_out();
}

}  // namespace

void become_supervised(const FilterOptions& options) {
    Ends ends = make_ends();
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
        base::throw_errno("PR_SET_CHILD_SUBREAPER");
    sigset_t all;
    sigset_t mask;
    ::sigfillset(&all);
    // No signal of the command's ends the supervisor, but SIGKILL, which then ends both.
    if (::sigprocmask(SIG_SETMASK, &all, &mask) != 0) base::throw_errno("sigprocmask");
    const pid_t supervisor = ::getpid();
    const pid_t command = ::fork();
    if (command < 0) base::throw_errno("cannot fork the supervised process");
    if (command > 0) {
        ends.command.reset();
        run_supervisor(command, std::move(ends.supervisor));
    }
    ends.supervisor.reset();
    enter_as_command(options, std::move(ends.command), mask, supervisor);
}

}  // namespace codex::sandbox
