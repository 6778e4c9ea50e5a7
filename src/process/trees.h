// Which processes belong to which of the commands that run at the same time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/clock.h"
#include "process/tree.h"

namespace codex::process {

inline constexpr std::chrono::milliseconds kLookInterval{200};

/// The trees of commands, each told by its leader: the process that was started, with a session of
/// its own. A process belongs to a command when it descends from its leader, is in the leader's
/// session or in one that a process of the command made, was seen to descend from it, or started
/// when no other command of now ran. While only one command runs everything below this process is
/// its, but for the children that were there before.
///
/// Limit: with several commands, a process that left the session and lost its parents between two
/// looks (observe()) is nobody's. It ends with the first command that ends and already ran when it
/// started: nothing outlives its command, at the price that it may have been another's.
/// Loop thread only.
class Trees {
  public:
    /// Before a leader is started: whoever is there now is not its.
    void expect();
    /// The leader has been started, and is reaped by end() alone.
    void add(pid_t leader);
    /// Remembers who belongs to whom, and reaps strangers that have ended; at most once in
    /// kLookInterval, whoever calls.
    void observe(base::Steady now);
    /// Kills what belongs to the leaders now, without waiting.
    void kill(const std::set<pid_t>& leaders);
    /// Kills and reaps all that belongs to the leaders, themselves too, and forgets them. False as
    /// end_descendants.
    bool end(const std::set<pid_t>& leaders, const base::Clock& clock, base::Steady deadline);

  private:
    using Member = std::pair<pid_t, std::uint64_t>;  // with its start
    struct Tree {
        std::uint64_t start = 0;
        std::set<Member> members;
        std::set<pid_t> sessions;  // a number stays taken as long as a process is in the session
    };

    std::optional<pid_t> owner_of(pid_t pid, const ProcessFacts& facts) const;
    bool are_all(const std::set<pid_t>& leaders) const;
    Spared all_but(const std::set<pid_t>& leaders) const;
    void remember();

    base::Steady last_look_{};
    std::set<pid_t> foreign_;
    std::map<pid_t, Tree> trees_;
};

}  // namespace codex::process
