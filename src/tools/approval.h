// May a command run, and where: the decision as a table, and the object that asks people and
// remembers what they allowed.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/approvals.h"
#include "sandbox/policy.h"
#include "tools/plain_script.h"

namespace codex::tools {

/// What protects from a command: the sandbox, one that is wanted and cannot be had, or none because
/// none is wanted.
enum class Confinement { sandbox, unavailable, none_wanted };

/// What a session's policy says of its sandbox.
Confinement confinement_of(const sandbox::Policy& policy, bool sandbox_available = true);

enum class Place { in_sandbox, without_sandbox };

/// All that a decision depends on.
struct CommandFacts {
    protocol::ApprovalPolicy policy = protocol::ApprovalPolicy::never;
    Confinement confinement = Confinement::sandbox;
    bool escalation_requested = false;  // the model wants it to run without the sandbox
    bool is_dangerous = false;
    bool is_known_safe = false;
    std::optional<Place> approved;  // for the session, by an earlier answer
    friend bool operator==(const CommandFacts&, const CommandFacts&) = default;
};

enum class Verdict { run, ask, reject };
/// What the verdict follows from.
enum class Ground {
    approved_before,
    dangerous,
    escalation,
    known_safe,
    unknown,
    sandbox_refusal,  // of a command that has run: never the ground of decide()
};

struct Decision {
    Verdict verdict = Verdict::reject;
    Place place = Place::in_sandbox;  // where it runs when it does
    Ground ground = Ground::unknown;
    friend bool operator==(const Decision&, const Decision&) = default;
};

/// The decision table. A command leaves the sandbox only by an answer that was given for exactly
/// this: being known safe or approved inside is no reason to.
Decision decide(const CommandFacts& facts);

/// Does an end with this exit code (128 + n for a signal) look like the sandbox's refusal? A
/// guess from the code and the words of the output.
bool likely_denied(int exit_code, std::string_view output);

/// A command that wants to run.
struct Proposal {
    Argv argv;
    std::filesystem::path working_directory;
    Confinement confinement = Confinement::sandbox;
    bool escalation_requested = false;
    std::string justification;  // the model's words
};

/// What somebody is asked. `justification` was written by the model: it is shown, not believed.
struct ApprovalRequest {
    Argv argv;
    std::filesystem::path working_directory;
    Place place = Place::in_sandbox;
    std::string reason;
    std::string justification;
    friend bool operator==(const ApprovalRequest&, const ApprovalRequest&) = default;
};

/// Where the command may run, or why it may not, as a sentence for the model.
struct Permission {
    std::optional<Place> place;
    std::string refusal;
    friend bool operator==(const Permission&, const Permission&) = default;
};

/// What an answer means for the `what` ("command", "patch") that was asked for, in this place.
/// Throws base::Interrupted when it is to abort.
Permission permission_of(protocol::ReviewDecision answer, Place place, std::string_view what);

/// The approvals of one session: its policy, whom to ask, and what was approved for the session
/// (exactly the same argv, in the place that the answer was about). Loop thread only.
class Approver {
  public:
    /// Waits for somebody's answer. Its exceptions end the run.
    using Ask = std::function<protocol::ReviewDecision(const ApprovalRequest&)>;

    /// Without `ask` there is nobody: what would be asked is refused at once.
    explicit Approver(protocol::ApprovalPolicy policy = protocol::ApprovalPolicy::never,
                      Ask ask = {});
    /// Throws base::Interrupted when the answer is to abort.
    Permission clear(const Proposal& proposal);
    /// May a command that the sandbox seems to have refused run again without it? Throws as clear.
    Permission clear_after_denial(const Proposal& proposal);
    /// Can the model's wish to leave the sandbox be granted at all?
    bool can_escalate() const;

  private:
    Permission request(const Proposal& proposal, Place place, Ground ground);

    protocol::ApprovalPolicy policy_;
    Ask ask_;
    std::map<Argv, Place> approved_;
};

}  // namespace codex::tools
