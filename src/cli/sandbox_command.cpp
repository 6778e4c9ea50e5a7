#include "cli/sandbox_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/overloaded.h"
#include "base/printable.h"
#include "base/random.h"
#include "cli/print.h"
#include "cli/run.h"
#include "loop/signals.h"
#include "process/process.h"
#include "sandbox/enforce.h"
#include "sandbox/layers.h"
#include "tools/environment.h"
#include "tools/temporary_home.h"
#include "tools/worker.h"

namespace codex::cli {
namespace {

// As long as it lives the runner takes no line of this step for a workflow command
// (docs.github.com, "Stopping and starting workflow commands").
class StoppedCommands {
  public:
    explicit StoppedCommands(bool in_workflow) {
        if (!in_workflow) return;
        token_ = base::random_hex(16);
        print(fmt::format("::stop-commands::{}\n", token_));
    }
    ~StoppedCommands() {
        if (token_.empty()) return;
        try {
            print(fmt::format("\n::{}::\n", token_));
        } catch (const base::Error& error) {
            base::log_warning(error.what());
        }
    }
    StoppedCommands(const StoppedCommands&) = delete;
    StoppedCommands& operator=(const StoppedCommands&) = delete;

  private:
    std::string token_;
};

std::string existing_folder(const std::string& option, const std::string& folder) {
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(folder, error);
    if (error || !std::filesystem::is_directory(real)) {
        throw base::ConfigError(
            fmt::format("{} {}: there is no such folder", option, base::render_controls(folder)));
    }
    return real.string();
}

sandbox::Policy make_policy(const Sandbox& command) {
    sandbox::Policy policy = tools::make_policy(command.mode, current_folder());
    policy.requirement = command.requirement;
    policy.network = command.network;
    for (const std::string& folder : command.readable)
        policy.readable.push_back(existing_folder("--readable", folder));
    for (const std::string& folder : command.writable)
        policy.writable.push_back(existing_folder("--writable", folder));
    return policy;
}

void announce(const Sandbox& command) {
    if (command.mode == sandbox::Mode::danger_full_access)
        base::log_warning("no sandbox: the mode is danger-full-access");
    else if (command.requirement == sandbox::Requirement::off)
        base::log_warning("no sandbox: it is off");
    else if (command.network == sandbox::Network::full)
        base::log_warning("the command has the whole network");
}

int exit_code(const process::Ending& ending) {
    return std::visit(
        base::Overloaded{
            [](const process::Exited& exited) { return exited.code; },
            [](const process::Signalled& killed) { return kSignalBase + killed.signal; },
            [](const process::TimedOut& late) {
                base::log_warning(fmt::format(
                    "timed out after {} s; it was killed with all that it started",
                    std::chrono::duration_cast<std::chrono::seconds>(late.after).count()));
                return kTimedOut;
            }},
        ending);
}

std::string explain(const sandbox::WorkerReport& report) {
    std::string text = fmt::format("{:<22} {:<10} {:<7} {:<21} {}\n", "LAYER", "HERE", "KERNEL",
                                   "WITHOUT IT", "WHAT IT STOPS");
    for (const sandbox::Layer& layer : sandbox::layers()) {
        const bool in_force = state_of(layer, report) == sandbox::LayerState::in_force;
        text +=
            fmt::format("{:<22} {:<10} {:<7} {:<21} {}\n", layer.name, in_force ? "in force" : "-",
                        layer.since, render(layer.without_it), layer.stops);
    }
    text += "\nin force: ";
    for (const std::string& layer : report.layers) text += layer + "; ";
    text += "\n";
    for (const std::string& missing : report.missing) text += "missing: " + missing + "\n";
    text +=
        "\n\"refused\": with --sandbox required (the default) nothing runs without the layer; with "
        "best-effort the command runs and the gap is reported; with off there is no sandbox.\n";
    return text;
}

/// What a command stands on here.
class Bench {
  public:
    tools::WorkerResult run(sandbox::Policy policy, const base::Environment& environment,
                            tools::WorkerCommand command) {
        const std::filesystem::path executable = tools::find_worker_executable();
        std::unique_ptr<tools::TemporaryHome> home;
        tools::EnvironmentPolicy variables;
        if (policy.mode == sandbox::Mode::workspace_write) {
            home = std::make_unique<tools::TemporaryHome>(policy, executable);
            variables.set["HOME"] = home->path().string();
            variables.set["PATH"] = home->search_path(environment);
        } else if (policy.mode == sandbox::Mode::read_only) {
            variables.set["HOME"] = "/nonexistent";
        }
        command.working_directory = policy.workspace;
        tools::Worker worker(*runner_, executable, std::move(policy),
                             tools::command_environment(variables, environment));
        return worker.run(command, &cancel_);
    }

  private:
    base::SystemClock clock_;
    loop::Cancel cancel_;
    loop::Loop loop_{clock_};
    loop::SignalWatch signals_{loop_, cancel_};
    std::unique_ptr<process::ProcessRunner> runner_ = process::make_process_runner(loop_);
};

/// Tries the policy that needs the most.
int run_explain(const Sandbox& command, const base::Environment& environment) {
    sandbox::Policy policy = make_policy(command);
    policy.mode = sandbox::Mode::workspace_write;
    policy.requirement = sandbox::Requirement::best_effort;
    policy.network = sandbox::Network::loopback;
    Bench bench;
    tools::WorkerResult trial;
    try {
        trial = bench.run(policy, environment, {.argv = {"true"}, .working_directory = {}});
    } catch (const sandbox::SandboxError& error) {
        policy.network = sandbox::Network::none;
        trial = bench.run(policy, environment, {.argv = {"true"}, .working_directory = {}});
        trial.missing.emplace_back(error.what());
    }
    sandbox::WorkerReport report;
    report.layers = std::move(trial.layers);
    report.missing = std::move(trial.missing);
    print(explain(report));
    return kDone;
}

}  // namespace

int run_sandbox(const Sandbox& command, const base::Environment& environment) {
    try {
        if (command.explain) return run_explain(command, environment);
        announce(command);
        const StoppedCommands stopped(environment.find_nonempty("GITHUB_ACTIONS").has_value());
        const tools::WorkerResult result = Bench().run(make_policy(command), environment,
                                                       {.argv = command.argv,
                                                        .working_directory = {},
                                                        .timeout = command.timeout,
                                                        .inherit_output = true});
        for (const std::string& line : result.restored) base::log_warning("protected: " + line);
        if (command.requirement == sandbox::Requirement::best_effort) {
            for (const std::string& line : result.missing)
                base::log_warning("not in force: " + line);
        }
        return exit_code(result.process.ending);
    } catch (const sandbox::SandboxError& error) {
        base::log(base::LogLevel::error, error.what());
        return kSandboxFailed;
    }
}

}  // namespace codex::cli
