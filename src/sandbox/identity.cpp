#include "sandbox/identity.h"

#include <fmt/format.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>

#include "base/error.h"

namespace codex::sandbox {
namespace {

void hand_over_pipes(uid_t uid, gid_t gid) {
    for (const int fd : {0, 1, 2}) {
        struct stat info = {};
        // Without CAP_CHOWN only opening /dev/stdout by name is lost.
        if (::fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode) && ::fchown(fd, uid, gid) != 0)
            return;
    }
}

/// In a container without capabilities there may be none to leave, and no right to say so.
void leave_other_groups(gid_t own) {
    if (::setgroups(0, nullptr) == 0) return;
    const int error = errno;
    std::array<gid_t, NGROUPS_MAX> groups;
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    const bool has_others = count < 0 || std::any_of(groups.begin(), groups.begin() + count,
                                                     [own](gid_t group) { return group != own; });
    if (error != EPERM || has_others) throw base::SystemError(error, "setgroups");
}

}  // namespace

void lead_session() {
    if (::getsid(0) == ::getpid()) return;
    if (::setsid() < 0) base::throw_errno("setsid");
}

void die_with(std::int32_t broker_pid) {
    if (broker_pid <= 0) throw base::Error("the request names no broker process");
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) base::throw_errno("PR_SET_PDEATHSIG");
    // The broker may have ended before the order was given; it may well be process 1 itself.
    if (::getppid() != broker_pid)
        throw base::Error(fmt::format("the broker, process {}, is not the parent", broker_pid));
}

void leave_groups() {
    leave_other_groups(0);
    if (::setresgid(0, 0, 0) != 0) base::throw_errno("setresgid");
}

void become(std::uint32_t uid, std::uint32_t gid) {
    hand_over_pipes(uid, gid);
    leave_other_groups(gid);
    if (::setresgid(gid, gid, gid) != 0) base::throw_errno(fmt::format("setresgid to {}", gid));
    if (::setresuid(uid, uid, uid) != 0) base::throw_errno(fmt::format("setresuid to {}", uid));
    if (::setresuid(0, 0, 0) == 0) throw base::Error("root could be regained");
}

}  // namespace codex::sandbox
