#include <fmt/format.h>
#include <unistd.h>

#include <csignal>

#include "base/error.h"
#include "base/text.h"
#include "process/process.h"

namespace codex::process {

void become(const std::filesystem::path& program, std::vector<std::string> argv) {
    // Both survive an exec.
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    char* const no_environment[] = {nullptr};
    ::execve(program.c_str(), base::c_strings(argv).data(), no_environment);
    base::throw_errno(fmt::format("cannot execute {}", program.string()));
}

}  // namespace codex::process
