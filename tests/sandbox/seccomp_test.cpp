// The filter is run by a small interpreter, so that both architectures are tested on either.
#include "sandbox/seccomp.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <string>

using namespace codex::sandbox;

namespace {

/// Classic BPF as far as seccomp allows it and the filter uses it (seccomp(2), bpf in the kernel's
/// documentation). An instruction that it does not know fails the test.
std::uint32_t execute(const std::vector<sock_filter>& program, const seccomp_data& data) {
    std::uint32_t a = 0;
    for (std::size_t pc = 0; pc < program.size(); ++pc) {
        const sock_filter& step = program[pc];
        switch (step.code) {
            case BPF_LD | BPF_W | BPF_ABS:
                REQUIRE(step.k + 4 <= sizeof data);
                std::memcpy(&a, reinterpret_cast<const char*>(&data) + step.k, 4);
                break;
            case BPF_ALU | BPF_AND | BPF_K:
                a &= step.k;
                break;
            case BPF_JMP | BPF_JEQ | BPF_K:
                pc += a == step.k ? step.jt : step.jf;
                break;
            case BPF_JMP | BPF_JGT | BPF_K:
                pc += a > step.k ? step.jt : step.jf;
                break;
            case BPF_JMP | BPF_JSET | BPF_K:
                pc += (a & step.k) != 0 ? step.jt : step.jf;
                break;
            case BPF_RET | BPF_K:
                return step.k;
            default:
                FAIL("unknown instruction " << step.code);
        }
    }
    FAIL("the program has no end");
    return 0;
}

std::string render(std::uint32_t action) {
    if (action == SECCOMP_RET_ALLOW) return "allow";
    if (action == (SECCOMP_RET_ERRNO | EPERM)) return "EPERM";
    if (action == (SECCOMP_RET_ERRNO | ENOSYS)) return "ENOSYS";
    if (action == SECCOMP_RET_USER_NOTIF) return "ask";
    return std::to_string(action);
}

struct Call {
    std::string name;
    std::vector<std::uint64_t> arguments;
};

int number_of(std::string_view name, Architecture architecture) {
    for (const SyscallRule& rule : syscall_rules()) {
        if (rule.name == name)
            return architecture == Architecture::x86_64 ? rule.x86_64 : rule.aarch64;
    }
    FAIL("no rule for " << name);
    return kNoSuchCall;
}

seccomp_data data_of(int number, std::uint32_t arch, const std::vector<std::uint64_t>& arguments) {
    seccomp_data data = {};
    data.nr = number;
    data.arch = arch;
    for (std::size_t i = 0; i < arguments.size(); ++i) data.args[i] = arguments[i];
    return data;
}

std::uint32_t audit_arch(Architecture architecture) {
    return architecture == Architecture::x86_64 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64;
}

/// "absent" where the architecture lacks the call.
std::string verdict(Architecture architecture, const FilterOptions& options, const Call& call) {
    const int number = number_of(call.name, architecture);
    if (number == kNoSuchCall) return "absent";
    return render(execute(build_filter(architecture, options),
                          data_of(number, audit_arch(architecture), call.arguments)));
}

constexpr Architecture kBoth[] = {Architecture::x86_64, Architecture::aarch64};
const FilterOptions kReadOnly{};
const FilterOptions kWriting{.sockets = Sockets::none, .read_only = false};
const FilterOptions kNetworked{.sockets = Sockets::internet, .read_only = false};
const FilterOptions kSupervised{.sockets = Sockets::supervised, .read_only = false};
const FilterOptions kOldLandlock{
    .sockets = Sockets::none, .read_only = false, .landlock_sees_truncation = false};

}  // namespace

