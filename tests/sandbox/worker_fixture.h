// Runs test programs in the real codex-worker, as the broker does.
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "json/codec.h"
#include "process/process.h"
#include "sandbox/policy.h"

namespace codex::sandbox {

inline constexpr std::uint32_t kWorkspaceOwner = 1001;

/// A folder with a workspace that its own uid owns, and beside it things that everybody may read
/// and write as far as permissions go: what stops the command there is the sandbox.
class Sandbox {
  public:
    Sandbox() {
        process::become_subreaper();
        char name[] = "/var/tmp/codex-sandbox-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        root_ = name;
        open_to_all(root_);
        for (const char* folder : {"workspace", "outside", "programs"}) {
            std::filesystem::create_directory(root_ / folder);
            open_to_all(root_ / folder);
        }
        base::write_file_atomically(outside() + "/secret", "secret", 0666);
        base::write_file_atomically(workspace() + "/file", "text", 0666);
        std::filesystem::copy(std::string(CODEX_BINARY_DIR) + "/child", root_ / "programs/child");
        if (is_root()) {
            for (const char* owned : {"workspace", "workspace/file"})
                REQUIRE(::chown((root_ / owned).c_str(), kWorkspaceOwner, kWorkspaceOwner) == 0);
            policy.run_as_uid = policy.run_as_gid = kWorkspaceOwner;
        }
        policy.workspace = workspace();
        // The programs of the tests may be built with AddressSanitizer.
        policy.limits.data_bytes = policy.limits.address_space_bytes = 0;
        policy.readable = {(root_ / "programs").string()};
        environment = {"PATH=/usr/bin:/bin"};
    }
    ~Sandbox() { std::filesystem::remove_all(root_); }
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    static bool is_root() { return ::geteuid() == 0; }
    std::string workspace() const { return (root_ / "workspace").string(); }
    std::string outside() const { return (root_ / "outside").string(); }
    std::string child() const { return (root_ / "programs/child").string(); }

    struct Outcome {
        process::Result result;
        WorkerReport report;
    };

    /// Executes argv in the workspace. `wrapper` comes before codex-worker.
    Outcome run_program(std::vector<std::string> argv, std::vector<std::string> wrapper = {}) {
        WorkerRequest request{.policy = policy,
                              .argv = std::move(argv),
                              .environment = environment,
                              .working_directory = workspace(),
                              .broker_pid = ::getpid()};
        if (broker_pid != 0) request.broker_pid = broker_pid;
        const auto file = base::make_memory_file("request", json::render(json::encode(request)));
        base::Pipe pipe = base::make_pipe();
        process::Command command;
        command.argv = std::move(wrapper);
        command.argv.push_back(std::string(CODEX_BINARY_DIR) + "/codex-worker");
        command.working_directory = "/";
        command.descriptors = {{file.get(), kRequestFd}, {pipe.write_end.get(), kReportFd}};
        command.timeout = timeout;
        const base::SystemClock clock;
        loop::Loop loop(clock);
        process::Result result = process::make_process_runner(loop)->run(command, nullptr);
        pipe.write_end.reset();
        base::set_nonblocking(pipe.read_end.get());
        std::string text(65536, '\0');
        const ssize_t got = ::read(pipe.read_end.get(), text.data(), text.size());
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        INFO("output: " << result.output);
        REQUIRE_FALSE(text.empty());
        return {std::move(result),
                json::decode<WorkerReport>(json::parse(base::split_lines(text).back()))};
    }

    /// What the child program printed of one behaviour, without the newline.
    std::string attempt(std::vector<std::string> behaviour,
                        const std::vector<std::string>& wrapper = {}) {
        behaviour.insert(behaviour.begin(), child());
        const Outcome outcome = run_program(std::move(behaviour), wrapper);
        INFO("error: " << outcome.report.error);
        REQUIRE(outcome.report.ready);
        REQUIRE(outcome.report.error.empty());
        return std::string(base::trim(outcome.result.output));
    }

    Policy policy;
    std::vector<std::string> environment;
    std::chrono::milliseconds timeout = std::chrono::seconds(20);
    std::int32_t broker_pid = 0;  // 0: this process

  private:
    static void open_to_all(const std::filesystem::path& folder) {
        REQUIRE(::chmod(folder.c_str(), 0777) == 0);
    }

    std::filesystem::path root_;
};

/// A server of the machine, outside the sandbox.
class Listener {
  public:
    Listener(int family, const sockaddr* address, socklen_t size)
        : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        REQUIRE(fd_);
        REQUIRE(::bind(fd_.get(), address, size) == 0);
        REQUIRE(::listen(fd_.get(), 16) == 0);
    }
    int get() const { return fd_.get(); }
    int port() const {
        sockaddr_in address = {};
        socklen_t size = sizeof address;
        REQUIRE(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
        return ntohs(address.sin_port);
    }

  private:
    base::UniqueFd fd_;
};

/// Port 0: one that is free.
inline Listener listen_on_loopback(std::int64_t port = 0) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return {AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address};
}

}  // namespace codex::sandbox
