// The program that tests start and attack with: `child BEHAVIOUR [ARGUMENT…] [-- BEHAVIOUR …]`.
// Each behaviour prints one line, "ok", a value, or the name of the errno that stopped it.
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "tests/support/programs/child_sockets.h"

// The leak checker traces its own process, which no sandbox allows.
// NOLINTBEGIN(bugprone-reserved-identifier): the sanitizer's name
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
    return "detect_leaks=0";
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

using namespace codex::test;

std::string read_file(const std::string& path) {
    const codex::base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return fd ? read_all(fd.get()) : failure();
}

std::string write_file(const std::string& path, const std::string& text) {
    const codex::base::UniqueFd fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!fd) return failure();
    return ok_unless(::write(fd.get(), text.data(), text.size()) < 0);
}

std::string list_folder(const std::string& path) {
    DIR* folder = ::opendir(path.c_str());
    if (folder == nullptr) return failure();
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(folder)) {
        if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    ::closedir(folder);
    std::sort(names.begin(), names.end());
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
    return text;
}

std::string open_descriptors() {
    DIR* folder = ::opendir("/proc/self/fd");
    if (folder == nullptr) return failure();
    std::vector<int> fds;
    while (const dirent* entry = ::readdir(folder)) {
        const int fd = number(entry->d_name);
        if (entry->d_name[0] != '.' && fd != ::dirfd(folder)) fds.push_back(fd);
    }
    ::closedir(folder);
    std::sort(fds.begin(), fds.end());
    std::string text;
    for (const int fd : fds) text += fmt::format("{}{}", text.empty() ? "" : " ", fd);
    return text;
}

std::string signals() {
    sigset_t mask;
    ::sigprocmask(SIG_SETMASK, nullptr, &mask);
    std::string text;
    for (int signal = 1; signal < 32; ++signal) {
        struct sigaction action = {};
        ::sigaction(signal, nullptr, &action);
        // The sanitizers handle SIGSEGV, SIGBUS and SIGFPE themselves.
        if (action.sa_handler == SIG_IGN) text += fmt::format(" {} ignored", signal);
        if (::sigismember(&mask, signal) == 1) text += fmt::format(" {} blocked", signal);
    }
    return text.empty() ? "all default, none blocked" : text;
}

int family_number(const std::string& name) {
    const std::map<std::string, int> families = {
        {"unix", AF_UNIX},           {"inet", AF_INET},     {"inet6", AF_INET6},
        {"netlink", AF_NETLINK},     {"packet", AF_PACKET}, {"vsock", AF_VSOCK},
        {"bluetooth", AF_BLUETOOTH}, {"alg", AF_ALG}};
    return families.at(name);
}

int type_number(const std::string& name) {
    const std::map<std::string, int> types = {{"stream", SOCK_STREAM},
                                              {"datagram", SOCK_DGRAM},
                                              {"packets", SOCK_SEQPACKET},
                                              {"raw", SOCK_RAW}};
    return types.at(name);
}

std::string make_socket(const std::string& family, const std::string& type) {
    const codex::base::UniqueFd fd(::socket(family_number(family), type_number(type), 0));
    return ok_unless(!fd);
}

std::string make_pair(const std::string& type) {
    int ends[2];
    if (::socketpair(AF_UNIX, type_number(type), 0, ends) != 0) return failure();
    const codex::base::UniqueFd first(ends[0]);
    const codex::base::UniqueFd second(ends[1]);
    if (::write(first.get(), "pair", 4) != 4) return failure();
    char buffer[4];
    return ok_unless(::recvfrom(second.get(), buffer, 4, 0, nullptr, nullptr) != 4);
}

std::string connect_tcp(int port) {
    const codex::base::UniqueFd fd(::socket(AF_INET, SOCK_STREAM, 0));
    if (!fd) return failure();
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ok_unless(
        ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0);
}

std::string connect_unix(const std::string& path) {
    const codex::base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    if (!fd) return failure();
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return ok_unless(
        ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0);
}

