#include "tools/patch_approval.h"

#include <algorithm>

namespace codex::tools {

using protocol::ApprovalPolicy;
using protocol::ReviewDecision;

PatchDecision decide(const PatchFacts& facts) {
    const bool is_free = facts.mode == sandbox::Mode::danger_full_access;
    const bool may_write =
        is_free || (facts.mode == sandbox::Mode::workspace_write && facts.is_inside);
    const Place place = may_write ? Place::in_sandbox : Place::without_sandbox;
    if (facts.was_approved) return {Verdict::run, place};
    if (facts.policy == ApprovalPolicy::untrusted) return {Verdict::ask, place};
    if (may_write) return {Verdict::run, place};
    return {facts.policy == ApprovalPolicy::never ? Verdict::reject : Verdict::ask, place};
}

PatchApprover::PatchApprover(ApprovalPolicy policy, Ask ask)
    : policy_(policy), ask_(std::move(ask)) {}

PatchDecision PatchApprover::consider(sandbox::Mode mode, bool is_inside,
                                      const std::vector<std::string>& paths) const {
    const bool was_approved =
        std::all_of(paths.begin(), paths.end(),
                    [this](const std::string& path) { return approved_.count(path) != 0; });
    return decide(PatchFacts{policy_, mode, is_inside, was_approved});
}

Permission PatchApprover::ask(const std::vector<sandbox::PatchedFile>& files, Place place) {
    if (!ask_) {
        return {std::nullopt,
                "it needs an approval and nobody can approve anything here; do not ask again, "
                "find another way"};
    }
    const ReviewDecision answer =
        ask_({files, place,
              place == Place::in_sandbox ? "the approval policy asks for every patch"
                                         : "it writes outside of what the sandbox lets it"});
    if (answer == ReviewDecision::approved_for_session) {
        for (const sandbox::PatchedFile& file : files) {
            approved_.insert(file.path);
            if (file.move_to) approved_.insert(*file.move_to);
        }
    }
    return permission_of(answer, place, "patch");
}

}  // namespace codex::tools
