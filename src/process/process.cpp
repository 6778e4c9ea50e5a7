#include "process/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "process/head_tail.h"
#include "process/spawn.h"
#include "process/trees.h"

namespace codex::process {
namespace {

using loop::Loop;

// What an unprivileged process may ask for by default (pipe(7), pipe-max-size).
constexpr int kPipeBytes = 1 << 20;

constexpr const char* kStillThere =
    "processes of the command could not be ended: they start others faster than they are killed; "
    "its files are no longer to be trusted";

/// Watches and timers of one run; all are taken back at its end.
class Watches {
  public:
    explicit Watches(Loop& loop) : loop_(loop) {}
    ~Watches() {
        for (const Loop::Id id : descriptors_) loop_.unwatch(id);
        for (const Loop::Id id : timers_) loop_.cancel_timer(id);
    }
    Watches(const Watches&) = delete;
    Watches& operator=(const Watches&) = delete;

    Loop::Id readable(int fd, std::function<void()> ready) {
        return descriptors_.emplace_back(
            loop_.watch(fd, Loop::Interest::readable, std::move(ready)));
    }
    Loop::Id writable(int fd, std::function<void()> ready) {
        return descriptors_.emplace_back(
            loop_.watch(fd, Loop::Interest::writable, std::move(ready)));
    }
    void forget(Loop::Id descriptor) {
        loop_.unwatch(descriptor);
        descriptors_.erase(std::remove(descriptors_.begin(), descriptors_.end(), descriptor),
                           descriptors_.end());
    }
    void after(std::chrono::milliseconds delay, std::function<void()> due) {
        timers_.push_back(loop_.after(delay, std::move(due)));
    }

