// What a command that obeys an attacker tries. Each attempt is also made without the sandbox, where
// it must come to more: otherwise the test could not fail.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>

#include "base/error.h"
#include "worker_fixture.h"

using namespace codex::sandbox;
using codex::process::Ending;
using codex::process::TimedOut;

namespace {

using Behaviour = std::vector<std::string>;

struct Attempt {
    Behaviour behaviour;
    std::string free;       // without the sandbox, as root; empty: not tried
    std::string read_only;  // in it
    std::string writing;
};

/// What each attempt printed in `mode`; all are made by one process, in order.
std::vector<std::string> outcomes(Sandbox& sandbox, Mode mode,
                                  const std::vector<const Attempt*>& attempts) {
    const std::string mark = "-- next attempt --";
    Behaviour all;
    for (const Attempt* attempt : attempts) {
        if (!all.empty()) all.push_back("--");
        all.insert(all.end(), attempt->behaviour.begin(), attempt->behaviour.end());
        all.insert(all.end(), {"--", "print", mark});
    }
    sandbox.policy.mode = mode;
    // As in most containers: Landlock is not to stand behind read-only mounts here.
    const std::string output = sandbox.attempt(all, {sandbox.child(), "without_namespaces"});
    std::vector<std::string> result(1);
    for (const std::string_view line : codex::base::split_lines(output)) {
        if (line == mark) {
            result.emplace_back();
        } else {
            result.back() += (result.back().empty() ? "" : "\n") + std::string(line);
        }
    }
    result.pop_back();
    REQUIRE(result.size() == attempts.size());
    return result;
}

void check(Sandbox& sandbox, const std::vector<Attempt>& attempts) {
    const auto check_mode = [&](Mode mode, std::string Attempt::*expected) {
        std::vector<const Attempt*> made;
        for (const Attempt& attempt : attempts) {
            if (!(attempt.*expected).empty()) made.push_back(&attempt);
        }
        if (made.empty()) return;
        const std::vector<std::string> found = outcomes(sandbox, mode, made);
        for (std::size_t i = 0; i < made.size(); ++i) {
            CAPTURE(mode, made[i]->behaviour);
            CHECK(found[i] == made[i]->*expected);
        }
    };
    check_mode(Mode::read_only, &Attempt::read_only);
    check_mode(Mode::workspace_write, &Attempt::writing);
    // Last, for it leaves things behind.
    if (Sandbox::is_root()) check_mode(Mode::danger_full_access, &Attempt::free);
}

/// How many processes execute `program`.
std::size_t processes_of(const std::string& program) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        try {
            if (codex::base::read_file(entry.path() / "cmdline").starts_with(program)) ++count;
        } catch (const codex::base::Error&) {
            continue;  // no process, or gone
        }
    }
    return count;
}

/// The uids that a command may have: another one, and root's where root owns the workspace.
void for_each_uid(void (*body)(Sandbox&)) {
    Sandbox sandbox;
    body(sandbox);
    if (!Sandbox::is_root()) return;
    Sandbox as_root;
    as_root.policy.run_as_uid = as_root.policy.run_as_gid = 0;
    REQUIRE(::chown(as_root.workspace().c_str(), 0, 0) == 0);
    REQUIRE(::chown((as_root.workspace() + "/file").c_str(), 0, 0) == 0);
    body(as_root);
}

std::string own_pid() {
    return std::to_string(::getpid());
}

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

Listener listen_on_path(const std::string& path) {
    const sockaddr_un address = address_of(path);
    Listener listener(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    REQUIRE(::chmod(path.c_str(), 0666) == 0);
    return listener;
}

bool is_alive(const std::string& pid) {
    return ::kill(static_cast<pid_t>(codex::base::parse_integer(pid).value()), 0) == 0;
}

}  // namespace

TEST_CASE("nothing outside the workspace is read, by name or by link") {
    for_each_uid([](Sandbox& sandbox) {
        std::filesystem::create_symlink("/etc/shadow", sandbox.workspace() + "/shadow");
        std::filesystem::create_symlink(sandbox.outside(), sandbox.workspace() + "/folder");
        std::string up;
        for (int i = 0; i < 12; ++i) up += "../";
        check(sandbox, {{{"read", "file"}, "text", "text", "text"},
                        {{"read", sandbox.outside() + "/secret"}, "secret", "EACCES", "EACCES"},
                        {{"read", "../outside/secret"}, "secret", "EACCES", "EACCES"},
                        {{"read", "folder/secret"}, "secret", "EACCES", "EACCES"},
                        {{"read", "/proc/self/root" + sandbox.outside() + "/secret"},
                         "secret",
                         "EACCES",
                         "EACCES"},
                        {{"list", sandbox.outside()}, "secret", "EACCES", "EACCES"},
                        {{"list", "folder"}, "secret", "EACCES", "EACCES"},
                        {{"read", "/etc/shadow"}, "", "EACCES", "EACCES"},
                        {{"read", "shadow"}, "", "EACCES", "EACCES"},
                        {{"read", up + "etc/shadow"}, "", "EACCES", "EACCES"},
                        {{"list", "/root"}, "", "EACCES", "EACCES"},
                        {{"list", "/home"}, "", "EACCES", "EACCES"},
                        {{"list", "/"}, "", "EACCES", "EACCES"},
                        {{"list", "/etc"}, "", "EACCES", "EACCES"}});
    });
}

