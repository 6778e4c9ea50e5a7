#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>

#include "base/error.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "process/process.h"

using namespace codex::process;
using codex::base::Interrupted;
using std::chrono::milliseconds;

namespace {

const std::string kChild = std::string(CODEX_BINARY_DIR) + "/child";

class Runner {
  public:
    Runner() { become_subreaper(); }

    Result operator()(Command command) {
        if (command.working_directory.empty()) command.working_directory = "/";
        return runner_->run(command, &cancel_);
    }
    Result operator()(std::vector<std::string> behaviour) {
        behaviour.insert(behaviour.begin(), kChild);
        Command command;
        command.argv = std::move(behaviour);
        command.timeout = std::chrono::seconds(20);
        return (*this)(std::move(command));
    }

    codex::base::SystemClock clock;
    codex::loop::Loop loop{clock};

  private:
    codex::loop::Cancel cancel_;
    std::unique_ptr<ProcessRunner> runner_ = make_process_runner(loop);
};

bool is_alive(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

pid_t first_number(const std::string& output) {
    const auto number = codex::base::parse_integer(codex::base::split_lines(output).at(0));
    REQUIRE(number);
    return static_cast<pid_t>(*number);
}

Command bash(const std::string& script, milliseconds timeout = std::chrono::seconds(20)) {
    Command command;
    command.argv = {"/bin/bash", "-c", script};
    command.environment = {"PATH=/usr/bin:/bin"};
    command.timeout = timeout;
    return command;
}

}  // namespace

TEST_CASE("a program's exit code is its ending") {
    Runner run;
    CHECK(run({"exit", "0"}).ending == Ending(Exited{0}));
    CHECK(run({"exit", "3"}).ending == Ending(Exited{3}));
    CHECK(run({"exit", "255"}).ending == Ending(Exited{255}));
}

TEST_CASE("a program that a signal killed says which") {
    Runner run;
    CHECK(run({"crash"}).ending == Ending(Signalled{SIGKILL}));
}

TEST_CASE("both streams arrive in one text in the order of writing") {
    Runner run;
    const Result result = run({"print", "one", "--", "to_stderr", "two\n", "--", "print", "three"});
    CHECK(result.output == "one\ntwo\nok\nthree\n");
    CHECK(result.omitted_bytes == 0);
}

TEST_CASE("a child has the stated descriptors and no other") {
    Runner run;
    // Not close-on-exec on purpose: as if a library had leaked it.
    const codex::base::UniqueFd leaked(::open("/dev/null", O_RDONLY));
    const codex::base::UniqueFd high(::fcntl(leaked.get(), F_DUPFD, 50));
    CHECK(run({"print_fds"}).output == "0 1 2\n");

    codex::base::Pipe pipe = codex::base::make_pipe();
    Command command;
    command.argv = {kChild, "print_fds"};
    command.descriptors = {{pipe.read_end.get(), 7}, {pipe.write_end.get(), 4}};
    CHECK(run(command).output == "0 1 2 4 7\n");
}

TEST_CASE("descriptors may be given crosswise") {
    Runner run;
    const auto first = codex::base::make_memory_file("first", "first");
    const auto second = codex::base::make_memory_file("second", "second");
    // Each target is the other's source, whatever numbers they have here.
    Command command;
    command.argv = {kChild, "read", fmt::format("/proc/self/fd/{}", first.get()),
                    "--",   "read", fmt::format("/proc/self/fd/{}", second.get())};
    command.descriptors = {{first.get(), second.get()}, {second.get(), first.get()}};
    REQUIRE(first.get() > 2);
    REQUIRE(second.get() > 2);
    CHECK(run(command).output == "second\nfirst\n");
}

TEST_CASE("the environment is exactly the one given") {
    Runner run;
    REQUIRE(::setenv("CODEX_TEST_SECRET", "of the parent", 1) == 0);
    Command command;
    command.argv = {kChild, "print_env"};
    command.environment = {"B=2", "A=1"};
    CHECK(run(command).output == "B=2\nA=1\n");
}

TEST_CASE("a child starts with default signals, though the parent blocks and ignores some") {
    Runner run;
    struct sigaction before = {};
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &before);
    sigset_t blocked;
    sigset_t mask;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &blocked, &mask);
    const Result result = run({"print_signals"});
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    ::sigaction(SIGPIPE, &before, nullptr);
    CHECK(result.output == "all default, none blocked\n");
}

