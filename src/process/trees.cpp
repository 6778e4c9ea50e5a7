#include "process/trees.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <limits>
#include <vector>

namespace codex::process {

void Trees::expect() {
    if (trees_.empty()) {
        foreign_ = children();
    } else {
        remember();
    }
}

void Trees::add(pid_t leader) {
    Tree tree;
    if (const std::optional<ProcessFacts> facts = facts_of(leader)) tree.start = facts->start;
    tree.members.emplace(leader, tree.start);
    tree.sessions.insert(leader);
    trees_.insert_or_assign(leader, std::move(tree));
}

std::optional<pid_t> Trees::owner_of(pid_t pid, const ProcessFacts& facts) const {
    if (trees_.size() == 1) return trees_.begin()->first;
    std::vector<pid_t> possible;
    for (const auto& [leader, tree] : trees_) {
        if (tree.sessions.contains(facts.session) || tree.members.contains({pid, facts.start}))
            return leader;
        if (tree.start <= facts.start) possible.push_back(leader);
    }
    return possible.size() == 1 ? std::optional(possible.front()) : std::nullopt;
}

void Trees::remember() {
    const std::map<pid_t, ProcessFacts> all = list_processes();
    std::multimap<pid_t, pid_t> by_parent;
    for (const auto& [pid, facts] : all) by_parent.emplace(facts.parent, pid);

    std::map<pid_t, Tree> seen;
    for (const auto& [leader, tree] : trees_) {
        seen[leader] = {tree.start, {{leader, tree.start}}, {leader}};
    }
    std::vector<std::pair<pid_t, pid_t>> pending;  // a process and its owner
    const auto [begin, end] = by_parent.equal_range(::getpid());
    for (auto child = begin; child != end; ++child) {
        if (foreign_.contains(child->second)) continue;
        if (const auto owner = owner_of(child->second, all.at(child->second)))
            pending.emplace_back(child->second, *owner);
    }
    while (!pending.empty()) {
        const auto [pid, owner] = pending.back();
        pending.pop_back();
        const ProcessFacts& facts = all.at(pid);
        seen[owner].members.emplace(pid, facts.start);
        // proc(5): -1 of one that is going away.
        if (facts.session > 0) seen[owner].sessions.insert(facts.session);
        const auto [first, last] = by_parent.equal_range(pid);
        for (auto child = first; child != last; ++child) pending.emplace_back(child->second, owner);
    }
    trees_ = std::move(seen);
}

void Trees::observe(base::Steady now) {
    if (now - last_look_ < kLookInterval) return;
    last_look_ = now;
    if (trees_.size() > 1) remember();
    for (const pid_t child : children()) {
        if (!foreign_.contains(child) && !trees_.contains(child)) reap_if_ended(child);
    }
}

bool Trees::are_all(const std::set<pid_t>& leaders) const {
    return std::all_of(trees_.begin(), trees_.end(),
                       [&](const auto& tree) { return leaders.contains(tree.first); });
}

Spared Trees::all_but(const std::set<pid_t>& leaders) const {
    if (are_all(leaders)) return [this](pid_t child) { return foreign_.contains(child); };
    std::uint64_t first_start = std::numeric_limits<std::uint64_t>::max();
    for (const pid_t leader : leaders) first_start = std::min(first_start, trees_.at(leader).start);
    return [this, &leaders, first_start](pid_t child) {
        if (leaders.contains(child)) return false;
        if (foreign_.contains(child) || trees_.contains(child)) return true;
        const std::optional<ProcessFacts> facts = facts_of(child);
        if (!facts) return true;
        if (const std::optional<pid_t> owner = owner_of(child, *facts))
            return !leaders.contains(*owner);
        return facts->start < first_start;
    };
}

void Trees::kill(const std::set<pid_t>& leaders) {
    if (!are_all(leaders)) remember();
    // Unreaped, so that the numbers of their groups are still their own.
    for (const pid_t leader : leaders) ::kill(-leader, SIGKILL);
    kill_descendants(all_but(leaders));
}

bool Trees::end(const std::set<pid_t>& leaders, const base::Clock& clock, base::Steady deadline) {
    if (!are_all(leaders)) remember();
    for (const pid_t leader : leaders) ::kill(-leader, SIGKILL);
    bool is_nobody_left = end_descendants(all_but(leaders), clock, deadline);
    // Who was started meanwhile, in a session that nobody had seen yet, may be known by now.
    while (is_nobody_left && !are_all(leaders) && clock.now() < deadline) {
        remember();
        const bool is_anybody_there =
            std::any_of(leaders.begin(), leaders.end(),
                        [this](pid_t leader) { return trees_.at(leader).members.size() > 1; });
        if (!is_anybody_there) break;
        is_nobody_left = end_descendants(all_but(leaders), clock, deadline);
    }
    for (const pid_t leader : leaders) trees_.erase(leader);
    return is_nobody_left;
}

}  // namespace codex::process
