#include <fmt/format.h>

#include "json/codec.h"
#include "json/schema.h"
#include "tools/exec_sessions.h"

namespace codex::tools {
namespace {

struct StartArguments {
    std::string cmd;
    std::optional<std::string> workdir;
    std::optional<std::string> shell;
    std::optional<bool> login;
    std::optional<std::int64_t> yield_time_ms;
    std::optional<std::int64_t> max_output_tokens;
    std::optional<bool> with_escalated_permissions;
    std::optional<std::string> justification;
};

/// Names of today's original that are understood and not offered.
struct OtherNames {
    std::optional<bool> tty;
    std::optional<std::string> sandbox_permissions;
};

struct WriteArguments {
    std::int64_t session_id = 0;
    std::optional<std::string> chars;
    std::optional<std::int64_t> yield_time_ms;
    std::optional<std::int64_t> max_output_tokens;
};

constexpr std::string_view kYieldText = "Wait so many milliseconds for its end before answering.";
constexpr std::string_view kTokensText =
    "Return at most about so many tokens of output: the beginning and the end.";

}  // namespace
}  // namespace codex::tools

template <>
struct codex::json::Describe<codex::tools::StartArguments> {
    template <class V>
    static void fields(V& v) {
        using T = codex::tools::StartArguments;
        v("cmd", &T::cmd, "Shell command.");
        v("workdir", &T::workdir, "Folder to run it in, beneath the workspace (the default).");
        v("shell", &T::shell, "Shell that runs it; bash is the default.");
        v("login", &T::login, "Run it by a login shell (-lc); false is the default.");
        v("yield_time_ms", &T::yield_time_ms, codex::tools::kYieldText);
        v("max_output_tokens", &T::max_output_tokens, codex::tools::kTokensText);
        v(codex::tools::kEscalation, &T::with_escalated_permissions, codex::tools::kEscalationText);
        v(codex::tools::kJustification, &T::justification, codex::tools::kJustificationText);
    }
};
template <>
struct codex::json::Describe<codex::tools::OtherNames> {
    template <class V>
    static void fields(V& v) {
        using T = codex::tools::OtherNames;
        v("tty", &T::tty);
        v("sandbox_permissions", &T::sandbox_permissions);
    }
};
template <>
struct codex::json::Describe<codex::tools::WriteArguments> {
    template <class V>
    static void fields(V& v) {
        using T = codex::tools::WriteArguments;
        v("session_id", &T::session_id, "The number that exec_command answered.");
        v("chars", &T::chars,
          "Text for its stdin; without any, the session is only looked at. \\u0004 alone closes "
          "stdin, \\u0003 alone ends the session.");
        v("yield_time_ms", &T::yield_time_ms, codex::tools::kYieldText);
        v("max_output_tokens", &T::max_output_tokens, codex::tools::kTokensText);
    }
};

namespace codex::tools {
namespace {

/// Answers for what is wrong with the arguments.
template <class Call>
ToolOutput answered(std::string_view name, std::string_view failure, const Call& call) {
    try {
        return call();
    } catch (const json::JsonError& error) {
        return {fmt::format("The arguments of {} cannot be read: {}", name, error.what()), false};
    } catch (const BadCall& error) {
        return {fmt::format("{} {}: {}", name, failure, error.what()), false};
    }
}

class SessionExecCommand final : public Tool {
  public:
    explicit SessionExecCommand(ExecSessions& sessions)
        : sessions_(sessions), spec_(session_exec_command_spec(sessions.can_escalate())) {}

    const ToolSpec& spec() const override { return spec_; }

    ToolOutput call(std::string_view arguments, const loop::Cancel* cancel) override {
        return answered(spec_.name, "was not executed",
                        [&] { return sessions_.start(parse(arguments), cancel); });
    }

  private:
    static ExecSessions::Start parse(std::string_view arguments) {
        const json::Value value = json::parse(arguments, "the arguments");
        StartArguments given = json::decode<StartArguments>(value);
        const OtherNames other = json::decode<OtherNames>(value);
        if (given.cmd.empty()) throw BadCall("cmd is empty");
        ExecSessions::Start start;
        start.call.argv = {given.shell.value_or("bash"), given.login.value_or(false) ? "-lc" : "-c",
                           std::move(given.cmd)};
        if (start.call.argv.front().empty()) throw BadCall("shell is empty");
        start.call.workdir = std::move(given.workdir);
        start.call.with_escalated_permissions = given.with_escalated_permissions.value_or(false) ||
                                                other.sandbox_permissions == "require_escalated";
        start.call.justification = std::move(given.justification).value_or("");
        start.yield_time_ms = given.yield_time_ms;
        start.max_output_tokens = given.max_output_tokens;
        if (other.tty.value_or(false))
            start.notes = "Note: there is no terminal; it was run with pipes\n";
        return start;
    }

    ExecSessions& sessions_;
    ToolSpec spec_;
};

class WriteStdin final : public Tool {
  public:
    explicit WriteStdin(ExecSessions& sessions) : sessions_(sessions) {}

    const ToolSpec& spec() const override { return spec_; }

    ToolOutput call(std::string_view arguments, const loop::Cancel* cancel) override {
        return answered(spec_.name, "failed", [&] {
            WriteArguments given =
                json::decode<WriteArguments>(json::parse(arguments, "the arguments"));
            return sessions_.write({given.session_id, std::move(given.chars).value_or(""),
                                    given.yield_time_ms, given.max_output_tokens},
                                   cancel);
        });
    }

  private:
    ExecSessions& sessions_;
    ToolSpec spec_ = write_stdin_spec();
};

}  // namespace

ToolSpec session_exec_command_spec(bool can_escalate) {
    return {.name = "exec_command",
            .description =
                "Runs a shell command in the sandbox and returns its output, or a session number "
                "when it goes on.",
            .parameters = offered_parameters(
                json::schema<StartArguments>(json::SchemaMode::lenient), can_escalate)};
}

ToolSpec write_stdin_spec() {
    return {.name = "write_stdin",
            .description =
                "Writes to the stdin of a session of exec_command and returns its output since the "
                "last answer.",
            .parameters = json::schema<WriteArguments>(json::SchemaMode::lenient)};
}

std::unique_ptr<Tool> make_session_exec_command(ExecSessions& sessions) {
    return std::make_unique<SessionExecCommand>(sessions);
}

std::unique_ptr<Tool> make_write_stdin(ExecSessions& sessions) {
    return std::make_unique<WriteStdin>(sessions);
}

}  // namespace codex::tools
