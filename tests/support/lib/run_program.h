// Runs a real program with exactly the given environment and looks at all it left behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace codex::test {

struct ProgramResult {
    int exit_code = -1;  // -1 when a signal ended it
    int signal = 0;
    std::string out;
    std::string err;
    // With the children that it waited for.
    std::chrono::microseconds cpu_time{0};
    std::size_t peak_memory_kib = 0;
};

struct Program {
    std::vector<std::string> argv;
    std::vector<std::string> environment;  // "NAME=value"
    std::filesystem::path working_directory = "/";
    std::chrono::milliseconds timeout{60'000};  // then SIGKILL and a std::runtime_error
};

class RunningProgram {
  public:
    explicit RunningProgram(Program program);
    ~RunningProgram();
    RunningProgram(const RunningProgram&) = delete;
    RunningProgram& operator=(const RunningProgram&) = delete;
    pid_t pid() const;
    void send_signal(int signal);
    /// Returns once stdout holds `text` (true), or the program's stdout ended without it (false).
    bool wait_for_output(const std::string& text);
    /// The same for stderr.
    bool wait_for_error(const std::string& text);
    /// The first line of stdout, waited for; empty when stdout ended before.
    std::string first_line();
    /// Closes its standard input.
    void close_input();
    ProgramResult wait();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

ProgramResult run_program(Program program);

/// The same, but throws with its output when it does not exit with 0; returns stdout without the
/// last newline.
std::string run_checked(Program program);

/// PATH, HOME and LANG of nothing in particular: what a program needs at least.
std::vector<std::string> plain_environment();

}  // namespace codex::test
