// Child processes: started with posix_spawn, fed and drained on the loop, killed as a whole tree.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/unique_fd.h"
#include "loop/cancel.h"
#include "loop/loop.h"

namespace codex::process {

/// What to start. No shell is involved; the environment is exactly `environment`.
struct Command {
    std::vector<std::string>
        argv;  // argv[0] is looked up in PATH of `environment` unless it has a slash
    std::vector<std::string> environment;  // "NAME=value"
    std::filesystem::path working_directory;
    std::string standard_input;  // all that stdin holds; empty means /dev/null
    /// Extra descriptors: the child sees each `first` of ours as number `second` (3 or more).
    std::vector<std::pair<int, int>> descriptors;
    std::chrono::milliseconds timeout{std::chrono::minutes(2)};
    std::size_t max_output_bytes = std::size_t{1} << 20;  // head and tail are kept, each half of it
};

struct Exited {
    int code = 0;
    friend bool operator==(const Exited&, const Exited&) = default;
};
struct Signalled {
    int signal = 0;
    friend bool operator==(const Signalled&, const Signalled&) = default;
};
struct TimedOut {
    std::chrono::milliseconds after{};
    friend bool operator==(const TimedOut&, const TimedOut&) = default;
};
using Ending = std::variant<Exited, Signalled, TimedOut>;

/// stdout and stderr joined in order of arrival (`output`), each bounded by max_output_bytes.
struct Result {
    Ending ending;
    std::string output;
    std::size_t omitted_bytes = 0;  // bytes that were cut out of the middle of `output`
    std::chrono::milliseconds duration{};
};

/// Starts `command`, waits for its end on the loop. On a timeout or cancellation the whole tree is
/// killed (process group, and strangers that were reparented to us as subreaper); output that came
/// is kept. When the leader has exited, descendants that hold the pipes are waited for at most
/// kDrainTime. Whatever of the tree is left at the end of a run is killed too: nothing outlives it.
/// Strangers are told from other children of this process by not having been its children before;
/// where this process is no subreaper, what left the process group escapes.
/// Throws Error when it cannot be started, Interrupted after killing when `cancel` is requested.
class ProcessRunner {
  public:
    virtual ~ProcessRunner() = default;
    virtual Result run(const Command& command, const loop::Cancel* cancel) = 0;
};

inline constexpr std::chrono::milliseconds kDrainTime{2000};
/// How long killed processes may take to go; one that hangs in the kernel is left behind.
inline constexpr std::chrono::milliseconds kKillTime{2000};

std::unique_ptr<ProcessRunner> make_process_runner(loop::Loop& loop);

/// Makes this process the reaper of its orphaned descendants (PR_SET_CHILD_SUBREAPER). Once, in
/// main.
void become_subreaper();

/// Kills and reaps every remaining child of this process; called at the end of a run so that
/// nothing outlives it.
void kill_remaining_children();

/// Keeps the first and last half of what is appended when it exceeds `max_bytes`.
class HeadTail {
  public:
    explicit HeadTail(std::size_t max_bytes)
        : head_capacity_(max_bytes / 2), tail_capacity_(max_bytes - max_bytes / 2) {}
    void append(std::string_view bytes);
    /// Head, then "\n… N bytes omitted …\n" when something was cut, then tail. A cut never leaves a
    /// part of a UTF-8 sequence.
    std::string text() const;
    std::size_t omitted_bytes() const;

  private:
    std::string_view head() const;
    std::string tail() const;

    std::size_t head_capacity_;
    std::size_t tail_capacity_;
    std::size_t total_ = 0;
    std::string head_;
    std::string tail_;            // a ring once it is full
    std::size_t tail_begin_ = 0;  // where the oldest byte of the ring is
};

}  // namespace codex::process
