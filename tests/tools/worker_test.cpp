#include "tools/worker.h"

#include <catch2/catch_test_macros.hpp>

#include "sandbox/enforce.h"
#include "tools_fixture.h"

using namespace codex::tools;
using codex::base::Interrupted;
using codex::process::Ending;
using codex::process::Exited;
using codex::process::TimedOut;
using codex::sandbox::SandboxError;

namespace {

constexpr std::chrono::milliseconds kLong{20000};

template <class Body>
std::string error_of(Body body) {
    try {
        body();
    } catch (const SandboxError& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("a command's output, ending and layers come back") {
    Workspace workspace;
    const WorkerResult result =
        workspace.worker->run({"bash", "-c", "pwd; exit 3"}, workspace.path(), kLong, nullptr);
    CHECK(result.process.ending == Ending(Exited{3}));
    CHECK(result.process.output == workspace.path().string() + "\n");
    CHECK(result.layers.back() == "seccomp");
}

TEST_CASE("the environment of a command is what the worker was given, exactly") {
    Workspace workspace;
    REQUIRE(::setenv("OPENAI_API_KEY", "of the broker", 1) == 0);
    const WorkerResult result =
        workspace.worker->run({"/usr/bin/env"}, workspace.path(), kLong, nullptr);
    CHECK(result.process.output ==
          "PATH=/usr/bin:/bin\nHOME=/nowhere\nLANG=C.UTF-8\nTERM=dumb\nNO_COLOR=1\nPAGER=cat\n"
          "GIT_PAGER=cat\nGIT_TERMINAL_PROMPT=0\nGIT_OPTIONAL_LOCKS=0\nGIT_CONFIG_NOSYSTEM=1\n");
}

TEST_CASE(
    "programs beneath /opt can be read where PATH names their folder, and nothing else there") {
    Workspace workspace;
    const Worker worker(workspace.runner(), "/nowhere/codex-worker", workspace.policy(),
                        {"HOME=/opt/home",
                         "PATH=/usr/bin:/opt:/opt/:/opt/../etc:opt/a:/opt/no/such/bin/:/optional"});
    CHECK(worker.policy().readable == std::vector<std::string>{"/opt/no/such/bin"});
}

TEST_CASE("a timeout keeps the output until then") {
    Workspace workspace;
    const WorkerResult result =
        workspace.worker->run({"bash", "-c", "echo begun; sleep 60"}, workspace.path(),
                              std::chrono::milliseconds(200), nullptr);
    CHECK(result.process.ending == Ending(TimedOut{std::chrono::milliseconds(200)}));
    CHECK(result.process.output == "begun\n");
}

TEST_CASE("a sandbox that cannot be set up is an error with the layer, and nothing is executed") {
    Workspace workspace;
    codex::sandbox::Policy policy = workspace.policy();
    policy.workspace = "/nowhere/at/all";
    Worker worker(workspace.runner(), find_worker_executable(), policy, {});
    CHECK(error_of([&] {
              worker.run({"/bin/true"}, "/", kLong, nullptr);
          }).find("the sandbox layer landlock abi ") == 0);
}

TEST_CASE("a worker that is not there, or is no worker, is an error") {
    Workspace workspace;
    Worker missing(workspace.runner(), "/nowhere/codex-worker", workspace.policy(), {});
    CHECK(error_of([&] { missing.run({"/bin/true"}, "/", kLong, nullptr); }) ==
          "the command could not be run in the sandbox: cannot start /nowhere/codex-worker in /: "
          "No such file or directory");
    Worker wrong(workspace.runner(), "/bin/true", workspace.policy(), {});
    CHECK(error_of([&] { wrong.run({"/bin/true"}, "/", kLong, nullptr); }) ==
          "the command could not be run in the sandbox: codex-worker ended without a report (exit "
          "code 0): ");
}

TEST_CASE("links in the policy's paths are resolved once, at the start") {
    Workspace workspace(codex::sandbox::Mode::workspace_write);
    const std::filesystem::path link = workspace.path() / "link";
    std::filesystem::create_directory(workspace.path() / "real");
    if (::geteuid() == 0) {
        REQUIRE(::chown((workspace.path() / "real").c_str(), Workspace::owner(),
                        Workspace::owner()) == 0);
    }
    std::filesystem::create_symlink(workspace.path() / "real", link);
    codex::sandbox::Policy policy = workspace.policy();
    policy.workspace = link.string();
    Worker worker(workspace.runner(), find_worker_executable(), policy,
                  command_environment("/usr/bin:/bin", "/nowhere"));
    CHECK(worker.policy().workspace == (workspace.path() / "real").string());
    // What a command makes of the link afterwards opens nothing.
    std::filesystem::remove(link);
    std::filesystem::create_symlink("/etc", link);
    const WorkerResult result = worker.run({"bash", "-c", "echo x > file && cat file /etc/shadow"},
                                           worker.policy().workspace, kLong, nullptr);
    CHECK(result.process.output == "x\ncat: /etc/shadow: Permission denied\n");
}

TEST_CASE("a cancelled run is interrupted, not failed") {
    Workspace workspace;
    codex::loop::Cancel cancel;
    workspace.loop().after(std::chrono::milliseconds(100), [&] {
        cancel.request(Interrupted::Reason::signal, "received SIGTERM");
    });
    CHECK_THROWS_AS(workspace.worker->run({"sleep", "60"}, workspace.path(), kLong, &cancel),
                    Interrupted);
}

TEST_CASE("the worker lies beside the running program") {
    CHECK(find_worker_executable() == std::filesystem::path(CODEX_BINARY_DIR) / "codex-worker");
}
