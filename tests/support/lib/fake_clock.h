// A clock that tests move: by hand, or by a loop that would otherwise wait for a timer.
#pragma once

#include <chrono>

#include "base/clock.h"

namespace codex::test {

/// Starts at 2026-11-27T00:00:00Z. A loop over it jumps to its next timer when nothing else is
/// ready, so do not use it where real children or real servers are waited for under a timeout.
class FakeClock final : public base::Clock {
  public:
    enum class Moved { by_loop, by_hand };
    /// by_hand: the loop waits for real descriptors, and only advance() moves the time.
    explicit FakeClock(Moved moved = Moved::by_loop) : moved_(moved) {}

    base::Steady now() const override { return base::Steady() + elapsed_; }
    base::Wall wall() const override {
        return base::Wall(std::chrono::seconds(1'795'737'600)) +
               std::chrono::duration_cast<base::Wall::duration>(elapsed_ - kStart);
    }
    bool is_virtual() const override { return moved_ == Moved::by_loop; }
    void skip_to(base::Steady when) const override { elapsed_ = when - base::Steady(); }

    void advance(std::chrono::milliseconds by) { elapsed_ += by; }
    /// Since the clock was made.
    std::chrono::milliseconds elapsed() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(elapsed_ - kStart);
    }

  private:
    static constexpr base::Steady::duration kStart = std::chrono::hours(1);
    Moved moved_;
    mutable base::Steady::duration elapsed_ = kStart;
};

}  // namespace codex::test