TEST_CASE("calls are let through or refused by their arguments") {
    struct Row {
        Call call;
        std::string read_only;
        std::string writing;
        std::string networked;
    };
    const std::uint64_t high = std::uint64_t{1} << 32;
    const Row rows[] = {
        // Sockets: none; with network INET, INET6 and the routing NETLINK.
        {{"socket", {1, 1}}, "EPERM", "EPERM", "EPERM"},
        {{"socket", {2, 1}}, "EPERM", "EPERM", "allow"},
        {{"socket", {10, 2}}, "EPERM", "EPERM", "allow"},
        {{"socket", {16, 3, 0}}, "EPERM", "EPERM", "allow"},
        {{"socket", {16, 3, 9}}, "EPERM", "EPERM", "EPERM"},
        {{"socket", {17, 3}}, "EPERM", "EPERM", "EPERM"},
        {{"socket", {40, 1}}, "EPERM", "EPERM", "EPERM"},
        {{"socket", {high | 2, 1}}, "EPERM", "EPERM", "allow"},
        // Pairs: streams and packets of AF_UNIX, with any flags.
        {{"socketpair", {1, 1}}, "allow", "allow", "allow"},
        {{"socketpair", {1, 1 | 02004000}}, "allow", "allow", "allow"},
        {{"socketpair", {1, 5}}, "allow", "allow", "allow"},
        {{"socketpair", {1, 2}}, "EPERM", "EPERM", "EPERM"},
        {{"socketpair", {2, 1}}, "EPERM", "EPERM", "EPERM"},
        {{"connect", {3}}, "EPERM", "EPERM", "allow"},
        {{"bind", {3}}, "EPERM", "EPERM", "allow"},
        {{"listen", {3}}, "EPERM", "EPERM", "allow"},
        {{"accept", {3}}, "EPERM", "EPERM", "allow"},
        {{"accept4", {3}}, "EPERM", "EPERM", "allow"},
        {{"sendto", {3, 0, 0, 0, 0}}, "allow", "allow", "allow"},
        {{"sendto", {3, 0, 0, 0, 0x1000}}, "EPERM", "EPERM", "allow"},
        {{"sendto", {3, 0, 0, 0, high}}, "EPERM", "EPERM", "allow"},
        // Namespaces, whatever else is asked for; threads and children stay.
        {{"clone", {0x11}}, "allow", "allow", "allow"},
        {{"clone", {0x3d0f00}}, "allow", "allow", "allow"},
        {{"clone", {0x10000011}}, "EPERM", "EPERM", "EPERM"},
        {{"clone", {0x20000 | 0x11}}, "EPERM", "EPERM", "EPERM"},
        {{"unshare", {0x400}}, "allow", "allow", "allow"},
        {{"unshare", {0x40000000}}, "EPERM", "EPERM", "EPERM"},
        {{"unshare", {0x80}}, "EPERM", "EPERM", "EPERM"},
        {{"unshare", {0x40600}}, "allow", "allow", "allow"},
        {{"unshare", {0x100000}}, "EPERM", "EPERM", "EPERM"},
        {{"unshare", {high | 0x400}}, "EPERM", "EPERM", "EPERM"},
        {{"clone3", {}}, "ENOSYS", "ENOSYS", "ENOSYS"},
        {{"openat2", {}}, "ENOSYS", "ENOSYS", "ENOSYS"},
        // Other processes.
        {{"ptrace", {}}, "EPERM", "EPERM", "EPERM"},
        {{"prlimit64", {0}}, "allow", "allow", "allow"},
        {{"prlimit64", {1}}, "EPERM", "EPERM", "EPERM"},
        {{"personality", {0}}, "allow", "allow", "allow"},
        {{"personality", {0xffffffff}}, "allow", "allow", "allow"},
        {{"personality", {0x40000}}, "EPERM", "EPERM", "EPERM"},
        // Terminals: the kernel reads the low half of the request only (CVE-2019-10063).
        {{"ioctl", {0, 0x5401}}, "allow", "allow", "allow"},
        {{"ioctl", {0, 0x5412}}, "EPERM", "EPERM", "EPERM"},
        {{"ioctl", {0, high | 0x5412}}, "EPERM", "EPERM", "EPERM"},
        {{"ioctl", {0, 0x541c}}, "EPERM", "EPERM", "EPERM"},
        {{"ioctl", {0, 0x5423}}, "EPERM", "EPERM", "EPERM"},
        // Inodes, by numbers that are every file system's and by one's own; reading them is well.
        {{"ioctl", {0, 0x40086602}}, "EPERM", "allow", "allow"},
        {{"ioctl", {0, 0x40086604}}, "EPERM", "allow", "allow"},
        {{"ioctl", {0, 0x80086601}}, "allow", "allow", "allow"},
        {{"ioctl", {0, 0x8933}}, "allow", "allow", "allow"},
        {{"ioctl", {0, 0x5450}}, "allow", "allow", "allow"},
        // btrfs makes folders and snapshots past Landlock; clones of files are everybody's.
        {{"ioctl", {0, 0x5000940e}}, "EPERM", "EPERM", "EPERM"},
        {{"ioctl", {0, high | 0x50009401}}, "EPERM", "EPERM", "EPERM"},
        {{"ioctl", {0, 0x4008941a}}, "EPERM", "EPERM", "EPERM"},
        {{"ioctl", {0, 0x40049409}}, "allow", "allow", "allow"},
        {{"ioctl", {0, 0x4020940d}}, "allow", "allow", "allow"},
        {{"pipe2", {0, 02004000}}, "allow", "allow", "allow"},
        {{"pipe2", {0, 0200}}, "EPERM", "EPERM", "EPERM"},
        // What Landlock has no right for.
        {{"chmod", {0, 0644}}, "EPERM", "allow", "allow"},
        {{"fchmodat", {0, 0, 0755}}, "EPERM", "allow", "allow"},
        {{"fchmodat", {0, 0, 04755}}, "EPERM", "EPERM", "EPERM"},
        {{"fchmod", {3, 02755}}, "EPERM", "EPERM", "EPERM"},
        {{"fchmodat2", {0, 0, 06000}}, "EPERM", "EPERM", "EPERM"},
        {{"utimensat", {}}, "EPERM", "allow", "allow"},
        {{"fchown", {}}, "EPERM", "allow", "allow"},
        {{"setxattr", {}}, "EPERM", "allow", "allow"},
        // New files: no set-id bits. Without O_CREAT the mode is whatever the register holds.
        {{"openat", {0, 0, 0, 04755}}, "allow", "allow", "allow"},
        {{"openat", {0, 0, 0101, 0644}}, "allow", "allow", "allow"},
        {{"openat", {0, 0, 0101, 04755}}, "EPERM", "EPERM", "EPERM"},
        {{"openat", {0, 0, 020200002, 02755}}, "EPERM", "EPERM", "EPERM"},
        {{"open", {0, 0101, 04755}}, "EPERM", "EPERM", "EPERM"},
        {{"open", {0, 0101, 0755}}, "allow", "allow", "allow"},
        {{"creat", {0, 04755}}, "EPERM", "EPERM", "EPERM"},
        {{"mknodat", {0, 0, 0104755}}, "EPERM", "EPERM", "EPERM"},
        {{"truncate", {}}, "allow", "allow", "allow"},
    };
    for (const Architecture architecture : kBoth) {
        for (const Row& row : rows) {
            CAPTURE(row.call.name, row.call.arguments, architecture);
            if (number_of(row.call.name, architecture) == kNoSuchCall) continue;
            CHECK(verdict(architecture, kReadOnly, row.call) == row.read_only);
            CHECK(verdict(architecture, kWriting, row.call) == row.writing);
            CHECK(verdict(architecture, kNetworked, row.call) == row.networked);
        }
    }
}

