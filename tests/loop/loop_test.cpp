#include "loop/loop.h"

#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "tests/support/lib/fake_clock.h"

using namespace std::chrono_literals;
using codex::base::Pipe;
using codex::loop::Cancel;
using codex::loop::Loop;
using codex::test::FakeClock;
using Interest = codex::loop::Loop::Interest;
using Events = std::vector<std::string>;

namespace {

std::string read_some(int fd) {
    char buffer[64];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
}

}  // namespace

TEST_CASE("timers fire in the order of their times, and those of one time in the order made") {
    FakeClock clock;
    Loop loop(clock);
    Events events;
    loop.after(30ms, [&] { events.push_back("30"); });
    loop.after(10ms, [&] { events.push_back("10 first"); });
    loop.after(10ms, [&] { events.push_back("10 second"); });
    loop.after(20ms, [&] { events.push_back("20"); });
    loop.run_until([&] { return events.size() == 4; });
    CHECK(events == Events{"10 first", "10 second", "20", "30"});
    CHECK(clock.elapsed() == 30ms);
}

TEST_CASE("a timer never fires before its time on the machine's clock") {
    const codex::base::SystemClock clock;
    Loop loop(clock);
    const auto start = clock.now();
    loop.sleep(5ms);
    CHECK(clock.now() - start >= 5ms);
}

TEST_CASE("a cancelled timer does not fire, also when another callback of its round cancels it") {
    FakeClock clock;
    Loop loop(clock);
    Events events;
    const Loop::Id early = loop.after(1ms, [&] { events.push_back("early"); });
    Loop::Id victim = 0;
    loop.after(10ms, [&] {
        events.push_back("canceller");
        loop.cancel_timer(victim);
    });
    victim = loop.after(10ms, [&] { events.push_back("victim"); });
    loop.cancel_timer(early);
    loop.cancel_timer(early);
    loop.sleep(20ms);
    CHECK(events == Events{"canceller"});
}

TEST_CASE("a timer that rearms itself without delay does not starve descriptors") {
    FakeClock clock;
    Loop loop(clock);
    const Pipe pipe = codex::base::make_pipe();
    int fired = 0;
    std::function<void()> rearm = [&] {
        ++fired;
        loop.after(0ms, rearm);
    };
    loop.after(0ms, rearm);
    bool readable = false;
    loop.watch(pipe.read_end.get(), Interest::readable, [&] { readable = true; });
    codex::base::write_all(pipe.write_end.get(), "x");
    loop.run_until([&] { return readable && fired > 3; });
    CHECK(fired > 3);
}

TEST_CASE("a descriptor is reported while it is readable, until it is unwatched") {
    FakeClock clock;
    Loop loop(clock);
    const Pipe pipe = codex::base::make_pipe();
    codex::base::write_all(pipe.write_end.get(), "abc");
    int calls = 0;
    const Loop::Id watch = loop.watch(pipe.read_end.get(), Interest::readable, [&] { ++calls; });
    loop.run_until([&] { return calls == 3; });
    loop.unwatch(watch);
    loop.unwatch(watch);
    loop.sleep(1ms);
    CHECK(calls == 3);
}

TEST_CASE("a hang-up counts as ready for a reader and for a writer") {
    FakeClock clock;
    Loop loop(clock);
    Pipe to_read = codex::base::make_pipe();
    Pipe to_write = codex::base::make_pipe();
    // Full, so that nothing but the hang-up can make it ready.
    codex::base::set_nonblocking(to_write.write_end.get());
    const std::string block(65536, 'x');
    while (::write(to_write.write_end.get(), block.data(), block.size()) > 0) {
    }
    bool reader = false;
    bool writer = false;
    loop.watch(to_read.read_end.get(), Interest::readable, [&] { reader = true; });
    loop.watch(to_write.write_end.get(), Interest::writable, [&] { writer = true; });
    loop.sleep(5ms);
    CHECK_FALSE(reader);
    CHECK_FALSE(writer);
    to_read.write_end.reset();
    to_write.read_end.reset();
    loop.run_until([&] { return reader && writer; });
    CHECK(read_some(to_read.read_end.get()).empty());
}

