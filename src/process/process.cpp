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
#include <optional>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "process/head_tail.h"
#include "process/spawn.h"
#include "process/tree.h"

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

/// One command from start to end: its output, its time, and what it leaves behind.
class Run {
  public:
    Run(Loop& loop, const Command& command)
        : loop_(loop), spared_(children()), watches_(loop), kept_(command.max_output_bytes) {
        if (command.inherit_output) {
            child_ = spawn(command, STDOUT_FILENO, STDERR_FILENO);
        } else {
            base::Pipe pipe = base::make_pipe();
            base::set_nonblocking(pipe.read_end.get());
            // A flood changes hands more seldom; a refusal costs nothing but speed.
            ::fcntl(pipe.write_end.get(), F_SETPIPE_SZ, kPipeBytes);
            child_ = spawn(command, pipe.write_end.get(), pipe.write_end.get());
            output_ = std::move(pipe.read_end);
            output_watch_ = watches_.readable(output_.get(), [this] { read_output(); });
        }
        end_watch_ = watches_.readable(child_.end.get(), [this] { take_ending(); });
        reap_orphans_later();
        watches_.after(command.timeout, [this, after = command.timeout] {
            if (ended_) return;
            ending_ = TimedOut{after};
            stop();
        });
    }
    ~Run() {
        loop_.cancel_timer(reap_timer_);
        // Only when an exception goes through: a normal end has reaped the leader.
        if (reaped_) return;
        ::kill(-child_.pid, SIGKILL);
        reap_if_ended(child_.pid);
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    void wait(const loop::Cancel* cancel) {
        try {
            loop_.run_until([this] { return over(); }, cancel);
        } catch (const base::Interrupted&) {
            stop();
            if (!clean_up()) base::log_warning(kStillThere);
            throw;
        }
        if (!clean_up()) throw base::Error(kStillThere);
    }

    Result result(std::chrono::milliseconds duration) {
        return {ending_.value_or(Ending(Signalled{SIGKILL})), kept_.text(), kept_.omitted_bytes(),
                duration};
    }

  private:
    bool over() const { return ended_ && (!output_ || drained_); }

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
        // Others may hold the pipe for ever.
        watches_.after(kDrainTime, [this] { drained_ = true; });
    }

    /// Kills the group at once and everything else below; the loop sees the ends.
    void stop() {
        ::kill(-child_.pid, SIGKILL);
        kill_descendants(spared_);
    }

    /// Nothing of the command outlives it: not its group, and no one who left the group. False when
    /// somebody does.
    bool clean_up() {
        ::kill(-child_.pid, SIGKILL);
        // The leader is one of our children as well.
        const bool is_nobody_left =
            end_descendants(spared_, loop_.clock(), loop_.clock().now() + kKillTime);
        reaped_ = true;
        read_rest();
        return is_nobody_left;
    }

    /// Programs that start others and end would else use up all process numbers.
    void reap_orphans_later() {
        constexpr std::chrono::milliseconds kInterval{200};
        reap_timer_ = loop_.after(kInterval, [this] {
            std::set<pid_t> spared = spared_;
            spared.insert(child_.pid);
            reap_ended(spared);
            reap_orphans_later();
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
    std::set<pid_t> spared_;
    Watches watches_;
    HeadTail kept_;
    Spawned child_;
    base::UniqueFd output_;
    Loop::Id output_watch_ = 0;
    Loop::Id reap_timer_ = 0;
    Loop::Id end_watch_ = 0;
    std::optional<Ending> ending_;
    bool ended_ = false;
    bool reaped_ = false;
    bool drained_ = false;
    std::array<char, 65536> buffer_;
};

class SpawningRunner final : public ProcessRunner {
  public:
    explicit SpawningRunner(Loop& loop) : loop_(loop) {}

    Result run(const Command& command, const loop::Cancel* cancel) override {
        if (cancel != nullptr) cancel->throw_if_requested();
        const base::Steady start = loop_.clock().now();
        const auto run = std::make_unique<Run>(loop_, command);
        run->wait(cancel);
        return run->result(
            std::chrono::duration_cast<std::chrono::milliseconds>(loop_.clock().now() - start));
    }

  private:
    Loop& loop_;
};

}  // namespace

std::unique_ptr<ProcessRunner> make_process_runner(Loop& loop) {
    return std::make_unique<SpawningRunner>(loop);
}

void become_subreaper() {
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
        base::throw_errno("PR_SET_CHILD_SUBREAPER");
}

void kill_remaining_children(const base::Clock& clock) {
    if (!end_descendants({}, clock, clock.now() + kKillTime)) base::log_warning(kStillThere);
}

}  // namespace codex::process
