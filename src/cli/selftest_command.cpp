#include "cli/selftest_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "attempts/attempts.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "cli/print.h"
#include "cli/run.h"
#include "loop/signals.h"
#include "process/process.h"
#include "process/spawn.h"
#include "sandbox/enforce.h"
#include "tools/environment.h"
#include "tools/worker.h"

namespace codex::cli {
namespace {

using attempts::Attempt;

constexpr std::uint32_t kNobody = 65534;
constexpr std::chrono::minutes kTime{2};
constexpr std::string_view kGitConfig = "[core]\n\tbare = false\n";

/// A workspace with a repository and, beside it, what must not be reached. Each run has its own,
/// for some attempts leave something behind.
class Scene {
  public:
    explicit Scene(std::uint32_t owner) {
        // Not in /tmp, which workspace-write opens.
        char name[] = "/var/tmp/codex-selftest-XXXXXX";
        if (::mkdtemp(name) == nullptr) base::throw_errno("cannot make a folder in /var/tmp");
        root_ = std::filesystem::canonical(name);
        std::filesystem::create_directories(workspace() / ".git/hooks");
        std::filesystem::create_directory(outside());
        base::write_file_atomically(workspace() / ".git/config", kGitConfig);
        base::write_file_atomically(workspace() / "file", "text\n");
        std::filesystem::create_symlink(outside() / "secret", workspace() / "link");
        // Open to everybody, so that only the sandbox stands in the way.
        for (const char* file : {"secret", "movable"})
            base::write_file_atomically(outside() / file, attempts::kCanary, 0666);
        base::write_file_atomically(outside() / "own", "text\n");
        if (::geteuid() == 0 && ::chown((outside() / "own").c_str(), owner, owner) != 0)
            base::throw_errno("chown");
        for (const std::filesystem::path& folder : {root_, outside()}) {
            if (::chmod(folder.c_str(), 0777) != 0) base::throw_errno("chmod");
        }
        if (::geteuid() == 0) {
            for (const char* path : {"", ".git", ".git/hooks", ".git/config", "file"}) {
                if (::lchown((workspace() / path).c_str(), owner, owner) != 0)
                    base::throw_errno("chown");
            }
        }
        start_victim();
    }
    ~Scene() {
        victim_.reset();
        std::error_code error;
        std::filesystem::remove_all(root_, error);
        if (error) base::log_warning("cannot remove " + root_.string() + ": " + error.message());
    }
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    std::filesystem::path workspace() const { return root_ / "workspace"; }
    std::filesystem::path outside() const { return root_ / "outside"; }
    std::vector<std::string> command() const {
        return {tools::find_worker_executable().string(),
                "attempts",
                workspace().string(),
                outside().string(),
                std::to_string(victim_->pid()),
                tcp_port_,
                udp_port_};
    }
    /// Nothing of the repository is other than it was.
    bool repository_is_whole() const {
        return base::read_file_if_exists(workspace() / ".git/config") == kGitConfig &&
               std::filesystem::is_empty(workspace() / ".git/hooks");
    }

  private:
    class Victim {
      public:
        Victim(const process::Command& command, int output)
            : spawned_(process::spawn(command, output, STDERR_FILENO)) {}
        ~Victim() {
            ::kill(-spawned_.pid, SIGKILL);
            ::waitpid(spawned_.pid, nullptr, 0);
        }
        Victim(const Victim&) = delete;
        Victim& operator=(const Victim&) = delete;
        pid_t pid() const { return spawned_.pid; }

      private:
        process::Spawned spawned_;
    };

    void start_victim() {
        base::Pipe pipe = base::make_pipe();
        process::Command command;
        command.argv = {tools::find_worker_executable().string(), "victim", outside().string()};
        command.environment = {fmt::format("SECRET={}", attempts::kCanary)};
        command.working_directory = "/";
        victim_.emplace(command, pipe.write_end.get());
        pipe.write_end.reset();
        std::string line;
        char byte = 0;
        while (::read(pipe.read_end.get(), &byte, 1) == 1 && byte != '\n') line += byte;
        const std::vector<std::string_view> ports = base::split(line, ' ');
        if (ports.size() != 2) throw base::Error("the process to be attacked did not start");
        tcp_port_ = ports[0];
        udp_port_ = ports[1];
        for (const char* socket : {"stream", "datagram"}) {
            if (::chmod((outside() / socket).c_str(), 0777) != 0) base::throw_errno("chmod");
        }
    }

