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
    const WorkerResult result = workspace.worker->run({.argv = {"bash", "-c", "pwd; exit 3"},
                                                       .working_directory = workspace.path(),
                                                       .timeout = kLong},
                                                      nullptr);
    CHECK(result.process.ending == Ending(Exited{3}));
    CHECK(result.process.output == workspace.path().string() + "\n");
    CHECK(result.layers.back() == "seccomp");
}

TEST_CASE("the environment of a command is what the worker was given, exactly") {
    Workspace workspace;
    REQUIRE(::setenv("OPENAI_API_KEY", "of the broker", 1) == 0);
    const WorkerResult result = workspace.worker->run(
        {.argv = {"/usr/bin/env"}, .working_directory = workspace.path(), .timeout = kLong},
        nullptr);
    CHECK(result.process.output ==
          "GIT_CONFIG_NOSYSTEM=1\nGIT_OPTIONAL_LOCKS=0\nGIT_PAGER=cat\nGIT_TERMINAL_PROMPT=0\n"
          "HOME=/nowhere\nLANG=C.UTF-8\nNO_COLOR=1\nPAGER=cat\nPATH=/usr/bin:/bin\nTERM=dumb\n"
          "CODEX_SANDBOX_NETWORK_DISABLED=1\n");
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
        workspace.worker->run({.argv = {"bash", "-c", "echo begun; sleep 60"},
                               .working_directory = workspace.path(),
                               .timeout = std::chrono::milliseconds(200)},
                              nullptr);
    CHECK(result.process.ending == Ending(TimedOut{std::chrono::milliseconds(200)}));
    CHECK(result.process.output == "begun\n");
}

TEST_CASE("a sandbox that cannot be set up is an error with the layer, and nothing is executed") {
    Workspace workspace;
    codex::sandbox::Policy policy = workspace.policy();
    policy.workspace = "/nowhere/at/all";
    Worker worker(workspace.runner(), find_worker_executable(), policy, {});
    CHECK(error_of([&] {
              worker.run({.argv = {"/bin/true"}, .working_directory = "/", .timeout = kLong},
                         nullptr);
          }).find("the sandbox layer landlock abi ") == 0);
}

TEST_CASE("a worker that is not there, or is no worker, is an error") {
    Workspace workspace;
    Worker missing(workspace.runner(), "/nowhere/codex-worker", workspace.policy(), {});
    CHECK(error_of([&] {
              missing.run({.argv = {"/bin/true"}, .working_directory = "/", .timeout = kLong},
                          nullptr);
          }) ==
          "the command could not be run in the sandbox: cannot start /nowhere/codex-worker in /: "
          "No such file or directory");
    Worker wrong(workspace.runner(), "/bin/true", workspace.policy(), {});
    CHECK(error_of([&] {
              wrong.run({.argv = {"/bin/true"}, .working_directory = "/", .timeout = kLong},
                        nullptr);
          }) ==
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
    Worker worker(workspace.runner(), find_worker_executable(), policy, Workspace::environment());
    CHECK(worker.policy().workspace == (workspace.path() / "real").string());
    // What a command makes of the link afterwards opens nothing.
    std::filesystem::remove(link);
    std::filesystem::create_symlink("/etc", link);
    const WorkerResult result =
        worker.run({.argv = {"bash", "-c", "echo x > file && cat file /etc/shadow"},
                    .working_directory = worker.policy().workspace,
                    .timeout = kLong},
                   nullptr);
    CHECK(result.process.output == "x\ncat: /etc/shadow: Permission denied\n");
}

TEST_CASE("a cancelled run is interrupted, not failed") {
    Workspace workspace;
    codex::loop::Cancel cancel;
    workspace.loop().after(std::chrono::milliseconds(100), [&] {
        cancel.request(Interrupted::Reason::signal, "received SIGTERM");
    });
    CHECK_THROWS_AS(
        workspace.worker->run(
            {.argv = {"sleep", "60"}, .working_directory = workspace.path(), .timeout = kLong},
            &cancel),
        Interrupted);
}

TEST_CASE("the worker lies beside the running program") {
    CHECK(find_worker_executable() == std::filesystem::path(CODEX_BINARY_DIR) / "codex-worker");
}

namespace {

/// A repository with hooks of its own in the workspace of a worker that may write.
class Repository {
  public:
    explicit Repository(bool namespaces) {
        const std::filesystem::path git = workspace.path() / ".git";
        std::filesystem::create_directories(git / "hooks");
        write(git / "config", "[core]\n");
        write(git / "hooks/pre-push", "#!/bin/sh\n");
        if (::geteuid() == 0) {
            for (const auto& owned : {git, git / "hooks", git / "config", git / "hooks/pre-push"})
                REQUIRE(::chown(owned.c_str(), Workspace::owner(), Workspace::owner()) == 0);
        }
        std::filesystem::path executable = workspace.worker_executable();
        if (!namespaces) {
            const std::filesystem::path script = workspace.path().parent_path() / "worker";
            write(script, "#!/bin/sh\nexec " CODEX_BINARY_DIR "/child without_namespaces " +
                              executable.string() + "\n");
            executable = script;
        }
        worker.emplace(workspace.runner(), executable, workspace.policy(),
                       Workspace::environment());
    }

    WorkerResult run(const std::string& script) {
        return worker->run({.argv = {"/bin/sh", "-c", script},
                            .working_directory = workspace.path(),
                            .timeout = std::chrono::seconds(20)},
                           nullptr);
    }
    std::string read(const std::string& path) const {
        return codex::base::read_file_if_exists(workspace.path() / path).value_or("none");
    }

    Workspace workspace{codex::sandbox::Mode::workspace_write};
    std::optional<Worker> worker;

  private:
    static void write(const std::filesystem::path& path, const std::string& text) {
        codex::base::write_file_atomically(path, text, 0755);
    }
};

}  // namespace

TEST_CASE("control files that a command could change are put back, and it is said") {
    Repository repository(false);
    const WorkerResult result = repository.run(
        "mv .git .git2; mkdir -p .git .codex; echo evil >.git/config; echo evil "
        ">.codex/config.toml; "
        "ln -s /etc .git/hooks");
    CHECK(result.process.ending == codex::process::Ending(codex::process::Exited{0}));
    const std::string root = repository.workspace.path().string();
    CHECK(result.restored ==
          std::vector<std::string>{root + "/.git/hooks was replaced, and is put back",
                                   root + "/.codex was made, and is removed",
                                   root + "/.git/config was changed, and is put back",
                                   root + "/.git/hooks/pre-push was removed, and is put back"});
    CHECK(repository.read(".git/config") == "[core]\n");
    CHECK(repository.read(".git/hooks/pre-push") == "#!/bin/sh\n");
    CHECK(repository.read(".codex/config.toml") == "none");
    CHECK(repository.run("true").restored.empty());
}

TEST_CASE("control files that the kernel protects are not changed in the first place") {
    Repository repository(true);
    const WorkerResult result = repository.run(
        "exec 2>/dev/null; mv .git .git2 && echo moved; echo evil >.git/config; "
        "rm -r .git/hooks; mkdir .agents");
    CHECK(result.process.output.empty());
    // Nothing can be mounted where nothing is.
    CHECK(result.restored == std::vector<std::string>{repository.workspace.path().string() +
                                                      "/.agents was made, and is removed"});
    CHECK(repository.read(".git/hooks/pre-push") == "#!/bin/sh\n");
}
