#include "tools/temporary_home.h"

#include <unistd.h>

#include <cstdlib>
#include <system_error>

#include "base/error.h"
#include "base/log.h"

namespace codex::tools {

TemporaryHome::TemporaryHome(sandbox::Policy& policy) {
    char name[] = "/tmp/codex-home-XXXXXX";
    if (::mkdtemp(name) == nullptr) base::throw_errno("cannot make a home folder in /tmp");
    path_ = name;
    if (::geteuid() == 0 && ::chown(name, policy.run_as_uid, policy.run_as_gid) != 0)
        base::throw_errno("cannot give a home folder away");
    policy.writable.push_back(path_.string());
}

TemporaryHome::~TemporaryHome() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
    if (error) base::log_warning("cannot remove " + path_.string() + ": " + error.message());
}

}  // namespace codex::tools
