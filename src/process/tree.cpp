#include "process/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "process/pidfd.h"

namespace codex::process {
namespace {

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

/// Processes by their parent.
std::multimap<pid_t, pid_t> by_parent(const std::map<pid_t, ProcessFacts>& processes) {
    std::multimap<pid_t, pid_t> result;
    for (const auto& [pid, facts] : processes) result.emplace(facts.parent, pid);
    return result;
}

/// False means that this process has no child at all, not even a dead one: the usual case, and
/// cheap to know.
bool has_children() {
    siginfo_t info = {};
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}

/// proc(5): numbers with a blank behind each. False where the kernel does not list them.
bool read_children(const std::string& thread, std::set<pid_t>& into) {
    const base::UniqueFd file(
        ::open(fmt::format("/proc/self/task/{}/children", thread).c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return false;
    std::string text;
    std::array<char, 16384> buffer;
    while (true) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    for (const std::string_view number : base::split(text, ' ')) {
        if (const auto pid = base::parse_integer(number)) into.insert(static_cast<pid_t>(*pid));
    }
    return true;
}

/// Some microseconds, so that it outpaces processes that start each other; one may be missing that
/// comes or goes meanwhile.
std::set<pid_t> listed_children() {
    std::set<pid_t> result;
    const std::unique_ptr<DIR, CloseFolder> threads(::opendir("/proc/self/task"));
    bool is_listed = threads != nullptr;
    while (const dirent* entry = is_listed ? ::readdir(threads.get()) : nullptr) {
        if (entry->d_name[0] != '.') is_listed = read_children(entry->d_name, result);
    }
    if (is_listed) return result;
    for (const auto& [pid, facts] : list_processes()) {
        if (facts.parent == ::getpid()) result.insert(pid);
    }
    return result;
}

struct Descendant {
    pid_t pid = 0;
    pid_t parent = 0;
    bool is_child = false;  // ours to reap
};

std::vector<Descendant> descendants(const Spared& spared) {
    const auto all = by_parent(list_processes());
    std::vector<Descendant> result;
    const auto add_children_of = [&](pid_t parent, bool is_child) {
        const auto [begin, end] = all.equal_range(parent);
        for (auto child = begin; child != end; ++child) {
            if (!is_child || !spared(child->second))
                result.push_back({child->second, parent, is_child});
        }
    };
    add_children_of(::getpid(), true);
    for (std::size_t i = 0; i < result.size(); ++i) add_children_of(result[i].pid, false);
    return result;
}

void kill_one(const Descendant& victim) {
    const base::UniqueFd fd = open_pidfd(victim.pid);
    // The descriptor holds whoever has the number now. A new parent is looked at in the next round.
    const std::optional<ProcessFacts> facts = fd ? facts_of(victim.pid) : std::nullopt;
    if (facts && facts->parent == victim.parent) send_signal(fd, SIGKILL);
}

void pause_for(std::chrono::milliseconds time) {
    ::poll(nullptr, 0, static_cast<int>(time.count()));
}

}  // namespace

std::optional<ProcessFacts> facts_of(pid_t pid) {
    const base::UniqueFd file(
        ::open(fmt::format("/proc/{}/stat", pid).c_str(), O_RDONLY | O_CLOEXEC));
    char buffer[1024];
    const ssize_t got = file ? ::read(file.get(), buffer, sizeof buffer) : -1;
    if (got <= 0) return std::nullopt;
    const std::string_view stat(buffer, static_cast<std::size_t>(got));
    // The second field, the name, may hold anything, also ") R 1".
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string_view::npos) return std::nullopt;
    const std::vector<std::string_view> fields = base::split(stat.substr(name_end + 1), ' ');
    // Behind the name: "", state, and on.
    constexpr std::size_t kParent = 2;
    constexpr std::size_t kSession = 4;
    constexpr std::size_t kStart = 20;
    if (fields.size() <= kStart) return std::nullopt;
    const auto parent = base::parse_integer(fields[kParent]);
    const auto session = base::parse_integer(fields[kSession]);
    const auto start = base::parse_integer(fields[kStart]);
    if (!parent || !session || !start) return std::nullopt;
    return ProcessFacts{static_cast<pid_t>(*parent), static_cast<pid_t>(*session),
                        static_cast<std::uint64_t>(*start)};
}

std::map<pid_t, ProcessFacts> list_processes() {
    std::map<pid_t, ProcessFacts> result;
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir("/proc"));
    if (!folder) base::throw_errno("cannot list /proc");
    while (const dirent* entry = ::readdir(folder.get())) {
        const std::optional<std::int64_t> number = base::parse_integer(entry->d_name);
        if (!number) continue;
        const auto pid = static_cast<pid_t>(*number);
        if (const std::optional<ProcessFacts> facts = facts_of(pid)) result.emplace(pid, *facts);
    }
    return result;
}

std::set<pid_t> children() {
    if (!has_children()) return {};
    return listed_children();
}

void kill_descendants(const Spared& spared) {
    for (const Descendant& victim : descendants(spared)) kill_one(victim);
}

bool end_descendants(const Spared& spared, const base::Clock& clock, base::Steady deadline) {
    constexpr std::chrono::milliseconds kPause{1};
    // Whoever's parent is killed becomes our child: killing children reaches everybody.
    std::set<pid_t> killed;
    while (has_children()) {
        bool is_anybody_new = false;
        bool is_anybody_there = false;
        bool is_anybody_reaped = false;
        for (const pid_t child : listed_children()) {
            if (spared(child)) continue;
            is_anybody_there = true;
            if (reap_if_ended(child)) {
                killed.erase(child);
                is_anybody_reaped = true;
            } else if (!killed.contains(child)) {
                // Unreaped, so that the number is still this process's.
                is_anybody_new = true;
                if (::kill(child, SIGKILL) == 0) killed.insert(child);
            }
        }
        if (!is_anybody_there && descendants(spared).empty()) return true;
        if (clock.now() >= deadline) return !is_anybody_new;
        if (is_anybody_new || is_anybody_reaped || !is_anybody_there) continue;
        // One that takes its time to end keeps its own children from us.
        kill_descendants(spared);
        pause_for(kPause);
    }
    return true;
}

bool reap_if_ended(pid_t child) {
    siginfo_t info = {};
    return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | __WALL) == 0 &&
           info.si_pid == child;
}

}  // namespace codex::process
