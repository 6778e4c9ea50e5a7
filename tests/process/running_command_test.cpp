#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>

#include "base/error.h"
#include "base/text.h"
#include "process/process.h"

using namespace codex::process;
using codex::base::Interrupted;
using std::chrono::milliseconds;

namespace {

const std::string kChild = std::string(CODEX_BINARY_DIR) + "/child";
constexpr milliseconds kLong{20'000};

Command bash(const std::string& script, milliseconds timeout = kLong) {
    Command command;
    command.argv = {"/bin/bash", "-c", script};
    command.environment = {"PATH=/usr/bin:/bin"};
    command.working_directory = "/";
    command.timeout = timeout;
    return command;
}

Command with_input(Command command) {
    command.open_input = true;
    return command;
}

class Scene {
  public:
    Scene() { become_subreaper(); }

    /// Waits for a line of output; what came is kept in `text`.
    void await_line(RunningCommand& command, std::string& text) {
        while (text.find('\n') == std::string::npos) {
            const bool is_over = command.wait(milliseconds(10), nullptr);
            text += command.take_progress().output;
            REQUIRE((!is_over || text.find('\n') != std::string::npos));
        }
    }
    pid_t await_number(RunningCommand& command) {
        std::string text;
        await_line(command, text);
        const auto number = codex::base::parse_integer(codex::base::split_lines(text).at(0));
        REQUIRE(number);
        return static_cast<pid_t>(*number);
    }

    codex::base::SystemClock clock;
    codex::loop::Loop loop{clock};
    std::unique_ptr<ProcessRunner> runner = make_process_runner(loop);
};

bool is_alive(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

bool has_no_children() {
    return ::waitpid(-1, nullptr, WNOHANG | __WALL) == -1;
}

}  // namespace

TEST_CASE("a command that is not over goes on, and its output comes in parts") {
    Scene scene;
    const auto command =
        scene.runner->start(with_input(bash("echo one; read line; echo got $line; exit 3")));
    std::string text;
    scene.await_line(*command, text);
    CHECK(text == "one\n");
    CHECK_FALSE(command->wait(milliseconds(0), nullptr));
    CHECK_FALSE(command->take_progress().ending);
    CHECK(command->feed("two\n") == RunningCommand::Feeding::queued);
    REQUIRE(command->wait(kLong, nullptr));
    const RunningCommand::Progress last = command->take_progress();
    CHECK(last.output == "got two\n");
    CHECK(last.ending == Ending(Exited{3}));
    CHECK(command->take_progress().output.empty());
    CHECK(has_no_children());
}

TEST_CASE("standard input ends when it is closed, behind what was queued") {
    Scene scene;
    const auto command = scene.runner->start(with_input(bash("wc -c")));
    // More than a pipe holds.
    const std::string much(500'000, 'x');
    CHECK(command->feed(much) == RunningCommand::Feeding::queued);
    command->close_input();
    CHECK(command->feed("more") == RunningCommand::Feeding::closed);
    REQUIRE(command->wait(kLong, nullptr));
    CHECK(command->take_progress().output == "500000\n");
}

TEST_CASE("input that nobody reads is bounded, and one that nobody can read is refused") {
    Scene scene;
    SECTION("asleep") {
        const auto command = scene.runner->start(with_input(bash("sleep 60")));
        CHECK(command->feed(std::string(kMaxPendingInput, 'x')) == RunningCommand::Feeding::queued);
        CHECK(command->feed(std::string(kMaxPendingInput, 'x')) == RunningCommand::Feeding::full);
    }
    SECTION("closed") {
        // The signal would end this program.
        const auto command = scene.runner->start(with_input(bash("exec 0<&-; echo; sleep 60")));
        std::string text;
        scene.await_line(*command, text);
        CHECK(command->feed("x") == RunningCommand::Feeding::closed);
    }
    SECTION("none was asked for") {
        const auto command = scene.runner->start(bash("cat; sleep 60"));
        CHECK(command->feed("x") == RunningCommand::Feeding::closed);
    }
}

TEST_CASE("a character that arrives in two parts is not cut between them") {
    Scene scene;
    const auto other =
        scene.runner->start(with_input(bash(R"(printf 'a\n\xe2\x82'; read x; printf '\xac')")));
    std::string text;
    scene.await_line(*other, text);
    CHECK(text == "a\n");
    other->feed("\n");
    REQUIRE(other->wait(kLong, nullptr));
    CHECK(other->take_progress().output == "\xe2\x82\xac");
}

TEST_CASE("an ended command is gone with all that it started") {
    Scene scene;
    pid_t inside = 0;
    const auto command = scene.runner->start(bash("setsid sleep 60 & echo $!; wait"));
    inside = scene.await_number(*command);
    CHECK(is_alive(inside));
    SECTION("by end()") {
        command->end();
        CHECK(command->take_progress().ending == Ending(Signalled{SIGKILL}));
        CHECK(command->wait(std::nullopt, nullptr));
    }
    SECTION("by an end of its own that nobody waits for") {
        const auto other = scene.runner->start(bash("setsid sleep 60 > /dev/null & echo $!"));
        const pid_t left = scene.await_number(*other);
        scene.loop.sleep(kDrainTime + milliseconds(200));
        scene.loop.run_until([] { return true; });
        const std::string state = fmt::format("/proc/{}/exe", left);
        CHECK(::access(state.c_str(), F_OK) != 0);  // of a zombie there is none
        command->end();
    }
    CHECK_FALSE(is_alive(inside));
}

TEST_CASE("a command that is let go of is ended") {
    Scene scene;
    pid_t inside = 0;
    {
        const auto command = scene.runner->start(bash("setsid sleep 60 & echo $!; wait"));
        inside = scene.await_number(*command);
    }
    CHECK_FALSE(is_alive(inside));
    CHECK(has_no_children());
}

TEST_CASE("a cancelled wait leaves the command running") {
    Scene scene;
    const auto command = scene.runner->start(with_input(bash("read line; echo $line")));
    codex::loop::Cancel cancel;
    cancel.request(Interrupted::Reason::signal, "received SIGTERM");
    CHECK_THROWS_AS(command->wait(std::nullopt, &cancel), Interrupted);
    command->feed("still here\n");
    REQUIRE(command->wait(kLong, nullptr));
    CHECK(command->take_progress().output == "still here\n");
}

TEST_CASE("commands that run side by side end without each other's processes") {
    Scene scene;
    // A server that left the session of its shell, which goes on, and one whose shell is gone.
    const auto server = scene.runner->start(
        with_input(bash("setsid sleep 60 & echo $!; (sleep 60 & echo $!); read line")));
    std::string text;
    while (codex::base::split_lines(text).size() < 2) {
        CHECK_FALSE(server->wait(milliseconds(10), nullptr));
        text += server->take_progress().output;
    }
    std::vector<pid_t> others;
    for (const auto line : codex::base::split_lines(text))
        others.push_back(static_cast<pid_t>(codex::base::parse_integer(line).value()));

    struct Row {
        std::string script;
        Ending ending;
    };
    const Row rows[] = {
        {"true", Exited{0}},
        {"sleep 60 & echo $!; sleep 60 &", Exited{0}},
        {"setsid sleep 60 & echo $!; exec sleep 60", TimedOut{milliseconds(300)}},
        // Away from its session and parents before anybody looks.
        {kChild + " spawn_daemon; exec sleep 60", TimedOut{milliseconds(300)}},
        {fmt::format("{0} comet & {0} comet & sleep 60", kChild), TimedOut{milliseconds(300)}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.script);
        const Result result = scene.runner->run(
            bash(row.script, row.ending.index() == 2 ? milliseconds(300) : kLong), nullptr);
        CHECK(result.ending == row.ending);
        for (const auto line : codex::base::split_lines(result.output)) {
            if (const auto pid = codex::base::parse_integer(line))
                CHECK_FALSE(is_alive(static_cast<pid_t>(*pid)));
        }
        for (const pid_t other : others) CHECK(is_alive(other));
        CHECK_FALSE(server->wait(milliseconds(0), nullptr));
    }
    server->feed("over\n");
    REQUIRE(server->wait(kLong, nullptr));
    for (const pid_t other : others) CHECK_FALSE(is_alive(other));
    CHECK(has_no_children());
}

TEST_CASE("a process that left its command at once ends with it all the same") {
    Scene scene;
    const auto server = scene.runner->start(with_input(bash("read line")));
    const Result result = scene.runner->run(bash(kChild + " spawn_daemon"), nullptr);
    const auto daemon =
        codex::base::parse_integer(codex::base::split_lines(result.output).at(0)).value();
    CHECK_FALSE(is_alive(static_cast<pid_t>(daemon)));
    CHECK_FALSE(server->wait(milliseconds(0), nullptr));
}

TEST_CASE("sixty-four commands are ended together at once") {
    Scene scene;
    const auto other = scene.runner->start(with_input(bash("read line")));
    std::vector<std::unique_ptr<RunningCommand>> commands;
    std::vector<RunningCommand*> all;
    all.reserve(64);
    for (int i = 0; i < 64; ++i)
        all.push_back(commands.emplace_back(scene.runner->start(bash("sleep 60"))).get());
    const auto start = scene.clock.now();
    scene.runner->end(all);
    CHECK(scene.clock.now() - start < milliseconds(1000));
    for (const auto& command : commands)
        CHECK(command->take_progress().ending == Ending(Signalled{SIGKILL}));
    CHECK_FALSE(other->wait(milliseconds(0), nullptr));
    other->end();
    CHECK(has_no_children());
}
