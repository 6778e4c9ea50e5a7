// Parts of the kernel that widen a sandbox, or have been the way out of one.
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "attempts/attempts.h"
#include "base/unique_fd.h"

namespace codex::attempts {
namespace {

using base::UniqueFd;

int user_namespace(const Ground&) {
    return outcome(::unshare(CLONE_NEWUSER) == 0);
}
int mount_something(const Ground& ground) {
    if (::unshare(CLONE_NEWNS) != 0) return errno;
    const std::string place = ground.workspace + "/.git/hooks";
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
    return outcome(::mount("none", place.c_str(), "tmpfs", 0, nullptr) == 0);
}
int change_root(const Ground& ground) {
    return outcome(::chroot(ground.workspace.c_str()) == 0);
}
int open_by_handle(const Ground&) {
    alignas(file_handle) unsigned char buffer[sizeof(file_handle) + 128] = {};
    auto* handle = reinterpret_cast<file_handle*>(buffer);
    handle->handle_bytes = sizeof buffer - sizeof(file_handle);
    int mount_id = 0;
    if (::name_to_handle_at(AT_FDCWD, "/", handle, &mount_id, 0) != 0) return errno;
    const UniqueFd root(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd opened(
        ::open_by_handle_at(root ? root.get() : AT_FDCWD, handle, O_RDONLY | O_CLOEXEC));
    return outcome(static_cast<bool>(opened));
}
int load_bpf(const Ground&) {
    bpf_attr map = {};
    map.map_type = BPF_MAP_TYPE_ARRAY;
    map.key_size = map.value_size = 4;
    map.max_entries = 1;
    const UniqueFd fd(static_cast<int>(::syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map)));
    return outcome(static_cast<bool>(fd));
}
int measure(const Ground&) {
    perf_event_attr event = {};
    event.type = PERF_TYPE_SOFTWARE;
    event.size = sizeof event;
    event.config = PERF_COUNT_SW_TASK_CLOCK;
    event.exclude_kernel = 1;
    const UniqueFd fd(static_cast<int>(::syscall(SYS_perf_event_open, &event, 0, -1, -1, 0)));
    return outcome(static_cast<bool>(fd));
}
int handle_faults(const Ground&) {
    const UniqueFd fd(static_cast<int>(::syscall(SYS_userfaultfd, O_CLOEXEC | 1)));  // user mode
    return outcome(static_cast<bool>(fd));
}
int use_keys(const Ground&) {
    const long id = ::syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
    return outcome(id >= 0);
}
int switch_randomisation_off(const Ground&) {
    return outcome(::personality(ADDR_NO_RANDOMIZE) >= 0);
}
int name_the_machine(const Ground&) {
    char name[65] = {};
    if (::gethostname(name, sizeof name - 1) != 0) return errno;
    // The name that it has.
    return outcome(::sethostname(name, std::char_traits<char>::length(name)) == 0);
}
int future_call(const Ground&) {
    // Beyond the last call that the filter knows; what the kernel has there is not for us.
    constexpr long kFuture = 470;
    const long result = ::syscall(kFuture, -1, -1, -1, -1, -1, -1);
    return result >= 0 || errno != ENOSYS ? 0 : ENOSYS;
}
#if defined(__x86_64__)
int foreign_call(const Ground&) {
    constexpr int kGetPid32 = 20;  // arch/x86/entry/syscalls/syscall_32.tbl
    int result = kGetPid32;
    asm volatile("int $0x80" : "+a"(result) : : "memory");
    return result > 0 ? 0 : -result;
}
#endif

constexpr Attempt kAttempts[] = {
    {Group::kernel, "make a user namespace", Refused::always, user_namespace},
    {Group::kernel, "mount over a protected folder", Refused::always, mount_something},
    {Group::kernel, "change the root folder", Refused::always, change_root},
    {Group::kernel, "open a folder by its handle", Refused::always, open_by_handle},
    {Group::kernel, "make a BPF map", Refused::always, load_bpf},
    {Group::kernel, "make a performance event", Refused::always, measure},
    {Group::kernel, "handle page faults", Refused::always, handle_faults},
    {Group::kernel, "use the session's keys", Refused::always, use_keys},
    {Group::kernel, "switch address randomisation off", Refused::always, switch_randomisation_off},
    {Group::kernel, "name the machine", Refused::always, name_the_machine},
    {Group::kernel, "use a call that the filter does not know", Refused::always, future_call},
#if defined(__x86_64__)
    {Group::kernel, "use a 32-bit call", Refused::always, foreign_call},
#endif
};

}  // namespace

std::span<const Attempt> kernel_attempts() {
    return kAttempts;
}

}  // namespace codex::attempts
