#include "process/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "process/pidfd.h"

namespace codex::process {
namespace {

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

/// The fourth field of proc(5)'s stat. The second, the name, may hold anything, also ") R 1".
std::optional<pid_t> parent_of(std::int64_t pid) {
    const base::UniqueFd file(
        ::open(fmt::format("/proc/{}/stat", pid).c_str(), O_RDONLY | O_CLOEXEC));
    char buffer[512];
    const ssize_t got = file ? ::read(file.get(), buffer, sizeof buffer) : -1;
    if (got <= 0) return std::nullopt;
    const std::string_view stat(buffer, static_cast<std::size_t>(got));
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string_view::npos) return std::nullopt;
    const std::vector<std::string_view> fields = base::split(stat.substr(name_end + 1), ' ');
    constexpr std::size_t kParentField = 2;  // "", state, parent
    if (fields.size() <= kParentField) return std::nullopt;
    const std::optional<std::int64_t> parent = base::parse_integer(fields[kParentField]);
    return parent ? std::optional(static_cast<pid_t>(*parent)) : std::nullopt;
}

/// All processes that can be seen, by their parent.
std::multimap<pid_t, pid_t> processes_by_parent() {
    std::multimap<pid_t, pid_t> result;
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir("/proc"));
    if (!folder) base::throw_errno("cannot list /proc");
    while (const dirent* entry = ::readdir(folder.get())) {
        const std::optional<std::int64_t> pid = base::parse_integer(entry->d_name);
        if (!pid) continue;
        if (const std::optional<pid_t> parent = parent_of(*pid))
            result.emplace(*parent, static_cast<pid_t>(*pid));
    }
    return result;
}

}  // namespace

bool has_children() {
    siginfo_t info = {};
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}

std::set<pid_t> children() {
    std::set<pid_t> result;
    if (!has_children()) return result;
    const auto all = processes_by_parent();
    const auto [begin, end] = all.equal_range(::getpid());
    for (auto child = begin; child != end; ++child) result.insert(child->second);
    return result;
}

std::vector<Descendant> descendants(const std::set<pid_t>& spared) {
    const auto all = processes_by_parent();
    std::vector<Descendant> result;
    const auto add_children_of = [&](pid_t parent, bool is_child) {
        const auto [begin, end] = all.equal_range(parent);
        for (auto child = begin; child != end; ++child) {
            if (!is_child || !spared.contains(child->second))
                result.push_back({child->second, parent, is_child});
        }
    };
    add_children_of(::getpid(), true);
    for (std::size_t i = 0; i < result.size(); ++i) add_children_of(result[i].pid, false);
    return result;
}

base::UniqueFd kill_and_watch(const Descendant& victim) {
    base::UniqueFd fd = open_pidfd(victim.pid);
    // The descriptor holds whoever has the number now. A new parent is looked at in the next round.
    if (!fd || parent_of(victim.pid) != victim.parent) return {};
    if (!send_signal(fd, SIGKILL)) return {};
    return fd;
}

void reap_if_ended(pid_t child) {
    siginfo_t info = {};
    ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | __WALL);
}

}  // namespace codex::process