TEST_CASE("under a supervisor TCP is asked about, and what would pass it by is refused") {
    struct Row {
        Call call;
        std::string supervised;
    };
    const std::uint64_t high = std::uint64_t{1} << 32;
    const std::uint64_t fast_open = 0x20000000;
    const Row rows[] = {
        {{"socket", {2, 1, 0}}, "ask"},
        {{"socket", {2, 1, 6}}, "ask"},
        {{"socket", {10, 1, 0}}, "ask"},
        {{"socket", {10, 1 | 02004000, 6}}, "ask"},
        {{"socket", {high | 2, high | 1, high}}, "ask"},
        {{"socket", {2, 2, 0}}, "EPERM"},
        {{"socket", {2, 2, 17}}, "EPERM"},
        {{"socket", {2, 3, 6}}, "EPERM"},
        {{"socket", {2, 5, 0}}, "EPERM"},
        {{"socket", {2, 1, 262}}, "EPERM"},  // MPTCP
        {{"socket", {2, 1, 132}}, "EPERM"},  // SCTP
        {{"socket", {10, 2, 0}}, "EPERM"},
        {{"socket", {1, 1, 0}}, "EPERM"},
        {{"socket", {16, 3, 0}}, "EPERM"},
        {{"socket", {43, 1, 0}}, "EPERM"},  // SMC
        {{"socketpair", {1, 1}}, "allow"},
        {{"socketpair", {1, 2}}, "EPERM"},
        {{"connect", {3}}, "ask"},
        {{"bind", {3}}, "ask"},
        {{"listen", {3}}, "ask"},
        {{"accept", {3}}, "allow"},
        {{"accept4", {3}}, "allow"},
        {{"sendto", {3, 0, 0, 0, 0}}, "allow"},
        {{"sendto", {3, 0, 0, 0x4000, 0}}, "allow"},
        {{"sendto", {3, 0, 0, fast_open, 0}}, "EPERM"},
        {{"sendto", {3, 0, 0, 0, 0x1000}}, "EPERM"},
        {{"sendto", {3, 0, 0, 0, high}}, "EPERM"},
        {{"sendmsg", {3, 0, 0x4000}}, "allow"},
        {{"sendmsg", {3, 0, fast_open | 0x4000}}, "EPERM"},
        {{"sendmmsg", {3, 0, 1, 0}}, "allow"},
        {{"sendmmsg", {3, 0, 1, fast_open}}, "EPERM"},
        {{"setsockopt", {3, 1, 2}}, "allow"},   // SO_REUSEADDR
        {{"setsockopt", {3, 1, 15}}, "allow"},  // SO_REUSEPORT
        {{"setsockopt", {3, 1, 25}}, "EPERM"},  // SO_BINDTODEVICE
        {{"setsockopt", {3, 1, 36}}, "EPERM"},  // SO_MARK
        {{"setsockopt", {3, 1, 62}}, "EPERM"},  // SO_BINDTOIFINDEX
        {{"setsockopt", {3, high | 1, high | 62}}, "EPERM"},
        {{"setsockopt", {3, 6, 1}}, "allow"},    // TCP_NODELAY
        {{"setsockopt", {3, 6, 19}}, "EPERM"},   // TCP_REPAIR
        {{"setsockopt", {3, 6, 30}}, "EPERM"},   // TCP_FASTOPEN_CONNECT
        {{"setsockopt", {3, 6, 31}}, "EPERM"},   // TCP_ULP
        {{"setsockopt", {3, 0, 1}}, "allow"},    // IP_TOS
        {{"setsockopt", {3, 0, 4}}, "EPERM"},    // IP_OPTIONS
        {{"setsockopt", {3, 0, 50}}, "EPERM"},   // IP_UNICAST_IF
        {{"setsockopt", {3, 41, 26}}, "allow"},  // IPV6_V6ONLY
        {{"setsockopt", {3, 41, 57}}, "EPERM"},  // IPV6_RTHDR
        {{"setsockopt", {3, 284, 1}}, "EPERM"},  // MPTCP
    };
    for (const Architecture architecture : kBoth) {
        for (const Row& row : rows) {
            CAPTURE(row.call.name, row.call.arguments, architecture);
            CHECK(verdict(architecture, kSupervised, row.call) == row.supervised);
            if (row.call.name != "setsockopt") continue;
            CHECK(verdict(architecture, kReadOnly, row.call) == "allow");
            CHECK(verdict(architecture, kNetworked, row.call) == "allow");
        }
    }
}

