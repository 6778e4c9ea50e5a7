#include "sandbox/seccomp.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <initializer_list>
#include <span>

#include "base/error.h"

namespace codex::sandbox {
namespace {

using Program = std::vector<sock_filter>;

constexpr std::uint32_t kAllow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t kAbsent = SECCOMP_RET_ERRNO | ENOSYS;
constexpr std::uint32_t kAskSupervisor = SECCOMP_RET_USER_NOTIF;

constexpr std::uint32_t kX32Bit = 0x40000000;

// What the kernel takes from the arguments, the same on both architectures.
constexpr std::uint32_t kUnix = 1, kInet = 2, kInet6 = 10, kNetlink = 16;
constexpr std::uint32_t kSocketTypeMask = 0xf, kStream = 1, kSequencedPackets = 5;
constexpr std::uint32_t kTcp = 6;
constexpr std::uint32_t kFastOpen = 0x20000000;        // MSG_FASTOPEN
constexpr std::uint32_t kNamespaceFlags = 0x7e020080;  // every CLONE_NEW*
constexpr std::uint32_t kAskPersonality = 0xffffffff;
constexpr std::uint32_t kSetIdBits = 06000;
constexpr std::uint32_t kAccessMode = 3, kWriteOnly = 1, kReadWrite = 2;
constexpr std::uint32_t kCreates = 0100 | 020000000;          // O_CREAT, __O_TMPFILE
constexpr std::uint32_t kTruncates = 01000;                   // O_TRUNC
constexpr std::uint32_t kUnshared = 0x200 | 0x400 | 0x40000;  // CLONE_FS, _FILES, _SYSVSEM
constexpr std::uint32_t kNotificationPipe = 0200;  // O_NOTIFICATION_PIPE, which is O_EXCL

// Requests of ioctl(2). The kind is its second byte.
constexpr std::uint32_t kRequestKind = 0xff00;
constexpr std::uint32_t kTerminalKind = 0x5400, kSocketKind = 0x8900, kBtrfsKind = 0x9400;
constexpr std::uint32_t kTerminalRequests[] = {0x5412, 0x541c, 0x5423};  // TIOCSTI, -LINUX, -SETD
// These are of btrfs by their number only: FICLONE, FICLONERANGE, FIDEDUPERANGE, FS_IOC_GETFSLABEL.
constexpr std::uint32_t kCloneRequests[] = {0x40049409, 0x4020940d, 0xc0189436, 0x81009431};
constexpr std::uint32_t kReadingRequests[] = {
    0x2,                     // FIGETBSZ
    0x80086601, 0x80046601,  // FS_IOC_GETFLAGS and its 32-bit form
    0x80087601, 0x80047601,  // FS_IOC_GETVERSION and its 32-bit form
    0x801c581f,              // FS_IOC_FSGETXATTR
    0xc020660b,              // FS_IOC_FIEMAP
    0x80045430,              // TIOCGPTN
};

sock_filter load(std::size_t offset) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}
// The kernel reads ints from the low half; both architectures are little-endian.
sock_filter load_low(unsigned argument) {
    return load(offsetof(seccomp_data, args) + 8 * std::size_t{argument});
}
sock_filter load_high(unsigned argument) {
    return load(offsetof(seccomp_data, args) + 8 * std::size_t{argument} + 4);
}
sock_filter mask(std::uint32_t bits) {
    return BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits);
}
sock_filter result(std::uint32_t action) {
    return BPF_STMT(BPF_RET | BPF_K, action);
}
/// Both ways are the number of instructions to skip.
sock_filter if_equal(std::uint32_t value, std::size_t then_skip, std::size_t else_skip) {
    return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, static_cast<std::uint8_t>(then_skip),
                    static_cast<std::uint8_t>(else_skip));
}
sock_filter if_any_bit(std::uint32_t bits, std::size_t then_skip, std::size_t else_skip) {
    return BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, static_cast<std::uint8_t>(then_skip),
                    static_cast<std::uint8_t>(else_skip));
}
sock_filter if_greater(std::uint32_t value, std::size_t then_skip, std::size_t else_skip) {
    return BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, value, static_cast<std::uint8_t>(then_skip),
                    static_cast<std::uint8_t>(else_skip));
}

/// One action when the argument is one of `values`, else another.
Program choose(unsigned argument, std::initializer_list<std::uint32_t> values, std::uint32_t listed,
               std::uint32_t other) {
    Program program{load_low(argument)};
    std::size_t left = values.size();
    for (const std::uint32_t value : values) program.push_back(if_equal(value, left--, 0));
    program.push_back(result(other));
    program.push_back(result(listed));
    return program;
}

Program refuse_bits(unsigned argument, std::uint32_t bits) {
    return {load_low(argument), if_any_bit(bits, 0, 1), result(kRefuse), result(kAllow)};
}

