#include "attempts/attempts.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace codex::attempts {
namespace {

constexpr unsigned kMostSeconds = 5;  // one attempt

int run(const Attempt& attempt, const Ground& ground) {
    const pid_t child = ::fork();
    if (child < 0) base::throw_errno("fork");
    if (child == 0) {
        ::alarm(kMostSeconds);
        ::_exit(attempt.attempt(ground));
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) base::throw_errno("waitpid");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : kKilled;
}

}  // namespace

std::vector<Attempt> all() {
    std::vector<Attempt> attempts;
    for (const auto part :
         {file_attempts(), network_attempts(), process_attempts(), kernel_attempts()})
        attempts.insert(attempts.end(), part.begin(), part.end());
    return attempts;
}

std::string_view render(Group group) {
    switch (group) {
        case Group::secrets:
            return "secrets";
        case Group::files:
            return "files";
        case Group::network:
            return "network";
        case Group::processes:
            return "processes";
        case Group::kernel:
            return "kernel";
    }
    return "";
}

std::string run_all(const Ground& ground) {
    std::string text;
    for (const Attempt& attempt : all()) text += std::to_string(run(attempt, ground)) + "\n";
    return text;
}

}  // namespace codex::attempts
