#include "tools/worker.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/log.h"
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

/// Empty when it is not set.
std::string_view value_of(const std::vector<std::string>& environment, std::string_view name) {
    for (const std::string_view variable : environment) {
        if (variable.size() > name.size() && variable.starts_with(name) &&
            variable[name.size()] == '=')
            return variable.substr(name.size() + 1);
    }
    return {};
}

/// What PATH names beneath /opt, the one home of programs that the sandbox does not open as a
/// whole.
std::vector<std::string> optional_program_folders(const std::vector<std::string>& environment) {
    constexpr std::string_view kOptional = "/opt/";
    std::vector<std::string> folders;
    for (const std::string_view part : base::split(value_of(environment, "PATH"), ':')) {
        if (!part.starts_with(kOptional)) continue;
        std::string folder = real_path(std::string(part));
        while (folder.ends_with('/')) folder.pop_back();
        if (folder.starts_with(kOptional)) folders.push_back(std::move(folder));
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

/// Nothing when it has said nothing.
std::optional<sandbox::WorkerReport> parse_report(const std::string& text) {
    const std::vector<std::string_view> lines = base::split_lines(text);
    if (lines.empty()) return std::nullopt;
    return json::decode<sandbox::WorkerReport>(json::parse(lines.back(), "worker report"));
}

sandbox::WorkerReport last_report(const std::string& text, const process::Result& result) {
    if (std::optional<sandbox::WorkerReport> said = parse_report(text)) return std::move(*said);
    // Not even started to work: only a very short time-out does that, and it is no failure.
    if (std::holds_alternative<process::TimedOut>(result.ending)) {
        sandbox::WorkerReport nothing;
        nothing.ready = true;
        return nothing;
    }
    throw base::Error(fmt::format("codex-worker ended without a report ({}): {}",
                                  describe(result.ending), base::to_valid_utf8(result.output)));
}

/// What the worker is given beside its command: the request, and a pipe for its report.
class Exchange {
  public:
    /// Completes the command, which must be started while this lives.
    Exchange(const std::filesystem::path& executable, const sandbox::WorkerRequest& request,
             process::Command& command)
        : request_(base::make_memory_file("worker-request", json::render(json::encode(request)))) {
        command.argv = {executable.string()};
        command.working_directory = "/";
        command.descriptors = {{request_.get(), sandbox::kRequestFd},
                               {report_.write_end.get(), sandbox::kReportFd}};
    }
    /// Once the command was started.
    base::UniqueFd take_report() {
        report_.write_end.reset();
        return std::move(report_.read_end);
    }

  private:
    base::UniqueFd request_;
    base::Pipe report_ = base::make_pipe();
};

/// Whatever keeps the worker from its work is the sandbox's failure, and ends the run.
template <class Work>
auto with_sandbox_errors(const Work& work) {
    try {
        return work();
    } catch (const base::Interrupted&) {
        throw;
    } catch (const sandbox::SandboxError&) {
        throw;
    } catch (const base::Error& error) {
        throw sandbox::SandboxError(
            fmt::format("the command could not be run in the sandbox: {}", error.what()));
    }
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
    if (policy_.network == sandbox::Network::none)
        environment_.emplace_back("CODEX_SANDBOX_NETWORK_DISABLED=1");
    if (policy_.mode != sandbox::Mode::workspace_write) return;
    std::vector<std::string> roots = policy_.writable;
    roots.push_back(policy_.workspace);
    try {
        for (const std::string& root : roots) {
            for (std::string& path : protected_paths(root))
                policy_.protected_paths.push_back(std::move(path));
        }
        control_files_.emplace(roots);
    } catch (const base::Error& error) {
        throw sandbox::SandboxError(error.what());
    }
    const std::string_view temporary = value_of(environment_, "TMPDIR");
    if (!policy_.exclude_tmpdir_env_var && temporary.starts_with('/'))
        policy_.writable.push_back(real_path(std::string(temporary)));
}

WorkerResult Worker::run(const WorkerCommand& command, const loop::Cancel* cancel) {
    return guarded([&] { return run_unguarded(command, cancel); });
}

/// Puts control files back after the work, however it ends.
WorkerResult Worker::guarded(const std::function<WorkerResult()>& work) {
    if (!control_files_) return work();
    try {
        WorkerResult result = work();
        if (sessions_ == 0) result.restored = control_files_->restore();
        return result;
    } catch (const base::Interrupted&) {
        if (sessions_ == 0) control_files_->restore();
        throw;
    }
}

WorkerResult Worker::run_unguarded(const WorkerCommand& wanted, const loop::Cancel* cancel) {
    process::Command command;
    command.timeout = wanted.timeout;
    command.max_output_bytes = wanted.max_output_bytes;
    command.inherit_output = wanted.inherit_output;
    return perform(request_for(wanted), std::move(command), cancel);
}

sandbox::WorkerRequest Worker::request_for(const WorkerCommand& wanted) const {
    return {.policy = policy_,
            .argv = wanted.argv,
            .environment = environment_,
            .working_directory = wanted.working_directory.string(),
            .broker_pid = ::getpid()};
}

Worker::FileContent Worker::read_file(const std::string& path, std::size_t max_bytes,
                                      const loop::Cancel* cancel) {
    constexpr std::chrono::seconds kTime{30};
    constexpr std::size_t kMaxErrorBytes = 16'384;
    process::Command command;
    command.timeout = kTime;
    // Head and tail are kept, half and half: nothing may be cut.
    command.max_output_bytes = 2 * std::max(max_bytes, kMaxErrorBytes);
    WorkerResult result = perform({.policy = policy_,
                                   .read = sandbox::FileRead{path, max_bytes},
                                   .argv = {},
                                   .environment = {},
                                   .working_directory = policy_.workspace,
                                   .broker_pid = ::getpid()},
                                  std::move(command), cancel);
    if (result.process.ending == process::Ending(process::Exited{0}))
        return {std::move(result.process.output), {}};
    if (result.process.ending == process::Ending(process::Exited{1}))
        return {{}, std::string(base::trim(base::to_valid_utf8(result.process.output)))};
    return {{}, fmt::format("{} could not be read ({})", path, describe(result.process.ending))};
}

std::vector<std::string> Worker::patch_roots() const {
    std::vector<std::string> more;
    if (policy_.mode == sandbox::Mode::danger_full_access) {
        more.emplace_back("/");
    } else if (policy_.mode == sandbox::Mode::workspace_write) {
        more = policy_.writable;
        if (!policy_.exclude_slash_tmp) more.push_back(real_path("/tmp"));
    }
    std::vector<std::string> roots = {policy_.workspace};
    std::copy_if(more.begin(), more.end(), std::back_inserter(roots), [](const auto& folder) {
        std::error_code ignored;
        return std::filesystem::is_directory(folder, ignored);
    });
    return roots;
}

Worker::PatchResult Worker::apply_patch(const PatchRequest& wanted, const loop::Cancel* cancel) {
    constexpr std::chrono::minutes kTime{2};
    const std::filesystem::path folder = wanted.folder.lexically_relative(policy_.workspace);
    sandbox::PatchTask task{.text = wanted.text,
                            .roots = patch_roots(),
                            .folder = folder == "." ? "" : folder.string(),
                            .dry_run = wanted.dry_run};
    if (wanted.anywhere) task.roots.emplace_back("/");
    process::Command command;
    command.timeout = kTime;
    // Head and tail are kept, half and half: nothing may be cut.
    command.max_output_bytes = 2 * json::kMaxBytes;
    WorkerResult result = guarded([&] {
        return perform({.policy = policy_,
                        .patch = std::move(task),
                        .argv = {},
                        .environment = {},
                        .working_directory = policy_.workspace,
                        .broker_pid = ::getpid()},
                       std::move(command), cancel);
    });
    if (result.process.ending != process::Ending(process::Exited{0})) {
        throw sandbox::SandboxError(fmt::format(
            "the patch was not applied: codex-worker ended with {}: {}",
            describe(result.process.ending), base::to_valid_utf8(result.process.output)));
    }
    return {json::decode<sandbox::PatchReport>(
                json::parse(result.process.output, "the worker's report of a patch")),
            result.process.duration, std::move(result.restored)};
}

WorkerResult Worker::perform(const sandbox::WorkerRequest& request, process::Command command,
                             const loop::Cancel* cancel) {
    return with_sandbox_errors([&] {
        Exchange exchange(executable_, request, command);
        process::Result result = runner_.run(command, cancel);
        const base::UniqueFd report = exchange.take_report();
        sandbox::WorkerReport said = last_report(read_report(report.get()), result);
        if (!said.ready) throw sandbox::SandboxError(said.error);
        return WorkerResult{std::move(result), std::move(said.layers), std::move(said.missing), {}};
    });
}

std::unique_ptr<WorkerSession> Worker::start(const WorkerCommand& wanted) {
    process::Command command;
    command.timeout = wanted.timeout;
    command.max_output_bytes = wanted.max_output_bytes;
    command.open_input = true;
    return with_sandbox_errors([&] {
        Exchange exchange(executable_, request_for(wanted), command);
        std::unique_ptr<process::RunningCommand> running = runner_.start(command);
        std::unique_ptr<WorkerSession> session(
            new WorkerSession(*this, std::move(running), exchange.take_report()));
        ++sessions_;
        return session;
    });
}

void Worker::end(const std::vector<WorkerSession*>& sessions) {
    std::vector<process::RunningCommand*> commands;
    commands.reserve(sessions.size());
    for (WorkerSession* session : sessions) commands.push_back(session->command_.get());
    with_sandbox_errors([&] { runner_.end(commands); });
    for (WorkerSession* session : sessions) session->leave();
}

void Worker::session_is_over() {
    if (--sessions_ > 0 || !control_files_) return;
    for (std::string& line : control_files_->restore()) restored_.push_back(std::move(line));
}

std::vector<std::string> Worker::take_restored() {
    return std::exchange(restored_, {});
}

WorkerSession::WorkerSession(Worker& worker, std::unique_ptr<process::RunningCommand> command,
                             base::UniqueFd report)
    : worker_(worker), command_(std::move(command)), report_(std::move(report)) {}

WorkerSession::~WorkerSession() {
    if (is_over_) return;
    command_.reset();
    try {
        leave();
    } catch (const base::Error& error) {
        base::log_warning(error.what());
    }
}

bool WorkerSession::wait(std::optional<std::chrono::milliseconds> most,
                         const loop::Cancel* cancel) {
    if (is_over_) return true;
    return with_sandbox_errors([&] {
        if (!command_->wait(most, cancel)) return false;
        leave();
        const auto said = parse_report(read_report(report_.get()));
        if (!said) throw base::Error("codex-worker ended without a report");
        if (!said->ready) throw sandbox::SandboxError(said->error);
        return true;
    });
}

void WorkerSession::end() {
    worker_.end({this});
}

void WorkerSession::leave() {
    if (!std::exchange(is_over_, true)) worker_.session_is_over();
}

sandbox::Policy make_policy(sandbox::Mode mode, const std::filesystem::path& workspace) {
    sandbox::Policy policy;
    policy.mode = mode;
    policy.workspace = workspace.string();
    struct stat owner = {};
    if (::geteuid() == 0 && ::stat(workspace.c_str(), &owner) == 0) {
        policy.run_as_uid = owner.st_uid;
        policy.run_as_gid = owner.st_gid;
    }
    return policy;
}

Worker Worker::without_sandbox() const {
    Worker free = *this;
    free.policy_.mode = sandbox::Mode::danger_full_access;
    free.control_files_.reset();
    free.sessions_ = 0;
    free.restored_.clear();
    return free;
}

void Worker::accept_changes() {
    if (control_files_) control_files_->accept();
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
