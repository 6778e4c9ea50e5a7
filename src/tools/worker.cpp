#include "tools/worker.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "json/codec.h"
#include "json/value.h"
#include "sandbox/enforce.h"

namespace codex::tools {
namespace {

std::string real_path(const std::string& path) {
    std::error_code ignored;  // what is not there yet stays as it is written
    const std::filesystem::path real = std::filesystem::weakly_canonical(path, ignored);
    return ignored ? path : real.string();
}

/// What PATH names beneath /opt, the one home of programs that the sandbox does not open as a
/// whole.
std::vector<std::string> optional_program_folders(const std::vector<std::string>& environment) {
    constexpr std::string_view kPath = "PATH=";
    constexpr std::string_view kOptional = "/opt/";
    std::vector<std::string> folders;
    for (const std::string_view variable : environment) {
        if (!variable.starts_with(kPath)) continue;
        for (const std::string_view part : base::split(variable.substr(kPath.size()), ':')) {
            if (!part.starts_with(kOptional)) continue;
            std::string folder = real_path(std::string(part));
            while (folder.ends_with('/')) folder.pop_back();
            if (folder.starts_with(kOptional)) folders.push_back(std::move(folder));
        }
    }
    return folders;
}

/// All that the worker has said. It has ended: nobody is waited for.
std::string read_report(int fd) {
    base::set_nonblocking(fd);
    std::string text;
    std::array<char, 4096> buffer;
    while (true) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

std::string describe(const process::Ending& ending) {
    if (const auto* exited = std::get_if<process::Exited>(&ending))
        return fmt::format("exit code {}", exited->code);
    if (const auto* killed = std::get_if<process::Signalled>(&ending))
        return fmt::format("signal {}", killed->signal);
    return "a time-out";
}

sandbox::WorkerReport last_report(const std::string& text, const process::Result& result) {
    const std::vector<std::string_view> lines = base::split_lines(text);
    if (!lines.empty()) {
        return json::decode<sandbox::WorkerReport>(json::parse(lines.back(), "worker report"));
    }
    // Not even started to work: only a very short time-out does that, and it is no failure.
    if (std::holds_alternative<process::TimedOut>(result.ending)) {
        sandbox::WorkerReport nothing;
        nothing.ready = true;
        return nothing;
    }
    throw base::Error(fmt::format("codex-worker ended without a report ({}): {}",
                                  describe(result.ending), base::to_valid_utf8(result.output)));
}

}  // namespace

Worker::Worker(process::ProcessRunner& runner, std::filesystem::path worker_executable,
               sandbox::Policy policy, std::vector<std::string> environment)
    : runner_(runner),
      executable_(std::move(worker_executable)),
      policy_(std::move(policy)),
      environment_(std::move(environment)) {
    policy_.workspace = real_path(policy_.workspace);
    for (std::string& path : policy_.readable) path = real_path(path);
    for (std::string& folder : optional_program_folders(environment_))
        policy_.readable.push_back(std::move(folder));
    for (std::string& path : policy_.writable) path = real_path(path);
}

WorkerResult Worker::run(const std::vector<std::string>& argv,
                         const std::filesystem::path& working_directory,
                         std::chrono::milliseconds timeout, const loop::Cancel* cancel,
                         std::size_t max_output_bytes) {
    const sandbox::WorkerRequest request{.policy = policy_,
                                         .argv = argv,
                                         .environment = environment_,
                                         .working_directory = working_directory.string(),
                                         .broker_pid = ::getpid()};
    try {
        const base::UniqueFd request_file =
            base::make_memory_file("worker-request", json::render(json::encode(request)));
        base::Pipe report = base::make_pipe();
        process::Command command;
        command.argv = {executable_.string()};
        command.working_directory = "/";
        command.descriptors = {{request_file.get(), sandbox::kRequestFd},
                               {report.write_end.get(), sandbox::kReportFd}};
        command.timeout = timeout;
        command.max_output_bytes = max_output_bytes;
        process::Result result = runner_.run(command, cancel);
        report.write_end.reset();
        sandbox::WorkerReport said = last_report(read_report(report.read_end.get()), result);
        if (!said.ready) throw sandbox::SandboxError(said.error);
        return {std::move(result), std::move(said.layers), std::move(said.missing)};
    } catch (const base::Interrupted&) {
        throw;
    } catch (const sandbox::SandboxError&) {
        throw;
    } catch (const base::Error& error) {
        throw sandbox::SandboxError(
            fmt::format("the command could not be run in the sandbox: {}", error.what()));
    }
}

Worker Worker::without_sandbox() const {
    Worker free = *this;
    free.policy_.mode = sandbox::Mode::danger_full_access;
    return free;
}

std::vector<std::string> command_environment(std::string_view path, std::string_view home) {
    return {
        fmt::format("PATH={}", path), fmt::format("HOME={}", home), "LANG=C.UTF-8", "TERM=dumb",
        "NO_COLOR=1", "PAGER=cat", "GIT_PAGER=cat", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0",
        // /etc/gitconfig may hold credentials and is not readable, which git takes for an error.
        "GIT_CONFIG_NOSYSTEM=1"};
}

std::filesystem::path find_worker_executable() {
    std::filesystem::path worker =
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / "codex-worker";
    if (::access(worker.c_str(), X_OK) != 0)
        base::throw_errno(
            fmt::format("cannot execute {}, which runs sandboxed commands", worker.string()));
    return worker;
}

}  // namespace codex::tools
