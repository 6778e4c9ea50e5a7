// The one wait: descriptors, timers and transfers on one thread, over curl_multi_poll(3).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "loop/cancel.h"

namespace codex::loop {

/// Straight-line code pumps the loop with run_until(); callbacks only move bytes and set state,
/// never run agent logic, and never call run_until (it throws std::logic_error). Loop thread only.
class Loop {
  public:
    explicit Loop(const base::Clock& clock);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    enum class Interest { readable, writable };
    using Id = std::uint64_t;

    /// Calls `ready` whenever the descriptor is (or has hung up), until unwatch(). The caller keeps
    /// it open.
    Id watch(int fd, Interest interest, std::function<void()> ready);
    void unwatch(Id watch);

    /// Calls `due` once at or after `when` (the clock's steady time), unless cancelled.
    Id at(base::Steady when, std::function<void()> due);
    Id after(std::chrono::milliseconds delay, std::function<void()> due);
    void cancel_timer(Id timer);

    /// Waits and dispatches until `done()`; checked before the first wait and after each round.
    /// When `cancel` is requested, throws its Interrupted, even when done. Exceptions of callbacks
    /// come out here.
    void run_until(const std::function<bool()>& done, const Cancel* cancel = nullptr);
    /// Just a pause that keeps everything else going.
    void sleep(std::chrono::milliseconds duration, const Cancel* cancel = nullptr);

    const base::Clock& clock() const;

    /// For http/curl_transport only: the CURLM*, and what to call after each wait to perform
    /// transfers.
    void* curl_multi();
    Id on_round(std::function<void()> perform);
    void off_round(Id round);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace codex::loop
