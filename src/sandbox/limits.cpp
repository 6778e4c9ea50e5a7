#include "sandbox/limits.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/unique_fd.h"

namespace codex::sandbox {
namespace {

void lower(int resource, std::uint64_t value, std::string_view name) {
    rlimit limit = {};
    if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0)
        base::throw_errno(fmt::format("cannot read the limit of {}", name));
    limit.rlim_cur = limit.rlim_max = std::min<rlim_t>(limit.rlim_max, value);
    if (::setrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0)
        base::throw_errno(fmt::format("cannot set the limit of {}", name));
}

}  // namespace

void forbid_core_files() {
    lower(RLIMIT_CORE, 0, "core files");
}

void apply_limits(const Limits& limits) {
    forbid_core_files();
    lower(RLIMIT_CPU, limits.cpu_seconds, "processor time");
    lower(RLIMIT_FSIZE, limits.file_bytes, "file size");
    lower(RLIMIT_NOFILE, limits.open_files, "open files");
    if (limits.data_bytes != 0) lower(RLIMIT_DATA, limits.data_bytes, "data");
    if (limits.address_space_bytes != 0)
        lower(RLIMIT_AS, limits.address_space_bytes, "address space");
}

void limit_processes(const Limits& limits) {
    lower(RLIMIT_NPROC, limits.processes, "processes");
}

void die_first_without_memory() {
    constexpr const char* kFile = "/proc/self/oom_score_adj";
    constexpr std::string_view kFirst = "1000";  // OOM_SCORE_ADJ_MAX, proc(5)
    const base::UniqueFd file(::open(kFile, O_WRONLY | O_CLOEXEC));
    if (!file) base::throw_errno(fmt::format("cannot open {}", kFile));
    base::write_all(file.get(), kFirst);
}

}  // namespace codex::sandbox
