// The sockets of a command that may neither make, bind nor connect one itself: what it asks for is
// done here, by a process outside its filter (seccomp_unotify(2)).
#pragma once

#include <poll.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/unique_fd.h"
#include "sandbox/loopback_rules.h"

struct seccomp_notif;

namespace codex::sandbox {

/// Sockets that are made and neither connected nor listening: as many can wait for that at a time.
/// One more is EMFILE, unless some were closed.
inline constexpr std::size_t kMostOpenSockets = 256;
/// Sockets that the command listens on at a time; one more is EMFILE.
inline constexpr std::size_t kMostListeners = 512;

/// Each socket is made here and put into the command's process, and a duplicate is kept until the
/// socket is connected or listens: longer, and the command's close() would not end it. An address
/// is copied from the command's memory once, and only the copy is looked at and handed to the
/// kernel: nothing can be exchanged after the check. A port counts as the command's as long as the
/// kernel's table of listening sockets has a socket of ours there, looked up at each connect.
class SupervisedSockets {
  public:
    explicit SupervisedSockets(base::UniqueFd listener);

    /// What to wait for: calls, and connections on their way.
    void add_waits(std::vector<pollfd>& waits) const;
    /// Serves what of `waits` is ready.
    void serve(std::span<const pollfd> waits);

  private:
    /// A socket that is neither connected nor listening yet.
    struct Duplicate {
        base::UniqueFd fd;
        std::uint64_t inode = 0;
        Family family = Family::inet;
        bool any = false;  // was bound to every address
        bool connecting = false;
        std::optional<std::uint64_t> caller;  // the call that waits for the connection
    };
    /// As system calls do: 0 or more, or a negative errno. None: answered, or later.
    using Answer = std::optional<int>;

    void serve_call();
    Answer decide(const seccomp_notif& call);
    Answer make(const seccomp_notif& call);
    Answer bind(const seccomp_notif& call);
    Answer listen(const seccomp_notif& call);
    Answer connect(const seccomp_notif& call);
    Answer start_connecting(Duplicate& socket, const Endpoint& peer, std::uint64_t caller);
    void follow(Duplicate& socket);
    void answer(std::uint64_t call, int result);

    bool is_waiting(std::uint64_t call) const;
    Duplicate* find(std::uint64_t inode);
    void forget(std::uint64_t inode);
    void forget_closed();
    bool make_room_for_listener();

    base::UniqueFd listener_;
    std::vector<std::uint64_t> call_buffer_;    // as large as the kernel says
    std::vector<std::uint64_t> answer_buffer_;  // likewise
    std::vector<Duplicate> sockets_;
    std::vector<OwnListener> listeners_;
};

}  // namespace codex::sandbox
