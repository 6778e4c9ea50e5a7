#include "tools/temporary_home.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/log.h"

namespace codex::tools {

TemporaryHome::TemporaryHome(sandbox::Policy& policy,
                             const std::filesystem::path& worker_executable) {
    char name[] = "/tmp/codex-home-XXXXXX";
    if (::mkdtemp(name) == nullptr) base::throw_errno("cannot make a home folder in /tmp");
    path_ = name;
    if (::geteuid() == 0 && ::chown(name, policy.run_as_uid, policy.run_as_gid) != 0)
        base::throw_errno("cannot give a home folder away");
    std::filesystem::create_directory(path_ / "bin");
    for (const char* program : {"apply_patch", "applypatch"})
        std::filesystem::create_symlink(worker_executable, path_ / "bin" / program);
    policy.writable.push_back(path_.string());
    policy.readable.push_back(worker_executable.string());
}

std::string TemporaryHome::search_path(const base::Environment& environment) const {
    constexpr std::string_view kUsual = "/usr/local/bin:/usr/bin:/bin";
    return environment.find_nonempty("PATH").value_or(std::string(kUsual)) + ":" +
           (path_ / "bin").string();
}

TemporaryHome::~TemporaryHome() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
    if (error) base::log_warning("cannot remove " + path_.string() + ": " + error.message());
}

}  // namespace codex::tools