    std::filesystem::path root_;
    std::optional<Victim> victim_;
    std::string tcp_port_;
    std::string udp_port_;
};

/// What the broker may hold, so that it can be missed in the command's environment.
base::Environment telling_environment() {
    std::map<std::string, std::string, std::less<>> values = {{"PATH", "/usr/bin:/bin"}};
    for (const std::string_view name : attempts::kSecretNames)
        values.emplace(name, attempts::kCanary);
    return base::Environment(std::move(values));
}

std::vector<int> parse_outcomes(const process::Result& result) {
    std::vector<int> outcomes;
    for (const std::string_view line : base::split_lines(result.output)) {
        const auto number = base::parse_integer(line);
        if (number) outcomes.push_back(static_cast<int>(*number));
    }
    if (outcomes.size() != attempts::all().size())
        throw base::Error("the attempts did not come to their end: " +
                          base::to_valid_utf8(result.output));
    return outcomes;
}

std::vector<int> attempt_freely(process::ProcessRunner& runner, const loop::Cancel& cancel) {
    const Scene scene(0);
    const base::UniqueFd stray(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    process::Command command;
    command.argv = scene.command();
    const base::Environment environment = telling_environment();
    for (const auto& [name, value] : environment.values())
        command.environment.push_back(name + "=" + value);
    command.working_directory = scene.workspace();
    command.descriptors = {{stray.get(), attempts::kStrayDescriptor}};
    command.timeout = kTime;
    return parse_outcomes(runner.run(command, &cancel));
}

struct Column {
    std::string title;
    sandbox::Mode mode;
    std::vector<int> outcomes;
    bool repository_is_whole = false;
    std::vector<std::string> layers;
    std::vector<std::string> missing;
};

Column attempt_in_sandbox(process::ProcessRunner& runner, const loop::Cancel& cancel,
                          std::string title, sandbox::Mode mode, std::uint32_t owner) {
    const Scene scene(owner);
    sandbox::Policy policy = tools::make_policy(mode, scene.workspace());
    policy.readable = {tools::find_worker_executable().string()};
    tools::Worker worker(runner, tools::find_worker_executable(), std::move(policy),
                         tools::command_environment(
                             {.inherit = tools::Inherit::all, .ignore_default_excludes = true},
                             telling_environment()));
    // A descriptor that a careless broker would leave open.
    const base::UniqueFd stray(::open("/dev/null", O_RDONLY));
    auto result = worker.run(
        {.argv = scene.command(), .working_directory = scene.workspace(), .timeout = kTime},
        &cancel);
    return {std::move(title),
            mode,
            parse_outcomes(result.process),
            scene.repository_is_whole(),
            std::move(result.layers),
            std::move(result.missing)};
}

bool has_mounts(const Column& column) {
    return std::find(column.layers.begin(), column.layers.end(), "read-only mounts") !=
           column.layers.end();
}

bool held(const Attempt& attempt, int outcome, const Column& column) {
    if (outcome != 0) return true;
    if (column.mode == sandbox::Mode::read_only) return false;
    switch (attempt.refused) {
        case attempts::Refused::always:
            return false;
        case attempts::Refused::in_read_only:
            return true;
        case attempts::Refused::or_put_back:
            return column.repository_is_whole;
        case attempts::Refused::where_mounted:
            return !has_mounts(column);
    }
    return false;
}

std::string render(const Attempt& attempt, int outcome, const Column* column) {
    if (outcome == attempts::kKilled) return "killed";
    if (outcome != 0) {
        const char* name = ::strerrorname_np(outcome);
        return name != nullptr ? name : std::to_string(outcome);
    }
    if (column == nullptr) return "through";
    if (!held(attempt, outcome, *column)) return "THROUGH";
    switch (attempt.refused) {
        case attempts::Refused::or_put_back:
            return "put back";
        case attempts::Refused::where_mounted:
            return "no mounts";
        case attempts::Refused::always:
        case attempts::Refused::in_read_only:
            break;
    }
    return "allowed";
}

}  // namespace

int run_selftest() {
    const base::SystemClock clock;
    loop::Cancel cancel;
    loop::Loop loop(clock);
    const loop::SignalWatch signals(loop, cancel);
    const auto runner = process::make_process_runner(loop);
    const bool is_root = ::geteuid() == 0;

    const std::vector<int> free = attempt_freely(*runner, cancel);
    std::vector<Column> columns;
    const auto add = [&](const std::string& title, sandbox::Mode mode, std::uint32_t owner) {
        columns.push_back(attempt_in_sandbox(*runner, cancel, title, mode, owner));
    };
    add("READ-ONLY", sandbox::Mode::read_only, kNobody);
    add("WRITE", sandbox::Mode::workspace_write, kNobody);
    if (is_root) {
        add("READ-ONLY, ROOT", sandbox::Mode::read_only, 0);
        add("WRITE, ROOT", sandbox::Mode::workspace_write, 0);
    }

    constexpr int kWidth = 16;
    std::string text =
        fmt::format("{:<10} {:<46} {:<{}}", "GROUP", "ATTEMPT", "NO SANDBOX", kWidth);
    for (const Column& column : columns) text += fmt::format("{:<{}}", column.title, kWidth);
    text += "\n";
    std::size_t broken = 0;
    std::size_t unproven = 0;
    const std::vector<Attempt> all = attempts::all();
    for (std::size_t i = 0; i < all.size(); ++i) {
        text += fmt::format("{:<10} {:<46} {:<{}}", attempts::render(all[i].group), all[i].name,
                            render(all[i], free[i], nullptr), kWidth);
        bool holds = true;
        for (const Column& column : columns) {
            text += fmt::format("{:<{}}", render(all[i], column.outcomes[i], &column), kWidth);
            holds = holds && held(all[i], column.outcomes[i], column);
        }
        text += "\n";
        broken += holds ? 0U : 1U;
        unproven += free[i] != 0 ? 1U : 0U;
    }
    for (const Column& column : columns) {
        text += fmt::format("\n{}: {}\n", column.title, base::join(column.layers, "; "));
        for (const std::string& missing : column.missing) text += "  missing: " + missing + "\n";
    }
    text += fmt::format("\n{} attempts: {} held, {} came through", all.size(), all.size() - broken,
                        broken);
    if (unproven > 0)
        text += fmt::format(" ({} are refused here without the sandbox too, and prove nothing)",
                            unproven);
    print(text + "\n");
    return broken == 0 ? kDone : kFailed;
}

}  // namespace codex::cli