/// A datagram pair whose one end sends to a third socket.
std::string send_unix(const std::string& path) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0) return failure();
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return ok_unless(::sendto(ends[0], "x", 1, 0, reinterpret_cast<const sockaddr*>(&address),
                              sizeof address) != 1);
}

std::string ring() {
    io_uring_params parameters = {};
    return ok_unless(::syscall(SYS_io_uring_setup, 4, &parameters) < 0);
}

std::string read_memory_of(int pid) {
    char byte = 0;
    const iovec local = {.iov_base = &byte, .iov_len = 1};
    const iovec remote = {.iov_base = &byte, .iov_len = 1};
    // The address may not be mapped there: EFAULT means that the look was allowed.
    const bool refused = ::process_vm_readv(pid, &local, 1, &remote, 1, 0) < 0 && errno != EFAULT;
    return ok_unless(refused);
}

std::string tracing(int pid) {
    if (::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) != 0) return failure();
    ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
    return "ok";
}

std::string limits_of(int pid) {
    rlimit limit = {};
    return ok_unless(::prlimit(pid, RLIMIT_CORE, nullptr, &limit) != 0);
}

/// A child of which only pause() is left; prints nothing.
[[noreturn]] void pause_for_ever() {
    while (true) ::pause();
}

/// Two forks and a session of its own, as daemons do. Closes what it inherited unless told to hold
/// it. Prints the daemon's process id.
std::string spawn_daemon(bool holds_output) {
    int ends[2];
    if (::pipe(ends) != 0) return failure();
    const pid_t middle = ::fork();
    if (middle == 0) {
        ::setsid();
        if (::fork() == 0) {
            const pid_t pid = ::getpid();
            if (::write(ends[1], &pid, sizeof pid) != sizeof pid) std::abort();
            for (int fd = holds_output ? 3 : 0; fd < 16; ++fd) ::close(fd);
            pause_for_ever();
        }
        ::_exit(0);
    }
    pid_t daemon = 0;
    const bool told = ::read(ends[0], &daemon, sizeof daemon) == sizeof daemon;
    ::waitpid(middle, nullptr, 0);
    return told ? fmt::format("{}", daemon) : failure();
}

/// Each process starts the next one, leaves its group and ends: nobody is there for long.
std::string comet() {
    while (true) {
        const pid_t next = ::fork();
        if (next < 0) return failure();
        if (next != 0) ::_exit(0);
        ::setsid();
    }
}

std::string fork_bomb(int most) {
    for (int made = 0; made < most; ++made) {
        const pid_t pid = ::fork();
        if (pid < 0) return failure();
        if (pid == 0) {
            if (made % 2 == 1) ::setsid();
            for (int fd = 0; fd < 3; ++fd) ::close(fd);
            pause_for_ever();
        }
    }
    return "ok";
}

std::string flood(long bytes, char byte) {
    const std::string block(65536, byte);
    while (bytes > 0) {
        const ssize_t written = ::write(STDOUT_FILENO, block.data(),
                                        std::min(block.size(), static_cast<std::size_t>(bytes)));
        if (written < 0) return failure();
        bytes -= written;
    }
    return "";
}

/// Returns only when it failed.
std::string execute(Arguments argv) {
    std::vector<char*> pointers;
    for (const std::string& argument : argv)
        pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    ::execv(pointers[0], pointers.data());
    return failure();
}

/// Executes a program on a kernel without one call, as far as that program can see.
std::string without_call(std::uint32_t call, std::uint32_t error, Arguments argv) {
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program = {.len = 4, .filter = filter};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) {
        return failure();
    }
    return execute(argv);
}

/// Executes a program on a kernel whose Landlock is of an older ABI, as far as that program can
/// see: a child of ours answers the question for the version (seccomp_unotify(2)).
std::string with_landlock_abi(int abi, Arguments argv) {
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program = {.len = 4, .filter = filter};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failure();
    const codex::base::UniqueFd listener(static_cast<int>(::syscall(
        SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program)));
    if (!listener) return failure();
    if (::fork() != 0) return execute(argv);
    for (const int fd : {0, 1, 2, 3, 4}) {
        if (fd != listener.get()) ::close(fd);
    }
    while (true) {
        seccomp_notif question = {};
        if (::ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_RECV, &question) != 0) continue;
        constexpr std::uint64_t kVersion = 1;  // LANDLOCK_CREATE_RULESET_VERSION
        seccomp_notif_resp answer = {};
        answer.id = question.id;
        if (question.data.args[2] == kVersion)
            answer.val = abi;
        else
            answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        ::ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
}

