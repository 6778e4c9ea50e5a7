// The broker's side of the worker: starts codex-worker with a policy and a command, and weighs its
// report.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
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
/// command sees.
class Worker {
  public:
    Worker(process::ProcessRunner& runner, std::filesystem::path worker_executable,
           sandbox::Policy policy, std::vector<std::string> environment);
    WorkerResult run(const std::vector<std::string>& argv,
                     const std::filesystem::path& working_directory,
                     std::chrono::milliseconds timeout, const loop::Cancel* cancel);
    const sandbox::Policy& policy() const { return policy_; }

  private:
    process::ProcessRunner& runner_;
    std::filesystem::path executable_;
    sandbox::Policy policy_;
    std::vector<std::string> environment_;
};

/// codex-worker beside the running executable. Throws base::Error when it is not there.
std::filesystem::path find_worker_executable();

}  // namespace codex::tools
