#include "sandbox/namespaces.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/mount.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/real_path_fd.h"
#include "base/unique_fd.h"

namespace codex::sandbox {
namespace {

bool wants_mounts(const Policy& policy) {
    return policy.mode == Mode::workspace_write && !policy.protected_paths.empty();
}

void write_map(const char* file, const std::string& text) {
    const base::UniqueFd fd(::open(file, O_WRONLY | O_CLOEXEC));
    if (!fd) base::throw_errno(fmt::format("cannot open {}", file));
    base::write_all(fd.get(), text);
}

/// Full capabilities over what is made next, none over anything that was there before.
void enter_user_namespace() {
    const uid_t uid = ::geteuid();
    const gid_t gid = ::getegid();
    if (::unshare(CLONE_NEWUSER) != 0) base::throw_errno("unshare(CLONE_NEWUSER)");
    // user_namespaces(7): without it an unprivileged process may not map its group.
    write_map("/proc/self/setgroups", "deny");
    write_map("/proc/self/uid_map", fmt::format("{0} {0} 1", uid));
    write_map("/proc/self/gid_map", fmt::format("{0} {0} 1", gid));
}

/// By descriptors from end to end (mount_setattr(2)): a name could be exchanged on the way.
void mount_on_itself(const std::string& path, std::uint64_t attributes) {
    const base::UniqueFd place = base::open_real_path(path, O_PATH);
    if (!place) return;
    const base::UniqueFd tree(static_cast<int>(
        ::syscall(SYS_open_tree, place.get(), "",
                  OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE)));
    if (!tree) base::throw_errno(fmt::format("open_tree of {}", path));
    mount_attr attr = {};
    attr.attr_set = attributes;
    if (::syscall(SYS_mount_setattr, tree.get(), "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
                  sizeof attr) != 0)
        base::throw_errno(fmt::format("mount_setattr of {}", path));
    if (::syscall(SYS_move_mount, tree.get(), "", place.get(), "",
                  MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
        base::throw_errno(fmt::format("move_mount of {}", path));
}

void raise_loopback() {
    const base::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) base::throw_errno("cannot make a socket for the loopback device");
    ifreq request = {};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0)
        base::throw_errno("cannot set the loopback device up");
}

bool is_beneath(const std::string& path, const std::string& root) {
    return path.size() > root.size() && path.starts_with(root) && path[root.size()] == '/';
}

}  // namespace

Namespaces enter_namespaces(const Policy& policy) {
    const bool mounts = wants_mounts(policy);
    const bool network = policy.network == Network::loopback;
    Namespaces entered;
    if (!mounts && !network) return entered;
    try {
        if (::geteuid() != 0) enter_user_namespace();
        if (mounts) {
            if (::unshare(CLONE_NEWNS) != 0) base::throw_errno("unshare(CLONE_NEWNS)");
            entered.mounts = true;
        }
        if (network) {
            if (::unshare(CLONE_NEWNET) != 0) base::throw_errno("unshare(CLONE_NEWNET)");
            raise_loopback();
            entered.network = true;
        }
    } catch (const base::Error& error) {
        entered.why_not = error.what();
    }
    return entered;
}

void mount_read_only(const Policy& policy) {
    // Nothing of this reaches the mounts outside.
    mount_attr priv = {};
    priv.propagation = MS_PRIVATE;
    if (::syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &priv, sizeof priv) != 0)
        base::throw_errno("cannot make the mounts private");
    std::vector<std::string> roots = policy.writable;
    roots.push_back(policy.workspace);
    std::set<std::string> pinned;  // in order, so that a folder comes before what is in it
    for (const std::string& path : policy.protected_paths) {
        for (const std::string& root : roots) {
            if (!is_beneath(path, root)) continue;
            for (std::filesystem::path folder = std::filesystem::path(path).parent_path();;
                 folder = folder.parent_path()) {
                pinned.insert(folder.string());
                if (folder.string().size() <= root.size()) break;
            }
        }
    }
    for (const std::string& folder : pinned) mount_on_itself(folder, 0);
    for (const std::string& path : policy.protected_paths) mount_on_itself(path, MOUNT_ATTR_RDONLY);
}

}  // namespace codex::sandbox
