// A workspace and a worker with a policy, as the agent's tools have them.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "process/process.h"
#include "tools/environment.h"
#include "tools/worker.h"

namespace codex::tools {

class Workspace {
  public:
    explicit Workspace(sandbox::Mode mode = sandbox::Mode::read_only) : mode_(mode) {
        process::become_subreaper();
        char name[] = "/var/tmp/codex-tools-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        root_ = name;
        std::filesystem::create_directory(root_ / "tree");
        REQUIRE(::chmod(root_.c_str(), 0755) == 0);
        if (::geteuid() == 0) REQUIRE(::chown(path().c_str(), owner(), owner()) == 0);
        worker.emplace(*runner_, worker_executable(), policy(), environment());
    }
    ~Workspace() { std::filesystem::remove_all(root_); }
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    static std::filesystem::path worker_executable() {
        return std::filesystem::path(CODEX_BINARY_DIR) / "codex-worker";
    }
    static std::uint32_t owner() { return ::geteuid() == 0 ? 1001 : 0; }
    std::filesystem::path path() const { return root_ / "tree"; }
    sandbox::Policy policy() const {
        sandbox::Policy policy;
        policy.mode = mode_;
        policy.workspace = path().string();
        policy.run_as_uid = policy.run_as_gid = owner();
        return policy;
    }
    static std::vector<std::string> environment() {
        return command_environment(
            {}, base::Environment(std::map<std::string, std::string, std::less<>>{
                    {"PATH", "/usr/bin:/bin"}, {"HOME", "/nowhere"}}));
    }
    process::ProcessRunner& runner() { return *runner_; }
    loop::Loop& loop() { return loop_; }

  private:
    sandbox::Mode mode_;
    std::filesystem::path root_;
    base::SystemClock clock_;
    loop::Loop loop_{clock_};
    std::unique_ptr<process::ProcessRunner> runner_ = process::make_process_runner(loop_);

  public:
    std::optional<Worker> worker;
};

}  // namespace codex::tools
