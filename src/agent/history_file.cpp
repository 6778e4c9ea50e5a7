#include "agent/history_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/line_file.h"
#include "base/text.h"
#include "json/codec.h"

namespace codex::json {

template <>
struct Describe<agent::HistoryLine> {
    template <class V>
    static void fields(V& v) {
        using T = agent::HistoryLine;
        v("session_id", &T::session_id);
        v("ts", &T::ts);
        v("text", &T::text);
    }
};

}  // namespace codex::json

namespace codex::agent {
namespace {

constexpr unsigned kMode = 0600;
constexpr std::size_t kMaxRead = std::size_t{1} << 30;
constexpr int kLockTries = 10;
constexpr int kLockWaitMilliseconds = 100;

struct stat status_of(int fd, const std::filesystem::path& path) {
    struct stat info = {};
    if (::fstat(fd, &info) != 0) base::throw_errno("cannot read " + path.string());
    return info;
}

bool try_lock(int fd, const std::filesystem::path& path) {
    while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return false;
        if (errno != EINTR) base::throw_errno("cannot lock " + path.string());
    }
    return true;
}

// The file with an exclusive lock on it: the one that stands at the path, not one that was replaced
// while we waited.
base::LineFile open_locked(const std::filesystem::path& path) {
    for (int attempt = 0; attempt < kLockTries; ++attempt) {
        if (attempt > 0) ::poll(nullptr, 0, kLockWaitMilliseconds);
        base::LineFile file = base::LineFile::open(path, kMode);
        if (!try_lock(file.fd(), path)) continue;
        struct stat at_path = {};
        if (::stat(path.c_str(), &at_path) == 0 &&
            at_path.st_ino == status_of(file.fd(), path).st_ino)
            return file;
    }
    throw base::Error("cannot write " + path.string() + ": another process keeps it locked");
}

// As many of the last whole lines as fit into `max_bytes`, but the last one in any case.
std::string_view newest_lines(std::string_view text, std::size_t max_bytes) {
    if (text.size() <= max_bytes) return text;
    const std::size_t cut = text.size() - max_bytes;
    // A line that begins exactly at the cut is whole.
    const std::size_t end_of_line = text.find('\n', cut == 0 ? 0 : cut - 1);
    if (end_of_line != std::string_view::npos && end_of_line + 1 < text.size())
        return text.substr(end_of_line + 1);
    const std::size_t before_last = text.rfind('\n', text.size() - 2);
    return before_last == std::string_view::npos ? text : text.substr(before_last + 1);
}

}  // namespace

HistoryFile::HistoryFile(const std::filesystem::path& codex_home,
                         std::optional<std::size_t> max_bytes)
    : path_(codex_home / "history.jsonl"), max_bytes_(max_bytes) {}

void HistoryFile::append(const HistoryLine& line) const {
    base::LineFile file = open_locked(path_);
    if ((status_of(file.fd(), path_).st_mode & 0077U) != 0 && ::fchmod(file.fd(), kMode) != 0)
        base::throw_errno("cannot set the mode of " + path_.string());
    file.append(json::render(json::encode(line)));
    const auto size = static_cast<std::uintmax_t>(status_of(file.fd(), path_).st_size);
    if (!max_bytes_ || size <= *max_bytes_) return;
    // Another inode: offsets into the old file must not find other lines. A fifth is left free, so
    // that not every line rewrites the file.
    const std::string text = base::read_file(path_, kMaxRead);
    base::write_file_atomically(path_, newest_lines(text, *max_bytes_ - *max_bytes_ / 5), kMode);
}

HistoryFile::Metadata HistoryFile::metadata() const {
    struct stat info = {};
    if (::stat(path_.c_str(), &info) != 0) return {};
    const auto text = base::read_file_if_exists(path_, kMaxRead);
    if (!text) return {};
    return {info.st_ino, static_cast<std::uint64_t>(std::count(text->begin(), text->end(), '\n'))};
}

std::optional<HistoryLine> HistoryFile::lookup(std::uint64_t log_id, std::uint64_t offset) const {
    const auto text = base::read_file_if_exists(path_, kMaxRead);
    struct stat info = {};
    if (!text || ::stat(path_.c_str(), &info) != 0 || info.st_ino != log_id) return std::nullopt;
    const std::vector<std::string_view> lines = base::split_lines(*text);
    if (offset >= lines.size()) return std::nullopt;
    try {
        return json::decode<HistoryLine>(json::parse(lines[offset]));
    } catch (const json::JsonError&) {
        return std::nullopt;
    }
}

}  // namespace codex::agent