TEST_CASE("nothing is written, or only in the workspace and /tmp") {
    for_each_uid([](Sandbox& sandbox) {
        const std::string out = sandbox.outside();
        const std::string temporary = "/tmp/codex-sandbox-test-" + own_pid();
        check(sandbox, {{{"write", "new", "x"}, "ok", "EACCES", "ok"},
                        {{"write", "file", "x"}, "ok", "EACCES", "ok"},
                        {{"make_folder", "folder", "--", "rename", "file", "folder/file"},
                         "",
                         "EACCES\nENOENT",
                         "ok\nok"},
                        {{"write", "/dev/null", "x"}, "ok", "ok", "ok"},
                        {{"write", out + "/new", "x"}, "ok", "EACCES", "EACCES"},
                        {{"write", out + "/secret", "x"}, "ok", "EACCES", "EACCES"},
                        {{"remove", out + "/secret"}, "", "EACCES", "EACCES"},
                        {{"truncate", out + "/secret"}, "ok", "EACCES", "EACCES"},
                        {{"truncate_by_reading", out + "/secret"}, "ok", "EACCES", "EACCES"},
                        {{"rename", "file", out + "/file"}, "", "EACCES", ""},
                        {{"rename", "folder/file", out + "/file"}, "", "", "EACCES"},
                        {{"write", "/etc/new", "x"}, "", "EACCES", "EACCES"},
                        {{"write", "/usr/new", "x"}, "", "EACCES", "EACCES"},
                        {{"write", "/var/tmp/new", "x"}, "", "EACCES", "EACCES"},
                        {{"write", "/dev/shm/new", "x"}, "", "EACCES", "EACCES"},
                        {{"write", "/proc/self/oom_score_adj", "0"}, "ok", "EACCES", "EACCES"},
                        {{"write", "/proc/sys/kernel/hostname", "x"}, "", "EACCES", "EACCES"},
                        // For temporary files of compilers, when writing is allowed at all.
                        {{"write", temporary, "x", "--", "remove", temporary},
                         "ok\nok",
                         "EACCES\nENOENT",
                         "ok\nok"}});
    });
}

TEST_CASE("a hard link or a rename brings nothing into the workspace") {
    for_each_uid([](Sandbox& sandbox) {
        const std::string secret = sandbox.outside() + "/secret";
        check(sandbox, {{{"link", secret, "stolen", "--", "read", "stolen"},
                         "ok\nsecret",
                         "EACCES\nENOENT",
                         "EXDEV\nENOENT"},
                        {{"rename", secret, "stolen"}, "ok", "EACCES", "EACCES"}});
    });
}

TEST_CASE("modes, owners and times, for which Landlock has no right, do not change either") {
    for_each_uid([](Sandbox& sandbox) {
        check(sandbox, {{{"chmod", "file", "0600"}, "ok", "EPERM", "ok"},
                        {{"touch", "file"}, "ok", "EPERM", "ok"},
                        {{"chmod", "file", "04755"}, "ok", "EPERM", "EPERM"},
                        {{"create_with_mode", "set-id", "04755"}, "ok", "EPERM", "EPERM"},
                        {{"create_with_mode", "plain", "0755"}, "", "EACCES", "ok"}});
    });
}

