#include "sandbox/enforce.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <csignal>

#include "sandbox/landlock.h"
#include "worker_fixture.h"

using namespace codex::sandbox;
using codex::process::Ending;
using codex::process::Exited;

namespace {

using Lines = std::vector<std::string>;

/// Runs `body` in a process of its own, for what cannot be taken back; its result is the exit code.
template <class Body>
int in_own_process(Body body) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(body());
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

bool can_read(const std::string& path) {
    const codex::base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    char byte = 0;
    return fd && ::read(fd.get(), &byte, 1) >= 0;
}

}  // namespace

TEST_CASE("the report names each layer in force") {
    Sandbox sandbox;
    const auto outcome = sandbox.run_program({"/bin/true"});
    CHECK(outcome.report.ready);
    CHECK(outcome.report.error.empty());
    CHECK(outcome.result.ending == Ending(Exited{0}));
    const std::string landlock = fmt::format("landlock abi {}", landlock_abi());
    if (Sandbox::is_root()) {
        CHECK(outcome.report.layers == Lines{"session", "limits", "dies first without memory",
                                             "process count", "bounding set", "uid 1001",
                                             "no capabilities", "dies with the broker",
                                             "no new privileges", landlock, "seccomp"});
    } else {
        CHECK(outcome.report.layers == Lines{"session", "limits", "dies first without memory",
                                             "bounding set", "no capabilities",
                                             "dies with the broker", "no new privileges", landlock,
                                             "seccomp"});
    }
}

TEST_CASE("root who owns the workspace stays root, without capabilities, and it is said") {
    if (!Sandbox::is_root()) SKIP("only root can stay root");
    Sandbox sandbox;
    sandbox.policy.run_as_uid = sandbox.policy.run_as_gid = 0;
    const auto outcome =
        sandbox.run_program({sandbox.child(), "print_identity", "--", "print_status", "CapInh",
                             "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"});
    CHECK(outcome.result.output ==
          "uid 0 gid 0 groups 0\n0000000000000000 0000000000000000 0000000000000000 "
          "0000000000000000 0000000000000000 1 2\n");
    CHECK(outcome.report.missing ==
          Lines{"process count: cannot be limited while the uid is not a separate one",
                "uid: stays root, who owns the workspace, without capabilities"});
}

TEST_CASE("the owner of the workspace is who the command runs as, for good") {
    if (!Sandbox::is_root()) SKIP("only root can become somebody else");
    Sandbox sandbox;
    CHECK(sandbox.attempt({"print_identity", "--", "become_root", "--", "print_status", "CapPrm",
                           "CapBnd", "NoNewPrivs"}) ==
          "uid 1001 gid 1001 groups 0\nEPERM\n0000000000000000 0000000000000000 1");
}

TEST_CASE("the command has its session, three descriptors, default signals and its own output") {
    Sandbox sandbox;
    CHECK(sandbox.attempt({"print_session", "--", "print_fds", "--", "print_signals", "--",
                           "reopen_output", "--", "print_folder"}) ==
          "leads its session and group\n0 1 2\nall default, none blocked\nok\n" +
              sandbox.workspace());
}

TEST_CASE("the environment is what the request says and nothing of the broker's") {
    Sandbox sandbox;
    REQUIRE(::setenv("CODEX_TEST_SECRET", "of the broker", 1) == 0);
    sandbox.environment = {"PATH=/usr/bin:/bin", "HOME=/nowhere"};
    CHECK(sandbox.attempt({"print_env"}) == "PATH=/usr/bin:/bin\nHOME=/nowhere");
}

TEST_CASE("a kernel without Landlock is refused when the sandbox is required") {
    Sandbox sandbox;
    const std::vector<std::string> wrapper = {sandbox.child(), "without_landlock"};
    const auto outcome =
        sandbox.run_program({sandbox.child(), "write", sandbox.outside() + "/x", "x"}, wrapper);
    CHECK_FALSE(outcome.report.ready);
    CHECK(outcome.report.error ==
          "the sandbox layer landlock cannot be had: the kernel has no Landlock (Linux 5.13), or "
          "it is switched off. It takes a runner with Linux 5.13 or later, such as ubuntu-latest, "
          "and in a container a runtime that lets Landlock and seccomp through");
    CHECK(outcome.result.ending == Ending(Exited{kWorkerFailed}));
    CHECK_FALSE(std::filesystem::exists(sandbox.outside() + "/x"));
}

