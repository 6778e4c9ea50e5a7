// The sandbox as a user meets it: through the command line, with real programs inside.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "tests/support/lib/run_program.h"
#include "tests/support/lib/temp_dir.h"
#include "tests/support/lib/text.h"

namespace codex::test {
namespace {

using Words = std::vector<std::string>;

constexpr std::uint32_t kOwner = 1001;

const Words kAsOrdinaryUser = {"/usr/bin/setpriv", "--reuid=1001", "--regid=1001",
                               "--clear-groups"};
// What Docker leaves to root by default (moby, profiles/seccomp and oci/caps), and no namespaces.
const Words kAsInContainer = {
    "/usr/bin/setpriv",
    "--bounding-set=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,"
    "+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap",
    CODEX_BINARY_DIR "/child", "without_namespaces"};

/// A workspace of an ordinary user, as on a hosted runner.
class Workspace {
  public:
    Workspace() {
        std::filesystem::create_directory(path());
        give_away(path());
        REQUIRE(::chmod(folder_.path().c_str(), 0755) == 0);
    }
    std::filesystem::path path() const { return folder_.path() / "workspace"; }
    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories((path() / name).parent_path());
        base::write_file_atomically(path() / name, text);
        for (auto part = path() / name; part != path(); part = part.parent_path()) give_away(part);
    }
    std::string read(const std::string& name) const {
        return base::read_file_if_exists(path() / name).value_or("none");
    }

    ProgramResult run(const Words& words, const Words& wrapper = {},
                      const Words& environment = {}) const {
        Program program;
        program.argv = wrapper;
        program.argv.emplace_back(CODEX_BINARY_DIR "/codex-action");
        program.argv.insert(program.argv.end(), words.begin(), words.end());
        program.environment = plain_environment();
        program.environment.insert(program.environment.end(), environment.begin(),
                                   environment.end());
        program.working_directory = path();
        program.timeout = std::chrono::minutes(2);
        return run_program(std::move(program));
    }
    /// A shell script that may write.
    ProgramResult script(const std::string& text, const Words& options = {}) const {
        Words words = {"sandbox", "--mode", "workspace-write"};
        words.insert(words.end(), options.begin(), options.end());
        words.insert(words.end(), {"--", "bash", "-c", text});
        return run(words);
    }

  private:
    static void give_away(const std::filesystem::path& path) {
        if (::geteuid() == 0) REQUIRE(::chown(path.c_str(), kOwner, kOwner) == 0);
    }

    TempDir folder_;
};

/// Processes one of whose arguments is `word`.
std::vector<std::string> processes_named(const std::string& word) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        try {
            const std::string words = base::read_file(entry.path() / "cmdline");
            if (has(words, std::string(1, '\0') + word + '\0')) found.push_back(words);
        } catch (const base::Error&) {
            continue;  // no process, or gone
        }
    }
    return found;
}

bool is_root() {
    return ::geteuid() == 0;
}

}  // namespace

TEST_CASE("a command's exit code comes through, and there is one for each other end") {
    struct Row {
        Words words;
        int code;
        std::string error;
    };
    const Row rows[] = {
        {{"--", "sh", "-c", "exit 3"}, 3, ""},
        {{"--", "sh", "-c", "kill -TERM $$"}, 143, ""},
        {{"--timeout", "1", "--", "sleep", "60"}, 124, "timed out after 1 s"},
        {{"--", "/nowhere/program"}, 127, "cannot execute /nowhere/program"},
        {{"--", "/etc/passwd"}, 126, "cannot execute /etc/passwd: Permission denied"},
        {{"--mode", "none", "--", "true"}, 2, "--mode is \"none\"; allowed: read-only, "},
        {{"--readable", "/nowhere", "--", "true"}, 2, "--readable /nowhere: there is no such"},
        {{"--writable", "/var", "--", "true"}, 2, "--writable needs --mode workspace-write"},
        {{"--readable", "/", "--", "true"}, 125, "the whole file system cannot be opened"},
        {{"--timeout", "0", "--", "true"}, 2, "--timeout is \"0\"; allowed: 1 to 21600 seconds"},
        {{"true"}, 2, "unknown option \"true\"; see codex-action sandbox --help"},
        {{}, 2, "say what to run"},
    };
    const Workspace workspace;
    for (const Row& row : rows) {
        Words words = {"sandbox"};
        words.insert(words.end(), row.words.begin(), row.words.end());
        const ProgramResult result = workspace.run(words);
        INFO(base::join(words, " ") << "\n" << result.err);
        CHECK(result.exit_code == row.code);
        CHECK(has(result.err, row.error));
    }
}

