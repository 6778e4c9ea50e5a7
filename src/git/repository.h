// Reading a git repository with libgit2: objects only. The workspace's configuration, hooks,
// filters and attributes of the work tree are never used.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace codex::git {

class GitError : public base::Error {
  public:
    GitError(int code, std::string message) : Error(std::move(message)), code_(code) {}
    int code() const { return code_; }

  private:
    int code_;
};

/// Initialises libgit2 for the process: no system, global or XDG configuration, no owner validation
/// (workspaces belong to another uid), timeouts for servers. Made once in main.
class GitLibrary {
  public:
    GitLibrary();
    ~GitLibrary();
    GitLibrary(const GitLibrary&) = delete;
    GitLibrary& operator=(const GitLibrary&) = delete;
};

enum class ChangeStatus { added, deleted, modified, renamed, copied, type_changed };

/// One file of a diff between two commits. `patch` is its unified diff with "---"/"+++" lines and
/// hunks; empty for binary files, submodules, pure renames and what is over a limit (`too_large`).
struct FileChange {
    ChangeStatus status = ChangeStatus::modified;
    std::string old_path;
    std::string new_path;
    unsigned old_mode = 0;
    unsigned new_mode = 0;
    bool is_binary = false;
    bool is_submodule = false;
    bool is_symlink = false;
    bool too_large = false;
    std::string patch;
    friend bool operator==(const FileChange&, const FileChange&) = default;
};

/// What is over a limit has no patch: too_large.
struct DiffLimits {
    std::size_t max_file_bytes = std::size_t{2} << 20;  // of a blob; a larger one is never read
    std::size_t max_total_patch_bytes = std::size_t{128} << 20;
    std::size_t max_total_patch_lines = 1'000'000;  // each becomes a value of its own in a review
};

struct TreeEntry {
    std::string path;
    unsigned mode = 0;  // 0100644, 0100755, 0120000 (symlink), 0160000 (submodule)
    friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

/// Loop thread only. Commit arguments are full hexadecimal SHA-1s.
class Repository {
  public:
    /// Opens the repository whose work tree contains `path` (".git" may be a file: linked
    /// worktrees, submodules).
    explicit Repository(const std::filesystem::path& path);
    ~Repository();
    Repository(Repository&&) noexcept;
    Repository& operator=(Repository&&) noexcept;

    /// Full SHA-1 of a revision such as "HEAD", "main", "origin/main" or a SHA; nullopt when it
    /// names no commit here.
    std::optional<std::string> resolve_commit(std::string_view revision) const;
    bool has_commit(std::string_view sha) const;
    bool is_shallow() const;
    std::vector<std::string> parents(std::string_view commit) const;
    /// nullopt when there is none, or a shallow history hides it.
    std::optional<std::string> merge_base(std::string_view a, std::string_view b) const;
    std::string commit_message(std::string_view commit) const;

    /// The changes from `old_commit` to `new_commit`: three context lines, renames found (of
    /// files over max_file_bytes only those without a change), paths sorted.
    std::vector<FileChange> diff(std::string_view old_commit, std::string_view new_commit,
                                 const DiffLimits& limits = {}) const;

    /// A file's bytes in a commit; nullopt when it is not there or is no regular file. Error over
    /// `max_bytes`.
    std::optional<std::string> read_file(std::string_view commit, std::string_view path,
                                         std::size_t max_bytes = std::size_t{16} << 20) const;
    /// Every entry of the commit's tree whose file name is `name`, e.g. all "AGENTS.md" (any
    /// depth), paths sorted.
    std::vector<TreeEntry> find_files_named(std::string_view commit, std::string_view name) const;

    /// The root of the work tree; Error when the repository is bare.
    std::filesystem::path work_tree() const;
    /// The folder with objects and references: ".git", of the main work tree when this is a linked
    /// one.
    std::filesystem::path common_folder() const;
    /// The folder with HEAD and the index: ".git", or that of a linked work tree within it.
    std::filesystem::path git_folder() const;

  private:
    struct State;
    class LargeFiles;
    class PatchMaker;
    std::unique_ptr<State> state_;
};

}  // namespace codex::git
