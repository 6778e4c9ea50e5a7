#include "tools/shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "json/codec.h"
#include "json/schema.h"
#include "process/head_tail.h"
#include "process/process.h"
#include "tools/patch_call.h"

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

constexpr std::string_view kEscalation = "with_escalated_permissions";
constexpr std::string_view kEscalationText =
    "Ask for running it without the sandbox; only where it cannot work within.";
constexpr std::string_view kJustification = "justification";
constexpr std::string_view kJustificationText =
    "With with_escalated_permissions: one sentence for whom is asked, why it needs that.";

/// One call, whichever tool it came through.
struct Call {
    std::vector<std::string> argv;
    std::optional<std::string> workdir;
    std::optional<std::int64_t> timeout_ms;
    std::optional<std::int64_t> max_output_bytes;
    bool with_escalated_permissions = false;
    std::string justification;
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

/// The schema of the arguments; what no one can grant is not offered, though it is understood.
template <class Arguments>
json::Value parameters_of(const Approver* approver) {
    json::Value schema = json::schema<Arguments>(json::SchemaMode::lenient);
    if (approver != nullptr && approver->can_escalate()) return schema;
    json::Object offered;
    for (const auto& [name, property] : schema.find("properties")->as_object()->members()) {
        if (name != kEscalation && name != kJustification) offered.set(name, property);
    }
    schema.as_object()->set("properties", json::Value(std::move(offered)));
    return schema;
}

// As timeout(1) and shells have them.
constexpr int kTimedOutCode = 124;
constexpr int kSignalBase = 128;

/// What is wrong with a call, told to the model.
class BadCall : public base::Error {
  public:
    using Error::Error;
};

/// `folder` as seen from another one, both beneath the workspace. `what` names it in errors.
std::filesystem::path resolve_folder(const std::string& workspace,
                                     const std::filesystem::path& from, const std::string& folder,
                                     std::string_view what) {
    if (folder.empty()) return from;
    if (folder.find('\0') != std::string::npos)
        throw BadCall(fmt::format("{} holds a NUL byte", what));
    std::filesystem::path path = (from / folder).lexically_normal();
    const std::filesystem::path relative = path.lexically_relative(workspace);
    if (relative.empty() || *relative.begin() == "..")
        throw BadCall(
            fmt::format("{} {} is not beneath the workspace {}", what, folder, workspace));
    return path;
}

class CommandTool : public Tool {
  public:
    CommandTool(Worker& worker, ShellLimits limits, Approver* approver, Patcher* patcher,
                ToolSpec spec)
        : worker_(worker),
          free_worker_(worker.without_sandbox()),
          limits_(limits),
          approver_(approver != nullptr ? *approver : never_),
          patcher_(patcher),
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
    void check(const Call& call) const {
        std::size_t bytes = 0;
        for (const std::string& argument : call.argv) {
            bytes += argument.size();
            if (argument.find('\0') != std::string::npos)
                throw BadCall("the command holds a NUL byte");
        }
        if (bytes > limits_.max_command_bytes) {
            throw BadCall(fmt::format("the command has {} bytes; at most {} are possible", bytes,
                                      limits_.max_command_bytes));
        }
        if (call.timeout_ms && *call.timeout_ms <= 0) throw BadCall("timeout_ms must be above 0");
        if (call.max_output_bytes && *call.max_output_bytes <= 0)
            throw BadCall("max_output_bytes must be above 0");
    }

    ToolOutput execute(const Call& call, const loop::Cancel* cancel) {
        check(call);
        const std::string& workspace = worker_.policy().workspace;
        const std::filesystem::path workdir =
            resolve_folder(workspace, workspace, call.workdir.value_or(""), "workdir");
        if (patcher_ != nullptr) {
            const auto seen = recognise_patch(call.argv);
            if (const auto* patch = std::get_if<PatchCall>(&seen))
                return patcher_->apply(
                    patch->text, resolve_folder(workspace, workdir, patch->folder, "the folder"),
                    cancel);
            if (std::holds_alternative<BarePatch>(seen))
                throw BadCall(
                    "it is a patch and no command; call apply_patch with it, as in "
                    "[\"apply_patch\", PATCH]");
        }
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
        const process::Result result = run(call, workdir, timeout, cancel, max_bytes, notes);
        return render(result, notes, max_bytes);
    }

