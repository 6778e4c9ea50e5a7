#include "sandbox/supervised_sockets.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "sandbox/caller.h"

namespace codex::sandbox {
namespace {

// Beyond it come connections, which nobody looks at.
constexpr std::size_t kMostTableBytes = std::size_t{1} << 20;

bool names_no_family(const Copy& copy) {
    return copy.bytes[0] == AF_UNSPEC && copy.bytes[1] == 0;
}

std::vector<ListeningSocket> machine_listeners() {
    std::vector<ListeningSocket> all;
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        const base::UniqueFd fd(::open(table, O_RDONLY | O_CLOEXEC));
        std::string text;
        std::array<char, 16384> buffer;
        ssize_t got = 0;
        while (fd && text.size() < kMostTableBytes && !reaches_connections(text) &&
               (got = ::read(fd.get(), buffer.data(), buffer.size())) > 0)
            text.append(buffer.data(), static_cast<std::size_t>(got));
        const std::vector<ListeningSocket> found = parse_listeners(text);
        all.insert(all.end(), found.begin(), found.end());
    }
    return all;
}

/// Sets SO_SNDTIMEO as low as it goes. A blocking connect() on loopback does not need the time, and
/// where the server's backlog is full it goes on behind EINPROGRESS instead of holding us up.
/// O_NONBLOCK would do the same, but whoever shares the socket could see it. Who sets the option
/// in between holds up only its own command.
class BriefConnect {
  public:
    explicit BriefConnect(int fd) : fd_(fd) {
        socklen_t size = sizeof before_;
        ::getsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &before_, &size);
        const timeval shortest = {.tv_sec = 0, .tv_usec = 1};
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &shortest, sizeof shortest);
    }
    ~BriefConnect() { ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &before_, sizeof before_); }
    BriefConnect(const BriefConnect&) = delete;
    BriefConnect& operator=(const BriefConnect&) = delete;
    bool had_limit() const { return before_.tv_sec != 0 || before_.tv_usec != 0; }

  private:
    int fd_;
    timeval before_ = {};
};

bool is_non_blocking(int fd) {
    return (::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

int tcp_state(int fd) {
    tcp_info info = {};
    socklen_t size = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return TCP_CLOSE;
    return info.tcpi_state;
}

int disconnect(int fd) {
    const sockaddr nothing = {};
    return ::connect(fd, &nothing, sizeof nothing);
}

/// Why a connection failed; the socket can then try again, as after a connect() that waited.
int take_error(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    disconnect(fd);
    return error == 0 ? ECONNABORTED : error;
}

bool is_v6_only(int fd) {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &value, &size) == 0 && value != 0;
}

Decision own_endpoint(int fd, Family family) {
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return Refusal{errno};
    return parse_address({reinterpret_cast<const std::uint8_t*>(&address), size}, family);
}

int bind_to(int fd, const Endpoint& endpoint, Family family) {
    sockaddr_storage address;
    const socklen_t size = render_address(endpoint, family, address);
    return ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 ? 0 : -errno;
}

}  // namespace

SupervisedSockets::SupervisedSockets(base::UniqueFd listener) : listener_(std::move(listener)) {
    seccomp_notif_sizes sizes = {};
    if (::syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0)
        base::throw_errno("SECCOMP_GET_NOTIF_SIZES");
    const auto words = [](std::size_t bytes) { return (bytes + 7) / 8; };
    call_buffer_.resize(words(std::max<std::size_t>(sizes.seccomp_notif, sizeof(seccomp_notif))));
    answer_buffer_.resize(
        words(std::max<std::size_t>(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp))));
}

void SupervisedSockets::add_waits(std::vector<pollfd>& waits) const {
    waits.push_back({.fd = listener_.get(), .events = POLLIN, .revents = 0});
    for (const Duplicate& socket : sockets_) {
        if (socket.connecting)
            waits.push_back({.fd = socket.fd.get(), .events = POLLOUT, .revents = 0});
    }
}

void SupervisedSockets::serve(std::span<const pollfd> waits) {
    for (const pollfd& wait : waits) {
        if (wait.revents == 0) continue;
        if (wait.fd == listener_.get()) {
            if ((wait.revents & POLLIN) != 0) serve_call();
            continue;
        }
        const auto found = std::find_if(sockets_.begin(), sockets_.end(), [&](const Duplicate& s) {
            return s.fd.get() == wait.fd && s.connecting;
        });
        if (found != sockets_.end()) follow(*found);
    }
}