TEST_CASE("before Landlock sees truncation, the filter refuses what would truncate unseen") {
    struct Row {
        Call call;
        std::string verdict;
    };
    const Row rows[] = {
        {{"truncate", {}}, "EPERM"},
        {{"openat", {0, 0, 01000, 0}}, "EPERM"},      // O_RDONLY | O_TRUNC
        {{"openat", {0, 0, 01003, 0}}, "EPERM"},      // the access mode of no name
        {{"openat", {0, 0, 01001, 0}}, "allow"},      // Landlock asks for writing
        {{"openat", {0, 0, 01002, 0}}, "allow"},      //
        {{"openat", {0, 0, 0, 0}}, "allow"},          //
        {{"openat", {0, 0, 01101, 0644}}, "allow"},   //
        {{"openat", {0, 0, 01101, 04755}}, "EPERM"},  // both parts of the check
        {{"open", {0, 01000, 0}}, "EPERM"},
    };
    for (const Architecture architecture : kBoth) {
        for (const Row& row : rows) {
            CAPTURE(row.call.name, row.call.arguments, architecture);
            if (number_of(row.call.name, architecture) == kNoSuchCall) continue;
            CHECK(verdict(architecture, kOldLandlock, row.call) == row.verdict);
        }
    }
}

TEST_CASE("what is always refused is refused in every mode, whatever its arguments") {
    for (const SyscallRule& rule : syscall_rules()) {
        if (rule.check != Check::refuse) continue;
        for (const Architecture architecture : kBoth) {
            for (const FilterOptions& options :
                 {kReadOnly, kWriting, kNetworked, kSupervised, kOldLandlock}) {
                const std::string zeros =
                    verdict(architecture, options, {std::string(rule.name), {}});
                const std::string ones =
                    verdict(architecture, options,
                            {std::string(rule.name), std::vector<std::uint64_t>(6, ~0ULL)});
                CAPTURE(rule.name, architecture);
                CHECK((zeros == "EPERM" || zeros == "absent"));
                CHECK(ones == zeros);
            }
        }
    }
}

