#include "loop/signals.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/error.h"
#include "base/unique_fd.h"

namespace codex::loop {
namespace {

constexpr int kInterruptedExitCode = 130;

std::string_view signal_name(std::uint32_t signal) {
    if (signal == SIGINT) return "SIGINT";
    if (signal == SIGTERM) return "SIGTERM";
    if (signal == SIGQUIT) return "SIGQUIT";
    return "SIGHUP";
}

}  // namespace

void block_signals() {
    sigset_t blocked;
    ::sigemptyset(&blocked);
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGCHLD})
        ::sigaddset(&blocked, signal);
    const int failed = ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    if (failed != 0) throw base::SystemError(failed, "cannot block signals");
    if (::signal(SIGPIPE, SIG_IGN) == SIG_ERR) base::throw_errno("cannot ignore SIGPIPE");
}

struct SignalWatch::State {
    State(Loop& the_loop, Cancel& the_cancel) : loop(the_loop), cancel(the_cancel) {}

    void read_signals() {
        signalfd_siginfo info = {};
        while (true) {
            const ssize_t got = ::read(descriptor.get(), &info, sizeof info);
            if (got < 0 && errno == EINTR) continue;
            if (got != static_cast<ssize_t>(sizeof info)) return;
            const bool exits = info.ssi_signo != SIGHUP;
            // Whoever asks twice does not want to wait for the orderly end.
            if (asked && exits) ::_exit(kInterruptedExitCode);
            asked = true;
            cancel.request(base::Interrupted::Reason::signal,
                           fmt::format("received {}", signal_name(info.ssi_signo)));
        }
    }

    Loop& loop;
    Cancel& cancel;
    base::UniqueFd descriptor;
    Loop::Id watch = 0;
    bool asked = false;
};

SignalWatch::SignalWatch(Loop& loop, Cancel& cancel)
    : state_(std::make_unique<State>(loop, cancel)) {
    sigset_t watched;
    ::sigemptyset(&watched);
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP}) ::sigaddset(&watched, signal);
    state_->descriptor.reset(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!state_->descriptor) base::throw_errno("cannot watch signals");
    State* const state = state_.get();
    state_->watch = loop.watch(state->descriptor.get(), Loop::Interest::readable,
                               [state] { state->read_signals(); });
}

SignalWatch::~SignalWatch() {
    state_->loop.unwatch(state_->watch);
}

}  // namespace codex::loop
