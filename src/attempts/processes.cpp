// Driving other processes, and becoming somebody else.
#include <fcntl.h>
#include <grp.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "attempts/attempts.h"
#include "base/unique_fd.h"

namespace codex::attempts {
namespace {

using base::UniqueFd;

int signal_victim(const Ground& ground) {
    return outcome(::kill(ground.victim, 0) == 0);
}
int trace_victim(const Ground& ground) {
    const bool traced = ::ptrace(PTRACE_SEIZE, ground.victim, nullptr, nullptr) == 0;
    // It is let go when this process ends.
    return outcome(traced);
}
int read_victim(const Ground& ground) {
    char byte = 0;
    iovec here = {.iov_base = &byte, .iov_len = 1};
    // The same program lies at the same place only without address randomisation: any address will
    // do, for a process that may not be read is refused before it is looked at.
    iovec there = {.iov_base = &byte, .iov_len = 1};
    const ssize_t got = ::process_vm_readv(ground.victim, &here, 1, &there, 1, 0);
    return got < 0 && errno != EFAULT ? errno : 0;
}
int take_descriptor(const Ground& ground) {
    const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, ground.victim, 0)));
    if (!process) return errno;
    const UniqueFd taken(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), 0, 0)));
    return outcome(static_cast<bool>(taken));
}
int limit_victim(const Ground& ground) {
    rlimit limit = {};
    return outcome(::prlimit(ground.victim, RLIMIT_NOFILE, nullptr, &limit) == 0);
}
int become_root(const Ground&) {
    if (::setresuid(0, 0, 0) != 0) return errno;
    // Root without capabilities is nobody: only one who may change its groups counts.
    return outcome(::setgroups(0, nullptr) == 0);
}
int share_memory(const Ground&) {
    const int id = ::shmget(IPC_PRIVATE, 4096, 0600);
    const int error = errno;
    if (id >= 0) ::shmctl(id, IPC_RMID, nullptr);
    return id >= 0 ? 0 : error;
}
int open_queue(const Ground&) {
    const int id = ::msgget(IPC_PRIVATE, 0600);
    const int error = errno;
    if (id >= 0) ::msgctl(id, IPC_RMID, nullptr);
    return id >= 0 ? 0 : error;
}
int gain_privileges(const Ground&) {
    return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? EPERM : 0;
}
int exceed_limits(const Ground&) {
    rlimit limit = {};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) return errno;
    return limit.rlim_max == RLIM_INFINITY ? 0 : EFBIG;
}

constexpr Attempt kAttempts[] = {
    {Group::processes, "signal a process outside", Refused::always, signal_victim},
    {Group::processes, "trace it", Refused::always, trace_victim},
    {Group::processes, "read its memory", Refused::always, read_victim},
    {Group::processes, "take a descriptor of it", Refused::always, take_descriptor},
    {Group::processes, "read its limits", Refused::always, limit_victim},
    {Group::processes, "share memory by a key", Refused::always, share_memory},
    {Group::processes, "open a message queue", Refused::always, open_queue},
    {Group::processes, "be root with power", Refused::always, become_root},
    {Group::processes, "gain privileges by a set-id program", Refused::always, gain_privileges},
    {Group::processes, "write files without a limit", Refused::always, exceed_limits},
};

}  // namespace

std::span<const Attempt> process_attempts() {
    return kAttempts;
}

}  // namespace codex::attempts
