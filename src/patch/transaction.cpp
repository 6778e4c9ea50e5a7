#include "patch/transaction.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"

namespace codex::patch {
namespace {

std::string fresh_name() {
    return ".codex-patch-" + base::random_hex(8);
}

std::string read_all(int fd, const std::string& path) {
    struct stat info = {};
    if (::fstat(fd, &info) != 0) base::throw_errno("cannot read " + path);
    std::string text;
    text.reserve(static_cast<std::size_t>(info.st_size));
    std::array<char, 65536> buffer;
    while (true) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) base::throw_errno("cannot read " + path);
        if (got == 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > base::kMaxFileBytes) {
            throw base::Error(fmt::format("{} is larger than {} bytes", path, base::kMaxFileBytes));
        }
    }
}

// None when nothing is there.
base::UniqueFd open_to_read(const Place& place, const std::string& path) {
    constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    base::UniqueFd fd(::openat(place.folder.get(), place.name.c_str(), kFlags));
    if (!fd && errno != ENOENT) base::throw_errno("cannot read " + path);
    struct stat info = {};
    if (fd && ::fstat(fd.get(), &info) != 0) base::throw_errno("cannot read " + path);
    if (fd && !S_ISREG(info.st_mode)) throw base::Error(path + " is no regular file");
    return fd;
}

std::optional<struct stat> look_at(const Place& place) {
    struct stat info = {};
    if (::fstatat(place.folder.get(), place.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return std::nullopt;
    }
    return info;
}

bool rename_within(int folder, const std::string& from, const std::string& to) {
    return ::renameat(folder, from.c_str(), folder, to.c_str()) == 0;
}

// What a file system says that does not know a flag of renameat2(2).
bool is_unknown_flag(int error) {
    return error == EINVAL || error == ENOSYS;
}

// Whether the file is what it was, or still not there; read piece by piece.
bool is_unchanged(const Place& place, const std::string* before, const std::string& path) {
    const base::UniqueFd fd = open_to_read(place, path);
    if (!fd || before == nullptr) return !fd && before == nullptr;
    std::string_view rest = *before;
    std::array<char, 65536> buffer;
    while (true) {
        const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) base::throw_errno("cannot read " + path);
        if (got == 0) return rest.empty();
        const std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
        if (!rest.starts_with(piece)) return false;
        rest.remove_prefix(piece.size());
    }
}

bool is_done(const FileGoal& goal) {
    if (goal.before == nullptr || goal.after == nullptr) return goal.before == goal.after;
    return *goal.before == *goal.after;
}

}  // namespace

Transaction::~Transaction() {
    roll_back();
}

