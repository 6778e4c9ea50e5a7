// Time as an interface: the loop's timers and every timeout go through it, so tests need no sleep.
#pragma once

#include <chrono>
#include <string>

namespace codex::base {

using Steady = std::chrono::steady_clock::time_point;
using Wall = std::chrono::system_clock::time_point;

/// Any thread.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual Steady now() const = 0;
    virtual Wall wall() const = 0;

    /// A clock of tests: a loop that has nothing to do but wait moves it by skip_to() instead of
    /// waiting.
    virtual bool is_virtual() const { return false; }
    virtual void skip_to(Steady) const {}
};

/// The machine's clocks.
class SystemClock final : public Clock {
  public:
    Steady now() const override;
    Wall wall() const override;
};

/// "2026-11-27T03:04:05Z" (RFC 3339, UTC, whole seconds).
std::string render_time(Wall time);

/// "2026-11-27T03:04:05.678Z": what rollout files say.
std::string render_time_millis(Wall time);

/// A time as the wall clock of the machine's time zone shows it: for names of files.
struct LocalTime {
    int year = 1970;
    int month = 1;  // 1 to 12
    int day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;
    friend bool operator==(const LocalTime&, const LocalTime&) = default;
};
LocalTime local_time(Wall time);

/// "1 h 2 min", "3 min 4 s", "5.6 s", "120 ms": for people.
std::string render_duration(std::chrono::milliseconds duration);

}  // namespace codex::base
