// Child processes: started with posix_spawn, fed and drained on the loop, killed as a whole tree.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "loop/cancel.h"
#include "loop/loop.h"

namespace codex::process {

/// What to start. No shell is involved; the environment is exactly `environment`.
struct Command {
    /// argv[0] is looked up in PATH of `environment` unless it has a slash.
    std::vector<std::string> argv;
    std::vector<std::string> environment;  // "NAME=value"
    std::filesystem::path working_directory;
    std::string standard_input;  // all that stdin holds; empty means /dev/null
    /// stdin is a pipe instead, which RunningCommand::feed() fills.
    bool open_input = false;
    /// Extra descriptors: the child sees each `first` of ours as number `second` (3 or more).
    std::vector<std::pair<int, int>> descriptors;
    std::chrono::milliseconds timeout{std::chrono::minutes(2)};
    std::size_t max_output_bytes = std::size_t{1} << 20;  // head and tail are kept, each half of it
    /// Writes to our own stdout and stderr instead; the result has no output then.
    bool inherit_output = false;
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

struct Result {
    Ending ending;
    std::string output;  // stdout and stderr in order of arrival, both together max_output_bytes
    std::size_t omitted_bytes = 0;  // bytes that were cut out of the middle of `output`
    std::chrono::milliseconds duration{};
};

/// A command that was started and is fed and drained whenever the loop runs. When its leader has
/// exited, descendants that hold the output are waited for at most kDrainTime; then it is over, and
/// whatever is left of its tree is killed at once and reaped by wait(), end() or the destructor.
/// Which processes are whose, when several commands run: trees.h. Loop thread only.
class RunningCommand {
  public:
    /// Ends it when it is not over; what could not be ended then is logged.
    virtual ~RunningCommand() = default;

    enum class Feeding { queued, closed, full };
    /// Queues bytes for its stdin: all of them or, above kMaxPendingInput, none.
    virtual Feeding feed(std::string_view bytes) = 0;
    /// The end of its stdin, behind what is queued.
    virtual void close_input() = 0;

    /// Waits on the loop until it is over, at most for `most`; true when it is. Throws Interrupted
    /// when `cancel` is requested, and leaves it running; Error as ProcessRunner::run.
    virtual bool wait(std::optional<std::chrono::milliseconds> most,
                      const loop::Cancel* cancel) = 0;
    /// Output since the last call (both streams, in order of arrival; of more than
    /// max_output_bytes the head and the tail), and how it ended, once wait() or end() has seen it.
    struct Progress {
        std::optional<Ending> ending;
        std::string output;
        std::size_t omitted_bytes = 0;
    };
    virtual Progress take_progress() = 0;
    /// Its time until now, or until it was over.
    virtual std::chrono::milliseconds duration() const = 0;
    /// Kills the whole tree and reaps it. Throws Error when some of it could not be ended.
    virtual void end() = 0;
};

/// Runs commands, each to its end or beside others.
class ProcessRunner {
  public:
    virtual ~ProcessRunner() = default;
    /// Throws Error when it cannot be started. The runner must outlive what it started.
    virtual std::unique_ptr<RunningCommand> start(const Command& command) = 0;
    /// Ends several that it has started, in the time that one takes. Throws as RunningCommand::end.
    virtual void end(const std::vector<RunningCommand*>& commands) = 0;
    /// Starts `command` and waits for its end. On a timeout or cancellation the whole tree is
    /// killed (process group, and strangers that were reparented to us as subreaper); output that
    /// came is kept. Nothing of the command outlives the call. Strangers are told from other
    /// children of this process by not having been its children before; where this process is no
    /// subreaper, what left the process group escapes. Throws Error when it cannot be started, or
    /// when some of it could not be ended; Interrupted after killing when `cancel` is requested.
    Result run(const Command& command, const loop::Cancel* cancel);
};

/// What may wait for a command to read its stdin.
inline constexpr std::size_t kMaxPendingInput = std::size_t{1} << 20;
inline constexpr std::chrono::milliseconds kDrainTime{500};
/// How long killed processes may take to go; one that hangs in the kernel is left behind.
inline constexpr std::chrono::milliseconds kKillTime{2000};

std::unique_ptr<ProcessRunner> make_process_runner(loop::Loop& loop);

/// Makes this process the reaper of its orphaned descendants (PR_SET_CHILD_SUBREAPER). Once, in
/// main.
void become_subreaper();

/// Replaces this process by a program that gets `argv` and an empty environment, with no signal
/// blocked or ignored. Throws SystemError when it cannot be executed.
[[noreturn]] void become(const std::filesystem::path& program, std::vector<std::string> argv);

/// Kills and reaps every remaining child of this process, for at most kKillTime; called at the end
/// of a run so that nothing outlives it.
void kill_remaining_children(const base::Clock& clock);

}  // namespace codex::process
