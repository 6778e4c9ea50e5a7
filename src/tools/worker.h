// The broker's side of the worker: starts codex-worker with a policy and a command, and weighs its
// report.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "process/process.h"
#include "sandbox/policy.h"
#include "tools/control_files.h"

namespace codex::tools {

struct WorkerCommand {
    std::vector<std::string> argv;
    std::filesystem::path working_directory;
    std::chrono::milliseconds timeout{std::chrono::seconds(30)};
    std::size_t max_output_bytes = std::size_t{1} << 20;
    bool inherit_output = false;
};

struct WorkerResult {
    process::Result process;
    std::vector<std::string> layers;  // of the sandbox that was in force
    std::vector<std::string> missing;
    /// Protected files that the command had changed and that were put back, a line each.
    std::vector<std::string> restored;
};

class Worker;

/// A command of a worker that goes on by itself: process::RunningCommand in the sandbox. Loop
/// thread only; its worker must outlive it, where it is.
class WorkerSession {
  public:
    ~WorkerSession();
    WorkerSession(const WorkerSession&) = delete;
    WorkerSession& operator=(const WorkerSession&) = delete;

    process::RunningCommand& command() { return *command_; }
    /// As RunningCommand::wait; throws SandboxError as Worker::run.
    bool wait(std::optional<std::chrono::milliseconds> most, const loop::Cancel* cancel);
    /// Ends it now, with all that it started.
    void end();

  private:
    friend class Worker;
    WorkerSession(Worker& worker, std::unique_ptr<process::RunningCommand> command,
                  base::UniqueFd report);
    void leave();

    Worker& worker_;
    std::unique_ptr<process::RunningCommand> command_;
    base::UniqueFd report_;
    bool is_over_ = false;
};

/// Runs a command in the sandbox. Throws sandbox::SandboxError with the worker's reason when the
/// sandbox could not be set up: nothing was executed then. The environment given is all that the
/// command sees. A program that is not there or cannot be executed ends with 127 or 126 and says so
/// in its output, as in a shell.
class Worker {
  public:
    /// The policy's paths are resolved here, once, before a command could put a symbolic link in
    /// their way; the worker refuses links. What PATH names beneath /opt becomes readable. In
    /// workspace_write TMPDIR becomes writable, and control files (control_files.h) of workspace
    /// and writable roots are protected: by the kernel where it can, and put back after each
    /// command.
    Worker(process::ProcessRunner& runner, std::filesystem::path worker_executable,
           sandbox::Policy policy, std::vector<std::string> environment);
    WorkerResult run(const WorkerCommand& command, const loop::Cancel* cancel);
    /// Starts a command whose stdin stays open. While one goes on, protected files are not put back
    /// after other commands or patches: it could lay links in the way of that, so they are when
    /// the last has ended (take_restored).
    std::unique_ptr<WorkerSession> start(const WorkerCommand& wanted);
    /// Ends several sessions of this worker in the time that one takes.
    void end(const std::vector<WorkerSession*>& sessions);
    /// Number of those that are not over.
    std::size_t sessions() const { return sessions_; }
    /// What was put back when the last session ended, a line each, since the last call.
    std::vector<std::string> take_restored();
    /// Are there control files that commands may not change?
    bool guards_files() const { return control_files_.has_value(); }

    struct FileContent {
        std::string bytes;
        std::string error;  // why there are none, for the model; empty: read
    };
    /// Reads a file that the model named, inside the sandbox: beneath the workspace or a root of
    /// the policy, without links out of it, devices, FIFOs or git's own folder.
    FileContent read_file(const std::string& path, std::size_t max_bytes,
                          const loop::Cancel* cancel);
    /// Applies a patch of the model, or with `dry_run` says what it would do. `folder` is where
    /// its relative paths count from, beneath the workspace; absolute ones must lie beneath a
    /// writable root, or in danger_full_access anywhere.
    struct PatchRequest {
        std::string text;
        std::filesystem::path folder;
        bool dry_run = false;
        bool anywhere = false;  // for a dry run: also outside of the roots, as far as it may read
    };
    struct PatchResult {
        sandbox::PatchReport report;
        std::chrono::milliseconds duration{};
        std::vector<std::string> restored;  // as of WorkerResult
    };
    PatchResult apply_patch(const PatchRequest& wanted, const loop::Cancel* cancel);
    /// What a patch may touch: the workspace, then the other writable roots; in
    /// danger_full_access everything.
    std::vector<std::string> patch_roots() const;
    const sandbox::Policy& policy() const { return policy_; }
    /// The same worker without any sandbox, for a command that somebody approved to run so: it has
    /// all rights of this process's user.
    Worker without_sandbox() const;
    /// Protected files are kept as they are now, after such a command. No session may be running.
    void accept_changes();

  private:
    friend class WorkerSession;
    void session_is_over();
    sandbox::WorkerRequest request_for(const WorkerCommand& wanted) const;
    WorkerResult perform(const sandbox::WorkerRequest& request, process::Command command,
                         const loop::Cancel* cancel);
    WorkerResult run_unguarded(const WorkerCommand& wanted, const loop::Cancel* cancel);
    WorkerResult guarded(const std::function<WorkerResult()>& work);

    process::ProcessRunner& runner_;
    std::filesystem::path executable_;
    sandbox::Policy policy_;
    std::vector<std::string> environment_;
    std::optional<ControlFiles> control_files_;
    std::size_t sessions_ = 0;
    std::vector<std::string> restored_;
};

/// A policy for `workspace`: as root, its owner is who commands run as.
sandbox::Policy make_policy(sandbox::Mode mode, const std::filesystem::path& workspace);

/// codex-worker beside the running executable. Throws base::Error when it is not there.
std::filesystem::path find_worker_executable();

}  // namespace codex::tools