TEST_CASE("a child leads a session and group of its own") {
    Runner run;
    CHECK(run({"print_session"}).output == "leads its session and group\n");
}

TEST_CASE("a child runs in the folder given") {
    Runner run;
    Command command;
    command.argv = {kChild, "print_folder"};
    command.working_directory = "/usr/bin";
    CHECK(run(command).output == "/usr/bin\n");
}

TEST_CASE("standard input is empty or what was given") {
    Runner run;
    CHECK(run({"print_input"}).output == "\n");
    Command command;
    command.argv = {kChild, "print_input"};
    command.standard_input = "given";
    CHECK(run(command).output == "given\n");
    // More than a pipe holds, and nobody reads it.
    command.argv = {kChild, "print", "deaf"};
    command.standard_input.assign(std::size_t{1} << 20, 'x');
    CHECK(run(command).output == "deaf\n");
}

TEST_CASE("a bare name is looked up in PATH of the child's environment only") {
    Runner run;
    Command command;
    command.argv = {"child", "print", "found"};
    command.environment = {"PATH=/nowhere:" + std::string(CODEX_BINARY_DIR)};
    CHECK(run(command).output == "found\n");

    const std::vector<std::vector<std::string>> environments = {
        {}, {"PATH="}, {"PATH=/nowhere"}, {"PATH=:"}};
    for (const auto& environment : environments) {
        command.environment = environment;
        command.working_directory = CODEX_BINARY_DIR;
        CHECK_THROWS_AS(run(command), codex::base::Error);
    }
}

TEST_CASE("what cannot be started is an error that names it") {
    Runner run;
    const auto message = [&](Command command) -> std::string {
        try {
            run(std::move(command));
        } catch (const codex::base::Error& error) {
            return error.what();
        }
        return "started";
    };
    Command command;
    CHECK(message(command) == "cannot start a program without a name");
    command.argv = {"/nowhere/program"};
    CHECK(message(command) == "cannot start /nowhere/program in /: No such file or directory");
    command.argv = {kChild, std::string("a\0b", 3)};
    CHECK(message(command) == "cannot start a program: an argument holds a NUL byte");
    command.argv = {kChild};
    command.descriptors = {{0, 2}};
    CHECK(message(command) == "descriptor 2 of a child is taken");
}

TEST_CASE("a flood of output is taken in with bounded memory") {
    Runner run;
    Command command;
    command.argv = {kChild, "flood", "20000000", "x"};
    command.max_output_bytes = 10000;
    const Result result = run(command);
    CHECK(result.ending == Ending(Exited{0}));
    CHECK(result.omitted_bytes == 20000001 - 10000);
    CHECK(result.output == std::string(5000, 'x') + "\n… 19990001 bytes omitted …\n" +
                               std::string(4999, 'x') + "\n");
}

TEST_CASE("a timeout kills a program that ignores every signal, and keeps its output") {
    Runner run;
    Command command;
    command.argv = {kChild, "ignore_signals", "--", "print", "still here", "--", "sleep_for_ever"};
    command.timeout = milliseconds(300);
    const Result result = run(command);
    CHECK(result.ending == Ending(TimedOut{milliseconds(300)}));
    CHECK(result.output == "ok\nstill here\n");
    CHECK(result.duration >= milliseconds(300));
    CHECK(result.duration < milliseconds(2000));
}

TEST_CASE("a timeout kills a stopped program") {
    Runner run;
    Command command;
    command.argv = {kChild, "stop"};
    command.timeout = milliseconds(200);
    CHECK(run(command).ending == Ending(TimedOut{milliseconds(200)}));
}

TEST_CASE("a timeout kills grandchildren that hold the output, in and out of the group") {
    Runner run;
    const Result result =
        run(bash("sleep 60 & echo $!; setsid sleep 61 & echo $!; wait", milliseconds(200)));
    CHECK(result.ending == Ending(TimedOut{milliseconds(200)}));
    CHECK(result.duration < milliseconds(1500));
    const auto lines = codex::base::split_lines(result.output);
    REQUIRE(lines.size() == 2);
    for (const auto line : lines) {
        const auto pid = codex::base::parse_integer(line);
        REQUIRE(pid);
        CHECK_FALSE(is_alive(static_cast<pid_t>(*pid)));
    }
}