std::string identity() {
    gid_t groups[64];
    return fmt::format("uid {} gid {} groups {}", ::getuid(), ::getgid(), ::getgroups(64, groups));
}

std::string status_lines(const std::vector<std::string>& names) {
    const std::string status = read_file("/proc/self/status");
    std::string text;
    for (const std::string& name : names) {
        const std::size_t at = status.find("\n" + name + ":\t");
        if (at == std::string::npos) return "no " + name;
        const std::size_t begin = at + name.size() + 3;
        text += (text.empty() ? "" : " ") + status.substr(begin, status.find('\n', begin) - begin);
    }
    return text;
}

std::string new_file_mode(const std::string& path, const std::string& mode) {
    const codex::base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                                          std::stoul(mode, nullptr, 8)));
    return ok_unless(!fd);
}

const std::map<std::string, Behaviour>& behaviours() {
    static const std::map<std::string, Behaviour> all = with_sockets({
        {"print", [](Arguments a) { return a[0]; }},
        {"print_fds", [](Arguments) { return open_descriptors(); }},
        {"print_env",
         [](Arguments) {
             std::string text;
             for (char** v = environ; *v != nullptr; ++v)
                 text += (text.empty() ? "" : "\n") + std::string(*v);
             return text;
         }},
        {"print_signals", [](Arguments) { return signals(); }},
        {"print_session",
         [](Arguments) {
             return std::string(::getsid(0) == ::getpid() && ::getpgrp() == ::getpid()
                                    ? "leads its session and group"
                                    : "is led");
         }},
        {"print_folder", [](Arguments) { return std::string(::get_current_dir_name()); }},
        {"print_input", [](Arguments) { return read_all(STDIN_FILENO); }},
        {"print_identity", [](Arguments) { return identity(); }},
        {"print_status",
         [](Arguments a) {
             return status_lines({a.begin(), a.end()});
         }},
        {"to_stderr",
         [](Arguments a) {
             return ok_unless(::write(STDERR_FILENO, a[0].data(), a[0].size()) < 0);
         }},
        {"reopen_output",
         [](Arguments) {
             return ok_unless(!codex::base::UniqueFd(::open("/dev/stdout", O_WRONLY)));
         }},
        {"exit", [](Arguments a) -> std::string { ::_exit(number(a[0])); }},
        {"crash",
         [](Arguments) -> std::string {
             ::raise(SIGKILL);
             return "alive";
         }},
        {"sleep_for_ever", [](Arguments) -> std::string { pause_for_ever(); }},
        {"stop",
         [](Arguments) -> std::string {
             ::raise(SIGSTOP);
             return "continued";
         }},
        {"ignore_signals",
         [](Arguments) {
             for (int signal = 1; signal < 32; ++signal) ::signal(signal, SIG_IGN);
             return std::string("ok");
         }},
        {"spawn_daemon", [](Arguments) { return spawn_daemon(false); }},
        {"spawn_daemon_holding_output", [](Arguments) { return spawn_daemon(true); }},
        {"comet", [](Arguments) { return comet(); }},
        {"fork_bomb", [](Arguments a) { return fork_bomb(number(a[0])); }},
        {"flood", [](Arguments a) { return flood(std::atol(a[0].c_str()), a[1][0]); }},
        {"read", [](Arguments a) { return read_file(a[0]); }},
        {"write", [](Arguments a) { return write_file(a[0], a[1]); }},
        {"list", [](Arguments a) { return list_folder(a[0]); }},
        {"remove", [](Arguments a) { return ok_unless(::unlink(a[0].c_str()) != 0); }},
        {"make_folder", [](Arguments a) { return ok_unless(::mkdir(a[0].c_str(), 0755) != 0); }},
        {"rename",
         [](Arguments a) { return ok_unless(::rename(a[0].c_str(), a[1].c_str()) != 0); }},
        {"link", [](Arguments a) { return ok_unless(::link(a[0].c_str(), a[1].c_str()) != 0); }},
        {"symlink",
         [](Arguments a) { return ok_unless(::symlink(a[0].c_str(), a[1].c_str()) != 0); }},
        {"truncate", [](Arguments a) { return ok_unless(::truncate(a[0].c_str(), 0) != 0); }},
        {"truncate_by_reading",
         [](Arguments a) {
             return ok_unless(!codex::base::UniqueFd(::open(a[0].c_str(), O_RDONLY | O_TRUNC)));
         }},
        {"chmod",
         [](Arguments a) {
             return ok_unless(
                 ::chmod(a[0].c_str(), static_cast<mode_t>(std::stoul(a[1], nullptr, 8))) != 0);
         }},
        {"create_with_mode", [](Arguments a) { return new_file_mode(a[0], a[1]); }},
        {"touch",
         [](Arguments a) {
             return ok_unless(::utimensat(AT_FDCWD, a[0].c_str(), nullptr, 0) != 0);
         }},
        {"socket", [](Arguments a) { return make_socket(a[0], a[1]); }},
        {"pair", [](Arguments a) { return make_pair(a[0]); }},
        {"connect_tcp", [](Arguments a) { return connect_tcp(number(a[0])); }},
        {"connect_unix", [](Arguments a) { return connect_unix(a[0]); }},
        {"send_unix", [](Arguments a) { return send_unix(a[0]); }},
        {"io_uring", [](Arguments) { return ring(); }},
        {"kill", [](Arguments a) { return ok_unless(::kill(number(a[0]), 0) != 0); }},
        {"ptrace", [](Arguments a) { return tracing(number(a[0])); }},
        {"read_memory", [](Arguments a) { return read_memory_of(number(a[0])); }},
        {"read_limits", [](Arguments a) { return limits_of(number(a[0])); }},
        {"unshare_user", [](Arguments) { return ok_unless(::unshare(CLONE_NEWUSER) != 0); }},
        {"chroot", [](Arguments a) { return ok_unless(::chroot(a[0].c_str()) != 0); }},
        {"personality", [](Arguments) { return ok_unless(::personality(ADDR_NO_RANDOMIZE) < 0); }},
        {"type_into_terminal",
         [](Arguments) {
             char key = 'x';
             return ok_unless(::ioctl(STDIN_FILENO, TIOCSTI, &key) != 0);
         }},
        {"become_root", [](Arguments) { return ok_unless(::setresuid(0, 0, 0) != 0); }},
        {"without_landlock",
         [](Arguments a) { return without_call(SYS_landlock_create_ruleset, EOPNOTSUPP, a); }},
        {"with_landlock_abi",
         [](Arguments a) { return with_landlock_abi(number(a[0]), a.subspan(1)); }},
        {"without_namespaces", [](Arguments a) { return without_call(SYS_unshare, EPERM, a); }},
        {"without_memory_of_others",
         [](Arguments a) { return without_call(SYS_process_vm_readv, EPERM, a); }},
    });
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    std::size_t at = 0;
    while (at < words.size()) {
        const auto found = behaviours().find(words[at]);
        if (found == behaviours().end()) {
            codex::base::write_all(STDERR_FILENO, "no behaviour " + words[at] + "\n");
            return 2;
        }
        // What is executed instead of this program has all the words that are left.
        const bool takes_all = found->first.starts_with("with");
        const auto first = words.begin() + static_cast<std::ptrdiff_t>(at) + 1;
        const auto last = takes_all ? words.end() : std::find(first, words.end(), "--");
        const std::string line = found->second({first, static_cast<std::size_t>(last - first)});
        codex::base::write_all(STDOUT_FILENO, line + "\n");
        at = static_cast<std::size_t>(last - words.begin()) + (last == words.end() ? 0 : 1);
    }
    return 0;
}
