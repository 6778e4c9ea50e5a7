#include "tools/shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "json/codec.h"
#include "json/schema.h"
#include "process/head_tail.h"
#include "process/process.h"
#include "tools/command_gate.h"

namespace codex::tools {
namespace {

struct ExecArguments {
    std::string cmd;
    std::optional<std::string> workdir;
    std::optional<std::int64_t> timeout_ms;
    std::optional<std::int64_t> max_output_bytes;
    std::optional<bool> with_escalated_permissions;
    std::optional<std::string> justification;
};

struct ShellArguments {
    std::vector<std::string> command;
    std::optional<std::string> workdir;
    std::optional<std::int64_t> timeout_ms;
    std::optional<bool> with_escalated_permissions;
    std::optional<std::string> justification;
};

struct Call {
    CommandCall command;
    std::optional<std::int64_t> timeout_ms;
    std::optional<std::int64_t> max_output_bytes;
};

}  // namespace
}  // namespace codex::tools

template <>
struct codex::json::Describe<codex::tools::ExecArguments> {
    template <class V>
    static void fields(V& v) {
        using T = codex::tools::ExecArguments;
        v("cmd", &T::cmd, "Shell command, run by bash -c.");
        v("workdir", &T::workdir, "Folder to run it in, beneath the workspace (the default).");
        v("timeout_ms", &T::timeout_ms, "Kill the command after so many milliseconds.");
        v("max_output_bytes", &T::max_output_bytes,
          "Return at most so many bytes of output: the beginning and the end.");
        v(codex::tools::kEscalation, &T::with_escalated_permissions, codex::tools::kEscalationText);
        v(codex::tools::kJustification, &T::justification, codex::tools::kJustificationText);
    }
};
template <>
struct codex::json::Describe<codex::tools::ShellArguments> {
    template <class V>
    static void fields(V& v) {
        using T = codex::tools::ShellArguments;
        v("command", &T::command, "Program and arguments, executed without a shell.");
        v("workdir", &T::workdir, "Folder to run it in, beneath the workspace (the default).");
        v("timeout_ms", &T::timeout_ms, "Kill the command after so many milliseconds.");
        v(codex::tools::kEscalation, &T::with_escalated_permissions, codex::tools::kEscalationText);
        v(codex::tools::kJustification, &T::justification, codex::tools::kJustificationText);
    }
};

namespace codex::tools {
namespace {

class CommandTool : public Tool {
  public:
    CommandTool(Worker& worker, ShellLimits limits, Approver* approver, Patcher* patcher,
                ToolSpec spec)
        : worker_(worker),
          limits_(limits),
          gate_(worker, limits.max_command_bytes, approver, patcher),
          spec_(std::move(spec)) {}

    const ToolSpec& spec() const override { return spec_; }

    ToolOutput call(std::string_view arguments, const loop::Cancel* cancel) override {
        try {
            return execute(parse(arguments), cancel);
        } catch (const json::JsonError& error) {
            return {fmt::format("The arguments of {} cannot be read: {}", spec_.name, error.what()),
                    false};
        } catch (const BadCall& error) {
            return {fmt::format("{} was not executed: {}", spec_.name, error.what()), false};
        }
    }

  protected:
    virtual Call parse(std::string_view arguments) const = 0;

  private:
    ToolOutput execute(const Call& call, const loop::Cancel* cancel) {
        const std::filesystem::path workdir = gate_.check(call.command);
        if (call.timeout_ms && *call.timeout_ms <= 0) throw BadCall("timeout_ms must be above 0");
        if (call.max_output_bytes && *call.max_output_bytes <= 0)
            throw BadCall("max_output_bytes must be above 0");
        if (auto answer = gate_.apply_as_patch(call.command, workdir, cancel))
            return std::move(*answer);
        std::string notes;
        std::chrono::milliseconds timeout = limits_.default_timeout;
        if (call.timeout_ms) {
            timeout = std::chrono::milliseconds(
                std::min<std::int64_t>(*call.timeout_ms, limits_.max_timeout.count()));
            if (timeout.count() < *call.timeout_ms)
                notes += fmt::format("Note: timeout_ms was limited to {}\n", timeout.count());
        }
        std::size_t max_bytes = limits_.max_output_bytes;
        if (call.max_output_bytes) {
            const auto wanted = static_cast<std::size_t>(*call.max_output_bytes);
            if (wanted > max_bytes)
                notes += fmt::format("Note: max_output_bytes was limited to {}\n", max_bytes);
            max_bytes = std::min(max_bytes, wanted);
        }
        const process::Result result =
            run(gate_.propose(call.command, workdir), timeout, cancel, max_bytes, notes);
        return render(result, notes, max_bytes);
    }

