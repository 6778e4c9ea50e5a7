#include "http/retry.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "http/url.h"

namespace codex::http {
namespace {

using std::chrono::milliseconds;

constexpr int kMaxBackoffDoublings = 20;
/// Longer than any budget, and small enough to add to any clock.
constexpr std::int64_t kLongestServerDelaySeconds = 366LL * 24 * 60 * 60;
/// docs.github.com, "Rate limits for the REST API": without Retry-After and with requests
/// remaining, wait a minute.
constexpr milliseconds kSecondaryLimitDelay = std::chrono::minutes(1);

milliseconds delay_of(std::int64_t seconds) {
    return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kLongestServerDelaySeconds));
}

milliseconds until(std::int64_t unix_seconds, base::Wall now) {
    const auto now_ms = std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count();
    const std::int64_t latest = now_ms / 1000 + kLongestServerDelaySeconds;
    const std::int64_t then = std::clamp<std::int64_t>(unix_seconds, 0, latest);
    return milliseconds(std::max<std::int64_t>(then * 1000 - now_ms, 0));
}

std::optional<milliseconds> retry_after(const Response& response, base::Wall now) {
    const auto header = response.header("Retry-After");
    if (!header) return std::nullopt;
    const std::string value(base::trim(*header));
    if (const auto seconds = base::parse_integer(value)) {
        if (*seconds < 0) return std::nullopt;
        return delay_of(*seconds);
    }
    // All three date forms of RFC 9110 hold a time of day; libcurl alone would take nearly any text
    // for a date.
    if (value.find(':') == std::string::npos) return std::nullopt;
    const time_t date = curl_getdate(value.c_str(), nullptr);
    if (date < 0) return std::nullopt;
    return until(date, now);
}

bool no_requests_remain(const Response& response) {
    const auto remaining = response.header("x-ratelimit-remaining");
    return remaining && base::trim(*remaining) == "0";
}

bool names_secondary_limit(const Response& response) {
    if (response.status != 403 && response.status != 429) return false;
    return base::to_lower(response.body).find("secondary rate limit") != std::string::npos;
}

/// The server itself says that it did nothing.
bool was_refused_unread(const Response& response) {
    return is_rate_limit(response) || (response.status == 503 && response.header("Retry-After"));
}

/// One request with all its attempts, as a state machine that the caller steps between waits.
class Attempts {
  public:
    Attempts(Transport& transport, const Request& request, Safety safety, const RetryPolicy& policy)
        : transport_(transport),
          loop_(transport.loop()),
          request_(request),
          safety_(safety),
          policy_(policy),
          last_answer_(loop_.clock().now()) {
        start();
    }
    ~Attempts() { stop_timer(); }
    Attempts(const Attempts&) = delete;
    Attempts& operator=(const Attempts&) = delete;

    bool needs_step() const { return timer_fired_ || (exchange_ && exchange_->finished()); }
    bool done() const { return response_.has_value() || failure_.has_value(); }

    void step() {
        if (exchange_ && exchange_->finished()) {
            stop_timer();
            weigh();
        } else if (timer_fired_ && exchange_) {
            give_up_waiting();
        } else if (timer_fired_) {
            start();
        }
    }

    Response take_response() {
        if (failure_) throw TransportError(*failure_);
        return std::move(*response_);
    }

  private:
    void start() {
        ++attempt_;
        exchange_ = transport_.start(request_);
        set_timer(last_answer_ + policy_.no_answer_budget);
    }

    void set_timer(base::Steady when) {
        stop_timer();
        timer_ = loop_.at(when, [this] {
            timer_.reset();
            timer_fired_ = true;
        });
    }

    void stop_timer() {
        if (timer_) loop_.cancel_timer(*timer_);
        timer_.reset();
        timer_fired_ = false;
    }

    void give_up_waiting() {
        stop_timer();
        // An answer that has begun is an answer; the idle timeout watches the rest of it.
        if (exchange_->has_head()) return;
        exchange_.reset();
        // Whether the server has the request cannot be known any more.
        failure_.emplace(
            fmt::format("no answer from {} within {} ({})", host(),
                        base::render_duration(policy_.no_answer_budget), attempts_text()),
            true, true);
    }

    void weigh() {
        const auto exchange = std::exchange(exchange_, nullptr);
        try {
            exchange->check();
            Response response = exchange->head();
            response.body = exchange->take_body();
            weigh_answer(std::move(response));
        } catch (const TransportError& error) {
            weigh_failure(error);
        }
    }

    void weigh_answer(Response response) {
        last_answer_ = loop_.clock().now();
        const bool may_repeat = safety_ == Safety::idempotent || was_refused_unread(response);
        if (!is_retryable_status(response) || !may_repeat || attempt_ > policy_.max_retries) {
            response_ = std::move(response);
            return;
        }
        const auto floor = server_delay(response, loop_.clock().wall());
        if (floor && server_delayed_ + *floor > policy_.server_delay_budget) {
            base::log_debug(fmt::format(
                "{} {}: status {}, the server asks to wait {}, which exceeds what is left of {}",
                request_.method, host(), response.status, base::render_duration(*floor),
                base::render_duration(policy_.server_delay_budget)));
            response_ = std::move(response);
            return;
        }
        server_delayed_ += floor.value_or(milliseconds(0));
        wait(floor.value_or(milliseconds(0)) + next_backoff(),
             fmt::format("status {}", response.status));
        // The budget for "no answer" starts again behind a wait that the server asked for.
        last_answer_ += floor.value_or(milliseconds(0));
    }

