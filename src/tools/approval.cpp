#include "tools/approval.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "tools/command_policy.h"

namespace codex::tools {
namespace {

using protocol::ApprovalPolicy;
using protocol::ReviewDecision;

Place place_of(const CommandFacts& facts) {
    const bool leaves = facts.escalation_requested || facts.approved == Place::without_sandbox;
    return facts.confinement == Confinement::sandbox && !leaves ? Place::in_sandbox
                                                                : Place::without_sandbox;
}

/// The first that holds.
Ground ground_of(const CommandFacts& facts, Place place) {
    if (facts.escalation_requested && facts.policy != ApprovalPolicy::on_request)
        return Ground::escalation;
    if (facts.approved == Place::without_sandbox || facts.approved == place)
        return Ground::approved_before;
    if (facts.is_dangerous) return Ground::dangerous;
    if (facts.escalation_requested) return Ground::escalation;
    return facts.is_known_safe ? Ground::known_safe : Ground::unknown;
}

Verdict verdict_of(ApprovalPolicy asked_policy, Ground asked_ground, Confinement confinement) {
    using enum ApprovalPolicy;
    using enum Ground;
    using enum Verdict;
    struct Row {
        ApprovalPolicy policy;
        Ground ground;
        Verdict in_sandbox;
        Verdict unavailable;
        Verdict none_wanted;
    };
    static constexpr Row kTable[] = {
        {untrusted, approved_before, run, run, run},
        {untrusted, dangerous, ask, ask, ask},
        {untrusted, escalation, reject, reject, reject},
        {untrusted, known_safe, run, ask, run},
        {untrusted, unknown, ask, ask, ask},
        {on_failure, approved_before, run, run, run},
        {on_failure, dangerous, ask, ask, ask},
        {on_failure, escalation, reject, reject, reject},
        {on_failure, known_safe, run, ask, run},
        {on_failure, unknown, run, ask, run},
        {on_request, approved_before, run, run, run},
        {on_request, dangerous, ask, ask, ask},
        {on_request, escalation, ask, ask, run},
        {on_request, known_safe, run, ask, run},
        {on_request, unknown, run, ask, run},
        {never, approved_before, run, run, run},
        {never, dangerous, reject, reject, reject},
        {never, escalation, reject, reject, reject},
        {never, known_safe, run, reject, run},
        {never, unknown, run, reject, run},
    };
    const auto* row = std::find_if(std::begin(kTable), std::end(kTable), [&](const Row& one) {
        return one.policy == asked_policy && one.ground == asked_ground;
    });
    if (row == std::end(kTable)) return reject;
    switch (confinement) {
        case Confinement::sandbox:
            return row->in_sandbox;
        case Confinement::unavailable:
            return row->unavailable;
        case Confinement::none_wanted:
            return row->none_wanted;
    }
    return reject;
}

constexpr std::size_t kMaxJustificationBytes = 2000;

/// Why somebody is asked.
std::string reason_of(const Proposal& proposal, Ground ground) {
    if (ground == Ground::sandbox_refusal)
        return "the sandbox seems to have refused it; run it again without the sandbox?";
    if (ground == Ground::dangerous)
        return fmt::format("dangerous: {}", find_danger(proposal.argv).value_or(""));
    if (ground == Ground::escalation) return "it is to run without the sandbox";
    if (proposal.confinement == Confinement::unavailable)
        return "there is no sandbox here that it could run in";
    return "it is not known to be safe";
}

/// Why the model may not have it; how it can go on.
std::string rejection_of(const Proposal& proposal, Ground ground, ApprovalPolicy policy) {
    const json::Value encoded = json::encode(policy);
    const std::string& name = *encoded.as_string();
    if (ground == Ground::escalation) {
        return fmt::format(
            "with_escalated_permissions cannot be granted under the approval policy \"{}\"; call "
            "again without it",
            name);
    }
    if (ground == Ground::dangerous) {
        return fmt::format(
            "{}, and the approval policy \"{}\" rejects dangerous commands; find another way",
            find_danger(proposal.argv).value_or("it is dangerous"), name);
    }
    return fmt::format(
        "there is no sandbox here that it could run in, and the approval policy \"{}\" lets "
        "nothing run without",
        name);
}

}  // namespace

Confinement confinement_of(const sandbox::Policy& policy, bool sandbox_available) {
    if (policy.mode == sandbox::Mode::danger_full_access ||
        policy.requirement == sandbox::Requirement::off)
        return Confinement::none_wanted;
    return sandbox_available ? Confinement::sandbox : Confinement::unavailable;
}

Decision decide(const CommandFacts& facts) {
    const Place place = place_of(facts);
    const Ground ground = ground_of(facts, place);
    return {verdict_of(facts.policy, ground, facts.confinement), place, ground};
}

bool likely_denied(int exit_code, std::string_view output) {
    constexpr std::string_view kWords[] = {"operation not permitted",
                                           "permission denied",
                                           "read-only file system",
                                           "seccomp",
                                           "sandbox",
                                           "landlock",
                                           "failed to write file"};
    constexpr int kBadSystemCall = 128 + 31;  // SIGSYS, as shells report it
    if (exit_code == 0) return false;
    const std::string text = base::to_lower(output);
    const bool says_so = std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view w) {
        return text.find(w) != std::string::npos;
    });
    return says_so || exit_code == kBadSystemCall;
}