TEST_CASE("a sandbox that cannot be had is 125 with the layer, or is reported under best effort") {
    const Workspace workspace;
    const Words wrapper = {CODEX_BINARY_DIR "/child", "without_landlock"};
    const ProgramResult refused = workspace.run({"sandbox", "--", "echo", "ran"}, wrapper);
    CHECK(refused.exit_code == 125);
    CHECK(refused.out.empty());
    CHECK(has(refused.err, "the sandbox layer landlock cannot be had"));
    const ProgramResult reported =
        workspace.run({"sandbox", "--sandbox", "best-effort", "--", "echo", "ran"}, wrapper);
    CHECK(reported.exit_code == 0);
    CHECK(reported.out == "ran\n");
    CHECK(has(reported.err, "not in force: landlock"));
}

TEST_CASE("full access and a whole network are announced") {
    const Workspace workspace;
    CHECK(has(workspace.run({"sandbox", "--mode", "danger-full-access", "--", "true"}).err,
              "no sandbox: the mode is danger-full-access"));
    CHECK(has(workspace.run({"sandbox", "--sandbox", "off", "--", "true"}).err,
              "no sandbox: it is off"));
    CHECK(has(workspace.run({"sandbox", "--network", "--", "true"}).err,
              "the command has the whole network"));
    CHECK(workspace.run({"sandbox", "--", "true"}).err.empty());
}

TEST_CASE("in a workflow the runner takes nothing of a command's output for a command of its own") {
    const Workspace workspace;
    const ProgramResult result =
        workspace.run({"sandbox", "--", "echo", "::add-path::/evil"}, {}, {"GITHUB_ACTIONS=true"});
    const std::vector<std::string_view> lines = base::split_lines(result.out);
    REQUIRE(lines.size() == 4);
    const std::string token(lines[0].substr(lines[0].rfind(':') + 1));
    CHECK(token.size() == 32);
    CHECK(result.out == fmt::format("::stop-commands::{0}\n::add-path::/evil\n\n::{0}::\n", token));
}

TEST_CASE("explain names each layer and whether it is in force here") {
    const Workspace workspace;
    const ProgramResult result = workspace.run({"sandbox", "--explain"});
    CHECK(result.exit_code == 0);
    for (const char* line : {"landlock: files        in force", "seccomp                in force",
                             "read-only mounts       in force", "no new privileges      in force"})
        CHECK(has(result.out, line));
    const ProgramResult without = workspace.run({"sandbox", "--explain"}, kAsInContainer);
    CHECK(has(without.out, "read-only mounts       -"));
    CHECK(has(without.out, "missing: read-only mounts"));
}

TEST_CASE("the environment is the policy's and holds none of the runner's secrets") {
    const Workspace workspace;
    const ProgramResult result = workspace.run(
        {"sandbox", "--", "env"}, {},
        {"GITHUB_TOKEN=CANARY", "OPENAI_API_KEY=CANARY", "ACTIONS_RUNTIME_TOKEN=CANARY",
         "INPUT_X=CANARY", "GITHUB_ENV=CANARY", "OTHER=CANARY"});
    CHECK(has(result.out, "CODEX_SANDBOX_NETWORK_DISABLED=1"));
    CHECK(has(result.out, "HOME=/nonexistent"));
    CHECK_FALSE(has(result.out, "CANARY"));
}

TEST_CASE("the attack list holds: for root, an ordinary user and root in a container", "[slow]") {
    const Workspace workspace;
    const auto check = [&](const Words& wrapper) {
        ProgramResult result = workspace.run({"selftest"}, wrapper);
        INFO(result.out << result.err);
        CHECK(result.exit_code == 0);
        CHECK(has(result.out, " 0 came through"));
        CHECK(has(result.out,
                  "connect by TCP                                 through         EPERM"));
        return result;
    };
    SECTION("as root, or whoever runs the tests") {
        check({});
    }
    if (!is_root()) return;
    SECTION("as an ordinary user") {
        CHECK(has(check(kAsOrdinaryUser).out, "EROFS"));
    }
    SECTION("as root in a container") {
        // No mounts there: what was changed is put back.
        CHECK(has(check(kAsInContainer).out, "put back"));
    }
}

