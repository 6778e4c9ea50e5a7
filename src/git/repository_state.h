// What a repository holds on to, and how its objects are looked up. Private to this module.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "git/git_handles.h"
#include "git/repository.h"

namespace codex::git {

std::string render(const git_oid& id);

/// Empty for no blob; lives as long as the blob.
std::string_view bytes_of(const Blob& blob);

/// Each throws GitError, which names the step to change when the checkout lacks the object.
struct Repository::State {
    RepositoryHandle repository;
    Odb odb;

    Commit commit(std::string_view sha) const;
    Tree tree(std::string_view sha) const;
    /// Without reading it; 0 for the null id of an added or deleted side.
    std::size_t blob_size(const git_oid& id) const;
    /// Null for the null id of an added or deleted side.
    Blob blob(const git_oid& id) const;
};

}  // namespace codex::git
