#include "tools/approval.h"

#include <catch2/catch_test_macros.hpp>

#include "base/error.h"

using namespace codex::tools;
using codex::protocol::ApprovalPolicy;
using codex::protocol::ReviewDecision;
using codex::sandbox::Mode;
using codex::sandbox::Requirement;

namespace {

const ApprovalPolicy kPolicies[] = {ApprovalPolicy::untrusted, ApprovalPolicy::on_failure,
                                    ApprovalPolicy::on_request, ApprovalPolicy::never};
const Confinement kConfinements[] = {Confinement::sandbox, Confinement::unavailable,
                                     Confinement::none_wanted};
const std::optional<Place> kApprovals[] = {std::nullopt, Place::in_sandbox, Place::without_sandbox};

/// "run in", "ask out", "reject": the verdict and where it leads to.
std::string cell(const CommandFacts& facts) {
    const Decision decision = decide(facts);
    if (decision.verdict == Verdict::reject) return "reject";
    return std::string(decision.verdict == Verdict::run ? "run" : "ask") +
           (decision.place == Place::in_sandbox ? " in" : " out");
}

template <class Check>
void for_all_facts(Check check) {
    for (const ApprovalPolicy policy : kPolicies) {
        for (const Confinement confinement : kConfinements) {
            for (const auto approved : kApprovals) {
                for (int bits = 0; bits < 8; ++bits) {
                    check(CommandFacts{policy, confinement, (bits & 1) != 0, (bits & 2) != 0,
                                       (bits & 4) != 0, approved});
                }
            }
        }
    }
}

/// Somebody who gives one answer and remembers what was asked.
struct Person {
    ReviewDecision answer = ReviewDecision::denied;
    std::vector<ApprovalRequest> asked;
    Approver::Ask ask() {
        return [this](const ApprovalRequest& request) {
            asked.push_back(request);
            return answer;
        };
    }
};

const Permission kInside{Place::in_sandbox, ""};
const Permission kOutside{Place::without_sandbox, ""};

Proposal proposal(Argv argv) {
    Proposal made;
    made.argv = std::move(argv);
    made.working_directory = "/tree";
    return made;
}

Proposal escalating(Argv argv) {
    Proposal made = proposal(std::move(argv));
    made.escalation_requested = true;
    made.justification = "it needs the network";
    return made;
}

}  // namespace

TEST_CASE("the decision table, cell by cell") {
    enum Kind { other, safe, dangerous, escalation, dangerous_escalation, inside, outside };
    struct Row {
        ApprovalPolicy policy;
        Kind kind;
        const char* sandbox;
        const char* unavailable;
        const char* none_wanted;
    };
    using enum ApprovalPolicy;
    const Row rows[] = {
        {untrusted, other, "ask in", "ask out", "ask out"},
        {untrusted, safe, "run in", "ask out", "run out"},
        {untrusted, dangerous, "ask in", "ask out", "ask out"},
        {untrusted, escalation, "reject", "reject", "reject"},
        {untrusted, dangerous_escalation, "reject", "reject", "reject"},
        {untrusted, inside, "run in", "ask out", "ask out"},
        {untrusted, outside, "run out", "run out", "run out"},
        {on_failure, other, "run in", "ask out", "run out"},
        {on_failure, safe, "run in", "ask out", "run out"},
        {on_failure, dangerous, "ask in", "ask out", "ask out"},
        {on_failure, escalation, "reject", "reject", "reject"},
        {on_failure, dangerous_escalation, "reject", "reject", "reject"},
        {on_failure, inside, "run in", "ask out", "run out"},
        {on_failure, outside, "run out", "run out", "run out"},
        {on_request, other, "run in", "ask out", "run out"},
        {on_request, safe, "run in", "ask out", "run out"},
        {on_request, dangerous, "ask in", "ask out", "ask out"},
        {on_request, escalation, "ask out", "ask out", "run out"},
        {on_request, dangerous_escalation, "ask out", "ask out", "ask out"},
        {on_request, inside, "run in", "ask out", "run out"},
        {on_request, outside, "run out", "run out", "run out"},
        {never, other, "run in", "reject", "run out"},
        {never, safe, "run in", "reject", "run out"},
        {never, dangerous, "reject", "reject", "reject"},
        {never, escalation, "reject", "reject", "reject"},
        {never, dangerous_escalation, "reject", "reject", "reject"},
        {never, inside, "run in", "reject", "run out"},
        {never, outside, "run out", "run out", "run out"},
    };
    for (const Row& row : rows) {
        CommandFacts facts;
        facts.policy = row.policy;
        facts.is_known_safe = row.kind == safe;
        facts.is_dangerous = row.kind == dangerous || row.kind == dangerous_escalation;
        facts.escalation_requested = row.kind == escalation || row.kind == dangerous_escalation;
        if (row.kind == inside) facts.approved = Place::in_sandbox;
        if (row.kind == outside) facts.approved = Place::without_sandbox;
        CAPTURE(int(row.policy), int(row.kind));
        facts.confinement = Confinement::sandbox;
        CHECK(cell(facts) == row.sandbox);
        facts.confinement = Confinement::unavailable;
        CHECK(cell(facts) == row.unavailable);
        facts.confinement = Confinement::none_wanted;
        CHECK(cell(facts) == row.none_wanted);
    }
}

