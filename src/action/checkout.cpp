#include "action/checkout.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace codex::action {
namespace {

// GitHub's test merge: its second parent is the head. A shallow checkout hides the parents, its
// message does not.
bool is_merge_of(const git::Repository& repository, const std::string& commit,
                 const std::string& head) {
    const auto parents = repository.parents(commit);
    if (std::find(parents.begin(), parents.end(), head) != parents.end())
        return parents.size() == 2;
    return parents.empty() &&
           repository.commit_message(commit).rfind("Merge " + head + " into ", 0) == 0;
}

bool is_of_base_branch(const git::Repository& repository, const std::string& commit,
                       const ExpectedCheckout& expected) {
    for (const std::string& tip : {expected.base, expected.run_commit.value_or("")}) {
        if (commit == tip) return true;
        if (tip.empty() || !repository.has_commit(tip)) continue;
        if (repository.merge_base(tip, commit) == commit) return true;
    }
    return false;
}

}  // namespace

std::variant<Commits, UnfitCheckout> examine_checkout(const git::Repository& repository,
                                                      const ExpectedCheckout& expected) {
    const auto checked_out = repository.resolve_commit("HEAD");
    if (!checked_out) {
        return UnfitCheckout{"the checkout has no commit; run actions/checkout before this step"};
    }
    Commits commits;
    commits.head = expected.head;
    commits.base = expected.base;
    commits.has_head = repository.has_commit(expected.head);
    if (commits.has_head && repository.has_commit(expected.base)) {
        commits.merge_base = repository.merge_base(expected.base, expected.head);
    }
    if (expected.is_target_event) {
        if (!is_of_base_branch(repository, *checked_out, expected)) {
            return UnfitCheckout{fmt::format(
                "the checkout is at {}, which is no commit of the base branch, in a run of "
                "pull_request_target, which holds secrets; use the pull_request event, or leave "
                "`ref` of actions/checkout out",
                base::short_commit_id(*checked_out))};
        }
        commits.note =
            "The work tree holds the base branch, not this change: read the change in the diff "
            "below.";
        return commits;
    }
    if (*checked_out == expected.head) return commits;
    if (is_merge_of(repository, *checked_out, expected.head)) {
        commits.note =
            "The work tree holds the merge of this change into the base branch, so line numbers in "
            "files can differ from the change's own: give line numbers of the diff below, and "
            "quote the code.";
        return commits;
    }
    return UnfitCheckout{fmt::format(
        "the checkout is at {}, but pull request #{} is at {}; give actions/checkout `ref: ${{{{ "
        "github.event.pull_request.head.sha }}}}` (or `ref: refs/pull/{}/head`), or leave `ref` "
        "out on pull_request",
        base::short_commit_id(*checked_out), expected.number, base::short_commit_id(expected.head),
        expected.number)};
}

}  // namespace codex::action
