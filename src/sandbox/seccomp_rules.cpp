// The table of system calls. Numbers: arch/x86/entry/syscalls/syscall_64.tbl and
// include/uapi/asm-generic/unistd.h of the kernel; a test holds them against the headers.
#include "sandbox/seccomp.h"

namespace codex::sandbox {
namespace {

constexpr int kNone = kNoSuchCall;
constexpr std::string_view kNetwork = "the network, and sockets of daemons such as docker.sock";
constexpr std::string_view kProcesses = "reads or drives other processes";
constexpr std::string_view kKernel = "large attack surface of the kernel, no use for a build";
constexpr std::string_view kRing = "does opens and sockets without system calls to look at";
constexpr std::string_view kKeys = "keys of the session are not in a namespace";
constexpr std::string_view kMounts = "moves paths under Landlock's rules";
constexpr std::string_view kNamespaces = "new namespaces give capabilities inside";
constexpr std::string_view kHandles = "opens files past their folders";
constexpr std::string_view kMachine = "changes the machine";
constexpr std::string_view kSetId = "a set-id program left behind outlives the sandbox";
constexpr std::string_view kShared = "memory and queues of processes outside, which no rule names";
constexpr std::string_view kMetadata = "changes files, and Landlock has no right for it";

constexpr SyscallRule kRules[] = {
    {"socket", 41, 198, Check::socket_domain, 0, kNetwork},
    {"socketpair", 53, 199, Check::stream_pair, 0, kNetwork},
    {"connect", 42, 203, Check::no_network, 0, kNetwork},
    {"bind", 49, 200, Check::no_network, 0, kNetwork},
    {"listen", 50, 201, Check::no_network, 0, kNetwork},
    {"accept", 43, 202, Check::no_sockets, 0, kNetwork},
    {"accept4", 288, 242, Check::no_sockets, 0, kNetwork},
    {"sendto", 44, 206, Check::no_address, 4, kNetwork},
    {"sendmsg", 46, 211, Check::no_fast_open, 2, kNetwork},
    {"sendmmsg", 307, 269, Check::no_fast_open, 3, kNetwork},
    {"setsockopt", 54, 208, Check::socket_option, 1, "leads a connection past its check"},

    {"ptrace", 101, 117, Check::refuse, 0, kProcesses},
    {"process_vm_readv", 310, 270, Check::refuse, 0, kProcesses},
    {"process_vm_writev", 311, 271, Check::refuse, 0, kProcesses},
    {"process_madvise", 440, 440, Check::refuse, 0, kProcesses},
    {"process_mrelease", 448, 448, Check::refuse, 0, kProcesses},
    {"kcmp", 312, 272, Check::refuse, 0, kProcesses},
    {"pidfd_getfd", 438, 438, Check::refuse, 0, kProcesses},
    {"prlimit64", 302, 261, Check::own_process, 0, kProcesses},
    {"move_pages", 279, 239, Check::refuse, 0, kProcesses},
    {"migrate_pages", 256, 238, Check::refuse, 0, kProcesses},

    {"io_uring_setup", 425, 425, Check::refuse, 0, kRing},
    {"io_uring_enter", 426, 426, Check::refuse, 0, kRing},
    {"io_uring_register", 427, 427, Check::refuse, 0, kRing},
    {"bpf", 321, 280, Check::refuse, 0, kKernel},
    {"perf_event_open", 298, 241, Check::refuse, 0, kKernel},
    {"userfaultfd", 323, 282, Check::refuse, 0, kKernel},
    {"fanotify_init", 300, 262, Check::refuse, 0, kKernel},
    {"fanotify_mark", 301, 263, Check::refuse, 0, kKernel},
    {"lookup_dcookie", 212, 18, Check::refuse, 0, kKernel},
    {"modify_ldt", 154, kNone, Check::refuse, 0, kKernel},
    {"lsm_set_self_attr", 460, 460, Check::refuse, 0, kKernel},
    {"uselib", 134, kNone, Check::refuse, 0, kKernel},
    {"ustat", 136, kNone, Check::refuse, 0, kKernel},
    {"sysfs", 139, kNone, Check::refuse, 0, kKernel},
    {"pipe2", 293, 59, Check::plain_pipe, 1, kKernel},
    {"personality", 135, 92, Check::own_personality, 0, kKernel},
    {"add_key", 248, 217, Check::refuse, 0, kKeys},
    {"request_key", 249, 218, Check::refuse, 0, kKeys},
    {"keyctl", 250, 219, Check::refuse, 0, kKeys},

    {"shmget", 29, 194, Check::refuse, 0, kShared},
    {"shmat", 30, 196, Check::refuse, 0, kShared},
    {"shmctl", 31, 195, Check::refuse, 0, kShared},
    {"semget", 64, 190, Check::refuse, 0, kShared},
    {"semop", 65, 193, Check::refuse, 0, kShared},
    {"semctl", 66, 191, Check::refuse, 0, kShared},
    {"semtimedop", 220, 192, Check::refuse, 0, kShared},
    {"msgget", 68, 186, Check::refuse, 0, kShared},
    {"msgsnd", 69, 189, Check::refuse, 0, kShared},
    {"msgrcv", 70, 188, Check::refuse, 0, kShared},
    {"msgctl", 71, 187, Check::refuse, 0, kShared},
    {"mq_open", 240, 180, Check::refuse, 0, kShared},
    {"mq_unlink", 241, 181, Check::refuse, 0, kShared},

    {"mount", 165, 40, Check::refuse, 0, kMounts},
    {"umount2", 166, 39, Check::refuse, 0, kMounts},
    {"pivot_root", 155, 41, Check::refuse, 0, kMounts},
    {"chroot", 161, 51, Check::refuse, 0, kMounts},
    {"open_tree", 428, 428, Check::refuse, 0, kMounts},
    {"open_tree_attr", 467, 467, Check::refuse, 0, kMounts},
    {"move_mount", 429, 429, Check::refuse, 0, kMounts},
    {"fsopen", 430, 430, Check::refuse, 0, kMounts},
    {"fsconfig", 431, 431, Check::refuse, 0, kMounts},
    {"fsmount", 432, 432, Check::refuse, 0, kMounts},
    {"fspick", 433, 433, Check::refuse, 0, kMounts},
    {"mount_setattr", 442, 442, Check::refuse, 0, kMounts},
    {"setns", 308, 268, Check::refuse, 0, kNamespaces},
    {"unshare", 272, 97, Check::unshared, 0, kNamespaces},
    {"clone", 56, 220, Check::namespaces, 0, kNamespaces},
    {"clone3", 435, 435, Check::absent, 0, "its flags lie behind a pointer; libc falls back"},
    {"open_by_handle_at", 304, 265, Check::refuse, 0, kHandles},

    {"kexec_load", 246, 104, Check::refuse, 0, kMachine},
    {"kexec_file_load", 320, 294, Check::refuse, 0, kMachine},
    {"init_module", 175, 105, Check::refuse, 0, kMachine},
    {"finit_module", 313, 273, Check::refuse, 0, kMachine},
    {"delete_module", 176, 106, Check::refuse, 0, kMachine},
    {"reboot", 169, 142, Check::refuse, 0, kMachine},
    {"swapon", 167, 224, Check::refuse, 0, kMachine},
    {"swapoff", 168, 225, Check::refuse, 0, kMachine},
    {"quotactl", 179, 60, Check::refuse, 0, kMachine},
    {"quotactl_fd", 443, 443, Check::refuse, 0, kMachine},
    {"acct", 163, 89, Check::refuse, 0, kMachine},
    {"settimeofday", 164, 170, Check::refuse, 0, kMachine},
    {"clock_settime", 227, 112, Check::refuse, 0, kMachine},
    {"adjtimex", 159, 171, Check::refuse, 0, kMachine},
    {"clock_adjtime", 305, 266, Check::refuse, 0, kMachine},
    {"sethostname", 170, 161, Check::refuse, 0, kMachine},
    {"setdomainname", 171, 162, Check::refuse, 0, kMachine},
    {"iopl", 172, kNone, Check::refuse, 0, kMachine},
    {"ioperm", 173, kNone, Check::refuse, 0, kMachine},
    {"syslog", 103, 116, Check::refuse, 0, kMachine},
    {"vhangup", 153, 58, Check::refuse, 0, kMachine},
    {"ioctl", 16, 29, Check::device_request, 1,
     "types into a terminal, or changes files past Landlock"},

    {"chmod", 90, kNone, Check::file_mode, 1, kSetId},
    {"fchmod", 91, 52, Check::file_mode, 1, kSetId},
    {"fchmodat", 268, 53, Check::file_mode, 2, kSetId},
    {"fchmodat2", 452, 452, Check::file_mode, 2, kSetId},
    {"creat", 85, kNone, Check::new_file_mode, 1, kSetId},
    {"mknod", 133, kNone, Check::new_file_mode, 1, kSetId},
    {"mknodat", 259, 33, Check::new_file_mode, 2, kSetId},
    {"open", 2, kNone, Check::open_flags, 1, kSetId},
    {"openat", 257, 56, Check::open_flags, 2, kSetId},
    {"openat2", 437, 437, Check::own_code, 0, "its mode lies behind a pointer; callers fall back"},
    {"truncate", 76, 45, Check::truncation, 0, kMetadata},

    {"chown", 92, kNone, Check::metadata, 0, kMetadata},
    {"fchown", 93, 55, Check::metadata, 0, kMetadata},
    {"lchown", 94, kNone, Check::metadata, 0, kMetadata},
    {"fchownat", 260, 54, Check::metadata, 0, kMetadata},
    {"utime", 132, kNone, Check::metadata, 0, kMetadata},
    {"utimes", 235, kNone, Check::metadata, 0, kMetadata},
    {"futimesat", 261, kNone, Check::metadata, 0, kMetadata},
    {"utimensat", 280, 88, Check::metadata, 0, kMetadata},
    {"setxattr", 188, 5, Check::metadata, 0, kMetadata},
    {"lsetxattr", 189, 6, Check::metadata, 0, kMetadata},
    {"fsetxattr", 190, 7, Check::metadata, 0, kMetadata},
    {"setxattrat", 463, 463, Check::metadata, 0, kMetadata},
    {"removexattr", 197, 14, Check::metadata, 0, kMetadata},
    {"lremovexattr", 198, 15, Check::metadata, 0, kMetadata},
    {"fremovexattr", 199, 16, Check::metadata, 0, kMetadata},
    {"removexattrat", 466, 466, Check::metadata, 0, kMetadata},
    {"file_setattr", 469, 469, Check::metadata, 0, kMetadata},
};

}  // namespace

std::span<const SyscallRule> syscall_rules() {
    return kRules;
}

}  // namespace codex::sandbox
