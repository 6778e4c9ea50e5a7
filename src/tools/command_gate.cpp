#include "tools/command_gate.h"

#include <fmt/format.h>

#include "tools/patch_call.h"

namespace codex::tools {
namespace {

constexpr int kTimedOutCode = 124;
constexpr int kSignalBase = 128;

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

}  // namespace

json::Value offered_parameters(json::Value schema, bool can_escalate) {
    if (can_escalate) return schema;
    json::Object offered;
    for (const auto& [name, property] : schema.find("properties")->as_object()->members()) {
        if (name != kEscalation && name != kJustification) offered.set(name, property);
    }
    schema.as_object()->set("properties", json::Value(std::move(offered)));
    return schema;
}

int exit_code_of(const process::Ending& ending) {
    if (const auto* exited = std::get_if<process::Exited>(&ending)) return exited->code;
    if (const auto* killed = std::get_if<process::Signalled>(&ending))
        return kSignalBase + killed->signal;
    return kTimedOutCode;
}

CommandGate::CommandGate(Worker& worker, std::size_t max_command_bytes, Approver* approver,
                         Patcher* patcher)
    : worker_(worker),
      free_worker_(worker.without_sandbox()),
      max_command_bytes_(max_command_bytes),
      approver_(approver != nullptr ? *approver : never_),
      patcher_(patcher) {}

std::filesystem::path CommandGate::check(const CommandCall& call) const {
    std::size_t bytes = 0;
    for (const std::string& argument : call.argv) {
        bytes += argument.size();
        if (argument.find('\0') != std::string::npos) throw BadCall("the command holds a NUL byte");
    }
    if (bytes > max_command_bytes_) {
        throw BadCall(fmt::format("the command has {} bytes; at most {} are possible", bytes,
                                  max_command_bytes_));
    }
    const std::string& workspace = worker_.policy().workspace;
    return resolve_folder(workspace, workspace, call.workdir.value_or(""), "workdir");
}

std::optional<ToolOutput> CommandGate::apply_as_patch(const CommandCall& call,
                                                      const std::filesystem::path& workdir,
                                                      const loop::Cancel* cancel) {
    if (patcher_ == nullptr) return std::nullopt;
    const auto seen = recognise_patch(call.argv);
    if (const auto* patch = std::get_if<PatchCall>(&seen)) {
        return patcher_->apply(
            patch->text,
            resolve_folder(worker_.policy().workspace, workdir, patch->folder, "the folder"),
            cancel);
    }
    if (std::holds_alternative<BarePatch>(seen)) {
        throw BadCall(
            "it is a patch and no command; call apply_patch with it, as in "
            "[\"apply_patch\", PATCH]");
    }
    return std::nullopt;
}

Proposal CommandGate::propose(const CommandCall& call, const std::filesystem::path& workdir) const {
    return {.argv = call.argv,
            .working_directory = workdir,
            .confinement = confinement_of(worker_.policy()),
            .escalation_requested = call.with_escalated_permissions,
            .justification = call.justification};
}

Place CommandGate::admit(const Proposal& proposal) {
    const bool is_confined = proposal.confinement != Confinement::none_wanted;
    // Before anybody is asked for nothing.
    if (proposal.escalation_requested && is_confined) refuse_beside_sessions();
    const Permission permission = approver_.clear(proposal);
    if (!permission.place) throw BadCall(permission.refusal);
    return *permission.place;
}

bool CommandGate::retries_freely(const Proposal& proposal, const process::Ending& ending,
                                 std::string_view output, std::string& notes) {
    if (std::holds_alternative<process::TimedOut>(ending)) return false;
    if (!likely_denied(exit_code_of(ending), output)) return false;
    const Permission retry = approver_.clear_after_denial(proposal);
    if (!retry.place) {
        notes +=
            fmt::format("Note: the sandbox may have refused a part of this; {}\n", retry.refusal);
        return false;
    }
    notes += "Note: the sandbox refused this; as approved, it was run again without\n";
    return true;
}

/// What the approved command changes of protected files is accepted afterwards: nobody else may
/// have a hand in it.
void CommandGate::refuse_beside_sessions() const {
    if (!worker_.guards_files() || worker_.sessions() == 0) return;
    throw BadCall(
        "a command runs without the sandbox only while no session runs within; end the sessions "
        "first");
}

process::Result CommandGate::run_freely(const WorkerCommand& command, const loop::Cancel* cancel) {
    refuse_beside_sessions();
    process::Result result = free_worker_.run(command, cancel).process;
    worker_.accept_changes();
    return result;
}

}  // namespace codex::tools
