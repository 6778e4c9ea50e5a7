#include "tests/support/lib/fake_transport.h"

#include <algorithm>
#include <stdexcept>

namespace codex::test {

class FakeTransport::FakeExchange final : public http::Exchange {
  public:
    FakeExchange(loop::Loop& loop, std::shared_ptr<State> state, FakeAnswer answer)
        : loop_(loop), state_(std::move(state)), answer_(std::move(answer)) {
        state_->most_open = std::max(state_->most_open, ++state_->open);
        schedule(answer_.delay);
    }
    ~FakeExchange() override {
        if (timer_) loop_.cancel_timer(*timer_);
        if (!finished_) --state_->open;
    }
    FakeExchange(const FakeExchange&) = delete;
    FakeExchange& operator=(const FakeExchange&) = delete;

    bool has_head() const override { return has_head_ || finished_; }
    bool finished() const override { return finished_; }
    const http::Response& head() const override {
        if (!has_head_) {
            check();
            throw std::logic_error("the head of a response was read before it arrived");
        }
        return head_;
    }
    std::string take_body() override { return std::exchange(arrived_, {}); }
    void check() const override {
        if (finished_ && answer_.failure) throw http::TransportError(*answer_.failure);
    }

  private:
    void schedule(std::chrono::milliseconds delay) {
        timer_ = loop_.after(delay, [this] {
            timer_.reset();
            advance();
        });
    }

    void advance() {
        if (!has_head_ && answer_.status != 0) {
            has_head_ = true;
            head_ = {answer_.status, answer_.headers, ""};
            schedule({});
            return;
        }
        if (answer_.status != 0 && sent_ < answer_.body.size()) {
            const std::size_t size = answer_.chunk == 0 ? answer_.body.size() : answer_.chunk;
            arrived_ += answer_.body.substr(sent_, size);
            sent_ += size;
            schedule({});
            return;
        }
        if (answer_.stalls) return;
        finished_ = true;
        --state_->open;
    }

    loop::Loop& loop_;
    std::shared_ptr<State> state_;
    FakeAnswer answer_;
    std::optional<loop::Loop::Id> timer_;
    http::Response head_;
    std::string arrived_;
    std::size_t sent_ = 0;
    bool has_head_ = false;
    bool finished_ = false;
};

std::unique_ptr<http::Exchange> FakeTransport::start(const http::Request& request) {
    requests_.push_back(request);
    starts_.push_back(loop_.clock().now());
    Route* best = nullptr;
    std::size_t best_length = 0;
    for (auto& [key, route] : routes_) {
        const auto& [method, pattern] = key;
        if (method != request.method) continue;
        const bool matches =
            pattern.ends_with('*')
                ? request.url.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1))
                : request.url == pattern;
        if (!matches || pattern.size() < best_length) continue;
        best = &route;
        best_length = pattern.size();
    }
    if (best == nullptr || best->answers.empty()) {
        throw std::logic_error("no answer is prepared for " + request.method + " " + request.url);
    }
    const std::size_t index = std::min(best->used++, best->answers.size() - 1);
    return std::make_unique<FakeExchange>(loop_, state_, best->answers[index]);
}

std::vector<std::string> FakeTransport::request_lines() const {
    std::vector<std::string> lines;
    for (const http::Request& request : requests_) {
        lines.push_back(request.method + " " + request.url);
    }
    return lines;
}

std::vector<std::chrono::milliseconds> FakeTransport::start_times() const {
    std::vector<std::chrono::milliseconds> times;
    for (const base::Steady start : starts_) {
        times.push_back(
            std::chrono::duration_cast<std::chrono::milliseconds>(start - starts_.front()));
    }
    return times;
}

}  // namespace codex::test
