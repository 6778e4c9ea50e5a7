// codex-worker: reads a request from descriptor 3, puts itself into the sandbox, reports on
// descriptor 4 and becomes the program. The only code that a model's wish ever runs behind. With
// arguments it is a program for people: apply-patch, and the attacks of selftest.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <vector>

#include "attempts/attempts.h"
#include "base/error.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "json/codec.h"
#include "json/value.h"
#include "patch/patch.h"
#include "sandbox/enforce.h"
#include "sandbox/policy.h"
#include "worker/apply_patch_command.h"
#include "worker/file_tasks.h"

namespace {

using codex::base::Error;
using codex::sandbox::WorkerReport;
using codex::sandbox::WorkerRequest;

// As shells have it (POSIX.1-2017, Shell Command Language, 2.8.2).
constexpr int kNotExecutable = 126;
constexpr int kNotFound = 127;

constexpr std::string_view kUsualPath = "/usr/local/bin:/usr/bin:/bin";

std::string read_request() {
    std::string text;
    char buffer[16384];
    while (true) {
        const ssize_t got = ::read(codex::sandbox::kRequestFd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) codex::base::throw_errno("cannot read the request on descriptor 3");
        if (got == 0) return text;
        text.append(buffer, static_cast<std::size_t>(got));
        if (text.size() > codex::json::kMaxBytes) throw Error("the request is too large");
    }
}

void send(const WorkerReport& report) {
    codex::base::write_all(codex::sandbox::kReportFd,
                           codex::json::render(codex::json::encode(report)) + "\n");
}

/// The program must not see our two descriptors.
void close_on_exec(int fd) {
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        codex::base::throw_errno(fmt::format("descriptor {}", fd));
}

std::string_view search_path(const std::vector<std::string>& environment) {
    constexpr std::string_view kName = "PATH=";
    for (const std::string_view variable : environment) {
        if (variable.starts_with(kName)) return variable.substr(kName.size());
    }
    return kUsualPath;
}

/// Returns only when no candidate could be executed: the errno that says most.
int execute(WorkerRequest& request) {
    const std::vector<char*> arguments = codex::base::c_strings(request.argv);
    const std::vector<char*> environment = codex::base::c_strings(request.environment);
    const std::string& name = request.argv.front();
    if (name.find('/') != std::string::npos) {
        ::execve(name.c_str(), arguments.data(), environment.data());
        return errno;
    }
    int reason = ENOENT;
    for (const std::string_view folder :
         codex::base::split(search_path(request.environment), ':')) {
        // An empty part would be the current folder: the workspace's programs are named by path.
        if (folder.empty()) continue;
        ::execve(fmt::format("{}/{}", folder, name).c_str(), arguments.data(), environment.data());
        if (errno != ENOENT && errno != ENOTDIR) reason = errno;
        if (reason != ENOENT && reason != EACCES) break;
    }
    return reason;
}

/// The program gets our output. Of a datagram socket the filter could not tell whom it writes to.
void refuse_datagrams() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        int type = 0;
        socklen_t size = sizeof type;
        if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type != SOCK_STREAM)
            throw Error(fmt::format(
                "descriptor {} is a socket of datagrams, through which the sandbox would leak; "
                "use a pipe or a file",
                fd));
    }
}

void enter(WorkerRequest& request, WorkerReport& report) {
    refuse_datagrams();
    const bool is_own_task = request.read || request.patch;
    if (!is_own_task && (request.argv.empty() || request.argv.front().empty()))
        throw Error("the request names no program");
    codex::sandbox::enforce(request.policy, request.broker_pid, report, is_own_task);
    report.ready = true;
}

int run() {
    WorkerReport report;
    WorkerRequest request;
    try {
        close_on_exec(codex::sandbox::kRequestFd);
        close_on_exec(codex::sandbox::kReportFd);
        request = codex::json::decode<WorkerRequest>(codex::json::parse(read_request(), "request"));
        enter(request, report);
    } catch (const Error& error) {
        report.error = error.what();
        send(report);
        return codex::sandbox::kWorkerFailed;
    }
    // Sent before the exec that closes the pipe; a second line says that there was none.
    send(report);
    if (request.read) return codex::worker::print_file(request.policy, *request.read);
    if (request.patch) return codex::worker::patch_files(request.policy, *request.patch);
    const bool there = ::chdir(request.working_directory.c_str()) == 0;
    const int reason = there ? execute(request) : errno;
    report.error = fmt::format(
        "cannot {}: {}",
        there ? "execute " + request.argv.front() : "go to " + request.working_directory,
        std::generic_category().message(reason));
    send(report);
    codex::base::write_all(STDERR_FILENO, report.error + "\n");
    return there && (reason == ENOENT || reason == ENOTDIR) ? kNotFound : kNotExecutable;
}

/// As commands of `codex-action selftest`: what an attacker tries, and whom it is tried on.
int attack(const std::vector<std::string>& words) {
    if (words.size() == 2 && words[0] == "victim") codex::attempts::run_victim(words[1]);
    if (words.size() != 6 || words[0] != "attempts")
        throw Error("codex-worker is started by codex-action");
    const auto number = [&](std::size_t word) {
        return static_cast<int>(codex::base::parse_integer(words[word]).value_or(0));
    };
    codex::base::write_all(STDOUT_FILENO, codex::attempts::run_all({.workspace = words[1],
                                                                    .outside = words[2],
                                                                    .victim = number(3),
                                                                    .tcp_port = number(4),
                                                                    .udp_port = number(5)}));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    if (argc > 0 && codex::patch::names_program(argv[0]))
        return codex::worker::run_as_apply_patch(arguments);
    if (!arguments.empty() && arguments.front() == "apply-patch")
        return codex::worker::run_apply_patch({arguments.begin() + 1, arguments.end()});
    if (!arguments.empty()) {
        try {
            return attack(arguments);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
            return codex::sandbox::kWorkerFailed;
        }
    }
    try {
        return run();
    } catch (const std::exception&) {
        // Nobody reads the report pipe: the broker is gone.
        return codex::sandbox::kWorkerFailed;
    }
}