    /// Runs it where it may; once more without the sandbox when that refused it and somebody
    /// approves.
    process::Result run(const Proposal& proposal, std::chrono::milliseconds timeout,
                        const loop::Cancel* cancel, std::size_t max_bytes, std::string& notes) {
        const WorkerCommand command{.argv = proposal.argv,
                                    .working_directory = proposal.working_directory,
                                    .timeout = timeout,
                                    .max_output_bytes = max_bytes};
        if (gate_.admit(proposal) == Place::without_sandbox)
            return gate_.run_freely(command, cancel);
        WorkerResult confined = worker_.run(command, cancel);
        for (const std::string& line : confined.restored)
            notes += fmt::format("Note: {}: it is protected\n", line);
        process::Result result = std::move(confined.process);
        if (!gate_.retries_freely(proposal, result.ending, result.output, notes)) return result;
        return gate_.run_freely(command, cancel);
    }

    static ToolOutput render(const process::Result& result, const std::string& notes,
                             std::size_t max_bytes) {
        std::string head;
        bool success = false;
        if (const auto* exited = std::get_if<process::Exited>(&result.ending)) {
            head = fmt::format("Exit code: {}\n", exited->code);
            success = exited->code == 0;
        } else if (const auto* killed = std::get_if<process::Signalled>(&result.ending)) {
            head = fmt::format("Exit code: {} (killed by signal {})\n", exit_code_of(result.ending),
                               killed->signal);
        } else {
            head = fmt::format(
                "Exit code: {} (timed out after {} ms; it was killed with all that it started)\n",
                exit_code_of(result.ending),
                std::get<process::TimedOut>(result.ending).after.count());
        }
        std::string output = base::to_valid_utf8(result.output);
        // Repairing bytes makes text longer; what a line about omitted bytes takes is free.
        constexpr std::size_t kOmissionLine = 64;
        if (output.size() > max_bytes + kOmissionLine) {
            process::HeadTail kept(max_bytes);
            kept.append(output);
            output = kept.text();
        }
        const double seconds = static_cast<double>(result.duration.count()) / 1000;
        return {
            fmt::format("{}{}Wall time: {:.1f} seconds\nOutput:\n{}", head, notes, seconds, output),
            success};
    }

    Worker& worker_;
    ShellLimits limits_;
    CommandGate gate_;
    ToolSpec spec_;
};

class ExecCommand final : public CommandTool {
  public:
    ExecCommand(Worker& worker, ShellLimits limits, Approver* approver, Patcher* patcher)
        : CommandTool(worker, limits, approver, patcher,
                      {.name = "exec_command",
                       .description = "Runs a shell command in the sandbox and returns its exit "
                                      "code and output.",
                       .parameters = offered_parameters(
                           json::schema<ExecArguments>(json::SchemaMode::lenient),
                           approver != nullptr && approver->can_escalate())}) {}

  protected:
    Call parse(std::string_view arguments) const override {
        ExecArguments given = json::decode<ExecArguments>(json::parse(arguments, "the arguments"));
        if (given.cmd.empty()) throw BadCall("cmd is empty");
        return {{{"bash", "-c", std::move(given.cmd)},
                 std::move(given.workdir),
                 given.with_escalated_permissions.value_or(false),
                 std::move(given.justification).value_or("")},
                given.timeout_ms,
                given.max_output_bytes};
    }
};

class Shell final : public CommandTool {
  public:
    Shell(Worker& worker, ShellLimits limits, Approver* approver, Patcher* patcher)
        : CommandTool(worker, limits, approver, patcher,
                      shell_spec(approver != nullptr && approver->can_escalate())) {}

  protected:
    Call parse(std::string_view arguments) const override {
        ShellArguments given =
            json::decode<ShellArguments>(json::parse(arguments, "the arguments"));
        if (given.command.empty() || given.command.front().empty())
            throw BadCall("command names no program");
        return {{std::move(given.command), std::move(given.workdir),
                 given.with_escalated_permissions.value_or(false),
                 std::move(given.justification).value_or("")},
                given.timeout_ms,
                {}};
    }
};

}  // namespace

ToolSpec shell_spec(bool can_escalate) {
    return {.name = "shell",
            .description = "Runs a program in the sandbox and returns its exit code and output.",
            .parameters = offered_parameters(
                json::schema<ShellArguments>(json::SchemaMode::lenient), can_escalate)};
}

std::unique_ptr<Tool> make_exec_command(Worker& worker, ShellLimits limits, Approver* approver,
                                        Patcher* patcher) {
    return std::make_unique<ExecCommand>(worker, limits, approver, patcher);
}

std::unique_ptr<Tool> make_shell(Worker& worker, ShellLimits limits, Approver* approver,
                                 Patcher* patcher) {
    return std::make_unique<Shell>(worker, limits, approver, patcher);
}

}  // namespace codex::tools
