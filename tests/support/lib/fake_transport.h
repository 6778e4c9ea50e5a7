// A Transport that answers from a table and records what was asked; everything happens on the loop,
// nothing on a wire.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/transport.h"

namespace codex::test {

struct FakeAnswer {
    int status = 200;
    std::vector<http::Header> headers = {};
    std::string body = {};
    /// The body arrives in pieces of so many bytes, one a loop round; 0: in one.
    std::size_t chunk = 0;
    /// Before the head arrives, by the loop's clock.
    std::chrono::milliseconds delay{0};
    /// Ends the transfer: in place of an answer when status is 0, otherwise after the body.
    std::optional<http::TransportError> failure = {};
    /// Nothing comes after what is given (with status 0: nothing at all) until the exchange is
    /// destroyed.
    bool stalls = false;
};

/// No connection was made: the server has seen nothing.
inline FakeAnswer refused() {
    return {.status = 0,
            .failure = http::TransportError("cannot connect to fake: refused", false, false)};
}

/// The request went out and no answer came back: its fate is unknown.
inline FakeAnswer cut_off() {
    return {.status = 0,
            .failure =
                http::TransportError("fake closed the connection without an answer", true, false)};
}

class FakeTransport final : public http::Transport {
  public:
    explicit FakeTransport(loop::Loop& loop) : loop_(loop), state_(std::make_shared<State>()) {}

    /// Answers for requests of `method` to `url` (whole, or a prefix when it ends in '*'), one
    /// after the other; the last one is repeated. The longest matching pattern wins; a later call
    /// for the same pattern replaces.
    void route(std::string method, std::string url, std::vector<FakeAnswer> answers) {
        routes_[{std::move(method), std::move(url)}] = {std::move(answers), 0};
    }

    std::unique_ptr<http::Exchange> start(const http::Request& request) override;
    loop::Loop& loop() override { return loop_; }

    /// All requests in the order in which they were started.
    const std::vector<http::Request>& requests() const { return requests_; }
    /// "GET https://…" for each of them.
    std::vector<std::string> request_lines() const;
    /// When each was started, by the loop's clock, since the first.
    std::vector<std::chrono::milliseconds> start_times() const;
    /// Exchanges now alive and unfinished, and the most at one time.
    std::size_t open() const { return state_->open; }
    std::size_t most_open() const { return state_->most_open; }

  private:
    class FakeExchange;
    struct State {  // shared with the exchanges, which may outlive the transport
        std::size_t open = 0;
        std::size_t most_open = 0;
    };
    struct Route {
        std::vector<FakeAnswer> answers;
        std::size_t used = 0;
    };

    loop::Loop& loop_;
    std::shared_ptr<State> state_;
    std::map<std::pair<std::string, std::string>, Route> routes_;
    std::vector<http::Request> requests_;
    std::vector<base::Steady> starts_;
};

}  // namespace codex::test
