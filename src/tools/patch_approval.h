// May a patch be applied, and where: the decision for apply_patch, as approval.h has it for
// commands.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "protocol/approvals.h"
#include "sandbox/policy.h"
#include "tools/approval.h"

namespace codex::tools {

/// All that the decision depends on.
struct PatchFacts {
    protocol::ApprovalPolicy policy = protocol::ApprovalPolicy::never;
    sandbox::Mode mode = sandbox::Mode::read_only;
    bool is_inside = false;     // every path lies beneath a writable root
    bool was_approved = false;  // each of its files, for the session
    friend bool operator==(const PatchFacts&, const PatchFacts&) = default;
};

struct PatchDecision {
    Verdict verdict = Verdict::reject;
    Place place = Place::in_sandbox;
    friend bool operator==(const PatchDecision&, const PatchDecision&) = default;
};

/// The table of spec/codex-core.md 4.5. What the sandbox would refuse needs somebody's word, also
/// under `on_failure`: that it would fail is known before.
PatchDecision decide(const PatchFacts& facts);

/// What somebody is asked.
struct PatchApprovalRequest {
    std::vector<sandbox::PatchedFile> files;
    Place place = Place::in_sandbox;
    std::string reason;
    friend bool operator==(const PatchApprovalRequest&, const PatchApprovalRequest&) = default;
};

/// The approvals of one session for patches. Loop thread only.
class PatchApprover {
  public:
    /// Waits for somebody's answer. Its exceptions end the run.
    using Ask = std::function<protocol::ReviewDecision(const PatchApprovalRequest&)>;

    /// Without `ask` there is nobody: what would be asked is refused at once.
    explicit PatchApprover(protocol::ApprovalPolicy policy = protocol::ApprovalPolicy::never,
                           Ask ask = {});

    /// What is decided before anybody is asked; `paths` are absolute.
    PatchDecision consider(sandbox::Mode mode, bool is_inside,
                           const std::vector<std::string>& paths) const;
    /// Asks. A refusal is a text for the model. Throws base::Interrupted when the answer is to
    /// abort.
    Permission ask(const std::vector<sandbox::PatchedFile>& files, Place place);
    bool has_somebody() const { return ask_ != nullptr; }

  private:
    protocol::ApprovalPolicy policy_;
    Ask ask_;
    std::set<std::string> approved_;  // paths
};

}  // namespace codex::tools