TEST_CASE("an ordinary user's commands are counted in a namespace of their own", "[slow]") {
    if (::geteuid() != 0) SKIP("only root can become somebody else");
    const Workspace workspace;
    const auto bomb = [&](const std::string& processes) {
        const std::string program =
            "import os, time\ntry:\n  for i in range(" + processes +
            "):\n    if os.fork() == 0:\n      time.sleep(60)\n      os._exit(0)\n  print('ok')\n"
            "except OSError as error: print(error)\n";
        return workspace
            .run({"sandbox", "--mode", "workspace-write", "--", "python3", "-c", program},
                 kAsOrdinaryUser)
            .out;
    };
    if (!has(workspace.run({"sandbox", "--explain"}, kAsOrdinaryUser).out, "process count; "))
        SKIP("no user namespaces here");
    CHECK(bomb("100") == "ok\n");
    CHECK(bomb("600") == "[Errno 11] Resource temporarily unavailable\n");
}

TEST_CASE("apply_patch works as a program within the sandbox, where openat2 is refused") {
    Workspace workspace;
    workspace.write("d/f", "old\n");
    REQUIRE(workspace
                .script("ln -s d l && ln -s " CODEX_BINARY_DIR "/codex-worker apply_patch && "
                        "ln -s /etc out",
                        {"--readable", CODEX_BINARY_DIR})
                .exit_code == 0);
    const auto patch = [&](const std::string& body) {
        workspace.write("patch", "*** Begin Patch\n" + body + "*** End Patch\n");
        return workspace.script("./apply_patch < patch 2>&1", {"--readable", CODEX_BINARY_DIR});
    };
    CHECK(patch("*** Update File: l/f\n@@\n-old\n+new\n").out ==
          "Success. Updated the following files:\nM l/f\n");
    CHECK(workspace.read("d/f") == "new\n");
    CHECK(patch("*** Add File: l/../../x\n+x\n").exit_code == 1);
    CHECK(has(patch("*** Add File: out/x\n+x\n").out, "out/x leads out of the root"));
    CHECK(has(patch("*** Update File: l/../d/f\n@@\n-new\n+newer\n").out, "Success."));
    CHECK(workspace.read("d/f") == "newer\n");
}

TEST_CASE("a self-test of a sandbox with a hole fails and names it") {
    // Landlock is refused, so that the files outside lie open; best effort is not what it tests.
    const Workspace workspace;
    const ProgramResult result =
        workspace.run({"selftest"}, {CODEX_BINARY_DIR "/child", "without_landlock"});
    CHECK(result.exit_code == 1);
    CHECK(has(result.err, "the sandbox layer landlock cannot be had"));
}