Program check_supervised_socket() {
    return {load_low(0),
            if_equal(kInet, 1, 0),
            if_equal(kInet6, 0, 7),
            load_low(1),
            mask(kSocketTypeMask),
            if_equal(kStream, 0, 4),
            load_low(2),
            if_equal(0, 1, 0),
            if_equal(kTcp, 0, 1),
            result(kAskSupervisor),
            result(kRefuse)};
}

Program check_socket_domain(Sockets sockets) {
    if (sockets == Sockets::none) return {result(kRefuse)};
    if (sockets == Sockets::supervised) return check_supervised_socket();
    // AF_UNIX stays closed: a filter cannot see whether the path is docker.sock.
    return {
        load_low(0),     if_equal(kInet, 5, 0), if_equal(kInet6, 4, 0), if_equal(kNetlink, 0, 2),
        load_low(2),     if_equal(0, 1, 0),  // NETLINK_ROUTE, which the resolver asks for addresses
        result(kRefuse), result(kAllow)};
}

Program check_stream_pair() {
    return {load_low(0),           if_equal(kUnix, 0, 4),   load_low(1),
            mask(kSocketTypeMask), if_equal(kStream, 2, 0), if_equal(kSequencedPackets, 1, 0),
            result(kRefuse),       result(kAllow)};
}

Program check_address(unsigned argument) {
    return {load_low(argument), if_equal(0, 0, 3), load_high(argument),
            if_equal(0, 0, 1),  result(kAllow),    result(kRefuse)};
}

Program check_send(unsigned address, Sockets sockets) {
    if (sockets == Sockets::internet) return {};
    Program program;
    if (sockets == Sockets::supervised)
        program = {load_low(address - 1), if_any_bit(kFastOpen, 0, 1), result(kRefuse)};
    const Program rest = check_address(address);
    program.insert(program.end(), rest.begin(), rest.end());
    return program;
}

/// Routes of the caller's choice would lead a connection to 127.0.0.1 off the machine: by another
/// device, or by a host that is to pass it on (IP_OPTIONS, IPV6_RTHDR). What is not known to be
/// harmless at the level of addresses is refused.
Program check_socket_option(unsigned level) {
    struct Level {
        std::uint32_t number;
        Program program;
    };
    const unsigned option = level + 1;
    const Level levels[] = {
        // SOL_SOCKET but SO_BINDTODEVICE, SO_MARK, SO_BINDTOIFINDEX.
        {1, choose(option, {25, 36, 62}, kRefuse, kAllow)},
        // IPPROTO_TCP but TCP_REPAIR, TCP_FASTOPEN_CONNECT and TCP_ULP: these connect late, or make
        // another kind of socket of it.
        {kTcp, choose(option, {19, 30, 31}, kRefuse, kAllow)},
        // IPPROTO_IP: IP_TOS, IP_TTL, IP_MTU_DISCOVER, IP_BIND_ADDRESS_NO_PORT.
        {0, choose(option, {1, 2, 10, 24}, kAllow, kRefuse)},
        // IPPROTO_IPV6: IPV6_UNICAST_HOPS, IPV6_V6ONLY, IPV6_TCLASS.
        {41, choose(option, {16, 26, 67}, kAllow, kRefuse)},
    };
    Program program{load_low(level)};
    for (const Level& known : levels) {
        program.push_back(if_equal(known.number, 0, known.program.size()));
        program.insert(program.end(), known.program.begin(), known.program.end());
    }
    program.push_back(result(kRefuse));
    return program;
}

Program check_network(Sockets sockets) {
    switch (sockets) {
        case Sockets::none:
            return {result(kRefuse)};
        case Sockets::supervised:
            return {result(kAskSupervisor)};
        case Sockets::internet:
            break;
    }
    return {};
}

void append_results(Program& program, std::span<const std::uint32_t> values, std::uint32_t action) {
    for (const std::uint32_t value : values) {
        program.push_back(if_equal(value, 0, 1));
        program.push_back(result(action));
    }
}

/// File systems have requests of their own that make and change things, which Landlock does not
/// see. Those of btrfs work for everybody; others need a file of the same uid, which in read-only
/// mode is one outside.
Program check_device_request(unsigned argument, bool read_only) {
    Program program{load_low(argument)};
    append_results(program, kTerminalRequests, kRefuse);
    append_results(program, kCloneRequests, kAllow);
    if (read_only) append_results(program, kReadingRequests, kAllow);
    program.push_back(mask(read_only ? ~0xffU : kRequestKind));
    if (read_only) {
        append_results(program, std::array{kTerminalKind, kSocketKind}, kAllow);
        program.push_back(result(kRefuse));
        return program;
    }
    append_results(program, std::array{kBtrfsKind}, kRefuse);
    program.push_back(result(kAllow));
    return program;
}

Program check_unshared() {
    return {load_low(0),     if_any_bit(~kUnshared, 2, 0),
            load_high(0),    if_equal(0, 1, 0),
            result(kRefuse), result(kAllow)};
}

