#include "sandbox/landlock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/error.h"
#include "base/real_path_fd.h"
#include "base/unique_fd.h"
#include "sandbox/missing_defs.h"

namespace codex::sandbox {
namespace {

constexpr std::uint64_t kRead = kFsExecute | kFsReadFile | kFsReadDir;
// No device nodes, wherever it is.
constexpr std::uint64_t kWrite = kFsWriteFile | kFsRemoveDir | kFsRemoveFile | kFsMakeDir |
                                 kFsMakeReg | kFsMakeSock | kFsMakeFifo | kFsMakeSym | kFsRefer |
                                 kFsTruncate;
constexpr std::uint64_t kFileRights = kFsExecute | kFsWriteFile | kFsReadFile | kFsTruncate;

struct RightSince {
    int abi;
    std::uint64_t rights;
};
constexpr RightSince kRightsByAbi[] = {
    {1, kRead | kFsWriteFile | kFsRemoveDir | kFsRemoveFile | kFsMakeChar | kFsMakeDir |
            kFsMakeReg | kFsMakeSock | kFsMakeFifo | kFsMakeBlock | kFsMakeSym},
    {2, kFsRefer},
    {3, kFsTruncate},
    {5, kFsIoctlDev},
};

std::uint64_t rights_of(int abi) {
    std::uint64_t rights = 0;
    for (const RightSince& since : kRightsByAbi) {
        if (abi >= since.abi) rights |= since.rights;
    }
    return rights;
}

enum class Links { follow, refuse };

/// An O_PATH descriptor, or none where nothing is there (or not for us).
base::UniqueFd open_path(const std::string& path, Links links) {
    if (links == Links::refuse) return base::open_real_path(path, O_PATH);
    base::UniqueFd fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (fd || errno == ENOENT || errno == ENOTDIR || errno == EACCES) return fd;
    base::throw_errno("cannot open " + path);
}

class Ruleset {
  public:
    Ruleset(int abi, bool closes_tcp) : handled_fs_(rights_of(abi)) {
        LandlockRulesetAttributes attributes;
        attributes.handled_access_fs = handled_fs_;
        if (abi >= 4 && closes_tcp) attributes.handled_access_net = kNetBindTcp | kNetConnectTcp;
        if (abi >= 6) attributes.scoped = kScopeAbstractUnixSocket | kScopeSignal;
        fd_.reset(static_cast<int>(
            ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
        if (!fd_) base::throw_errno("landlock_create_ruleset");
    }

    /// Returns false where there is nothing.
    bool allow(const std::string& path, std::uint64_t rights, Links links) {
        const base::UniqueFd target = open_path(path, links);
        if (!target) return false;
        struct stat info = {};
        if (::fstat(target.get(), &info) != 0) base::throw_errno("cannot look at " + path);
        LandlockPathBeneath rule;
        rule.allowed_access = rights & handled_fs_;
        if (!S_ISDIR(info.st_mode)) rule.allowed_access &= kFileRights;
        rule.parent_fd = target.get();
        if (::syscall(SYS_landlock_add_rule, fd_.get(), kLandlockRulePathBeneath, &rule, 0) != 0)
            base::throw_errno("landlock_add_rule for " + path);
        return true;
    }

    void enforce() {
        if (::syscall(SYS_landlock_restrict_self, fd_.get(), 0) != 0)
            base::throw_errno("landlock_restrict_self");
    }

  private:
    std::uint64_t handled_fs_;
    base::UniqueFd fd_;
};

void check_root(const std::string& path) {
    if (path.empty() || path.front() != '/')
        throw base::Error(fmt::format("\"{}\" is no absolute path", path));
    if (path.find_first_not_of('/') == std::string::npos)
        throw base::Error("the whole file system cannot be opened by a sandbox policy");
}

}  // namespace

int landlock_abi() {
    const long version =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kLandlockCreateRulesetVersion);
    return version < 0 ? 0 : static_cast<int>(version);
}

const std::vector<std::string>& readable_system_paths() {
    static const std::vector<std::string> paths = {
        // Programs and libraries.
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
        // Tools of hosted runners. The rest of /opt may hold the runner itself with its
        // credentials.
        "/opt/hostedtoolcache",
        // The loader and the C library.
        "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload",
        "/etc/localtime", "/etc/timezone", "/etc/locale.alias", "/etc/nsswitch.conf", "/etc/passwd",
        "/etc/group", "/etc/hosts", "/etc/host.conf", "/etc/hostname", "/etc/resolv.conf",
        "/etc/gai.conf", "/etc/services", "/etc/protocols", "/etc/os-release",
        "/etc/debian_version", "/etc/lsb-release",
        // Shells, and where Debian's alternatives lead through.
        "/etc/alternatives", "/etc/bash.bashrc", "/etc/profile", "/etc/profile.d", "/etc/inputrc",
        "/etc/terminfo", "/etc/mime.types", "/etc/magic", "/etc/magic.mime",
        // Certificates without private keys (/etc/ssl/private, /etc/pki/tls/private).
        "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/ca-certificates",
        "/etc/ca-certificates.conf", "/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted",
        "/etc/crypto-policies",
        // Language runtimes that keep a part of themselves in /etc.
        "/etc/python3", "/etc/python3.11", "/etc/python3.12", "/etc/python3.13", "/etc/perl",
        "/etc/fonts", "/etc/xml", "/etc/sgml", "/etc/java-17-openjdk", "/etc/java-21-openjdk",
        "/etc/java-25-openjdk",
        // Processes: what protects the broker there is the uid, dumpable 0 and Landlock's own check
        // of domains, for a rule on /proc/self would bind this one process only.
        "/proc",
        // How many processors and how much memory there are.
        "/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/fs/cgroup",
        "/sys/kernel/mm/transparent_hugepage"};
    return paths;
}

void restrict_with_landlock(const Policy& policy, int abi) {
    check_root(policy.workspace);
    Ruleset ruleset(abi, policy.network == Network::none);
    for (const std::string& path : readable_system_paths())
        ruleset.allow(path, kRead, Links::follow);
    for (const char* device : {"/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"})
        ruleset.allow(device, kFsReadFile, Links::follow);
    ruleset.allow("/dev/null", kFsReadFile | kFsWriteFile | kFsTruncate, Links::follow);

    const bool writes = policy.mode == Mode::workspace_write;
    if (!ruleset.allow(policy.workspace, writes ? kRead | kWrite : kRead, Links::refuse)) {
        throw base::Error(fmt::format("the workspace {} is not there, or uid {} may not reach it",
                                      policy.workspace, ::getuid()));
    }
    for (const std::string& path : policy.readable) {
        check_root(path);
        ruleset.allow(path, kRead, Links::refuse);
    }
    if (writes) {
        for (const std::string& path : policy.writable) {
            check_root(path);
            ruleset.allow(path, kRead | kWrite, Links::refuse);
        }
        if (!policy.exclude_slash_tmp) ruleset.allow("/tmp", kRead | kWrite, Links::follow);
    }
    ruleset.enforce();
}

std::vector<std::string> landlock_gaps(int abi, const Policy& policy) {
    std::vector<std::string> gaps;
    if (abi < 2) {
        gaps.push_back(
            "landlock abi 2 (Linux 5.19): files cannot be renamed or linked between folders");
    }
    if (abi < 3) {
        gaps.push_back(
            "landlock abi 3 (Linux 6.2): truncation is refused by seccomp instead, everywhere");
    }
    if (abi < 4 && policy.network == Network::none) {
        gaps.push_back("landlock abi 4 (Linux 6.7): TCP is refused by seccomp alone");
    }
    if (abi < 5) {
        gaps.push_back("landlock abi 5 (Linux 6.10): ioctl on devices is not limited");
    }
    if (abi < 6) {
        gaps.push_back(
            "landlock abi 6 (Linux 6.12): signals to processes of the same uid are not limited");
    }
    return gaps;
}

}  // namespace codex::sandbox