TEST_CASE("there is no network of any family, and pairs of streams work") {
    for_each_uid([](Sandbox& sandbox) {
        const Listener tcp = listen_on_loopback();
        const std::string path = sandbox.outside() + "/docker.sock";
        const Listener unix_socket = listen_on_path(path);
        const std::string port = std::to_string(tcp.port());
        check(sandbox, {{{"connect_tcp", port}, "ok", "EPERM", "EPERM"},
                        {{"connect_unix", path}, "ok", "EPERM", "EPERM"},
                        {{"send_unix", path}, "EPROTOTYPE", "EPERM", "EPERM"},
                        {{"socket", "inet", "stream"}, "ok", "EPERM", "EPERM"},
                        {{"socket", "inet", "datagram"}, "ok", "EPERM", "EPERM"},
                        {{"socket", "inet", "raw"}, "", "EPERM", "EPERM"},
                        {{"socket", "inet6", "stream"}, "", "EPERM", "EPERM"},
                        {{"socket", "netlink", "raw"}, "ok", "EPERM", "EPERM"},
                        {{"socket", "packet", "raw"}, "", "EPERM", "EPERM"},
                        {{"socket", "vsock", "stream"}, "", "EPERM", "EPERM"},
                        {{"socket", "alg", "packets"}, "", "EPERM", "EPERM"},
                        {{"socket", "unix", "stream"}, "ok", "EPERM", "EPERM"},
                        {{"pair", "datagram"}, "ok", "EPERM", "EPERM"},
                        {{"pair", "stream"}, "ok", "ok", "ok"},
                        {{"pair", "packets"}, "ok", "ok", "ok"},
                        {{"io_uring"}, "ok", "EPERM", "EPERM"}});
    });
}

TEST_CASE("a policy with network reaches TCP, and still no UNIX socket") {
    Sandbox sandbox;
    sandbox.policy.network = Network::full;
    const Listener tcp = listen_on_loopback();
    const std::string path = sandbox.outside() + "/docker.sock";
    const Listener unix_socket = listen_on_path(path);
    check(sandbox, {{{"connect_tcp", std::to_string(tcp.port())}, "ok", "ok", "ok"},
                    {{"connect_unix", path}, "ok", "EPERM", "EPERM"},
                    {{"socket", "packet", "raw"}, "", "EPERM", "EPERM"}});
}

TEST_CASE("the broker can be neither signalled, traced, read nor limited") {
    for_each_uid([](Sandbox& sandbox) {
        const std::string broker = own_pid();
        const std::string proc = "/proc/" + broker;
        check(sandbox, {{{"kill", broker}, "ok", "EPERM", "EPERM"},
                        {{"ptrace", broker}, "", "EPERM", "EPERM"},
                        {{"read_memory", broker}, "ok", "EPERM", "EPERM"},
                        {{"read_limits", broker}, "ok", "EPERM", "EPERM"},
                        {{"read", proc + "/environ"}, "", "EACCES", "EACCES"},
                        {{"read", proc + "/mem"}, "EIO", "EACCES", "EACCES"},
                        {{"read", proc + "/maps"}, "", "EACCES", "EACCES"},
                        {{"read", proc + "/fd/0"}, "", "EACCES", "EACCES"},
                        {{"read", proc + "/root/etc/passwd"}, "", "EACCES", "EACCES"}});
    });
}

TEST_CASE("without the sandbox the broker's environment would be read") {
    if (!Sandbox::is_root()) SKIP("another uid needs root");
    Sandbox sandbox;
    sandbox.policy.mode = Mode::danger_full_access;
    const std::string proc = "/proc/" + own_pid();
    CHECK(sandbox.attempt({"read", proc + "/environ"}).find('=') != std::string::npos);
    CHECK(sandbox.attempt({"list", proc + "/fd"}).find("0 1 ") == 0);
}

TEST_CASE("what widens the sandbox or drives the machine is refused") {
    for_each_uid([](Sandbox& sandbox) {
        check(sandbox, {{{"unshare_user"}, "", "EPERM", "EPERM"},
                        {{"chroot", "/"}, "ok", "EPERM", "EPERM"},
                        {{"personality"}, "ok", "EPERM", "EPERM"},
                        {{"type_into_terminal"}, "ENOTTY", "EPERM", "EPERM"}});
    });
}

TEST_CASE("a daemon in a session of its own is gone when the command is over") {
    for_each_uid([](Sandbox& sandbox) {
        for (const Mode mode : {Mode::read_only, Mode::workspace_write, Mode::danger_full_access}) {
            sandbox.policy.mode = mode;
            CHECK_FALSE(is_alive(sandbox.attempt({"spawn_daemon"})));
        }
    });
}

TEST_CASE("a fork bomb meets the limit of processes, and nothing of it is left") {
    if (!Sandbox::is_root()) SKIP("processes are counted by uid, which needs one of its own");
    Sandbox sandbox;
    sandbox.policy.limits.processes = 64;
    CHECK(sandbox.attempt({"fork_bomb", "1000"}) == "EAGAIN");
    sandbox.policy.limits.processes = 512;
    CHECK(sandbox.attempt({"fork_bomb", "100"}) == "ok");
    CHECK(processes_of(sandbox.child()) == 0);
}