TEST_CASE("calls of foreign architectures, of x32 and of the future are refused") {
    constexpr int write_number = 1;
    const auto x86 = build_filter(Architecture::x86_64, kReadOnly);
    const auto arm = build_filter(Architecture::aarch64, kReadOnly);
    CHECK(render(execute(x86, data_of(write_number, AUDIT_ARCH_X86_64, {}))) == "allow");
    CHECK(render(execute(x86, data_of(write_number, AUDIT_ARCH_I386, {}))) == "EPERM");
    CHECK(render(execute(x86, data_of(write_number, AUDIT_ARCH_AARCH64, {}))) == "EPERM");
    CHECK(render(execute(arm, data_of(write_number, AUDIT_ARCH_ARM, {}))) == "EPERM");
    CHECK(render(execute(x86, data_of(write_number | 0x40000000, AUDIT_ARCH_X86_64, {}))) ==
          "EPERM");
    CHECK(render(execute(x86, data_of(-1, AUDIT_ARCH_X86_64, {}))) == "EPERM");
    const int last = static_cast<int>(kLastKnownSyscall);
    CHECK(render(execute(x86, data_of(last - 1, AUDIT_ARCH_X86_64, {}))) == "allow");
    CHECK(render(execute(x86, data_of(last + 1, AUDIT_ARCH_X86_64, {}))) == "ENOSYS");
    CHECK(render(execute(arm, data_of(last + 1, AUDIT_ARCH_AARCH64, {}))) == "ENOSYS");
}