    void weigh_failure(const TransportError& error) {
        const bool may_repeat = safety_ == Safety::idempotent || !error.request_sent();
        const milliseconds delay = next_backoff();
        const bool in_time = loop_.clock().now() + delay < last_answer_ + policy_.no_answer_budget;
        if (!may_repeat || attempt_ > policy_.max_retries || !in_time) {
            failure_.emplace(error);
            if (attempt_ > 1) failure_->add_context(attempts_text());
            return;
        }
        wait(delay, error.what());
    }

    milliseconds next_backoff() const {
        return backoff(policy_, attempt_, base::random_fraction());
    }

    void wait(milliseconds delay, std::string_view why) {
        base::log_debug(fmt::format("{} {}: {}; trying again in {} (attempt {} of {})",
                                    request_.method, host(), why, base::render_duration(delay),
                                    attempt_ + 1, policy_.max_retries + 1));
        set_timer(loop_.clock().now() + delay);
    }

    std::string attempts_text() const {
        return attempt_ == 1 ? "1 attempt" : fmt::format("{} attempts", attempt_);
    }

    std::string host() const {
        const auto origin = parse_origin(request_.url);
        return origin ? origin->host : "";
    }

    Transport& transport_;
    loop::Loop& loop_;
    const Request& request_;
    const Safety safety_;
    const RetryPolicy& policy_;
    int attempt_ = 0;
    base::Steady last_answer_;
    milliseconds server_delayed_{0};
    std::unique_ptr<Exchange> exchange_;
    std::optional<loop::Loop::Id> timer_;
    bool timer_fired_ = false;
    std::optional<Response> response_;
    std::optional<TransportError> failure_;
};

}  // namespace

std::optional<milliseconds> server_delay(const Response& response, base::Wall now) {
    if (const auto asked = retry_after(response, now)) return asked;
    if (no_requests_remain(response)) {
        const auto reset = response.header("x-ratelimit-reset");
        const auto seconds = base::parse_integer(base::trim(reset.value_or("")));
        if (seconds && *seconds >= 0) return until(*seconds, now);
    }
    if (names_secondary_limit(response)) return kSecondaryLimitDelay;
    return std::nullopt;
}

milliseconds backoff(const RetryPolicy& policy, int attempt, double fraction) {
    const int doublings = std::clamp(attempt - 1, 0, kMaxBackoffDoublings);
    const double jitter = 0.9 + 0.2 * fraction;
    const double delay =
        std::ldexp(static_cast<double>(policy.base_delay.count()), doublings) * jitter;
    return milliseconds(std::llround(delay));
}

bool is_rate_limit(const Response& response) {
    if (response.status == 429) return true;
    return response.status == 403 &&
           (response.header("Retry-After") || no_requests_remain(response) ||
            names_secondary_limit(response));
}

bool is_retryable_status(const Response& response) {
    if (response.status >= 500 && response.status <= 599) return response.status != 501;
    return is_rate_limit(response);
}

Response fetch_with_retry(Transport& transport, const Request& request, Safety safety,
                          const RetryPolicy& policy, const loop::Cancel* cancel) {
    Attempts attempts(transport, request, safety, policy);
    while (!attempts.done()) {
        transport.loop().run_until([&] { return attempts.needs_step(); }, cancel);
        attempts.step();
    }
    return attempts.take_response();
}

std::vector<Response> fetch_all_with_retry(Transport& transport,
                                           const std::vector<Request>& requests,
                                           std::size_t max_parallel, const RetryPolicy& policy,
                                           const loop::Cancel* cancel) {
    struct Running {
        std::size_t index;
        std::unique_ptr<Attempts> attempts;
    };
    std::vector<Response> responses(requests.size());
    std::vector<Running> running;
    std::exception_ptr first_failure;
    std::size_t next = 0;
    const std::size_t limit = std::max<std::size_t>(max_parallel, 1);
    while (next < requests.size() || !running.empty()) {
        while (next < requests.size() && running.size() < limit) {
            running.push_back({next, std::make_unique<Attempts>(transport, requests[next],
                                                                Safety::idempotent, policy)});
            ++next;
        }
        transport.loop().run_until(
            [&] {
                return std::any_of(running.begin(), running.end(),
                                   [](const Running& one) { return one.attempts->needs_step(); });
            },
            cancel);
        for (Running& one : running) {
            one.attempts->step();
            if (!one.attempts->done()) continue;
            try {
                responses[one.index] = one.attempts->take_response();
            } catch (const TransportError&) {
                if (!first_failure) first_failure = std::current_exception();
            }
        }
        std::erase_if(running, [](const Running& one) { return one.attempts->done(); });
    }
    if (first_failure) std::rethrow_exception(first_failure);
    return responses;
}

}  // namespace codex::http