TEST_CASE("limits of processor time, file size and open files hold") {
    Sandbox sandbox;
    sandbox.policy.mode = Mode::workspace_write;
    sandbox.policy.limits.file_bytes = 4096;
    sandbox.policy.limits.open_files = 20;
    sandbox.policy.limits.cpu_seconds = 1;
    const auto sizes = sandbox.run_program(
        {"/bin/bash", "-c",
         "ulimit -c -f -n -t; trap '' XFSZ; head -c 100000 /dev/zero > big; stat -c %s big"});
    CHECK(sizes.result.output.find("big: File too large") == std::string::npos);
    CHECK(sizes.result.output.find("4096\n") != std::string::npos);
    CHECK(sizes.result.output.find("(seconds, -t) 1\n") != std::string::npos);
    CHECK(sizes.result.output.find("(-n) 20\n") != std::string::npos);
}

TEST_CASE("a command has its limits of memory and is the first to go without it") {
    Sandbox sandbox;
    sandbox.policy.limits = Limits();
    const std::string script = "ulimit -d; ulimit -v; cat /proc/self/oom_score_adj";
    CHECK(sandbox.run_program({"/bin/bash", "-c", script}).result.output ==
          "8388608\n67108864\n1000\n");
    sandbox.policy.limits.data_bytes = std::uint64_t{32} << 20;
    // tail keeps all of its one line.
    const std::string greedy = "head -c 100000000 /dev/zero | tail -n 1 | wc -c";
    const std::string output = sandbox.run_program({"/bin/bash", "-c", greedy}).result.output;
    CHECK(output.find("tail: memory exhausted") != std::string::npos);
}

TEST_CASE("beneath /opt only what the policy names can be read") {
    char name[] = "/opt/codex-sandbox-XXXXXX";
    if (::mkdtemp(name) == nullptr) SKIP("only root may write to /opt");
    const std::filesystem::path folder = name;
    REQUIRE(::chmod(name, 0755) == 0);
    for (const char* part : {"runner", "tool"}) {
        std::filesystem::create_directory(folder / part);
        codex::base::write_file_atomically(folder / part / "file", part, 0644);
    }
    Sandbox sandbox;
    sandbox.policy.readable.push_back(folder / "tool");
    const std::string answers =
        sandbox.attempt({"read", folder / "runner/file", "--", "read", folder / "tool/file"});
    std::filesystem::remove_all(folder);
    CHECK(answers == "EACCES\ntool");
}

TEST_CASE("a command that waits for ever is killed at its timeout, with what it said") {
    Sandbox sandbox;
    sandbox.timeout = std::chrono::milliseconds(300);
    const auto outcome = sandbox.run_program(
        {sandbox.child(), "ignore_signals", "--", "print", "here", "--", "sleep_for_ever"});
    CHECK(outcome.report.ready);
    CHECK(outcome.result.ending == Ending(TimedOut{sandbox.timeout}));
    CHECK(outcome.result.output == "ok\nhere\n");
}

TEST_CASE("ordinary work goes on in the sandbox") {
    Sandbox sandbox;
    sandbox.environment = {"PATH=/usr/bin:/bin", "HOME=" + sandbox.workspace(),
                           "GIT_CONFIG_NOSYSTEM=1", "LANG=C.UTF-8"};
    sandbox.policy.mode = Mode::workspace_write;
    struct Row {
        std::string script;
        std::string output;
    };
    const Row rows[] = {
        {"echo a | tr a b", "b\n"},
        {"cat <<< here", "here\n"},
        {"printf 'int main(){return 0;}' > m.c && cc m.c -o m && ./m && echo built", "built\n"},
        {"git init -q r && cd r && git -c user.name=n -c user.email=e@x commit -q --allow-empty "
         "-m one && git log --format=%s",
         "one\n"},
        {"mkdir -p d/e && touch d/e/f && mv d/e/f d/g && chmod +x d/g && ls d", "e\ng\n"},
        {"for i in $(seq 50); do true & done; wait; echo waited", "waited\n"},
        {"/usr/bin/python3 -c 'import threading, tempfile; t = threading.Thread(target=print, "
         "args=(1,)); t.start(); t.join(); tempfile.TemporaryFile().write(b\"x\")'",
         "1\n"},
        {"echo error > /dev/stderr; echo output > /dev/stdout", "error\noutput\n"},
    };
    for (const Row& row : rows) {
        CHECK(sandbox.run_program({"bash", "-c", row.script}).result.output == row.output);
    }
}