void Transaction::write_new(Step& step, const std::string& text, const struct stat* like) {
    const std::string name = fresh_name();
    const base::UniqueFd fd(
        ::openat(step.folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!fd) base::throw_errno("cannot make a file beside " + step.goal->path);
    step.other_name = name;
    base::write_all(fd.get(), text);
    if (like != nullptr) {
        // Another's file stays theirs where we may give it away; set-id bits only go along then.
        const bool is_owned = ::fchown(fd.get(), like->st_uid, like->st_gid) == 0;
        if (::fchmod(fd.get(), like->st_mode & (is_owned ? 07777U : 0777U)) != 0) {
            base::throw_errno("cannot set the mode of " + step.goal->path);
        }
    }
    if (fsync_ && ::fsync(fd.get()) != 0) base::throw_errno("cannot sync " + step.goal->path);
}

// One descriptor a folder: a patch may hold more files than a process may open.
int Transaction::keep_folder(base::UniqueFd folder) {
    struct stat info = {};
    if (::fstat(folder.get(), &info) != 0) base::throw_errno("cannot look at a folder");
    const auto [kept, is_new] = folders_.try_emplace({info.st_dev, info.st_ino});
    if (is_new) kept->second = std::move(folder);
    return kept->second.get();
}

void Transaction::stage(const FileGoal& goal) {
    const LastLink last = goal.after ? LastLink::followed : LastLink::kept;
    auto place = roots_.locate(goal.path, last, goal.after ? &made_ : nullptr);
    if (!place) throw base::Error(goal.path + " is no longer there");
    const auto there = look_at(*place);
    if (there && S_ISLNK(there->st_mode)) {
        // A link that shall go: the file that it names stays.
    } else if (!is_unchanged(*place, goal.before, goal.path)) {
        throw base::Error(goal.path + " has changed since it was read");
    }
    Step step;
    step.goal = &goal;
    step.folder = keep_folder(std::move(place->folder));
    step.name = std::move(place->name);
    if (!names_.emplace(step.folder, step.name).second) {
        throw base::Error("the patch names this file twice, under different paths");
    }
    if (!goal.after) {
        steps_.push_back(std::move(step));
        return;
    }
    if (there && ::faccessat(step.folder, step.name.c_str(), W_OK, AT_EACCESS) != 0) {
        base::throw_errno("cannot write " + goal.path);
    }
    auto like = there;
    if (goal.mode_from.empty()) {
        like.reset();
    } else if (goal.mode_from != goal.path) {
        const auto source = roots_.locate(goal.mode_from, LastLink::followed, nullptr);
        if (source) like = look_at(*source);
    }
    steps_.push_back(std::move(step));  // before the file is made, so that it is cleared away
    write_new(steps_.back(), *goal.after, like ? &*like : nullptr);
}

void Transaction::put_in_place(Step& step) {
    const int folder = step.folder;
    const char* name = step.name.c_str();
    if (!step.goal->before) {
        if (::renameat2(folder, step.other_name.c_str(), folder, name, RENAME_NOREPLACE) != 0) {
            if (!is_unknown_flag(errno) || !rename_within(folder, step.other_name, step.name)) {
                base::throw_errno("cannot put a file at " + step.goal->path);
            }
        }
        step.state = State::created;
        return;
    }
    if (::renameat2(folder, step.other_name.c_str(), folder, name, RENAME_EXCHANGE) == 0) {
        step.state = State::replaced;
        return;
    }
    const std::string old_name = fresh_name();
    if (!is_unknown_flag(errno) || ::linkat(folder, name, folder, old_name.c_str(), 0) != 0) {
        base::throw_errno("cannot replace " + step.goal->path);
    }
    if (!rename_within(step.folder, step.other_name, step.name)) {
        const int error = errno;
        ::unlinkat(folder, old_name.c_str(), 0);
        throw base::SystemError(error, "cannot replace " + step.goal->path);
    }
    step.other_name = old_name;
    step.state = State::replaced;
}

void Transaction::remove(Step& step) {
    const std::string old_name = fresh_name();
    if (!rename_within(step.folder, step.name, old_name)) {
        base::throw_errno("cannot remove " + step.goal->path);
    }
    step.other_name = old_name;
    step.state = State::removed;
}

void Transaction::run(const std::vector<FileGoal>& goals) {
    const auto about = [](const FileGoal& goal, auto&& action) {
        try {
            action();
        } catch (base::Error& error) {
            error.add_context((goal.after ? "Failed to write file " : "Failed to delete file ") +
                              goal.path);
            throw;
        }
    };
    for (const FileGoal& goal : goals) {
        if (!is_done(goal)) about(goal, [&] { stage(goal); });
    }
    // Writing comes first: a moved file is never in neither place.
    for (Step& step : steps_) {
        if (step.goal->after) about(*step.goal, [&] { put_in_place(step); });
    }
    for (Step& step : steps_) {
        if (!step.goal->after) about(*step.goal, [&] { remove(step); });
    }
    if (fsync_) sync_folders();
}

void Transaction::sync_folders() {
    const auto sync = [](int folder) {
        const base::UniqueFd fd(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!fd || ::fsync(fd.get()) != 0) base::throw_errno("cannot sync a folder");
    };
    for (const auto& [key, folder] : folders_) sync(folder.get());
    for (const MadeFolder& made : made_) sync(made.parent.get());
}

void Transaction::finish() {
    for (const Step& step : steps_) {
        if (step.state == State::created) continue;
        ::unlinkat(step.folder, step.other_name.c_str(), 0);
    }
    steps_.clear();
    names_.clear();
    made_.clear();
    folders_.clear();
}

bool Transaction::undo(Step& step) {
    const int folder = step.folder;
    switch (step.state) {
        case State::staged:
            return step.other_name.empty() || ::unlinkat(folder, step.other_name.c_str(), 0) == 0;
        case State::created:
            return ::unlinkat(folder, step.name.c_str(), 0) == 0;
        case State::replaced:
        case State::removed:
            return rename_within(step.folder, step.other_name, step.name);
    }
    return false;
}

std::vector<std::string> Transaction::roll_back() {
    std::vector<std::string> left;
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
        if (undo(*step)) continue;
        left.push_back(
            step->state == State::created
                ? step->goal->path
                : fmt::format("{} (see {} beside it)", step->goal->path, step->other_name));
    }
    for (auto made = made_.rbegin(); made != made_.rend(); ++made) {
        ::unlinkat(made->parent.get(), made->name.c_str(), AT_REMOVEDIR);
    }
    steps_.clear();
    names_.clear();
    made_.clear();
    folders_.clear();
    return left;
}

std::optional<std::string> read_file_beneath(const Roots& roots, const std::string& path) {
    const auto place = roots.locate(path, LastLink::followed, nullptr);
    if (!place) return std::nullopt;
    const base::UniqueFd fd = open_to_read(*place, path);
    if (!fd) return std::nullopt;
    return read_all(fd.get(), path);
}

}  // namespace codex::patch