void SupervisedSockets::serve_call() {
    std::fill(call_buffer_.begin(), call_buffer_.end(), 0);
    auto* const call = reinterpret_cast<seccomp_notif*>(call_buffer_.data());
    if (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_RECV, call) != 0) {
        // The caller was killed, or interrupted by a signal.
        if (errno == ENOENT || errno == EINTR) return;
        base::throw_errno("SECCOMP_IOCTL_NOTIF_RECV");
    }
    if (const Answer result = decide(*call)) answer(call->id, *result);
}

void SupervisedSockets::answer(std::uint64_t call, int result) {
    std::fill(answer_buffer_.begin(), answer_buffer_.end(), 0);
    auto* const response = reinterpret_cast<seccomp_notif_resp*>(answer_buffer_.data());
    response->id = call;
    if (result < 0)
        response->error = result;
    else
        response->val = result;
    // ENOENT: nobody waits for it any more.
    if (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SEND, response) != 0 && errno != ENOENT &&
        errno != EINPROGRESS)
        base::throw_errno("SECCOMP_IOCTL_NOTIF_SEND");
}

/// Whether what was read of the caller's memory and descriptors was the caller's, and not that of
/// a later process with the same number.
bool SupervisedSockets::is_waiting(std::uint64_t call) const {
    return ::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &call) == 0;
}

SupervisedSockets::Answer SupervisedSockets::decide(const seccomp_notif& call) {
    if (call.data.nr == SYS_socket) return make(call);
    if (call.data.nr == SYS_bind) return bind(call);
    if (call.data.nr == SYS_listen) return listen(call);
    if (call.data.nr == SYS_connect) return connect(call);
    return -EPERM;
}

SupervisedSockets::Answer SupervisedSockets::make(const seccomp_notif& call) {
    if (sockets_.size() >= kMostOpenSockets) forget_closed();
    if (sockets_.size() >= kMostOpenSockets) return -EMFILE;
    const int type = argument(call, 1);
    base::UniqueFd fd(::socket(argument(call, 0), type | SOCK_CLOEXEC, argument(call, 2)));
    struct stat info = {};
    if (!fd || ::fstat(fd.get(), &info) != 0) return -errno;
    seccomp_notif_addfd request = {};
    request.id = call.id;
    // Installed and answered in one: no signal comes between and leaves a descriptor behind.
    request.flags = SECCOMP_ADDFD_FLAG_SEND;
    request.srcfd = static_cast<std::uint32_t>(fd.get());
    request.newfd_flags = (type & SOCK_CLOEXEC) != 0 ? O_CLOEXEC : 0;
    if (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_ADDFD, &request) < 0) {
        // EINVAL: the kernel does not know the flag.
        return errno == EINVAL ? -ENOSYS : -errno;
    }
    Duplicate& socket = sockets_.emplace_back();
    socket.fd = std::move(fd);
    socket.inode = info.st_ino;
    socket.family = argument(call, 0) == AF_INET6 ? Family::inet6 : Family::inet;
    return {};
}

SupervisedSockets::Answer SupervisedSockets::bind(const seccomp_notif& call) {
    const Named named = socket_of(call);
    if (named.error != 0) return -named.error;
    const Copy copy = copy_address(call);
    if (copy.error != 0) return -copy.error;
    if (!is_waiting(call.id)) return {};
    Duplicate* const socket = find(named.inode);
    // Connected or listening: bound already.
    if (socket == nullptr) return -EINVAL;
    const Decision asked = parse_address(copy.text(), socket->family);
    if (const auto* refusal = std::get_if<Refusal>(&asked)) return -refusal->error;
    const auto& endpoint = std::get<Endpoint>(asked);
    const Decision place = where_to_bind(endpoint, socket->family, is_v6_only(socket->fd.get()));
    if (const auto* refusal = std::get_if<Refusal>(&place)) return -refusal->error;
    const int result = bind_to(socket->fd.get(), std::get<Endpoint>(place), socket->family);
    if (result == 0) socket->any = is_any(endpoint);
    return result;
}

SupervisedSockets::Answer SupervisedSockets::listen(const seccomp_notif& call) {
    const Named named = socket_of(call);
    if (named.error != 0) return -named.error;
    if (!is_waiting(call.id)) return {};
    Duplicate* const socket = find(named.inode);
    if (socket == nullptr) {
        // Again, for another length of its queue: it keeps the first one.
        const bool listens =
            std::any_of(listeners_.begin(), listeners_.end(),
                        [&](const OwnListener& l) { return l.inode == named.inode; });
        return listens ? 0 : -EINVAL;
    }
    const int fd = socket->fd.get();
    Decision bound = own_endpoint(fd, socket->family);
    if (const auto* endpoint = std::get_if<Endpoint>(&bound); endpoint && endpoint->port == 0) {
        // The kernel would put it on every address.
        const Decision place = where_to_bind(*endpoint, socket->family, is_v6_only(fd));
        if (const auto* refusal = std::get_if<Refusal>(&place)) return -refusal->error;
        const int result = bind_to(fd, std::get<Endpoint>(place), socket->family);
        if (result != 0) return result;
        socket->any = is_any(*endpoint);
        bound = own_endpoint(fd, socket->family);
    }
    if (const auto* refusal = std::get_if<Refusal>(&bound)) return -refusal->error;
    const auto& endpoint = std::get<Endpoint>(bound);
    if (!is_loopback(endpoint)) return -EINVAL;
    if (!make_room_for_listener()) return -EMFILE;
    if (shares_with_others(endpoint, machine_listeners(), listeners_)) return -EADDRINUSE;
    if (::listen(fd, argument(call, 1)) != 0) return -errno;
    listeners_.push_back({socket->inode, socket->any});
    forget(socket->inode);
    return 0;
}

