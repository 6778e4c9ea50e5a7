// A real repository and the library that reads it, for the tests of this folder.
#pragma once

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

#include "git/repository.h"
#include "tests/support/lib/git_repo.h"
#include "tests/support/lib/temp_dir.h"

namespace codex::test {

struct Workspace {
    git::GitLibrary library = {};
    TempDir folder = {};
    GitRepo repo{folder / "work"};

    git::Repository open() const { return git::Repository(repo.path()); }
    /// The diff of HEAD's last commit, as describe() prints it.
    std::string last_diff(const git::DiffLimits& limits = {}) const;
};

/// "modified old -> new 100644 100755 [binary]" and the patch, for each change.
inline std::string describe(const std::vector<git::FileChange>& changes) {
    static constexpr const char* kNames[] = {"added",   "deleted", "modified",
                                             "renamed", "copied",  "type_changed"};
    std::string text;
    for (const git::FileChange& change : changes) {
        text += fmt::format("{} {} -> {} {:o} {:o}", kNames[static_cast<int>(change.status)],
                            change.old_path, change.new_path, change.old_mode, change.new_mode);
        if (change.is_binary) text += " [binary]";
        if (change.is_submodule) text += " [submodule]";
        if (change.is_symlink) text += " [symlink]";
        if (change.too_large) text += " [too large]";
        text += "\n" + change.patch;
    }
    return text;
}

inline std::string Workspace::last_diff(const git::DiffLimits& limits) const {
    return describe(open().diff(repo.git({"rev-parse", "HEAD~1"}), repo.head(), limits));
}

/// The message of the Error that `action` throws.
template <class Action>
std::string error_of(Action action) {
    try {
        action();
    } catch (const base::Error& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace codex::test
