// Signals as data: blocked at the start of main, read from a signalfd in the loop.
#pragma once

#include <memory>

#include "loop/cancel.h"
#include "loop/loop.h"

namespace codex::loop {

/// Blocks SIGINT, SIGTERM, SIGHUP and SIGCHLD for this and all later threads, ignores SIGPIPE.
/// First thing in main.
void block_signals();

/// While alive, SIGINT, SIGTERM and SIGHUP request `cancel` (reason signal, "received SIGTERM"); a
/// second SIGINT or SIGTERM calls _exit(130). Also needed as PID 1, which has no default handlers.
/// Needs block_signals() before.
class SignalWatch {
  public:
    SignalWatch(Loop& loop, Cancel& cancel);
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace codex::loop