TEST_CASE("a daemon that left session, group and pipes is gone when its command is over") {
    Runner run;
    const Result result = run({"spawn_daemon"});
    CHECK(result.ending == Ending(Exited{0}));
    CHECK_FALSE(is_alive(first_number(result.output)));
    CHECK(result.duration < kDrainTime);
}

TEST_CASE("a daemon that holds the output delays the end by the drain time, then is killed",
          "[slow]") {
    Runner run;
    const Result result = run({"spawn_daemon_holding_output"});
    CHECK(result.ending == Ending(Exited{0}));
    CHECK_FALSE(is_alive(first_number(result.output)));
    CHECK(result.duration >= kDrainTime);
    CHECK(result.duration < kDrainTime + milliseconds(1500));
}

TEST_CASE("output that a grandchild writes after its parent's end still arrives") {
    Runner run;
    const Result result = run(bash("(read -t 0.1 <> <(:); echo late) & echo early"));
    CHECK(result.ending == Ending(Exited{0}));
    CHECK(result.output == "early\nlate\n");
}

TEST_CASE("processes that start each other faster than they can be listed are ended") {
    Runner run;
    for (int round = 0; round < 3; ++round) {
        Command command;
        command.argv = {"/bin/bash", "-c", fmt::format("{0} comet & {0} comet & sleep 60", kChild)};
        command.environment = {"PATH=/usr/bin:/bin"};
        command.timeout = milliseconds(300);
        CHECK(run(command).ending == Ending(TimedOut{milliseconds(300)}));
        // Whoever is left would be a child of ours, or soon become one.
        for (int look = 0; look < 100; ++look) REQUIRE(::waitpid(-1, nullptr, WNOHANG) == -1);
    }
}

TEST_CASE("other children of this process are left alone") {
    Runner run;
    codex::base::Pipe pipe = codex::base::make_pipe();
    pid_t other = 0;
    const std::string sleeping = "sleep_for_ever";
    char* argv[] = {const_cast<char*>(kChild.c_str()), const_cast<char*>(sleeping.c_str()),
                    nullptr};
    char* environment[] = {nullptr};
    REQUIRE(::posix_spawn(&other, kChild.c_str(), nullptr, nullptr, argv, environment) == 0);
    const Result result = run({"spawn_daemon"});
    CHECK_FALSE(is_alive(first_number(result.output)));
    CHECK(is_alive(other));

    kill_remaining_children(codex::base::SystemClock());
    CHECK_FALSE(is_alive(other));
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("a cancelled command is killed with all that it started") {
    codex::base::SystemClock clock;
    codex::loop::Loop loop(clock);
    codex::loop::Cancel cancel;
    const auto runner = make_process_runner(loop);
    become_subreaper();
    char folder[] = "/tmp/codex-process-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    const std::string fifo = std::string(folder) + "/pids";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const codex::base::UniqueFd pids(::open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    // Interrupted when both have said that they are there.
    std::string told;
    loop.watch(pids.get(), codex::loop::Loop::Interest::readable, [&] {
        char buffer[256];
        const ssize_t got = ::read(pids.get(), buffer, sizeof buffer);
        if (got > 0) told.append(buffer, static_cast<std::size_t>(got));
        if (codex::base::split_lines(told).size() == 2)
            cancel.request(Interrupted::Reason::signal, "received SIGTERM");
    });
    Command command =
        bash(fmt::format("setsid sleep 60 & echo $! > {0}; echo $$ > {0}; wait", fifo));
    command.working_directory = "/";
    CHECK_THROWS_AS(runner->run(command, &cancel), Interrupted);
    for (const auto line : codex::base::split_lines(told))
        CHECK_FALSE(is_alive(static_cast<pid_t>(codex::base::parse_integer(line).value())));
    // Nothing is started any more.
    CHECK_THROWS_AS(runner->run(command, &cancel), Interrupted);
    std::filesystem::remove_all(folder);
}

TEST_CASE("a hundred commands in a row leak no descriptor and no process") {
    Runner run;
    const auto descriptors = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
    };
    run({"exit", "0"});
    const auto before = descriptors();
    Command command;
    command.argv = {"/bin/true"};
    for (int i = 0; i < 100; ++i) run(command);
    CHECK(descriptors() == before);
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}