  private:
    Loop& loop_;
    std::vector<Loop::Id> descriptors_;
    std::vector<Loop::Id> timers_;
};

/// write(2) to a pipe whose reader may be gone, without the signal: a library cannot know whether
/// it is ignored.
ssize_t write_without_signal(int fd, std::string_view bytes) {
    sigset_t broken_pipe;
    sigset_t before;
    sigset_t pending;
    ::sigemptyset(&broken_pipe);
    ::sigaddset(&broken_pipe, SIGPIPE);
    ::sigpending(&pending);
    const bool was_pending = ::sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    const int reason = errno;
    if (written < 0 && reason == EPIPE && !was_pending) {
        const timespec at_once = {};
        ::sigtimedwait(&broken_pipe, nullptr, &at_once);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = reason;
    return written;
}

/// One command from start to end: its input, its output, its time, and what it leaves behind.
class Run final : public RunningCommand {
  public:
    Run(Loop& loop, Trees& trees, const Command& command)
        : loop_(loop),
          trees_(trees),
          watches_(loop),
          max_output_bytes_(command.max_output_bytes),
          kept_(max_output_bytes_),
          started_(loop.clock().now()) {
        trees_.expect();
        base::Pipe input;
        if (command.open_input) {
            input = base::make_pipe();
            base::set_nonblocking(input.write_end.get());
        }
        if (command.inherit_output) {
            child_ = spawn(command, STDOUT_FILENO, STDERR_FILENO, input.read_end.get());
        } else {
            base::Pipe output = base::make_pipe();
            base::set_nonblocking(output.read_end.get());
            // A flood changes hands more seldom; a refusal costs nothing but speed.
            ::fcntl(output.write_end.get(), F_SETPIPE_SZ, kPipeBytes);
            const int write_end = output.write_end.get();
            child_ = spawn(command, write_end, write_end, input.read_end.get());
            output_ = std::move(output.read_end);
        }
        trees_.add(child_.pid);
        input_ = std::move(input.write_end);
        if (output_) output_watch_ = watches_.readable(output_.get(), [this] { read_output(); });
        end_watch_ = watches_.readable(child_.end.get(), [this] { take_ending(); });
        observe_later();
        watches_.after(command.timeout, [this, after = command.timeout] {
            if (ended_) return;
            ending_ = TimedOut{after};
            trees_.kill({child_.pid});  // the loop sees the ends
        });
    }
    ~Run() override {
        loop_.cancel_timer(observe_timer_);
        if (reaped_) return;
        try {
            if (!clean_up()) base::log_warning(kStillThere);
        } catch (const base::Error& error) {
            base::log_warning(error.what());
        }
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    Feeding feed(std::string_view bytes) override {
        if (!input_ || closes_input_ || ended_) return Feeding::closed;
        if (pending_input_.size() + bytes.size() > kMaxPendingInput) return Feeding::full;
        pending_input_.append(bytes);
        write_input();
        return input_ ? Feeding::queued : Feeding::closed;
    }

    void close_input() override {
        closes_input_ = true;
        if (input_) write_input();
    }

    bool wait(std::optional<std::chrono::milliseconds> most, const loop::Cancel* cancel) override {
        if (reaped_) return true;
        bool is_due = false;
        Watches timer(loop_);
        if (most) timer.after(*most, [&is_due] { is_due = true; });
        loop_.run_until([&] { return over() || is_due; }, cancel);
        if (!over()) return false;
        if (!clean_up()) throw base::Error(kStillThere);
        return true;
    }

    Progress take_progress() override {
        Progress progress;
        progress.ending =
            reaped_ ? std::optional(ending_.value_or(Signalled{SIGKILL})) : std::nullopt;
        progress.omitted_bytes = kept_.omitted_bytes();
        progress.output = kept_.text();
        kept_ = HeadTail(max_output_bytes_);
        if (!reaped_) {
            // The rest of a character comes with the next output.
            const std::size_t whole = without_open_sequence(progress.output).size();
            kept_.append(std::string_view(progress.output).substr(whole));
            progress.output.resize(whole);
        }
        return progress;
    }

    std::chrono::milliseconds duration() const override {
        const base::Steady until = over_at_.value_or(loop_.clock().now());
        return std::chrono::duration_cast<std::chrono::milliseconds>(until - started_);
    }

    void end() override { end_together(loop_, trees_, {this}); }

    static void end_together(Loop& loop, Trees& trees, const std::vector<RunningCommand*>& all) {
        std::vector<Run*> runs;
        std::set<pid_t> leaders;
        for (RunningCommand* command : all) {
            auto& run = static_cast<Run&>(*command);  // this runner has made it
            if (run.reaped_) continue;
            runs.push_back(&run);
            leaders.insert(run.child_.pid);
        }
        if (runs.empty()) return;
        const bool is_nobody_left =
            trees.end(leaders, loop.clock(), loop.clock().now() + kKillTime);
        for (Run* run : runs) run->close();
        if (!is_nobody_left) throw base::Error(kStillThere);
    }

  private:
    bool over() const { return ended_ && (!output_ || drained_); }

    void write_input() {
        while (!pending_input_.empty()) {
            const ssize_t written = write_without_signal(input_.get(), pending_input_);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0 && errno == EAGAIN) {
                if (input_watch_ == 0) {
                    input_watch_ = watches_.writable(input_.get(), [this] { write_input(); });
                }
                return;
            }
            if (written < 0) {  // nobody reads any more
                pending_input_.clear();
                closes_input_ = true;
                break;
            }
            pending_input_.erase(0, static_cast<std::size_t>(written));
        }
        if (input_watch_ != 0) watches_.forget(std::exchange(input_watch_, 0));
        if (closes_input_) input_.reset();
    }

    void read_output() {
        // Bounded, so that a flood cannot keep the loop from its timers.
        constexpr int kReadsARound = 16;
        for (int i = 0; i < kReadsARound && output_; ++i) {
            const ssize_t got = ::read(output_.get(), buffer_.data(), buffer_.size());
            if (got > 0) {
                kept_.append({buffer_.data(), static_cast<std::size_t>(got)});
            } else if (got < 0 && errno == EINTR) {
                continue;
            } else if (got < 0 && errno == EAGAIN) {
                return;
            } else {
                watches_.forget(output_watch_);
                output_.reset();
            }
        }
    }

    void take_ending() {
        siginfo_t info = {};
        // It stays a zombie until clean_up(), which keeps the number of its group ours.
        if (::waitid(P_PID, static_cast<id_t>(child_.pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0)
            base::throw_errno("cannot learn how a child ended");
        if (info.si_pid == 0) return;
        ended_ = true;
        watches_.forget(end_watch_);
        if (!ending_) {
            ending_ = info.si_code == CLD_EXITED ? Ending(Exited{info.si_status})
                                                 : Ending(Signalled{info.si_status});
        }
        over_at_ = loop_.clock().now();
        // Others may hold the pipe for ever.
        watches_.after(kDrainTime, [this] {
            drained_ = true;
            if (output_) over_at_ = loop_.clock().now();
            // Nobody may be waiting, and nothing is to outlive it until somebody does.
            if (!reaped_) trees_.kill({child_.pid});
        });
    }

    /// Nothing of the command outlives it: not its group, and no one who left the group. False when
    /// somebody does.
    bool clean_up() {
        reaped_ = true;
        const bool is_nobody_left =
            trees_.end({child_.pid}, loop_.clock(), loop_.clock().now() + kKillTime);
        close();
        return is_nobody_left;
    }

    /// After the end of the tree.
    void close() {
        reaped_ = true;
        loop_.cancel_timer(observe_timer_);
        if (!std::exchange(ended_, true)) watches_.forget(end_watch_);
        if (!over_at_) over_at_ = loop_.clock().now();
        read_rest();
        if (output_) watches_.forget(output_watch_);
        output_.reset();
        if (input_watch_ != 0) watches_.forget(std::exchange(input_watch_, 0));
        input_.reset();
    }

    /// Programs that start others and end would else use up all process numbers.
    void observe_later() {
        observe_timer_ = loop_.after(kLookInterval, [this] {
            trees_.observe(loop_.clock().now());
            observe_later();
        });
    }

    /// What the killed had written before they ended.
    void read_rest() {
        constexpr int kMostReads = 64;
        for (int i = 0; i < kMostReads && output_; ++i) {
            const ssize_t got = ::read(output_.get(), buffer_.data(), buffer_.size());
            if (got <= 0) return;
            kept_.append({buffer_.data(), static_cast<std::size_t>(got)});
        }
    }

    Loop& loop_;
    Trees& trees_;
    Watches watches_;
    std::size_t max_output_bytes_;
    HeadTail kept_;
    base::Steady started_;
    Spawned child_;
    base::UniqueFd input_;
    base::UniqueFd output_;
    std::string pending_input_;
    Loop::Id input_watch_ = 0;
    Loop::Id output_watch_ = 0;
    Loop::Id observe_timer_ = 0;
    Loop::Id end_watch_ = 0;
    std::optional<Ending> ending_;
    std::optional<base::Steady> over_at_;
    bool closes_input_ = false;
    bool ended_ = false;
    bool reaped_ = false;
    bool drained_ = false;
    std::array<char, 65536> buffer_;
};

class SpawningRunner final : public ProcessRunner {
  public:
    explicit SpawningRunner(Loop& loop) : loop_(loop) {}

    std::unique_ptr<RunningCommand> start(const Command& command) override {
        return std::make_unique<Run>(loop_, trees_, command);
    }

    void end(const std::vector<RunningCommand*>& commands) override {
        Run::end_together(loop_, trees_, commands);
    }

  private:
    Loop& loop_;
    Trees trees_;
};

}  // namespace

Result ProcessRunner::run(const Command& command, const loop::Cancel* cancel) {
    if (cancel != nullptr) cancel->throw_if_requested();
    const std::unique_ptr<RunningCommand> running = start(command);
    running->wait(std::nullopt, cancel);
    RunningCommand::Progress progress = running->take_progress();
    return {progress.ending.value_or(Ending(Signalled{SIGKILL})), std::move(progress.output),
            progress.omitted_bytes, running->duration()};
}

std::unique_ptr<ProcessRunner> make_process_runner(Loop& loop) {
    return std::make_unique<SpawningRunner>(loop);
}

void become_subreaper() {
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
        base::throw_errno("PR_SET_CHILD_SUBREAPER");
}

void kill_remaining_children(const base::Clock& clock) {
    if (!end_descendants([](pid_t) { return false; }, clock, clock.now() + kKillTime))
        base::log_warning(kStillThere);
}

}  // namespace codex::process
