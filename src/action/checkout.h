// What the workflow checked out, held against the pull request that is reviewed.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "git/repository.h"
#include "github/event.h"

namespace codex::action {

/// The commits of a review. Line numbers always refer to `head`.
struct Commits {
    std::string head;
    std::string base;  // tip of the base branch as GitHub knows it
    std::optional<std::string>
        merge_base;         // nullopt: not in the checkout, GitHub's patches are used
    bool has_head = false;  // the head's objects are in the checkout
    std::string note;       // what the agent must know when it reads the work tree
};

/// Why the checkout cannot serve, with the exact step to change.
struct UnfitCheckout {
    std::string reason;
};

/// What the checkout is held against.
struct ExpectedCheckout {
    std::string head;
    std::string base;
    std::int64_t number = 0;
    /// pull_request_target: the run holds secrets, so only commits of the base branch may be
    /// checked out: `base`, the run's own commit (GITHUB_SHA), or what lies before them.
    bool is_target_event = false;
    std::optional<std::string> run_commit = {};
};

std::variant<Commits, UnfitCheckout> examine_checkout(const git::Repository& repository,
                                                      const ExpectedCheckout& expected);

}  // namespace codex::action
