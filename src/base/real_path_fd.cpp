#include "base/real_path_fd.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace codex::base {
namespace {

UniqueFd open_at(int folder, const std::string& path, int flags, std::uint64_t resolve) {
    open_how how = {};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.resolve = resolve;
    return UniqueFd(
        static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how)));
}

/// Where openat2 is refused, as to programs in our own sandbox: the same, part after part.
class Walk {
  public:
    Walk(int folder, int flags, Links links) : folder_(folder), flags_(flags), links_(links) {}

    UniqueFd open(const std::string& path) {
        push(path);
        while (!parts_.empty()) {
            const std::string part = std::move(parts_.back());
            parts_.pop_back();
            if (part == ".." && above_.empty()) return fail(EXDEV);
            if (part == "..") {
                above_.pop_back();
                continue;
            }
            if (const auto target = read_link(part)) {
                constexpr int kMaxLinks = 40;  // as the kernel has it (path_resolution(7))
                if (links_ == Links::none || ++followed_ > kMaxLinks) return fail(ELOOP);
                if (target->starts_with('/')) return fail(EXDEV);
                push(*target);
                continue;
            }
            const int flags = parts_.empty() ? flags_ : O_PATH | O_DIRECTORY;
            UniqueFd next(::openat(here(), part.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
            if (!next || parts_.empty()) return next;
            above_.push_back(std::move(next));
        }
        return UniqueFd(::openat(here(), ".", flags_ | O_CLOEXEC));
    }

  private:
    int here() const { return above_.empty() ? folder_ : above_.back().get(); }

    static UniqueFd fail(int error) {
        errno = error;
        return {};
    }

    /// In front of what is left to be walked.
    void push(const std::string& path) {
        const std::vector<std::string_view> parts = split(path, '/');
        for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
            if (!part->empty() && *part != ".") parts_.emplace_back(*part);
        }
    }

    std::optional<std::string> read_link(const std::string& name) const {
        std::array<char, PATH_MAX> target;
        const ssize_t size = ::readlinkat(here(), name.c_str(), target.data(), target.size());
        if (size < 0) return std::nullopt;
        return std::string(target.data(), static_cast<std::size_t>(size));
    }

    int folder_;
    int flags_;
    Links links_;
    int followed_ = 0;
    std::vector<std::string> parts_;  // left to be walked, the next one at the back
    std::vector<UniqueFd> above_;     // from beneath `folder_` to here
};

}  // namespace

UniqueFd open_real_path(const std::string& path, int flags) {
    UniqueFd fd = open_at(AT_FDCWD, path, flags, RESOLVE_NO_SYMLINKS);
    if (!fd && errno == ENOSYS) {
        const UniqueFd top(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
        fd = Walk(top.get(), flags, Links::none).open(path);
    }
    if (fd || errno == ENOENT || errno == ENOTDIR || errno == EACCES) return fd;
    if (errno == ELOOP) {
        throw Error(path +
                    " is or passes through a symbolic link; the policy must name its real path");
    }
    throw_errno("cannot open " + path);
}

UniqueFd open_beneath(int folder, const std::string& path, int flags, Links links) {
    const std::uint64_t no_links = links == Links::none ? RESOLVE_NO_SYMLINKS : 0;
    UniqueFd fd = open_at(folder, path, flags, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | no_links);
    if (fd || errno != ENOSYS) return fd;
    if (path.starts_with('/')) {
        errno = EXDEV;
        return fd;
    }
    return Walk(folder, flags, links).open(path);
}

}  // namespace codex::base
