// The broker's side of the worker: starts codex-worker with a policy and a command, and weighs its
// report.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "process/process.h"
#include "sandbox/policy.h"

namespace codex::tools {

struct WorkerResult {
    process::Result process;
    std::vector<std::string> layers;  // of the sandbox that was in force
    std::vector<std::string> missing;
};

/// Runs a command in the sandbox. Throws sandbox::SandboxError with the worker's reason when the
/// sandbox could not be set up: nothing was executed then. The environment given is all that the
/// command sees. A program that is not there or cannot be executed ends with 127 or 126 and says so
/// in its output, as in a shell.
class Worker {
  public:
    /// The policy's paths are resolved here, once, before a command could put a symbolic link in
    /// their way; the worker refuses links. What PATH names beneath /opt becomes readable.
    Worker(process::ProcessRunner& runner, std::filesystem::path worker_executable,
           sandbox::Policy policy, std::vector<std::string> environment);
    WorkerResult run(const std::vector<std::string>& argv,
                     const std::filesystem::path& working_directory,
                     std::chrono::milliseconds timeout, const loop::Cancel* cancel,
                     std::size_t max_output_bytes = std::size_t{1} << 20);
    const sandbox::Policy& policy() const { return policy_; }
    /// The same worker without any sandbox, for a command that somebody approved to run so: it has
    /// all rights of this process's user.
    Worker without_sandbox() const;

  private:
    process::ProcessRunner& runner_;
    std::filesystem::path executable_;
    sandbox::Policy policy_;
    std::vector<std::string> environment_;
};

/// What a command sees by default: PATH, HOME, LANG, and what keeps programs from asking, paging,
/// colouring, and from configuration that the sandbox does not let them read.
std::vector<std::string> command_environment(std::string_view path, std::string_view home);

/// codex-worker beside the running executable. Throws base::Error when it is not there.
std::filesystem::path find_worker_executable();

}  // namespace codex::tools
