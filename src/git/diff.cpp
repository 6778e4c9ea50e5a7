// The changes between two commits, within limits.
#include <algorithm>
#include <exception>
#include <map>
#include <utility>

#include "git/repository_state.h"

namespace codex::git {
namespace {

ChangeStatus to_status(git_delta_t status) {
    switch (status) {
        case GIT_DELTA_ADDED:
            return ChangeStatus::added;
        case GIT_DELTA_DELETED:
            return ChangeStatus::deleted;
        case GIT_DELTA_RENAMED:
            return ChangeStatus::renamed;
        case GIT_DELTA_COPIED:
            return ChangeStatus::copied;
        case GIT_DELTA_TYPECHANGE:
            return ChangeStatus::type_changed;
        default:
            return ChangeStatus::modified;
    }
}

// As git tells it without attributes: a NUL near the beginning.
bool is_binary(std::string_view content) {
    constexpr std::size_t kLookedAt = 8'000;
    return content.substr(0, kLookedAt).find('\0') != std::string_view::npos;
}

FileChange describe(const git_diff_delta& delta) {
    FileChange change;
    change.status = to_status(delta.status);
    if (delta.status != GIT_DELTA_ADDED) change.old_path = delta.old_file.path;
    if (delta.status != GIT_DELTA_DELETED) change.new_path = delta.new_file.path;
    change.old_mode = delta.old_file.mode;
    change.new_mode = delta.new_file.mode;
    const auto either = [&](unsigned mode) {
        return change.old_mode == mode || change.new_mode == mode;
    };
    change.is_submodule = either(GIT_FILEMODE_COMMIT);
    change.is_symlink = either(GIT_FILEMODE_LINK);
    return change;
}

// From the first hunk on: the header's paths are quoted, and we have them already.
std::string hunks_only(std::string_view patch) {
    if (patch.starts_with("@@ ")) return std::string(patch);
    const std::size_t first = patch.find("\n@@ ");
    return first == std::string_view::npos ? std::string() : std::string(patch.substr(first + 1));
}

git_diff_options default_diff_options() {
    git_diff_options options = {};
    check(git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION), "compare");
    return options;
}

// Of the two contents alone: compared as files of the repository, they would be subject to the
// attributes of the work tree, which could call a source file binary or be a pipe that nobody
// writes to.
std::string make_patch(std::string_view before, std::string_view after) {
    git_diff_options options = default_diff_options();
    options.context_lines = 3;
    options.flags = GIT_DIFF_FORCE_TEXT;
    Patch patch;
    check(git_patch_from_buffers(out(patch), before.data(), before.size(), nullptr, after.data(),
                                 after.size(), nullptr, &options),
          "make a patch");
    Buffer text;
    check(git_patch_to_buf(&text.raw, patch.get()), "print a patch");
    return hunks_only(text.view());
}

}  // namespace

// Git reads both sides of all added and deleted files to find renames, however large they are; the
// large ones are kept out of its hands.
class Repository::LargeFiles {
  public:
    LargeFiles(const State& state, std::size_t max_bytes) : state_(state), max_bytes_(max_bytes) {}

    // A git_diff_notify_cb: 1 leaves the delta out of the diff.
    static int hold_back(const git_diff*, const git_diff_delta* delta, const char*,
                         void* payload) noexcept {
        auto& self = *static_cast<LargeFiles*>(payload);
        try {
            return self.take_if_large(*delta) ? 1 : 0;
        } catch (...) {
            self.error_ = std::current_exception();
            return GIT_EUSER;
        }
    }

    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

    // All that was held back; one that only moved is a rename.
    std::vector<FileChange> take() {
        std::map<std::string, std::size_t> deleted;  // blob to index
        for (std::size_t i = 0; i < held_.size(); ++i) {
            if (held_[i].change.status == ChangeStatus::deleted) deleted[held_[i].blob] = i;
        }
        for (Held& added : held_) {
            if (added.change.status != ChangeStatus::added) continue;
            const auto from = deleted.find(added.blob);
            if (from == deleted.end()) continue;
            FileChange& source = held_[from->second].change;
            added.change.status = ChangeStatus::renamed;
            added.change.old_path = std::exchange(source.old_path, {});
            added.change.old_mode = source.old_mode;
            added.change.too_large = false;
            deleted.erase(from);
        }
        std::vector<FileChange> changes;
        for (Held& held : held_) {
            const bool has_moved = held.change.old_path.empty() && held.change.new_path.empty();
            if (!has_moved) changes.push_back(std::move(held.change));
        }
        return changes;
    }