SupervisedSockets::Answer SupervisedSockets::connect(const seccomp_notif& call) {
    const Named named = socket_of(call);
    if (named.error != 0) return -named.error;
    const Copy copy = copy_address(call);
    if (copy.error != 0) return -copy.error;
    if (!is_waiting(call.id)) return {};
    Duplicate* const socket = find(named.inode);
    // Accepted, connected, or an end of a pair.
    if (socket == nullptr) return -EISCONN;
    if (socket->caller && is_waiting(*socket->caller)) return -EALREADY;
    socket->caller.reset();
    if (names_no_family(copy)) {
        socket->connecting = false;
        return disconnect(socket->fd.get()) == 0 ? 0 : -errno;
    }
    const Decision asked = parse_address(copy.text(), socket->family);
    if (const auto* refusal = std::get_if<Refusal>(&asked)) return -refusal->error;
    const Decision place = where_to_connect(std::get<Endpoint>(asked), socket->family,
                                            machine_listeners(), listeners_);
    if (const auto* refusal = std::get_if<Refusal>(&place)) return -refusal->error;
    return start_connecting(*socket, std::get<Endpoint>(place), call.id);
}

/// `socket` may be gone afterwards.
SupervisedSockets::Answer SupervisedSockets::start_connecting(Duplicate& socket,
                                                              const Endpoint& peer,
                                                              std::uint64_t caller) {
    const int fd = socket.fd.get();
    sockaddr_storage address;
    const socklen_t size = render_address(peer, socket.family, address);
    const bool waits = !is_non_blocking(fd);
    int error = 0;
    bool has_limit = false;
    {
        const BriefConnect brief(fd);
        has_limit = brief.had_limit();
        if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0) error = errno;
    }
    socket.connecting = error == EINPROGRESS || error == EALREADY;
    if (socket.connecting && waits && !has_limit) {
        socket.caller = caller;
        return {};
    }
    if (error == 0 || error == EISCONN)
        forget(socket.inode);
    else if (socket.connecting)
        follow(socket);
    return -error;
}

/// Of a connection on its way. Without a caller only the state is looked at: SO_ERROR is for the
/// command to read. connect() is never called again, because its check would be an old one.
void SupervisedSockets::follow(Duplicate& socket) {
    const int state = tcp_state(socket.fd.get());
    if (state == TCP_SYN_SENT || state == TCP_SYN_RECV) return;
    socket.connecting = false;
    const std::optional<std::uint64_t> caller = std::exchange(socket.caller, std::nullopt);
    if (state != TCP_CLOSE) {
        forget(socket.inode);
        if (caller) answer(*caller, 0);
    } else if (caller) {
        answer(*caller, -take_error(socket.fd.get()));
    }
}

SupervisedSockets::Duplicate* SupervisedSockets::find(std::uint64_t inode) {
    const auto found = std::find_if(sockets_.begin(), sockets_.end(),
                                    [&](const Duplicate& s) { return s.inode == inode; });
    return found == sockets_.end() ? nullptr : &*found;
}

void SupervisedSockets::forget(std::uint64_t inode) {
    std::erase_if(sockets_, [inode](const Duplicate& s) { return s.inode == inode; });
}

void SupervisedSockets::forget_closed() {
    const std::set<std::uint64_t> used = sockets_in_use();
    std::erase_if(sockets_, [&](const Duplicate& s) { return used.count(s.inode) == 0; });
}

/// False where all are still listening.
bool SupervisedSockets::make_room_for_listener() {
    if (listeners_.size() < kMostListeners) return true;
    const std::vector<ListeningSocket> all = machine_listeners();
    std::erase_if(listeners_, [&](const OwnListener& own) {
        return std::none_of(all.begin(), all.end(),
                            [&](const ListeningSocket& l) { return l.inode == own.inode; });
    });
    return listeners_.size() < kMostListeners;
}

}  // namespace codex::sandbox
