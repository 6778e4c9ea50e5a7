// What namespaces of the command's own give: paths that stay as they are beneath a writable root,
// and a network of its own.
#include "sandbox/namespaces.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "tests/support/lib/text.h"
#include "worker_fixture.h"

using namespace codex::sandbox;
using codex::test::has;

namespace {

const std::vector<std::string> kAsOrdinaryUser = {"/usr/bin/setpriv", "--reuid=1001",
                                                  "--regid=1001", "--clear-groups"};

/// A workspace with a repository, of which `.git/config` and the hooks are protected.
class Protected : public Sandbox {
  public:
    Protected() {
        const std::filesystem::path git = workspace() + "/.git";
        std::filesystem::create_directories(git / "hooks");
        codex::base::write_file_atomically(git / "config", "[core]\n", 0666);
        codex::base::write_file_atomically(git / "index", "index", 0666);
        if (is_root()) {
            for (const char* owned : {"", "hooks", "config", "index"})
                REQUIRE(::chown((git / owned).c_str(), kWorkspaceOwner, kWorkspaceOwner) == 0);
        }
        policy.mode = Mode::workspace_write;
        policy.protected_paths = {workspace() + "/.git/config", workspace() + "/.git/hooks",
                                  workspace() + "/.codex"};
    }

    /// Output of a shell script; "1" after each attempt that failed.
    std::string shell(const std::string& script, const std::vector<std::string>& wrapper = {}) {
        const Outcome outcome = run_program({"/bin/sh", "-c", script}, wrapper);
        INFO("error: " << outcome.report.error);
        REQUIRE(outcome.report.ready);
        report = outcome.report;
        return std::string(codex::base::trim(outcome.result.output));
    }
    WorkerReport report;
};

bool reports(const std::vector<std::string>& lines, const std::string& text) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return has(line, text); });
}

// Each prints its number when it came through.
constexpr const char* kAttempts =
    "exec 2>/dev/null\n"
    "{ echo evil >.git/config; } && echo 1\n"
    "rm -f .git/config && echo 2\n"
    "{ echo evil >x && mv -f x .git/config; } && echo 3\n"
    "mv .git .git2 && echo 4\n"
    "{ echo evil >.git/hooks/pre-push; } && echo 5\n"
    "mv .git/hooks .git/hooks2 && echo 6\n"
    "ln -f .git/config y && echo evil >y && echo 7\n"
    "mv ../workspace ../elsewhere && echo 8\n"
    "touch file2 .git/index .git/index.lock && mv .git/index.lock .git/index && echo works\n";

}  // namespace

TEST_CASE("protected paths stay as they are, and so do the folders above them") {
    for (const bool ordinary : {false, true}) {
        CAPTURE(ordinary);
        Protected sandbox;
        if (ordinary && !Sandbox::is_root()) continue;
        sandbox.policy.writable = {};
        const std::vector<std::string> wrapper =
            ordinary ? kAsOrdinaryUser : std::vector<std::string>{};
        CHECK(sandbox.shell(kAttempts, wrapper) == "works");
        CHECK(reports(sandbox.report.layers, "read-only mounts"));
        CHECK(codex::base::read_file(sandbox.workspace() + "/.git/config", 100) == "[core]\n");
    }
}

TEST_CASE("without protected paths the same attempts come through") {
    Protected sandbox;
    sandbox.policy.protected_paths.clear();
    CHECK(has(sandbox.shell(kAttempts), "1\n2\n3\n4"));
}

TEST_CASE("a kernel that grants no namespaces is reported, and the rest of the sandbox stands") {
    Protected sandbox;
    const std::string output = sandbox.shell("{ echo evil >.git/config; } && echo through",
                                             {sandbox.child(), "without_namespaces"});
    CHECK(output == "through");
    CHECK(reports(sandbox.report.missing, "read-only mounts"));
    CHECK(reports(sandbox.report.layers, "landlock"));
}

TEST_CASE("a command with loopback reaches its own servers and not those of the machine") {
    Sandbox sandbox;
    sandbox.policy.network = Network::loopback;
    const Listener listener = listen_on_loopback();
    const std::string port = std::to_string(listener.port());
    CHECK(sandbox.attempt({"serve_and_connect"}) == "through");
    CHECK(sandbox.attempt({"connect_tcp", port}) == "ECONNREFUSED");
    CHECK(sandbox.attempt({"connect_unix", "/var/run/docker.sock"}) == "EPERM");
    CHECK(reports(sandbox.run_program({"/bin/true"}).report.layers, "network namespace"));
    sandbox.policy.mode = Mode::danger_full_access;
    CHECK(sandbox.attempt({"connect_tcp", port}) == "ok");
}
