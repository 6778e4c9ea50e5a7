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
    return policy.mode == Mode::workspace_write;
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

void set_attributes(int fd, const char* path, unsigned flags, const mount_attr& attributes,
                    std::string_view what) {
    if (::syscall(SYS_mount_setattr, fd, path, flags | AT_RECURSIVE, &attributes,
                  sizeof attributes) != 0)
        base::throw_errno(what);
}

/// A mount of what lies at a path, to be laid over it; by descriptors from end to end
/// (mount_setattr(2)), for a name could be exchanged on the way.
class Overlay {
  public:
    /// Nothing to lay where nothing is.
    explicit Overlay(std::string path)
        : path_(std::move(path)), place_(base::open_real_path(path_, O_PATH)) {
        if (!place_) return;
        tree_.reset(static_cast<int>(
            ::syscall(SYS_open_tree, place_.get(), "",
                      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE)));
        if (!tree_) base::throw_errno(fmt::format("open_tree of {}", path_));
    }
    void make_read_only() const {
        if (!tree_) return;
        mount_attr attributes = {};
        attributes.attr_set = MOUNT_ATTR_RDONLY;
        set_attributes(tree_.get(), "", AT_EMPTY_PATH, attributes,
                       fmt::format("mount_setattr of {}", path_));
    }
    void lay() const {
        if (!tree_) return;
        // Of now: another may have been laid over a folder above.
        const base::UniqueFd place = base::open_real_path(path_, O_PATH);
        if (!place || ::syscall(SYS_move_mount, tree_.get(), "", place.get(), "",
                                MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
            base::throw_errno(fmt::format("move_mount of {}", path_));
    }

  private:
    std::string path_;
    base::UniqueFd place_;
    base::UniqueFd tree_;
};

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

std::set<std::string> writable_roots(const Policy& policy) {
    std::set<std::string> roots(policy.writable.begin(), policy.writable.end());
    roots.insert(policy.workspace);
    if (!policy.exclude_slash_tmp) roots.insert("/tmp");
    return roots;
}

}  // namespace

Namespaces enter_namespaces(const Policy& policy) {
    const bool mounts = wants_mounts(policy);
    const bool network = policy.network == Network::loopback;
    Namespaces entered;
    if (!mounts && !network) return entered;
    try {
        if (::geteuid() != 0) {
            enter_user_namespace();
            entered.user = true;
        }
    } catch (const base::Error& error) {
        entered.why_no_mounts = entered.why_no_network = error.what();
        return entered;
    }
    if (mounts) {
        try {
            if (::unshare(CLONE_NEWNS) != 0) base::throw_errno("unshare(CLONE_NEWNS)");
            entered.mounts = true;
        } catch (const base::Error& error) {
            entered.why_no_mounts = error.what();
        }
    }
    if (network) {
        try {
            if (::unshare(CLONE_NEWNET) != 0) base::throw_errno("unshare(CLONE_NEWNET)");
            raise_loopback();
            entered.network = true;
        } catch (const base::Error& error) {
            entered.why_no_network = error.what();
        }
    }
    return entered;
}

std::string mount_read_only(const Policy& policy) {
    // Nothing of this reaches the mounts outside.
    mount_attr attributes = {};
    attributes.propagation = MS_PRIVATE;
    set_attributes(AT_FDCWD, "/", 0, attributes, "cannot make the mounts private");

    const std::set<std::string> roots = writable_roots(policy);  // a folder before what is in it
    std::vector<Overlay> writable;
    writable.reserve(roots.size());
    for (const std::string& root : roots) writable.emplace_back(root);
    std::string gap;
    attributes = {};
    attributes.attr_set = MOUNT_ATTR_RDONLY;
    try {
        set_attributes(AT_FDCWD, "/", 0, attributes, "cannot make all mounts read-only");
    } catch (const base::Error& error) {
        gap = error.what();
    }
    for (const Overlay& overlay : writable) overlay.lay();

    std::set<std::string> pinned;
    for (const std::string& path : policy.protected_paths) {
        for (const std::string& root : roots) {
            if (!is_beneath(path, root)) continue;
            for (auto folder = std::filesystem::path(path).parent_path();
                 folder.string().size() > root.size(); folder = folder.parent_path())
                pinned.insert(folder.string());
        }
    }
    for (const std::string& folder : pinned) Overlay(folder).lay();
    for (const std::string& path : policy.protected_paths) {
        const Overlay overlay(path);
        overlay.make_read_only();
        overlay.lay();
    }
    return gap;
}

}  // namespace codex::sandbox