Approver::Approver(ApprovalPolicy policy, Ask ask) : policy_(policy), ask_(std::move(ask)) {}

bool Approver::can_escalate() const {
    return policy_ == ApprovalPolicy::on_request && ask_ != nullptr;
}

Permission Approver::clear(const Proposal& proposal) {
    CommandFacts facts{.policy = policy_,
                       .confinement = proposal.confinement,
                       .escalation_requested = proposal.escalation_requested,
                       .is_dangerous = find_danger(proposal.argv).has_value(),
                       .is_known_safe = is_known_safe(proposal.argv),
                       .approved = std::nullopt};
    if (const auto found = approved_.find(proposal.argv); found != approved_.end())
        facts.approved = found->second;
    const Decision decision = decide(facts);
    switch (decision.verdict) {
        case Verdict::run:
            return {decision.place, ""};
        case Verdict::ask:
            return request(proposal, decision.place, decision.ground);
        case Verdict::reject:
            break;
    }
    return {std::nullopt, rejection_of(proposal, decision.ground, policy_)};
}

Permission Approver::clear_after_denial(const Proposal& proposal) {
    switch (policy_) {
        case ApprovalPolicy::untrusted:
        case ApprovalPolicy::on_failure:
            return request(proposal, Place::without_sandbox, Ground::sandbox_refusal);
        case ApprovalPolicy::on_request:
            if (can_escalate())
                return {std::nullopt, "with_escalated_permissions asks to run it without"};
            break;
        case ApprovalPolicy::never:
            break;
    }
    return {std::nullopt, "nothing here can run without it"};
}

Permission Approver::request(const Proposal& proposal, Place place, Ground ground) {
    const std::string reason = reason_of(proposal, ground);
    if (!ask_) {
        return {std::nullopt,
                fmt::format("it needs an approval ({}) and nobody can approve anything here; do "
                            "not ask again, find another way",
                            reason)};
    }
    const ReviewDecision answer =
        ask_({.argv = proposal.argv,
              .working_directory = proposal.working_directory,
              .place = place,
              .reason = reason,
              .justification = base::cut(proposal.justification, kMaxJustificationBytes)});
    if (answer == ReviewDecision::approved_for_session) approved_[proposal.argv] = place;
    return permission_of(answer, place, "command");
}

Permission permission_of(ReviewDecision answer, Place place, std::string_view what) {
    switch (answer) {
        case ReviewDecision::approved_for_session:
        case ReviewDecision::approved:
            return {place, ""};
        case ReviewDecision::denied:
            return {std::nullopt, "it was asked for and denied"};
        case ReviewDecision::abort:
            break;
    }
    throw base::Interrupted(base::Interrupted::Reason::signal,
                            fmt::format("the run was aborted instead of approving a {}", what));
}

}  // namespace codex::tools
