// What a command that obeys an attacker tries, as code that really tries it. codex-worker carries
// it, so that anybody can run it on their own machine: `codex-action selftest`.
#pragma once

#include <cerrno>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codex::attempts {

/// Where the things lie that the attempts go for. All are the caller's own: nothing of the machine
/// is touched or changed.
struct Ground {
    std::string workspace;  // real path; holds `file`, `link` (to outside/secret), `.git/config`
    std::string outside;    // real path; holds `secret`, and the sockets of the victim
    int victim = 0;         // process id; see run_victim()
    int tcp_port = 0;       // of the victim, on 127.0.0.1
    int udp_port = 0;
};

enum class Group { secrets, files, network, processes, kernel };

/// In workspace-write some of it is what the mode is for, and some takes a mount namespace.
enum class Refused { always, in_read_only, or_put_back, where_mounted };

struct Attempt {
    Group group = Group::secrets;
    std::string_view name;
    Refused refused = Refused::always;
    int (*attempt)(const Ground&) = nullptr;  // 0 when it came through, else errno
};

/// In the order of their groups.
std::span<const Attempt> file_attempts();
std::span<const Attempt> network_attempts();
std::span<const Attempt> process_attempts();
std::span<const Attempt> kernel_attempts();
std::vector<Attempt> all();

std::string_view render(Group group);

/// The number of the attempt's error, 0, or kKilled, one line each in the order of all(). Each is
/// made by a child of its own.
std::string run_all(const Ground& ground);
inline constexpr int kKilled = 255;

/// A process worth attacking: it holds sockets in `outside`, and prints "tcp_port udp_port".
/// Returns only on an error.
void run_victim(const std::string& outside);

/// In the victim's environment and in outside/secret.
inline constexpr std::string_view kCanary = "codex-selftest-canary";
/// A descriptor that no command should have.
inline constexpr int kStrayDescriptor = 19;
/// Names that no command should have in its environment.
inline constexpr std::string_view kSecretNames[] = {"GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN",
                                                    "OPENAI_API_KEY", "INPUT_OPENAI_API_KEY",
                                                    "GITHUB_ENV"};

/// What an attempt returns right after its last call.
inline int outcome(bool came_through) {
    return came_through ? 0 : errno;
}

}  // namespace codex::attempts