TEST_CASE("what holds in every cell") {
    for_all_facts([](const CommandFacts& facts) {
        const Decision decision = decide(facts);
        CAPTURE(int(facts.policy), int(facts.confinement), facts.escalation_requested,
                facts.is_dangerous, facts.is_known_safe, facts.approved.has_value());
        if (facts.policy == ApprovalPolicy::never) CHECK(decision.verdict != Verdict::ask);
        // Nothing leaves a sandbox that is wanted but by an answer about exactly that.
        if (facts.confinement != Confinement::none_wanted && decision.verdict == Verdict::run &&
            facts.approved != Place::without_sandbox) {
            CHECK(decision.place == Place::in_sandbox);
        }
        if (facts.confinement != Confinement::sandbox)
            CHECK(decision.place == Place::without_sandbox);
        if (facts.is_dangerous && !facts.approved) CHECK(decision.verdict != Verdict::run);
        if (facts.escalation_requested && facts.policy != ApprovalPolicy::on_request)
            CHECK(decision.verdict == Verdict::reject);
    });
}

TEST_CASE("the sandbox of a policy is wanted, missing, or not wanted") {
    struct Row {
        Mode mode;
        Requirement requirement;
        bool available;
        Confinement confinement;
    };
    const Row rows[] = {
        {Mode::read_only, Requirement::required, true, Confinement::sandbox},
        {Mode::workspace_write, Requirement::required, true, Confinement::sandbox},
        {Mode::workspace_write, Requirement::best_effort, true, Confinement::sandbox},
        {Mode::read_only, Requirement::required, false, Confinement::unavailable},
        {Mode::workspace_write, Requirement::required, false, Confinement::unavailable},
        {Mode::read_only, Requirement::off, true, Confinement::none_wanted},
        {Mode::danger_full_access, Requirement::required, true, Confinement::none_wanted},
        {Mode::danger_full_access, Requirement::required, false, Confinement::none_wanted},
    };
    for (const Row& row : rows) {
        codex::sandbox::Policy policy;
        policy.mode = row.mode;
        policy.requirement = row.requirement;
        CHECK(confinement_of(policy, row.available) == row.confinement);
    }
}

TEST_CASE("a failure looks like the sandbox's refusal by its words or its signal") {
    struct Row {
        int exit_code;
        const char* output;
        bool denied;
    };
    const Row rows[] = {
        {0, "Permission denied", false},
        {1, "touch: cannot touch 'x': Permission denied", true},
        {1, "Operation NOT permitted", true},
        {2, "Read-only file system", true},
        {1, "killed by seccomp", true},
        {1, "in the sandbox", true},
        {1, "landlock says no", true},
        {1, "failed to write file x", true},
        {126, "bash: ./x: Permission denied", true},
        {1, "1 test failed", false},
        {2, "usage", false},
        {127, "command not found", false},
        {137, "", false},
        {159, "", true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.exit_code, row.output);
        CHECK(likely_denied(row.exit_code, row.output) == row.denied);
    }
}

TEST_CASE("somebody is asked with all that the answer depends on") {
    Person person;
    Approver approver(ApprovalPolicy::on_request, person.ask());
    approver.clear(escalating({"curl", "x"}));
    approver.clear(proposal({"rm", "-rf", "x"}));
    Approver careful(ApprovalPolicy::untrusted, person.ask());
    careful.clear(proposal({"make"}));
    careful.clear_after_denial(proposal({"make"}));
    Proposal unprotected = proposal({"ls"});
    unprotected.confinement = Confinement::unavailable;
    careful.clear(unprotected);
    const std::vector<ApprovalRequest> asked = {
        {{"curl", "x"},
         "/tree",
         Place::without_sandbox,
         "it is to run without the sandbox",
         "it needs the network"},
        {{"rm", "-rf", "x"},
         "/tree",
         Place::in_sandbox,
         "dangerous: rm with a force option removes without asking",
         ""},
        {{"make"}, "/tree", Place::in_sandbox, "it is not known to be safe", ""},
        {{"make"},
         "/tree",
         Place::without_sandbox,
         "the sandbox seems to have refused it; run it again without the sandbox?",
         ""},
        {{"ls"},
         "/tree",
         Place::without_sandbox,
         "there is no sandbox here that it could run in",
         ""},
    };
    CHECK(person.asked == asked);
}

