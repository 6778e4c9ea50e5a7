// libgit2's handles as owners, and its return codes as exceptions. Private to this module.
#pragma once

#include <git2.h>
#include <git2/sys/repository.h>

#include <memory>
#include <string_view>

#include "base/free_with.h"
#include "git/repository.h"

namespace codex::git {

using base::FreeWith;
using RepositoryHandle = std::unique_ptr<git_repository, FreeWith<git_repository_free>>;
using ConfigHandle = std::unique_ptr<git_config, FreeWith<git_config_free>>;
using Commit = std::unique_ptr<git_commit, FreeWith<git_commit_free>>;
using Tree = std::unique_ptr<git_tree, FreeWith<git_tree_free>>;
using TreeEntryHandle = std::unique_ptr<git_tree_entry, FreeWith<git_tree_entry_free>>;
using Blob = std::unique_ptr<git_blob, FreeWith<git_blob_free>>;
using Object = std::unique_ptr<git_object, FreeWith<git_object_free>>;
using Odb = std::unique_ptr<git_odb, FreeWith<git_odb_free>>;
using Diff = std::unique_ptr<git_diff, FreeWith<git_diff_free>>;
using Patch = std::unique_ptr<git_patch, FreeWith<git_patch_free>>;

/// Gives a C function a T** and puts what it stored into the owner: git_x_new(out(handle), …).
template <class Owner>
class OutPointer {
  public:
    explicit OutPointer(Owner& owner) : owner_(owner) {}
    ~OutPointer() { owner_.reset(raw_); }
    OutPointer(const OutPointer&) = delete;
    OutPointer& operator=(const OutPointer&) = delete;
    operator typename Owner::pointer *() { return &raw_; }

  private:
    Owner& owner_;
    typename Owner::pointer raw_ = nullptr;
};
template <class Owner>
OutPointer<Owner> out(Owner& owner) {
    return OutPointer<Owner>(owner);
}

/// A git_buf that is freed with its scope.
struct Buffer {
    git_buf raw = GIT_BUF_INIT;
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { git_buf_dispose(&raw); }
    std::string_view view() const { return {raw.ptr, raw.size}; }
};

/// Throws GitError("cannot `what`: <libgit2's message>") for a negative code. Right after the call
/// that failed.
void check(int code, std::string_view what);

}  // namespace codex::git
