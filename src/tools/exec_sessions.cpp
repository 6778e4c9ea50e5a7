#include "tools/exec_sessions.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "sandbox/enforce.h"
#include "tools/truncate.h"

namespace codex::tools {
namespace {

std::chrono::milliseconds limited(const std::optional<std::int64_t>& wanted,
                                  std::chrono::milliseconds otherwise,
                                  std::chrono::milliseconds least, std::chrono::milliseconds most) {
    if (wanted && *wanted < 0) throw BadCall("yield_time_ms must not be below 0");
    const std::int64_t time = wanted.value_or(otherwise.count());
    return std::chrono::milliseconds(std::clamp(time, least.count(), most.count()));
}

std::size_t token_limit(const std::optional<std::int64_t>& wanted, std::size_t most) {
    if (wanted && *wanted <= 0) throw BadCall("max_output_tokens must be above 0");
    return wanted ? std::min(static_cast<std::size_t>(*wanted), most) : most;
}

/// As codex-rs' exec_command answers (2026-11).
std::string render(const std::string& bytes, std::size_t omitted_bytes, std::size_t max_tokens,
                   std::chrono::milliseconds time, const std::string& notes,
                   const std::string& state) {
    const std::string output = base::to_valid_utf8(bytes);
    const std::size_t tokens =
        (output.size() + omitted_bytes + kBytesPerToken - 1) / kBytesPerToken;
    std::string shown = truncate_middle(output, max_tokens * kBytesPerToken);
    if (omitted_bytes > 0 || shown.size() != output.size()) {
        shown = fmt::format(
            "Warning: truncated output (original token count: {})\nTotal output lines: {}{}\n\n{}",
            tokens, base::split_lines(output).size(),
            omitted_bytes > 0 ? fmt::format(" and those of {} bytes more", omitted_bytes) : "",
            shown);
    }
    return fmt::format("Wall time: {:.4f} seconds\n{}{}\nOriginal token count: {}\nOutput:\n{}",
                       static_cast<double>(time.count()) / 1000, notes, state, tokens, shown);
}

std::string exited_state(const process::Ending& ending) {
    std::string state = fmt::format("Process exited with code {}", exit_code_of(ending));
    const auto* late = std::get_if<process::TimedOut>(&ending);
    if (late == nullptr) return state;
    return fmt::format("{} (timed out after {} ms; it was killed with all that it started)", state,
                       late->after.count());
}

void add_restored(std::string& notes, const std::vector<std::string>& restored) {
    for (const std::string& line : restored)
        notes += fmt::format("Note: {}: it is protected\n", line);
}

bool succeeded(const process::Ending& ending) {
    return ending == process::Ending(process::Exited{0});
}

}  // namespace

ExecSessions::ExecSessions(Worker& worker, SessionLimits limits, Approver* approver,
                           Patcher* patcher)
    : worker_(worker),
      limits_(limits),
      approver_(approver),
      gate_(worker, limits.max_command_bytes, approver, patcher) {}

ExecSessions::~ExecSessions() {
    try {
        end_all();
    } catch (const base::Error& error) {
        base::log_warning(error.what());
    }
}

void ExecSessions::end_all() {
    std::vector<WorkerSession*> confined;
    std::vector<WorkerSession*> free;
    for (auto& [id, session] : sessions_)
        (session.is_confined ? confined : free).push_back(session.command.get());
    worker_.end(confined);
    gate_.free_worker().end(free);
    sessions_.clear();
}

/// Those that have ended and that nobody asked for make room, the oldest first.
void ExecSessions::make_room(const loop::Cancel* cancel) {
    const std::chrono::milliseconds now{0};
    for (auto next = sessions_.begin(); next != sessions_.end();) {
        const auto session = next++;
        const bool is_over = session->second.command->wait(now, cancel);
        if (is_over && sessions_.size() >= limits_.max_sessions) sessions_.erase(session);
    }
    if (sessions_.size() >= limits_.max_sessions) {
        throw BadCall(
            fmt::format("{} sessions are running, which is the limit; end one with write_stdin "
                        "and the chars \\u0003",
                        limits_.max_sessions));
    }
}

ToolOutput ExecSessions::start(const Start& wanted, const loop::Cancel* cancel) {
    const std::filesystem::path workdir = gate_.check(wanted.call);
    const std::chrono::milliseconds time =
        limited(wanted.yield_time_ms, limits_.default_yield, limits_.min_yield, limits_.max_yield);
    const std::size_t max_tokens = token_limit(wanted.max_output_tokens, limits_.max_output_tokens);
    if (auto patched = gate_.apply_as_patch(wanted.call, workdir, cancel))
        return std::move(*patched);
    try {
        make_room(cancel);
        const Proposal proposal = gate_.propose(wanted.call, workdir);
        const bool is_confined = gate_.admit(proposal) == Place::in_sandbox;
        if (!is_confined && worker_.guards_files())
            return run_freely(proposal, max_tokens, wanted.notes, cancel);
        Worker& worker = is_confined ? worker_ : gate_.free_worker();
        std::unique_ptr<WorkerSession> command =
            worker.start({.argv = proposal.argv,
                          .working_directory = workdir,
                          .timeout = limits_.max_time,
                          .max_output_bytes = limits_.max_buffered_bytes});
        const auto session =
            sessions_.emplace(++last_id_, Session{std::move(command), proposal, is_confined}).first;
        return answer(session, time, max_tokens, wanted.notes, true, cancel);
    } catch (const base::Interrupted&) {
        end_all();
        throw;
    }
}

ToolOutput ExecSessions::write(const Write& wanted, const loop::Cancel* cancel) {
    const auto session = sessions_.find(wanted.session_id);
    if (session == sessions_.end())
        throw BadCall(fmt::format("Unknown process id {}", wanted.session_id));
    const std::size_t max_tokens = token_limit(wanted.max_output_tokens, limits_.max_output_tokens);
    const std::chrono::milliseconds time =
        wanted.chars.empty() ? limited(wanted.yield_time_ms, limits_.default_write_yield,
                                       limits_.min_poll, limits_.max_poll)
                             : limited(wanted.yield_time_ms, limits_.default_write_yield,
                                       limits_.min_yield, limits_.max_yield);
    try {
        feed(session->second, session->first, wanted.chars);
        return answer(session, time, max_tokens, "", false, cancel);
    } catch (const base::Interrupted&) {
        end_all();
        throw;
    }
}

void ExecSessions::feed(Session& session, std::int64_t id, std::string_view chars) {
    using Feeding = process::RunningCommand::Feeding;
    // Without a terminal nobody else would make signals and ends of them.
    constexpr std::string_view kInterrupt = "\x03";
    constexpr std::string_view kEnd = "\x04";
    process::RunningCommand& command = session.command->command();
    if (chars == kInterrupt) return session.command->end();
    if (chars == kEnd) return command.close_input();
    if (chars.empty() || command.feed(chars) != Feeding::full) return;
    throw BadCall(
        fmt::format("session {} does not read its stdin: more than {} bytes would wait there", id,
                    process::kMaxPendingInput));
}

ToolOutput ExecSessions::run_freely(const Proposal& proposal, std::size_t max_tokens,
                                    const std::string& notes, const loop::Cancel* cancel) {
    const process::Result result =
        gate_.run_freely({.argv = proposal.argv,
                          .working_directory = proposal.working_directory,
                          .timeout = limits_.max_free_time,
                          .max_output_bytes = limits_.max_buffered_bytes},
                         cancel);
    return {render(result.output, result.omitted_bytes, max_tokens, result.duration, notes,
                   exited_state(result.ending)),
            succeeded(result.ending)};
}

ToolOutput ExecSessions::answer(Sessions::iterator session, std::chrono::milliseconds time,
                                std::size_t max_tokens, std::string notes, bool is_first,
                                const loop::Cancel* cancel) {
    const std::int64_t id = session->first;
    WorkerSession& command = *session->second.command;
    const std::chrono::milliseconds before = command.command().duration();
    bool is_over = false;
    try {
        is_over = command.wait(time, cancel);
    } catch (const sandbox::SandboxError&) {
        sessions_.erase(session);
        throw;
    }
    const std::chrono::milliseconds waited =
        command.command().duration() - (is_first ? std::chrono::milliseconds(0) : before);
    const process::RunningCommand::Progress progress = command.command().take_progress();
    if (!is_over) {
        return {render(progress.output, progress.omitted_bytes, max_tokens, waited, notes,
                       fmt::format("Process running with session ID {}", id)),
                true};
    }
    const process::Ending ending = progress.ending.value_or(process::Signalled{SIGKILL});
    const Session over = std::move(session->second);
    sessions_.erase(session);
    if (over.is_confined) {
        add_restored(notes, worker_.take_restored());
        // Only a command that had no chance to do half of its work for somebody.
        if (is_first && gate_.retries_freely(over.proposal, ending, progress.output, notes))
            return run_freely(over.proposal, max_tokens, notes, cancel);
    }
    return {render(progress.output, progress.omitted_bytes, max_tokens, waited, notes,
                   exited_state(ending)),
            succeeded(ending)};
}

}  // namespace codex::tools
