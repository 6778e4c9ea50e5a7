// exec_command and write_stdin of today's models: commands that go on when a call has waited long
// enough, and are fed and looked at by later calls.
#pragma once

#include <chrono>
#include <map>
#include <memory>

#include "tools/apply_patch.h"
#include "tools/approval.h"
#include "tools/command_gate.h"
#include "tools/tool.h"
#include "tools/worker.h"

namespace codex::tools {

/// Figures of the original (2026-11), where it has them.
struct SessionLimits {
    std::size_t max_sessions = 64;
    std::size_t max_buffered_bytes = std::size_t{1} << 20;         // of each: head and tail
    std::size_t max_output_tokens = 10'000;                        // of one answer: head and tail
    std::size_t max_command_bytes = (std::size_t{128} << 10) - 1;  // as of ShellLimits
    std::chrono::milliseconds default_yield{std::chrono::seconds(10)};
    std::chrono::milliseconds default_write_yield{250};
    std::chrono::milliseconds min_yield{250};
    std::chrono::milliseconds max_yield{std::chrono::seconds(30)};
    // write_stdin without anything to write
    std::chrono::milliseconds min_poll{std::chrono::seconds(5)};
    std::chrono::milliseconds max_poll{std::chrono::minutes(5)};
    std::chrono::milliseconds max_time{std::chrono::hours(24)};         // of a session
    std::chrono::milliseconds max_free_time{std::chrono::minutes(10)};  // see ExecSessions
};

/// The commands of one conversation. All of them are ended, with all that they started, by its
/// destructor, by end_all(), and when a call is interrupted; whoever interrupts the conversation
/// elsewhere calls end_all(). Loop thread only; what it is given must outlive it.
///
/// Where control files are protected, a command that somebody approved to run without the sandbox
/// becomes no session: it runs to its end, at most for max_free_time, and only while no session
/// runs. Its changes of such files are accepted as a whole, so nobody else may have made some.
class ExecSessions {
  public:
    explicit ExecSessions(Worker& worker, SessionLimits limits = {}, Approver* approver = nullptr,
                          Patcher* patcher = nullptr);
    ~ExecSessions();
    ExecSessions(const ExecSessions&) = delete;
    ExecSessions& operator=(const ExecSessions&) = delete;

    struct Start {
        CommandCall call;
        std::optional<std::int64_t> yield_time_ms;
        std::optional<std::int64_t> max_output_tokens;
        std::string notes;  // for the answer, a line each
    };
    /// Both throw BadCall for what is wrong with a call, else only what ends the run.
    ToolOutput start(const Start& wanted, const loop::Cancel* cancel);

    struct Write {
        std::int64_t session_id = 0;
        std::string chars;  // "\x03" alone ends the session, "\x04" alone closes its stdin
        std::optional<std::int64_t> yield_time_ms;
        std::optional<std::int64_t> max_output_tokens;
    };
    ToolOutput write(const Write& wanted, const loop::Cancel* cancel);

    void end_all();
    /// Number of commands that go on, or have ended and were not asked for since.
    std::size_t size() const { return sessions_.size(); }
    bool can_escalate() const { return approver_ != nullptr && approver_->can_escalate(); }

  private:
    struct Session {
        std::unique_ptr<WorkerSession> command;
        Proposal proposal;
        bool is_confined = true;
    };
    using Sessions = std::map<std::int64_t, Session>;

    void make_room(const loop::Cancel* cancel);
    void feed(Session& session, std::int64_t id, std::string_view chars);
    ToolOutput run_freely(const Proposal& proposal, std::size_t max_tokens,
                          const std::string& notes, const loop::Cancel* cancel);
    ToolOutput answer(Sessions::iterator session, std::chrono::milliseconds time,
                      std::size_t max_tokens, std::string notes, bool is_first,
                      const loop::Cancel* cancel);

    Worker& worker_;
    SessionLimits limits_;
    Approver* approver_;
    CommandGate gate_;
    Sessions sessions_;
    std::int64_t last_id_ = 0;
};

/// exec_command {cmd, workdir?, shell?, login?, yield_time_ms?, max_output_tokens?}, and as of
/// make_exec_command (shell.h) what asks for leaving the sandbox. The answer: wall time, how it
/// ended or the session's number, an estimate of the tokens of the whole output, output.
std::unique_ptr<Tool> make_session_exec_command(ExecSessions& sessions);
ToolSpec session_exec_command_spec(bool can_escalate);

/// write_stdin {session_id, chars?, yield_time_ms?, max_output_tokens?}: the same answer, with the
/// output since the last one.
std::unique_ptr<Tool> make_write_stdin(ExecSessions& sessions);
ToolSpec write_stdin_spec();

}  // namespace codex::tools