TEST_CASE("a callback may unwatch itself and others of the same round") {
    FakeClock clock;
    Loop loop(clock);
    const Pipe pipe = codex::base::make_pipe();
    codex::base::write_all(pipe.write_end.get(), "x");
    Events events;
    Loop::Id first = 0;
    Loop::Id second = 0;
    const std::string long_text = "more than a small string, to live on the heap of the callback";
    first = loop.watch(pipe.read_end.get(), Interest::readable, [&, long_text] {
        loop.unwatch(first);
        loop.unwatch(second);
        events.push_back(long_text);
    });
    second =
        loop.watch(pipe.read_end.get(), Interest::readable, [&] { events.push_back("second"); });
    loop.run_until([&] { return !events.empty(); });
    loop.sleep(1ms);
    CHECK(events == Events{long_text});
}

TEST_CASE("what a callback watches is served from the next round on") {
    FakeClock clock;
    Loop loop(clock);
    const Pipe pipe = codex::base::make_pipe();
    codex::base::write_all(pipe.write_end.get(), "x");
    Events events;
    Loop::Id first = 0;
    first = loop.watch(pipe.read_end.get(), Interest::readable, [&] {
        loop.unwatch(first);
        events.push_back("first");
        loop.watch(pipe.read_end.get(), Interest::readable, [&] { events.push_back("new"); });
    });
    loop.run_until([&] { return events.size() >= 2; });
    CHECK(events == Events{"first", "new"});
}

TEST_CASE("an exception of a callback comes out of run_until, and the loop goes on afterwards") {
    FakeClock clock;
    Loop loop(clock);
    loop.after(1ms, [] { throw std::runtime_error("from the timer"); });
    bool later = false;
    loop.after(2ms, [&] { later = true; });
    std::string message;
    try {
        loop.run_until([] { return false; });
    } catch (const std::runtime_error& error) {
        message = error.what();
    }
    CHECK(message == "from the timer");
    loop.run_until([&] { return later; });
    CHECK(later);
}

TEST_CASE("a callback that enters the loop again gets a logic_error") {
    FakeClock clock;
    Loop loop(clock);
    loop.after(0ms, [&] { loop.sleep(1ms); });
    CHECK_THROWS_AS(loop.run_until([] { return false; }), std::logic_error);
    CHECK_THROWS_AS(loop.run_until([&] {
        loop.sleep(1ms);
        return true;
    }),
                    std::logic_error);
    loop.sleep(1ms);
}

TEST_CASE("a requested cancel ends the wait, the pause, and a wait for what is done already") {
    FakeClock clock;
    Loop loop(clock);
    Cancel cancel;
    loop.after(10ms, [&] {
        cancel.request(codex::base::Interrupted::Reason::deadline, "30 minutes are over");
        cancel.request(codex::base::Interrupted::Reason::signal, "too late to count");
    });
    bool fired = false;
    std::string message;
    try {
        loop.sleep(1h, &cancel);
    } catch (const codex::base::Interrupted& interrupted) {
        message = interrupted.what();
        CHECK(interrupted.reason() == codex::base::Interrupted::Reason::deadline);
    }
    CHECK(message == "30 minutes are over");
    CHECK(clock.elapsed() == 10ms);
    CHECK_THROWS_AS(loop.run_until([] { return true; }, &cancel), codex::base::Interrupted);
    loop.after(1ms, [&] { fired = true; });
    loop.run_until([&] { return fired; });
    CHECK(clock.elapsed() == 11ms);
}

TEST_CASE("a cancel with a parent is requested with it, and by itself alone") {
    Cancel parent;
    Cancel child(&parent);
    Cancel other(&parent);
    child.request(codex::base::Interrupted::Reason::deadline, "own");
    CHECK(child.requested());
    CHECK_FALSE(parent.requested());
    CHECK_FALSE(other.requested());
    CHECK_NOTHROW(other.throw_if_requested());
    parent.request(codex::base::Interrupted::Reason::signal, "received SIGTERM");
    CHECK(other.requested());
    CHECK_THROWS_AS(other.throw_if_requested(), codex::base::Interrupted);
}

TEST_CASE("virtual time stands still while a descriptor is ready") {
    FakeClock clock;
    Loop loop(clock);
    const Pipe pipe = codex::base::make_pipe();
    codex::base::write_all(pipe.write_end.get(), "abc");
    std::string got;
    bool timed_out = false;
    loop.after(10ms, [&] { timed_out = true; });
    loop.watch(pipe.read_end.get(), Interest::readable,
               [&] { got += read_some(pipe.read_end.get()); });
    loop.run_until([&] { return !got.empty(); });
    CHECK(got == "abc");
    CHECK_FALSE(timed_out);
    CHECK(clock.elapsed() == 0ms);
    loop.run_until([&] { return timed_out; });
    CHECK(clock.elapsed() == 10ms);
}