TEST_CASE("real programs work in the sandbox", "[slow]") {
    struct Row {
        std::string name;
        std::string needs;  // a program that may not be installed
        std::string script;
        std::string output;
    };
    const Row rows[] = {
        {"a git repository", "git",
         "git init -q . 2>&1; git config user.name me; echo a >a; git add a; git status --short",
         "A  a\n"},
        {"a compiler", "gcc",
         "printf '#include <stdio.h>\\nint main(void) { puts(\"built\"); }\\n' >m.c && gcc -O1 -o "
         "m "
         "m.c && ./m",
         "built\n"},
        {"make with two jobs", "make",
         "printf 'all: a b\\na b:\\n\\t@echo $@ >$@\\n' >Makefile && make -s -j2 && cat a b",
         "a\nb\n"},
        {"python's unit tests", "python3",
         "printf 'import unittest\\nclass T(unittest.TestCase):\\n  def test(self): "
         "self.assertEqual(1, 1)\\n' >test_it.py && python3 -m unittest 2>&1 | tail -n 1",
         "OK\n"},
        {"threads, children and shared memory", "python3",
         "python3 -c 'import threading, subprocess, mmap, multiprocessing.dummy as d\n"
         "m = mmap.mmap(-1, 4096); m[0] = 7\n"
         "t = [threading.Thread(target=lambda: None) for _ in range(20)]\n"
         "[x.start() for x in t]; [x.join() for x in t]\n"
         "print(sum(subprocess.call([\"true\"]) for _ in range(200)), m[0])'",
         "0 7\n"},
        {"a UNIX socket pair", "python3",
         "python3 -c 'import socket\n"
         "a, b = socket.socketpair(); a.sendall(b\"hello\"); print(b.recv(5).decode())'",
         "hello\n"},
        {"node's tests", "node",
         "printf 'require(\"node:test\")(\"it\", () => {})\\n' >t.test.js && node --test 2>&1 | "
         "grep -c "
         "'pass 1'",
         "1\n"},
        {"npm test", "npm",
         "echo '{\"scripts\":{\"test\":\"echo tested\"}}' >package.json && npm test --silent 2>&1",
         "tested\n"},
        {"cmake", "cmake",
         "printf 'cmake_minimum_required(VERSION 3.16)\\nproject(p C)\\nadd_executable(p m.c)\\n' "
         ">CMakeLists.txt && echo 'int main(void) { return 0; }' >m.c && cmake -S . -B b "
         ">/dev/null "
         "&& cmake --build b >/dev/null && b/p && echo built",
         "built\n"},
        {"ripgrep", "rg", "echo needle >hay; rg -N needle hay", "needle\n"},
        {"pipelines and temporary files", "bash",
         "f=$(mktemp) && seq 1000 | sort -rn | head -n 1 >$f && cat $f && yes | head -n 1",
         "1000\ny\n"},
    };
    for (const Row& row : rows) {
        const Workspace workspace;
        if (workspace.run({"sandbox", "--", "sh", "-c", "command -v " + row.needs}).exit_code !=
            0) {
            WARN(row.needs << " is not installed: " << row.name << " is not tried");
            continue;
        }
        const ProgramResult result = workspace.script(row.script);
        INFO(row.name << "\n" << result.out << result.err);
        CHECK(result.exit_code == 0);
        CHECK(result.out == row.output);
    }
}

TEST_CASE("git can commit beneath protected control files, and files keep the workspace's owner") {
    const Workspace workspace;
    REQUIRE(workspace.script("git init -q . 2>/dev/null").exit_code == 0);
    // What is there from the start is protected: `git init` above was put back but for its objects.
    Program init;
    init.argv = {"git", "init", "-q", workspace.path().string()};
    init.environment = plain_environment();
    run_checked(std::move(init));
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(workspace.path() / ".git")) {
        if (is_root()) REQUIRE(::chown(entry.path().c_str(), kOwner, kOwner) == 0);
    }
    if (is_root()) REQUIRE(::chown((workspace.path() / ".git").c_str(), kOwner, kOwner) == 0);
    const ProgramResult result = workspace.script(
        "echo a >a && git add a && git -c user.name=me -c user.email=me@example.com commit -q -m "
        "one "
        "&& git log --format=%s; git config core.fsmonitor evil; echo x >.git/hooks/pre-push");
    INFO(result.out << result.err);
    CHECK(result.out == "one\n");
    CHECK_FALSE(has(workspace.read(".git/config"), "evil"));
    CHECK(workspace.read(".git/hooks/pre-push") == "none");
    struct stat info = {};
    REQUIRE(::stat((workspace.path() / "a").c_str(), &info) == 0);
    CHECK(info.st_uid == (is_root() ? kOwner : ::getuid()));
}

TEST_CASE("a private home and temporary folder are there to write, and go with the command") {
    const Workspace workspace;
    const ProgramResult result = workspace.script("touch $HOME/x && echo $HOME");
    REQUIRE(result.exit_code == 0);
    const std::string home(base::trim(result.out));
    CHECK(home.starts_with("/tmp/codex-home-"));
    CHECK_FALSE(std::filesystem::exists(home));
}

TEST_CASE("nothing is alive after a command, as process 1 of a container too") {
    const Workspace workspace;
    const std::string daemon = "setsid nohup sleep 4711 >/dev/null 2>&1 & echo $!";
    for (const Words& wrapper :
         {Words{}, Words{"/usr/bin/unshare", "--pid", "--fork", "--mount-proc"}}) {
        if (!wrapper.empty() && !is_root()) continue;
        INFO(base::join(wrapper, " "));
        const ProgramResult result =
            workspace.run({"sandbox", "--", "bash", "-c", daemon}, wrapper);
        CHECK(result.exit_code == 0);
        CHECK(processes_named("4711").empty());
    }
}

}  // namespace codex::test
