#include "tests/support/lib/run_program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "base/text.h"
#include "base/unique_fd.h"

namespace codex::test {
namespace {

// Collects one stream on a thread of its own; others can wait for a text in it.
class Collected {
  public:
    void start(base::UniqueFd fd) {
        thread_ = std::jthread([this, from = std::move(fd)] {
            char buffer[8192];
            while (true) {
                const ssize_t got = ::read(from.get(), buffer, sizeof buffer);
                const std::lock_guard lock(mutex_);
                if (got <= 0) {
                    ended_ = true;
                    changed_.notify_all();
                    return;
                }
                text_.append(buffer, static_cast<std::size_t>(got));
                changed_.notify_all();
            }
        });
    }
    bool wait_for(const std::string& text) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return ended_ || text_.find(text) != std::string::npos; });
        return text_.find(text) != std::string::npos;
    }
    std::string first_line() {
        wait_for("\n");
        const std::lock_guard lock(mutex_);
        return text_.substr(0, text_.find('\n'));
    }
    std::string finish() {
        if (thread_.joinable()) thread_.join();
        return text_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string text_;
    bool ended_ = false;
    std::jthread thread_;
};

}  // namespace

struct RunningProgram::State {
    Program program;
    pid_t pid = -1;
    base::UniqueFd input;
    Collected out;
    Collected err;
    bool reaped = false;
};

RunningProgram::RunningProgram(Program program) : state_(std::make_unique<State>()) {
    state_->program = std::move(program);
    base::Pipe in = base::make_pipe();
    base::Pipe out = base::make_pipe();
    base::Pipe err = base::make_pipe();
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addchdir_np(&actions, state_->program.working_directory.c_str());
    ::posix_spawn_file_actions_adddup2(&actions, in.read_end.get(), 0);
    ::posix_spawn_file_actions_adddup2(&actions, out.write_end.get(), 1);
    ::posix_spawn_file_actions_adddup2(&actions, err.write_end.get(), 2);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    const auto argv = base::c_strings(state_->program.argv);
    const auto environment = base::c_strings(state_->program.environment);
    const int code = ::posix_spawnp(&state_->pid, argv[0], &actions, &attributes, argv.data(),
                                    environment.data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (code != 0) throw std::runtime_error("cannot start " + state_->program.argv[0]);
    state_->input = std::move(in.write_end);
    out.write_end.reset();
    err.write_end.reset();
    state_->out.start(std::move(out.read_end));
    state_->err.start(std::move(err.read_end));
}

RunningProgram::~RunningProgram() {
    if (state_->reaped) return;
    ::kill(state_->pid, SIGKILL);
    ::waitpid(state_->pid, nullptr, 0);
}

pid_t RunningProgram::pid() const {
    return state_->pid;
}
void RunningProgram::send_signal(int signal) {
    ::kill(state_->pid, signal);
}
bool RunningProgram::wait_for_output(const std::string& text) {
    return state_->out.wait_for(text);
}
bool RunningProgram::wait_for_error(const std::string& text) {
    return state_->err.wait_for(text);
}
std::string RunningProgram::first_line() {
    return state_->out.first_line();
}
void RunningProgram::close_input() {
    state_->input.reset();
}

ProgramResult RunningProgram::wait() {
    // The watchdog ends a program that hangs; its end is then reported as a failure of the test.
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    bool killed = false;
    std::jthread watchdog([&] {
        std::unique_lock lock(mutex);
        if (!changed.wait_for(lock, state_->program.timeout, [&] { return done; })) {
            killed = true;
            ::kill(state_->pid, SIGKILL);
        }
    });
    int status = 0;
    rusage usage = {};
    ::wait4(state_->pid, &status, 0, &usage);
    state_->reaped = true;
    {
        const std::lock_guard lock(mutex);
        done = true;
    }
    changed.notify_all();
    watchdog.join();
    ProgramResult result;
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime})
        result.cpu_time +=
            std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    result.peak_memory_kib = static_cast<std::size_t>(usage.ru_maxrss);
    result.out = state_->out.finish();
    result.err = state_->err.finish();
    if (killed)
        throw std::runtime_error(state_->program.argv[0] + " did not end in time:\n" + result.out +
                                 result.err);
    return result;
}

ProgramResult run_program(Program program) {
    RunningProgram running(std::move(program));
    running.close_input();
    return running.wait();
}

std::string run_checked(Program program) {
    const std::string name = program.argv[0];
    ProgramResult result = run_program(std::move(program));
    if (result.exit_code != 0)
        throw std::runtime_error(name + " failed:\n" + result.out + result.err);
    if (!result.out.empty() && result.out.back() == '\n') result.out.pop_back();
    return result.out;
}

std::vector<std::string> plain_environment() {
    return {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=/nonexistent",
            "LANG=C.UTF-8"};
}

}  // namespace codex::test