TEST_CASE("an answer counts once, for the session, or ends the run") {
    Person person;
    Approver approver(ApprovalPolicy::on_request, person.ask());
    const Argv argv = {"curl", "x"};
    CHECK(approver.clear(escalating(argv)) ==
          Permission{std::nullopt, "it was asked for and denied"});
    person.answer = ReviewDecision::approved;
    CHECK(approver.clear(escalating(argv)) == kOutside);
    CHECK(approver.clear(proposal(argv)) == kInside);
    person.answer = ReviewDecision::approved_for_session;
    CHECK(approver.clear(escalating(argv)) == kOutside);
    CHECK(person.asked.size() == 3);
    person.answer = ReviewDecision::abort;
    CHECK(approver.clear(escalating(argv)) == kOutside);
    CHECK(approver.clear(proposal(argv)) == kOutside);
    CHECK(person.asked.size() == 3);
    CHECK_THROWS_AS(approver.clear(escalating({"curl", "y"})), codex::base::Interrupted);
    CHECK_THROWS_AS(approver.clear(escalating({"curl x"})), codex::base::Interrupted);
}

TEST_CASE("an approval for inside the sandbox is none for outside") {
    Person person;
    person.answer = ReviewDecision::approved_for_session;
    Approver approver(ApprovalPolicy::untrusted, person.ask());
    const Argv argv = {"make"};
    CHECK(approver.clear(proposal(argv)) == kInside);
    CHECK(approver.clear(proposal(argv)) == kInside);
    CHECK(person.asked.size() == 1);
    CHECK(approver.clear_after_denial(proposal(argv)) == kOutside);
    CHECK(person.asked.size() == 2);
    CHECK(approver.clear(proposal(argv)) == kOutside);
    CHECK(person.asked.size() == 2);
}

TEST_CASE("with nobody to ask, or a policy that asks nobody, the model reads why not") {
    const auto refusal = [](ApprovalPolicy policy, const Proposal& wanted) {
        const Permission permission = Approver(policy).clear(wanted);
        CHECK(permission.place == std::nullopt);
        return permission.refusal;
    };
    CHECK(refusal(ApprovalPolicy::untrusted, proposal({"make"})) ==
          "it needs an approval (it is not known to be safe) and nobody can approve anything here; "
          "do not ask again, find another way");
    CHECK(refusal(ApprovalPolicy::on_failure, proposal({"git", "reset"})) ==
          "it needs an approval (dangerous: git reset discards changes or commits) and nobody can "
          "approve anything here; do not ask again, find another way");
    CHECK(refusal(ApprovalPolicy::on_request, escalating({"make"})) ==
          "it needs an approval (it is to run without the sandbox) and nobody can approve anything "
          "here; do not ask again, find another way");
    CHECK(refusal(ApprovalPolicy::on_failure, escalating({"ls"})) ==
          "with_escalated_permissions cannot be granted under the approval policy \"on-failure\"; "
          "call again without it");
    CHECK(
        refusal(ApprovalPolicy::never, proposal({"rm", "-f", "x"})) ==
        "rm with a force option removes without asking, and the approval policy \"never\" rejects "
        "dangerous commands; find another way");
    Proposal unprotected = proposal({"ls"});
    unprotected.confinement = Confinement::unavailable;
    CHECK(refusal(ApprovalPolicy::never, unprotected) ==
          "there is no sandbox here that it could run in, and the approval policy \"never\" lets "
          "nothing run without");
}

TEST_CASE("a policy of never asks nobody even when somebody is there") {
    Person person;
    person.answer = ReviewDecision::approved;
    Approver approver(ApprovalPolicy::never, person.ask());
    CHECK(approver.clear(proposal({"make"})) == kInside);
    CHECK(approver.clear(proposal({"rm", "-f", "x"})).place == std::nullopt);
    CHECK(approver.clear(escalating({"make"})).place == std::nullopt);
    CHECK(approver.clear_after_denial(proposal({"make"})) ==
          Permission{std::nullopt, "nothing here can run without it"});
    CHECK(person.asked.empty());
}

TEST_CASE("escalation can be granted where the policy lets the model ask and somebody answers") {
    Person person;
    for (const ApprovalPolicy policy : kPolicies) {
        CHECK(Approver(policy, person.ask()).can_escalate() ==
              (policy == ApprovalPolicy::on_request));
        CHECK_FALSE(Approver(policy).can_escalate());
    }
}

TEST_CASE("the model's justification is shown only up to a bound") {
    Person person;
    Approver approver(ApprovalPolicy::on_request, person.ask());
    Proposal wanted = escalating({"make"});
    wanted.justification = std::string(100'000, 'x');
    approver.clear(wanted);
    REQUIRE(person.asked.size() == 1);
    CHECK(person.asked[0].justification.size() < 2100);
}
