#include "tools/patch_approval.h"

#include <catch2/catch_test_macros.hpp>

#include "base/error.h"

using namespace codex::tools;
using codex::protocol::ApprovalPolicy;
using codex::protocol::ReviewDecision;
using codex::sandbox::Mode;
using codex::sandbox::PatchedFile;
using codex::sandbox::PatchedKind;

namespace {

std::string cell(const PatchFacts& facts) {
    const PatchDecision decision = decide(facts);
    if (decision.verdict == Verdict::reject) return "reject";
    return std::string(decision.verdict == Verdict::run ? "run" : "ask") +
           (decision.place == Place::in_sandbox ? " in" : " out");
}

const PatchedFile kFile{.kind = PatchedKind::updated,
                        .path = "/w/a",
                        .move_to = "/w/b",
                        .old_text = "1\n",
                        .new_text = "2\n",
                        .unified_diff = "@@ -1 +1 @@\n-1\n+2\n"};

}  // namespace

TEST_CASE("the decision about a patch, cell by cell") {
    struct Row {
        ApprovalPolicy policy;
        Mode mode;
        std::string inside;
        std::string outside;
    };
    using enum ApprovalPolicy;
    const Row rows[] = {
        {untrusted, Mode::read_only, "ask out", "ask out"},
        {untrusted, Mode::workspace_write, "ask in", "ask out"},
        {untrusted, Mode::danger_full_access, "ask in", "ask in"},
        {on_failure, Mode::read_only, "ask out", "ask out"},
        {on_failure, Mode::workspace_write, "run in", "ask out"},
        {on_failure, Mode::danger_full_access, "run in", "run in"},
        {on_request, Mode::read_only, "ask out", "ask out"},
        {on_request, Mode::workspace_write, "run in", "ask out"},
        {on_request, Mode::danger_full_access, "run in", "run in"},
        {never, Mode::read_only, "reject", "reject"},
        {never, Mode::workspace_write, "run in", "reject"},
        {never, Mode::danger_full_access, "run in", "run in"},
    };
    for (const Row& row : rows) {
        INFO(static_cast<int>(row.policy) << " " << static_cast<int>(row.mode));
        CHECK(cell({row.policy, row.mode, true, false}) == row.inside);
        CHECK(cell({row.policy, row.mode, false, false}) == row.outside);
        for (const bool inside : {true, false})
            CHECK(cell({row.policy, row.mode, inside, true}).starts_with("run"));
    }
}

TEST_CASE("with nobody to ask, what would be asked is refused at once") {
    PatchApprover approver(ApprovalPolicy::on_request);
    const Permission permission = approver.ask({kFile}, Place::without_sandbox);
    CHECK_FALSE(permission.place);
    CHECK(permission.refusal.find("nobody can approve") != std::string::npos);
}

TEST_CASE("an answer for the session holds for these files, and for no other") {
    int asked = 0;
    PatchApprover approver(ApprovalPolicy::untrusted, [&](const PatchApprovalRequest& request) {
        ++asked;
        CHECK(request.files == std::vector{kFile});
        CHECK(request.reason == "the approval policy asks for every patch");
        return ReviewDecision::approved_for_session;
    });
    const auto verdict = [&](const std::vector<std::string>& paths) {
        return approver.consider(Mode::workspace_write, true, paths).verdict;
    };
    CHECK(verdict({"/w/a", "/w/b"}) == Verdict::ask);
    CHECK(approver.ask({kFile}, Place::in_sandbox).place == Place::in_sandbox);
    CHECK(verdict({"/w/a", "/w/b"}) == Verdict::run);
    CHECK(verdict({"/w/b"}) == Verdict::run);
    CHECK(verdict({"/w/a", "/w/c"}) == Verdict::ask);
    CHECK(asked == 1);
}

TEST_CASE("a denial is told to the model, and an abort ends the run") {
    ReviewDecision answer = ReviewDecision::denied;
    PatchApprover approver(ApprovalPolicy::untrusted,
                           [&](const PatchApprovalRequest&) { return answer; });
    CHECK(approver.ask({kFile}, Place::in_sandbox).refusal == "it was asked for and denied");
    answer = ReviewDecision::approved;
    CHECK(approver.ask({kFile}, Place::without_sandbox).place == Place::without_sandbox);
    CHECK(approver.consider(Mode::workspace_write, true, {"/w/a"}).verdict == Verdict::ask);
    answer = ReviewDecision::abort;
    CHECK_THROWS_AS(approver.ask({kFile}, Place::in_sandbox), codex::base::Interrupted);
}
