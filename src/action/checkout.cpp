#include "action/checkout.h"

#include <fmt/format.h>

#include <algorithm>

namespace codex::action {
namespace {

std::string short_sha(std::string_view sha) {
    return std::string(sha.substr(0, 12));
}

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

}  // namespace

std::variant<Commits, UnfitCheckout> examine_checkout(const git::Repository& repository,
                                                      const std::string& head,
                                                      const std::string& base, std::int64_t number,
                                                      bool is_target_event) {
    const auto checked_out = repository.resolve_commit("HEAD");
    if (!checked_out) {
        return UnfitCheckout{"the checkout has no commit; run actions/checkout before this step"};
    }
    Commits commits;
    commits.head = head;
    commits.base = base;
    commits.has_head = repository.has_commit(head);
    if (commits.has_head && repository.has_commit(base)) {
        commits.merge_base = repository.merge_base(base, head);
    }
    const bool is_head = *checked_out == head;
    const bool is_merge = !is_head && is_merge_of(repository, *checked_out, head);
    if (is_target_event) {
        if (is_head || is_merge) {
            return UnfitCheckout{
                "the pull request's own code is checked out in a run of pull_request_target, which "
                "holds secrets; use the pull_request event, or leave `ref` of actions/checkout out "
                "so that the base "
                "branch is checked out"};
        }
        commits.note =
            "The work tree holds the base branch, not this change: read the change in the diff "
            "below.";
        return commits;
    }
    if (is_head) return commits;
    if (is_merge) {
        commits.note =
            "The work tree holds the merge of this change into the base branch, so line numbers in "
            "files can differ "
            "from the change's own: give line numbers of the diff below, and quote the code.";
        return commits;
    }
    return UnfitCheckout{fmt::format(
        "the checkout is at {}, but pull request #{} is at {}; give actions/checkout `ref: ${{{{ "
        "github.event.pull_request.head.sha }}}}` (or `ref: refs/pull/{}/head`), or leave `ref` "
        "out on pull_request",
        short_sha(*checked_out), number, short_sha(head), number)};
}

}  // namespace codex::action