Program check_open(unsigned flags, bool landlock_sees_truncation) {
    Program program;
    if (!landlock_sees_truncation) {
        // open(2) truncates with O_RDONLY too, which Landlock before ABI 3 takes for reading.
        program = {load_low(flags),
                   if_any_bit(kTruncates, 0, 4),
                   mask(kAccessMode),
                   if_equal(kWriteOnly, 2, 0),
                   if_equal(kReadWrite, 1, 0),
                   result(kRefuse)};
    }
    const Program set_id = {load_low(flags),     if_any_bit(kCreates, 0, 3),
                            load_low(flags + 1), if_any_bit(kSetIdBits, 0, 1),
                            result(kRefuse),     result(kAllow)};
    program.insert(program.end(), set_id.begin(), set_id.end());
    return program;
}

/// The part that runs when the call is the rule's; it always ends in a result. Empty: allowed.
Program check(const SyscallRule& rule, const FilterOptions& options) {
    switch (rule.check) {
        case Check::refuse:
            return {result(kRefuse)};
        case Check::absent:
            return {result(kAbsent)};
        case Check::own_code:
            return options.own_code ? Program{} : Program{result(kAbsent)};
        case Check::no_network:
            return check_network(options.sockets);
        case Check::no_sockets:
            return options.sockets == Sockets::none ? Program{result(kRefuse)} : Program{};
        case Check::socket_domain:
            return check_socket_domain(options.sockets);
        case Check::stream_pair:
            return check_stream_pair();
        case Check::no_address:
            return check_send(rule.argument, options.sockets);
        case Check::no_fast_open:
            return options.sockets == Sockets::supervised ? refuse_bits(rule.argument, kFastOpen)
                                                          : Program{};
        case Check::socket_option:
            return options.sockets == Sockets::supervised ? check_socket_option(rule.argument)
                                                          : Program{};
        case Check::namespaces:
            return refuse_bits(rule.argument, kNamespaceFlags);
        case Check::unshared:
            return check_unshared();
        case Check::plain_pipe:
            return refuse_bits(rule.argument, kNotificationPipe);
        case Check::own_process:
            return choose(rule.argument, {0}, kAllow, kRefuse);
        case Check::own_personality:
            return choose(rule.argument, {0, kAskPersonality}, kAllow, kRefuse);
        case Check::device_request:
            return check_device_request(rule.argument, options.read_only);
        case Check::file_mode:
            return options.read_only ? Program{result(kRefuse)}
                                     : refuse_bits(rule.argument, kSetIdBits);
        case Check::new_file_mode:
            return refuse_bits(rule.argument, kSetIdBits);
        case Check::open_flags:
            return check_open(rule.argument, options.landlock_sees_truncation);
        case Check::truncation:
            return options.landlock_sees_truncation ? Program{} : Program{result(kRefuse)};
        case Check::metadata:
            return options.read_only ? Program{result(kRefuse)} : Program{};
    }
    return {result(kRefuse)};
}

#if defined(__x86_64__)
constexpr Architecture kThisMachine = Architecture::x86_64;
#elif defined(__aarch64__)
constexpr Architecture kThisMachine = Architecture::aarch64;
#else
#error "the sandbox knows the system calls of x86_64 and aarch64 only"
#endif

/// `old_flags`: for a kernel that does not know all of `flags`.
long install(const FilterOptions& options, unsigned long flags, unsigned long old_flags = 0) {
    Program instructions = build_filter(kThisMachine, options);
    const sock_fprog program = {.len = static_cast<unsigned short>(instructions.size()),
                                .filter = instructions.data()};
    long done = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    if (done < 0 && errno == EINVAL && flags != old_flags)
        done = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, old_flags, &program);
    if (done < 0) base::throw_errno("cannot install the system call filter");
    return done;
}

}  // namespace

std::vector<sock_filter> build_filter(Architecture architecture, const FilterOptions& options) {
    const bool x86 = architecture == Architecture::x86_64;
    Program program = {load(offsetof(seccomp_data, arch)),
                       if_equal(x86 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64, 1, 0),
                       result(kRefuse),
                       load(offsetof(seccomp_data, nr)),
                       if_any_bit(kX32Bit, 0, 1),
                       result(kRefuse),
                       if_greater(kLastKnownSyscall, 0, 1),
                       result(kAbsent)};
    for (const SyscallRule& rule : syscall_rules()) {
        const int number = x86 ? rule.x86_64 : rule.aarch64;
        const Program part = check(rule, options);
        if (number == kNoSuchCall || part.empty()) continue;
        program.push_back(if_equal(static_cast<std::uint32_t>(number), 0, part.size()));
        program.insert(program.end(), part.begin(), part.end());
    }
    program.push_back(result(kAllow));
    return program;
}

void install_filter(const FilterOptions& options) {
    install(options, 0);
}

base::UniqueFd install_supervised_filter(const FilterOptions& options) {
    // A call that the supervisor has begun is not taken back by a signal, or bind() would be done
    // twice. Before Linux 5.19 it can be.
    const long listener =
        install(options, SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
                SECCOMP_FILTER_FLAG_NEW_LISTENER);
    return base::UniqueFd(static_cast<int>(listener));
}

}  // namespace codex::sandbox