TEST_CASE("a kernel without Landlock is reported under best effort, and the rest stays") {
    Sandbox sandbox;
    sandbox.policy.requirement = Requirement::best_effort;
    const auto outcome = sandbox.run_program(
        {sandbox.child(), "read", sandbox.outside() + "/secret", "--", "socket", "inet", "stream"},
        {sandbox.child(), "without_landlock"});
    CHECK(outcome.report.ready);
    CHECK(outcome.report.missing.back() ==
          "landlock: the kernel has no Landlock (Linux 5.13), or it is switched off");
    CHECK(outcome.report.layers.back() == "seccomp");
    CHECK(outcome.result.output == "secret\nEPERM\n");
}

TEST_CASE("an older Landlock does what it knows, and each gap is reported") {
    const std::size_t gaps[] = {5, 4, 3, 2, 1, 0, 0};  // of ABI 1 to 7
    for (int abi = 1; abi <= 7; ++abi) {
        CAPTURE(abi);
        Sandbox sandbox;
        sandbox.policy.mode = Mode::workspace_write;
        const std::string file = sandbox.workspace() + "/file";
        const auto outcome = sandbox.run_program(
            {sandbox.child(), "read", sandbox.outside() + "/secret", "--", "write",
             sandbox.outside() + "/x", "x", "--", "truncate_by_reading", file, "--", "write",
             sandbox.workspace() + "/new", "x"},
            {sandbox.child(), "with_landlock_abi", std::to_string(abi), sandbox.child(),
             "without_namespaces"});
        REQUIRE(outcome.report.ready);
        const auto& layers = outcome.report.layers;
        CHECK(std::count(layers.begin(), layers.end(), fmt::format("landlock abi {}", abi)) == 1);
        const auto& missing = outcome.report.missing;
        CHECK(static_cast<std::size_t>(
                  std::count_if(missing.begin(), missing.end(), [](const std::string& line) {
                      return line.starts_with("landlock abi ");
                  })) == gaps[abi - 1]);
        // Before ABI 3 truncation is refused everywhere.
        CHECK(outcome.result.output ==
              fmt::format("EACCES\nEACCES\n{}\nok\n", abi < 3 ? "EPERM" : "ok"));
    }
}

TEST_CASE("full access has no layers but the session and the tie to the broker, and says so") {
    Sandbox sandbox;
    struct Row {
        Mode mode;
        Requirement requirement;
        std::string missing;
    };
    const Row rows[] = {
        {Mode::danger_full_access, Requirement::required,
         "sandbox: none, the mode is danger-full-access"},
        {Mode::read_only, Requirement::off, "sandbox: none, it was switched off"},
    };
    for (const Row& row : rows) {
        sandbox.policy.mode = row.mode;
        sandbox.policy.requirement = row.requirement;
        const auto outcome = sandbox.run_program(
            {sandbox.child(), "read", sandbox.outside() + "/secret", "--", "print_session"});
        CHECK(outcome.result.output == "secret\nleads its session and group\n");
        CHECK(outcome.report.layers == Lines{"session", "dies with the broker"});
        CHECK(outcome.report.missing == Lines{row.missing});
    }
}

TEST_CASE("a worker whose parent is not the broker executes nothing") {
    Sandbox sandbox;
    sandbox.broker_pid = 1;
    for (const Mode mode : {Mode::read_only, Mode::danger_full_access}) {
        sandbox.policy.mode = mode;
        const auto outcome = sandbox.run_program({"/bin/true"});
        CHECK_FALSE(outcome.report.ready);
        CHECK(outcome.report.error.find("the broker, process 1, is not the parent") !=
              std::string::npos);
    }
}