  private:
    struct Held {
        FileChange change;
        std::string blob;  // of the one side that an added or deleted file has
    };

    bool take_if_large(const git_diff_delta& delta) {
        FileChange change = describe(delta);
        if (change.is_submodule || git_oid_equal(&delta.old_file.id, &delta.new_file.id) != 0)
            return false;
        const std::size_t larger =
            std::max(state_.blob_size(delta.old_file.id), state_.blob_size(delta.new_file.id));
        if (larger <= max_bytes_) return false;
        change.too_large = true;
        const bool is_deleted = change.status == ChangeStatus::deleted;
        held_.push_back(
            {std::move(change), render(is_deleted ? delta.old_file.id : delta.new_file.id)});
        return true;
    }

    const State& state_;
    std::size_t max_bytes_;
    std::vector<Held> held_;
    std::exception_ptr error_;
};

// Makes patches until together they reach a limit; those that no longer fit are too large.
class Repository::PatchMaker {
  public:
    PatchMaker(const State& state, const DiffLimits& limits) : state_(state), limits_(limits) {}

    void add_patch(FileChange& change, const git_diff_delta& delta) {
        if (bytes_ >= limits_.max_total_patch_bytes || is_full_) {
            change.too_large = true;
            return;
        }
        const Blob old_blob = state_.blob(delta.old_file.id);
        const Blob new_blob = state_.blob(delta.new_file.id);
        const std::string_view before = bytes_of(old_blob);
        const std::string_view after = bytes_of(new_blob);
        change.is_binary = is_binary(before) || is_binary(after);
        if (change.is_binary) return;
        std::string patch = make_patch(before, after);
        lines_ += static_cast<std::size_t>(std::count(patch.begin(), patch.end(), '\n'));
        is_full_ = lines_ > limits_.max_total_patch_lines;
        if (is_full_) {
            change.too_large = true;
            return;
        }
        bytes_ += patch.size();
        change.patch = std::move(patch);
    }

  private:
    const State& state_;
    const DiffLimits& limits_;
    std::size_t bytes_ = 0;
    std::size_t lines_ = 0;
    bool is_full_ = false;
};

std::vector<FileChange> Repository::diff(std::string_view old_commit, std::string_view new_commit,
                                         const DiffLimits& limits) const {
    const Tree old_tree = state_->tree(old_commit);
    const Tree new_tree = state_->tree(new_commit);
    LargeFiles large(*state_, limits.max_file_bytes);
    git_diff_options options = default_diff_options();
    options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK;
    options.notify_cb = LargeFiles::hold_back;
    options.payload = &large;
    Diff diff;
    const int code = git_diff_tree_to_tree(out(diff), state_->repository.get(), old_tree.get(),
                                           new_tree.get(), &options);
    large.rethrow();
    check(code, "compare the commits");
    git_diff_find_options find = {};
    check(git_diff_find_options_init(&find, GIT_DIFF_FIND_OPTIONS_VERSION), "look for renames");
    find.flags = GIT_DIFF_FIND_RENAMES;
    check(git_diff_find_similar(diff.get(), &find), "find renames");

    std::vector<FileChange> changes = large.take();
    PatchMaker patches(*state_, limits);
    const std::size_t count = git_diff_num_deltas(diff.get());
    for (std::size_t i = 0; i < count; ++i) {
        const git_diff_delta& delta = *git_diff_get_delta(diff.get(), i);
        FileChange change = describe(delta);
        if (!change.is_submodule && git_oid_equal(&delta.old_file.id, &delta.new_file.id) == 0)
            patches.add_patch(change, delta);
        changes.push_back(std::move(change));
    }
    const auto path = [](const FileChange& change) -> const std::string& {
        return change.new_path.empty() ? change.old_path : change.new_path;
    };
    std::sort(changes.begin(), changes.end(),
              [&](const FileChange& a, const FileChange& b) { return path(a) < path(b); });
    return changes;
}

}  // namespace codex::git
