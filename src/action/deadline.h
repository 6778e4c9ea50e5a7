// A time at which a part of a run must end.
#pragma once

#include <string>

#include "action/context.h"

namespace codex::action {

/// Of the run's time, this much is kept for publishing and for saying why it ended.
inline constexpr std::chrono::seconds kReplyReserve{30};
/// For saying that the run was cancelled: a runner sends SIGTERM 7.5 s after SIGINT and kills 2.5 s
/// later; we are done well before.
inline constexpr std::chrono::milliseconds kCancelledReplyTime{1'500};

/// Its cancel() is requested with `message` at `when`; when `parent` is, at once.
class Deadline {
  public:
    Deadline(loop::Loop& loop, base::Steady when, std::string message, const loop::Cancel* parent);
    ~Deadline() { loop_.cancel_timer(timer_); }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    const loop::Cancel& cancel() const { return cancel_; }

  private:
    loop::Loop& loop_;
    loop::Cancel cancel_;
    loop::Loop::Id timer_;
};

/// `reserve` before the end of max_minutes.
Deadline make_run_deadline(const Context& context, std::chrono::seconds reserve);

}  // namespace codex::action
