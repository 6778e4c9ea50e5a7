// The one place where requests are repeated: what is retried, and how long to wait.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.h"
#include "http/transport.h"

namespace codex::http {

struct RetryPolicy {
    int max_retries = 4;
    std::chrono::milliseconds base_delay{200};
    /// Without any answer from the server, all attempts together end after this.
    std::chrono::milliseconds no_answer_budget{30'000};
    /// The server's own word (Retry-After, rate-limit reset) is honoured up to this in all.
    std::chrono::milliseconds server_delay_budget{std::chrono::minutes(10)};
};

enum class Safety {
    idempotent,  // may be repeated after any failure
    write,  // repeated only when the server certainly did not act: not sent, or 429 / secondary
            // limit / 503 with Retry-After
};

/// The server asked to wait: Retry-After (seconds or HTTP date), x-ratelimit-reset with remaining
/// 0. A floor.
std::optional<std::chrono::milliseconds> server_delay(const Response& response, base::Wall now);

/// base * 2^(attempt-1) with jitter in [0.9, 1.1), attempt from 1. `fraction` in [0,1) is the
/// random part.
std::chrono::milliseconds backoff(const RetryPolicy& policy, int attempt, double fraction);

/// 429, and 403 that says so (Retry-After, no requests remaining, "secondary rate limit").
bool is_rate_limit(const Response& response);

/// 429, 5xx (but 501), and 403 that is a rate limit (Retry-After, or remaining 0): worth another
/// try.
bool is_retryable_status(const Response& response);

/// Runs a request with retries; returns the last response (which may be an error status: the caller
/// weighs it). Throws TransportError when no answer came within the budget. Each wait is logged at
/// debug level with its reason.
Response fetch_with_retry(Transport& transport, const Request& request, Safety safety,
                          const RetryPolicy& policy, const loop::Cancel* cancel);

/// As fetch_with_retry for several idempotent requests, side by side, at most `max_parallel` at
/// once.
std::vector<Response> fetch_all_with_retry(Transport& transport,
                                           const std::vector<Request>& requests,
                                           std::size_t max_parallel, const RetryPolicy& policy,
                                           const loop::Cancel* cancel);

}  // namespace codex::http
