// What every tool that runs commands shares: what is wrong with a call, patches among commands, who
// allows it, and runs without the sandbox. Internal to the module.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "json/value.h"
#include "tools/apply_patch.h"
#include "tools/approval.h"
#include "tools/worker.h"

namespace codex::tools {

/// What is wrong with a call, told to the model.
class BadCall : public base::Error {
  public:
    using Error::Error;
};

/// A command as a model called for it, whichever tool it came through.
struct CommandCall {
    std::vector<std::string> argv;
    std::optional<std::string> workdir;
    bool with_escalated_permissions = false;
    std::string justification;
};

inline constexpr std::string_view kEscalation = "with_escalated_permissions";
inline constexpr std::string_view kEscalationText =
    "Ask for running it without the sandbox; only where it cannot work within.";
inline constexpr std::string_view kJustification = "justification";
inline constexpr std::string_view kJustificationText =
    "With with_escalated_permissions: one sentence for whom is asked, why it needs that.";

/// The schema, without what asks for leaving the sandbox where nobody can grant it: that is not
/// offered, though it is understood.
json::Value offered_parameters(json::Value schema, bool can_escalate);

/// As shells and timeout(1) have it: 128 + n for a signal, 124 for a time-out.
int exit_code_of(const process::Ending& ending);

/// Loop thread only. Worker, approver and patcher must outlive it.
class CommandGate {
  public:
    /// Without an approver a policy of `never` applies; without a patcher patches are commands.
    CommandGate(Worker& worker, std::size_t max_command_bytes, Approver* approver,
                Patcher* patcher);

    /// The folder it is to run in. Throws BadCall, as all of these.
    std::filesystem::path check(const CommandCall& call) const;
    /// The patcher's answer to a call that is nothing but a patch.
    std::optional<ToolOutput> apply_as_patch(const CommandCall& call,
                                             const std::filesystem::path& workdir,
                                             const loop::Cancel* cancel);
    Proposal propose(const CommandCall& call, const std::filesystem::path& workdir) const;
    Place admit(const Proposal& proposal);
    /// After an end in the sandbox: shall it run once more without? Adds what the model is told.
    bool retries_freely(const Proposal& proposal, const process::Ending& ending,
                        std::string_view output, std::string& notes);
    /// To its end. What somebody has approved may change what is protected from all others.
    process::Result run_freely(const WorkerCommand& command, const loop::Cancel* cancel);
    Worker& free_worker() { return free_worker_; }

  private:
    void refuse_beside_sessions() const;

    Worker& worker_;
    Worker free_worker_;
    std::size_t max_command_bytes_;
    Approver never_;  // where the caller gave no other
    Approver& approver_;
    Patcher* patcher_;  // may be absent
};

}  // namespace codex::tools
