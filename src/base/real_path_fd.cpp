#include "base/real_path_fd.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/error.h"

namespace codex::base {
namespace {

UniqueFd open_at(int folder, const std::string& path, int flags, std::uint64_t resolve) {
    open_how how = {};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.resolve = resolve;
    return UniqueFd(
        static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how)));
}

}  // namespace

UniqueFd open_real_path(const std::string& path, int flags) {
    UniqueFd fd = open_at(AT_FDCWD, path, flags, RESOLVE_NO_SYMLINKS);
    if (fd || errno == ENOENT || errno == ENOTDIR || errno == EACCES) return fd;
    if (errno == ELOOP) {
        throw Error(path +
                    " is or passes through a symbolic link; the policy must name its real path");
    }
    throw_errno("cannot open " + path);
}

UniqueFd open_beneath(int folder, const std::string& path, int flags, Links links) {
    const std::uint64_t no_links = links == Links::none ? RESOLVE_NO_SYMLINKS : 0;
    return open_at(folder, path, flags, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | no_links);
}

}  // namespace codex::base