TEST_CASE("a command dies with its broker, even when that is killed") {
    Sandbox sandbox;
    sandbox.policy.mode = Mode::workspace_write;
    const std::string fifo = sandbox.workspace() + "/fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0666) == 0);
    REQUIRE(::chmod(fifo.c_str(), 0666) == 0);
    const codex::base::UniqueFd reader(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    const pid_t broker = ::fork();
    if (broker == 0) {
        sandbox.run_program({"bash", "-c", "exec 9> fifo; echo here >&9; exec sleep 60"});
        ::_exit(0);
    }
    pollfd events = {.fd = reader.get(), .events = POLLIN, .revents = 0};
    constexpr int patience = 10000;
    REQUIRE(::poll(&events, 1, patience) == 1);
    char said[16];
    REQUIRE(::read(reader.get(), said, sizeof said) == 5);
    ::kill(broker, SIGKILL);
    ::waitpid(broker, nullptr, 0);
    // The last writer is gone when the command is.
    REQUIRE(::poll(&events, 1, patience) == 1);
    CHECK(events.revents == POLLHUP);
}

TEST_CASE("a policy that would open everything, or that a link was put into, is refused") {
    Sandbox sandbox;
    std::filesystem::create_symlink("/etc", sandbox.workspace() + "/link");
    struct Row {
        std::string workspace;
        std::vector<std::string> readable;
        std::string error;
    };
    const std::string link = sandbox.workspace() + "/link";
    const Row rows[] = {
        {"/", {}, "the whole file system cannot be opened by a sandbox policy"},
        {"//", {}, "the whole file system cannot be opened by a sandbox policy"},
        {"relative", {}, "\"relative\" is no absolute path"},
        {"", {}, "\"\" is no absolute path"},
        {sandbox.workspace(), {"/"}, "the whole file system cannot be opened by a sandbox policy"},
        {sandbox.workspace(),
         {link},
         link + " is or passes through a symbolic link; the policy must name its real path"},
        {sandbox.workspace(),
         {link + "/ssl"},
         link + "/ssl is or passes through a symbolic link; the policy must name its real path"},
        {"/nowhere", {}, "the workspace /nowhere is not there, or uid"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.workspace, row.readable);
        sandbox.policy.workspace = row.workspace;
        sandbox.policy.readable = row.readable;
        const auto outcome = sandbox.run_program({"/bin/true"});
        CHECK_FALSE(outcome.report.ready);
        CHECK(outcome.report.error.find(row.error) != std::string::npos);
    }
}

TEST_CASE("a program that is not there or cannot be executed ends as in a shell") {
    Sandbox sandbox;
    struct Row {
        std::string program;
        int code;
        std::string reason;
    };
    const Row rows[] = {
        {"no-such-program", 127, "No such file or directory"},
        {"/nowhere/program", 127, "No such file or directory"},
        {"./file", 126, "Permission denied"},
        {sandbox.outside() + "/secret", 126, "Permission denied"},
    };
    for (const Row& row : rows) {
        const auto outcome = sandbox.run_program({row.program});
        const std::string error = fmt::format("cannot execute {}: {}", row.program, row.reason);
        CHECK(outcome.report.ready);
        CHECK(outcome.report.error == error);
        CHECK(outcome.result.output == error + "\n");
        CHECK(outcome.result.ending == Ending(Exited{row.code}));
    }
}

TEST_CASE("a request that cannot be read is reported") {
    Sandbox sandbox;
    const auto outcome = sandbox.run_program({});
    CHECK_FALSE(outcome.report.ready);
    CHECK(outcome.report.error == "the request names no program");
    CHECK(outcome.result.ending == Ending(Exited{kWorkerFailed}));
}

TEST_CASE("a hardened broker shows its environment to no other process of its uid") {
    if (!Sandbox::is_root()) SKIP("needs two processes of a uid that has no capabilities");
    const auto environment_is_readable = [](bool hardens) {
        codex::base::Pipe ready = codex::base::make_pipe();
        const pid_t broker = ::fork();
        if (broker == 0) {
            if (::setresuid(kWorkspaceOwner, kWorkspaceOwner, kWorkspaceOwner) != 0) ::_exit(1);
            // What exec does; a change of uid alone would have hidden it already.
            ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
            if (hardens) harden_broker();
            codex::base::write_all(ready.write_end.get(), "x");
            while (true) ::pause();
        }
        char byte = 0;
        REQUIRE(::read(ready.read_end.get(), &byte, 1) == 1);
        const int read = in_own_process([broker] {
            if (::setresuid(kWorkspaceOwner, kWorkspaceOwner, kWorkspaceOwner) != 0) return 2;
            return can_read(fmt::format("/proc/{}/environ", broker)) ? 1 : 0;
        });
        ::kill(broker, SIGKILL);
        ::waitpid(broker, nullptr, 0);
        return read;
    };
    CHECK(environment_is_readable(false) == 1);
    CHECK(environment_is_readable(true) == 0);
}

TEST_CASE("a hardened broker leaves no core file and gains no privileges") {
    CHECK(in_own_process([] {
              harden_broker();
              rlimit core = {};
              ::getrlimit(RLIMIT_CORE, &core);
              return core.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
                             ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1
                         ? 0
                         : 1;
          }) == 0);
}
