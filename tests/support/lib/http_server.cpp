#include "tests/support/lib/http_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/text.h"
#include "base/unique_fd.h"

namespace codex::test {
namespace {

std::size_t content_length(std::string_view head) {
    for (const std::string_view line : base::split_lines(head)) {
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        if (!base::equals_ignoring_case(line.substr(0, colon), "content-length")) continue;
        return static_cast<std::size_t>(
            base::parse_integer(base::trim(line.substr(colon + 1))).value_or(0));
    }
    return 0;
}

}  // namespace

std::optional<std::string> ServerConnection::read_request() {
    while (true) {
        if (const auto head_end = unread_.find("\r\n\r\n"); head_end != std::string::npos) {
            const std::size_t size = head_end + 4 + content_length(unread_.substr(0, head_end));
            if (unread_.size() >= size) {
                std::string request = unread_.substr(0, size);
                unread_.erase(0, size);
                return request;
            }
        }
        char buffer[16384];
        const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
        if (got <= 0) return std::nullopt;
        unread_.append(buffer, static_cast<std::size_t>(got));
    }
}

void ServerConnection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void ServerConnection::reset() {
    const linger abort = {.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
}

void ServerConnection::wait_for_close() {
    char buffer[4096];
    while (::recv(fd_, buffer, sizeof buffer, 0) > 0) {
    }
}

struct HttpServer::State {
    Script script;
    base::UniqueFd listener;
    int port = 0;
    mutable std::mutex mutex;
    std::set<int> open;
    std::size_t accepted = 0;
    std::size_t most_open = 0;
    bool stopping = false;
    std::vector<std::jthread> players;
    std::jthread acceptor;

    void play(base::UniqueFd fd, std::size_t number) {
        ServerConnection connection(fd.get());
        script(connection, number);
        const std::lock_guard lock(mutex);
        open.erase(fd.get());
        // Under the lock, so that the destructor never shuts down a number that was given away
        // again.
        fd.reset();
    }

    void accept_all() {
        while (true) {
            base::UniqueFd fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!fd) return;
            const int on = 1;
            ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            const std::lock_guard lock(mutex);
            if (stopping) return;
            open.insert(fd.get());
            most_open = std::max(most_open, open.size());
            players.emplace_back([this, number = accepted++, owned = std::move(fd)]() mutable {
                play(std::move(owned), number);
            });
        }
    }
};

HttpServer::HttpServer(Script script) : state_(std::make_unique<State>()) {
    state_->script = std::move(script);
    state_->listener.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (!state_->listener || ::bind(state_->listener.get(), generic, size) != 0 ||
        ::listen(state_->listener.get(), 64) != 0 ||
        ::getsockname(state_->listener.get(), generic, &size) != 0) {
        base::throw_errno("cannot listen on loopback");
    }
    state_->port = ntohs(address.sin_port);
    state_->acceptor = std::jthread([state = state_.get()] { state->accept_all(); });
}

HttpServer::~HttpServer() {
    ::shutdown(state_->listener.get(), SHUT_RDWR);
    state_->acceptor.join();
    {
        const std::lock_guard lock(state_->mutex);
        state_->stopping = true;
        for (const int fd : state_->open) ::shutdown(fd, SHUT_RDWR);
    }
    state_->players.clear();
}

int HttpServer::port() const {
    return state_->port;
}

std::string HttpServer::url(std::string_view path) const {
    return fmt::format("http://127.0.0.1:{}{}", state_->port, path);
}

std::size_t HttpServer::connections() const {
    const std::lock_guard lock(state_->mutex);
    return state_->accepted;
}

std::size_t HttpServer::most_open() const {
    const std::lock_guard lock(state_->mutex);
    return state_->most_open;
}

HttpServer::Script answer_each(std::function<std::string(const std::string& request)> answer) {
    return [answer = std::move(answer)](ServerConnection& connection, std::size_t) {
        while (const auto request = connection.read_request()) connection.write(answer(*request));
    };
}

std::string http_answer(int status, std::string_view body, std::string_view extra_headers) {
    return fmt::format("HTTP/1.1 {} Scripted\r\nContent-Length: {}\r\n{}\r\n{}", status,
                       body.size(), extra_headers, body);
}

}  // namespace codex::test
