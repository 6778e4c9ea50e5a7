// Which processes descend from this one, and how they are killed.
#pragma once

#include <sys/types.h>

#include <set>
#include <vector>

#include "base/unique_fd.h"

namespace codex::process {

/// False means that this process has no child at all, not even a dead one: the usual case, and
/// cheap to know.
bool has_children();

/// Direct children of this process, dead and unreaped ones included.
std::set<pid_t> children();

struct Descendant {
    pid_t pid = 0;
    pid_t parent = 0;
    bool is_child = false;  // ours to reap
};

/// Everything below this process except the children in `spared` and what is below those.
std::vector<Descendant> descendants(const std::set<pid_t>& spared);

/// Kills everything below this process but `spared`, again until nothing is left or a process
/// cannot be killed. `wait` is given the pidfds of what was just killed and returns false when its
/// patience is at an end; it need not reap. Children are reaped.
template <class Wait>
void kill_descendants(const std::set<pid_t>& spared, Wait wait);

/// Sends SIGKILL and returns a pidfd, or none when the process is gone, is not ours to kill, or its
/// number has come to somebody else.
base::UniqueFd kill_and_watch(const Descendant& victim);

/// Reaps the child when it has ended.
void reap_if_ended(pid_t child);

template <class Wait>
void kill_descendants(const std::set<pid_t>& spared, Wait wait) {
    // Of a process that may not be killed, trying again makes nothing better.
    constexpr int kMostFruitlessRounds = 3;
    int fruitless_rounds = 0;
    while (has_children() && fruitless_rounds < kMostFruitlessRounds) {
        const std::vector<Descendant> victims = descendants(spared);
        if (victims.empty()) return;
        std::vector<base::UniqueFd> watched;
        for (const Descendant& victim : victims) {
            if (base::UniqueFd fd = kill_and_watch(victim)) watched.push_back(std::move(fd));
        }
        fruitless_rounds = watched.empty() ? fruitless_rounds + 1 : 0;
        const bool go_on = wait(watched);
        for (const Descendant& victim : victims) {
            if (victim.is_child) reap_if_ended(victim.pid);
        }
        if (!go_on) return;
    }
}

}  // namespace codex::process
