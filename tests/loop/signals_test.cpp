#include "loop/signals.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

#include "tests/support/lib/fake_clock.h"

using namespace std::chrono_literals;
using codex::base::Interrupted;

namespace {

struct Ended {
    bool exited;
    int code;
    friend bool operator==(const Ended&, const Ended&) = default;
};

// Signals belong to a whole process, so each case has one of its own.
template <typename Body>
Ended in_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        int code = 99;
        try {
            code = body();
        } catch (...) {
        }
        ::_exit(code);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? Ended{true, WEXITSTATUS(status)} : Ended{false, WTERMSIG(status)};
}

int run_and_receive(const std::vector<int>& signals, const std::string& expected) {
    codex::loop::block_signals();
    const codex::base::SystemClock clock;
    codex::loop::Loop loop(clock);
    codex::loop::Cancel cancel;
    const codex::loop::SignalWatch watch(loop, cancel);
    for (const int signal : signals) ::kill(::getpid(), signal);
    try {
        loop.run_until([] { return false; }, &cancel);
    } catch (const Interrupted& interrupted) {
        const bool right =
            interrupted.reason() == Interrupted::Reason::signal && interrupted.what() == expected;
        return right ? 0 : 1;
    }
    return 2;
}

}  // namespace

TEST_CASE("SIGINT, SIGTERM and SIGHUP request a cancel that names the signal") {
    CHECK(in_child([] { return run_and_receive({SIGINT}, "received SIGINT"); }) == Ended{true, 0});
    CHECK(in_child([] { return run_and_receive({SIGTERM}, "received SIGTERM"); }) ==
          Ended{true, 0});
    CHECK(in_child([] { return run_and_receive({SIGHUP}, "received SIGHUP"); }) == Ended{true, 0});
}

TEST_CASE("a second SIGINT or SIGTERM exits at once with 130") {
    CHECK(in_child([] { return run_and_receive({SIGINT, SIGTERM}, ""); }) == Ended{true, 130});
    const Ended later = in_child([] {
        codex::loop::block_signals();
        const codex::base::SystemClock clock;
        codex::loop::Loop loop(clock);
        codex::loop::Cancel cancel;
        const codex::loop::SignalWatch watch(loop, cancel);
        ::kill(::getpid(), SIGTERM);
        loop.run_until([&] { return cancel.requested(); });
        ::kill(::getpid(), SIGTERM);
        loop.sleep(10s);
        return 3;
    });
    CHECK(later == Ended{true, 130});
}

TEST_CASE("a broken pipe and the end of a child do not end a process that blocked its signals") {
    const Ended ended = in_child([] {
        codex::loop::block_signals();
        int ends[2];
        if (::pipe(ends) != 0) return 4;
        ::close(ends[0]);
        ::kill(::getpid(), SIGCHLD);
        return ::write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 5;
    });
    CHECK(ended == Ended{true, 0});
}