    /// Runs it where it may; once more without the sandbox when that refused it and somebody
    /// approves.
    process::Result run(const Call& call, const std::filesystem::path& workdir,
                        std::chrono::milliseconds timeout, const loop::Cancel* cancel,
                        std::size_t max_bytes, std::string& notes) {
        const Proposal proposal{.argv = call.argv,
                                .working_directory = workdir,
                                .confinement = confinement_of(worker_.policy()),
                                .escalation_requested = call.with_escalated_permissions,
                                .justification = call.justification};
        const Permission permission = approver_.clear(proposal);
        if (!permission.place) throw BadCall(permission.refusal);
        const bool is_confined = *permission.place == Place::in_sandbox;
        const WorkerCommand command{.argv = call.argv,
                                    .working_directory = workdir,
                                    .timeout = timeout,
                                    .max_output_bytes = max_bytes};
        if (!is_confined) return run_freely(command, cancel);
        WorkerResult confined = worker_.run(command, cancel);
        for (const std::string& line : confined.restored)
            notes += fmt::format("Note: {}: it is protected\n", line);
        process::Result result = std::move(confined.process);
        if (!was_denied(result)) return result;
        const Permission retry = approver_.clear_after_denial(proposal);
        if (!retry.place) {
            notes += fmt::format("Note: the sandbox may have refused a part of this; {}\n",
                                 retry.refusal);
            return result;
        }
        notes += "Note: the sandbox refused this; as approved, it was run again without\n";
        return run_freely(command, cancel);
    }

    /// What somebody has approved may change what is protected from all others.
    process::Result run_freely(const WorkerCommand& command, const loop::Cancel* cancel) {
        process::Result result = free_worker_.run(command, cancel).process;
        worker_.accept_changes();
        return result;
    }

    static bool was_denied(const process::Result& result) {
        if (const auto* exited = std::get_if<process::Exited>(&result.ending))
            return likely_denied(exited->code, result.output);
        const auto* killed = std::get_if<process::Signalled>(&result.ending);
        return killed != nullptr && likely_denied(kSignalBase + killed->signal, result.output);
    }

    static ToolOutput render(const process::Result& result, const std::string& notes,
                             std::size_t max_bytes) {
        std::string head;
        bool success = false;
        if (const auto* exited = std::get_if<process::Exited>(&result.ending)) {
            head = fmt::format("Exit code: {}\n", exited->code);
            success = exited->code == 0;
        } else if (const auto* killed = std::get_if<process::Signalled>(&result.ending)) {
            head = fmt::format("Exit code: {} (killed by signal {})\n",
                               kSignalBase + killed->signal, killed->signal);
        } else {
            head = fmt::format(
                "Exit code: {} (timed out after {} ms; it was killed with all that it started)\n",
                kTimedOutCode, std::get<process::TimedOut>(result.ending).after.count());
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
    Worker free_worker_;
    ShellLimits limits_;
    Approver never_;  // where the caller gave no other
    Approver& approver_;
    Patcher* patcher_;  // may be absent
    ToolSpec spec_;
};

class ExecCommand final : public CommandTool {
  public:
    ExecCommand(Worker& worker, ShellLimits limits, Approver* approver, Patcher* patcher)
        : CommandTool(worker, limits, approver, patcher,
                      {.name = "exec_command",
                       .description = "Runs a shell command in the sandbox and returns its exit "
                                      "code and output.",
                       .parameters = parameters_of<ExecArguments>(approver)}) {}

  protected:
    Call parse(std::string_view arguments) const override {
        ExecArguments given = json::decode<ExecArguments>(json::parse(arguments, "the arguments"));
        if (given.cmd.empty()) throw BadCall("cmd is empty");
        return {{"bash", "-c", std::move(given.cmd)},
                std::move(given.workdir),
                given.timeout_ms,
                given.max_output_bytes,
                given.with_escalated_permissions.value_or(false),
                std::move(given.justification).value_or("")};
    }
};

class Shell final : public CommandTool {
  public:
    Shell(Worker& worker, ShellLimits limits, Approver* approver, Patcher* patcher)
        : CommandTool(
              worker, limits, approver, patcher,
              {.name = "shell",
               .description = "Runs a program in the sandbox and returns its exit code and output.",
               .parameters = parameters_of<ShellArguments>(approver)}) {}

  protected:
    Call parse(std::string_view arguments) const override {
        ShellArguments given =
            json::decode<ShellArguments>(json::parse(arguments, "the arguments"));
        if (given.command.empty() || given.command.front().empty())
            throw BadCall("command names no program");
        return {std::move(given.command),
                std::move(given.workdir),
                given.timeout_ms,
                {},
                given.with_escalated_permissions.value_or(false),
                std::move(given.justification).value_or("")};
    }
};

}  // namespace

std::unique_ptr<Tool> make_exec_command(Worker& worker, ShellLimits limits, Approver* approver,
                                        Patcher* patcher) {
    return std::make_unique<ExecCommand>(worker, limits, approver, patcher);
}

std::unique_ptr<Tool> make_shell(Worker& worker, ShellLimits limits, Approver* approver,
                                 Patcher* patcher) {
    return std::make_unique<Shell>(worker, limits, approver, patcher);
}

}  // namespace codex::tools