TEST_CASE("each call has one rule and a reason") {
    std::set<std::string_view> names;
    std::set<int> x86;
    std::set<int> arm;
    for (const SyscallRule& rule : syscall_rules()) {
        CAPTURE(rule.name);
        CHECK(names.insert(rule.name).second);
        CHECK(x86.insert(rule.x86_64).second);
        if (rule.aarch64 != kNoSuchCall) CHECK(arm.insert(rule.aarch64).second);
        CHECK_FALSE(rule.reason.empty());
    }
}

TEST_CASE("the numbers are those of this machine's kernel headers") {
    struct Row {
        std::string_view name;
        int number;
    };
    // Those that the headers of Debian 12 know; newer calls have one number everywhere.
    const Row rows[] = {
#define ROW(name) {#name, SYS_##name}
        ROW(socket),
        ROW(socketpair),
        ROW(connect),
        ROW(bind),
        ROW(listen),
        ROW(accept),
        ROW(accept4),
        ROW(sendto),
        ROW(sendmsg),
        ROW(sendmmsg),
        ROW(setsockopt),
        ROW(ptrace),
        ROW(process_vm_readv),
        ROW(process_vm_writev),
        ROW(process_madvise),
        ROW(process_mrelease),
        ROW(kcmp),
        ROW(pidfd_getfd),
        ROW(prlimit64),
        ROW(io_uring_setup),
        ROW(io_uring_enter),
        ROW(io_uring_register),
        ROW(bpf),
        ROW(perf_event_open),
        ROW(userfaultfd),
        ROW(fanotify_init),
        ROW(fanotify_mark),
        ROW(lookup_dcookie),
        ROW(personality),
        ROW(add_key),
        ROW(request_key),
        ROW(keyctl),
        ROW(mount),
        ROW(umount2),
        ROW(pivot_root),
        ROW(chroot),
        ROW(open_tree),
        ROW(move_mount),
        ROW(fsopen),
        ROW(fsconfig),
        ROW(fsmount),
        ROW(fspick),
        ROW(mount_setattr),
        ROW(setns),
        ROW(unshare),
        ROW(move_pages),
        ROW(migrate_pages),
        ROW(pipe2),
        ROW(clone),
        ROW(clone3),
        ROW(open_by_handle_at),
        ROW(kexec_load),
        ROW(kexec_file_load),
        ROW(init_module),
        ROW(finit_module),
        ROW(delete_module),
        ROW(reboot),
        ROW(swapon),
        ROW(swapoff),
        ROW(quotactl),
        ROW(quotactl_fd),
        ROW(acct),
        ROW(settimeofday),
        ROW(clock_settime),
        ROW(adjtimex),
        ROW(clock_adjtime),
        ROW(sethostname),
        ROW(setdomainname),
        ROW(syslog),
        ROW(vhangup),
        ROW(ioctl),
        ROW(fchmod),
        ROW(fchmodat),
        ROW(mknodat),
        ROW(openat),
        ROW(openat2),
        ROW(truncate),
        ROW(fchown),
        ROW(fchownat),
        ROW(utimensat),
        ROW(setxattr),
        ROW(lsetxattr),
        ROW(fsetxattr),
        ROW(removexattr),
        ROW(lremovexattr),
        ROW(fremovexattr),
#if defined(__x86_64__)
        ROW(modify_ldt),
        ROW(iopl),
        ROW(ioperm),
        ROW(chmod),
        ROW(creat),
        ROW(mknod),
        ROW(open),
        ROW(chown),
        ROW(lchown),
        ROW(utime),
        ROW(utimes),
        ROW(futimesat),
#endif
#undef ROW
    };
#if defined(__x86_64__)
    constexpr Architecture here = Architecture::x86_64;
#else
    constexpr Architecture here = Architecture::aarch64;
#endif
    for (const Row& row : rows) {
        CAPTURE(row.name);
        CHECK(number_of(row.name, here) == row.number);
    }
}
