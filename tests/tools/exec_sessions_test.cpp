#include "tools/exec_sessions.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>

#include "base/file.h"
#include "base/text.h"
#include "json/value.h"
#include "sandbox/enforce.h"
#include "tools_fixture.h"

using namespace codex::tools;
using codex::json::Value;
using codex::protocol::ApprovalPolicy;
using codex::protocol::ReviewDecision;
using codex::sandbox::Mode;
using std::chrono::milliseconds;

namespace {

SessionLimits quick() {
    SessionLimits limits;
    limits.min_yield = milliseconds(1);
    limits.min_poll = milliseconds(1);
    return limits;
}

/// The answer without the line of the time, which differs from run to run.
std::string without_time(const std::string& text) {
    if (!text.starts_with("Wall time: ")) return text;
    return text.substr(text.find('\n') + 1);
}

std::string ended(int code, std::string_view output) {
    return fmt::format("Process exited with code {}\nOriginal token count: {}\nOutput:\n{}", code,
                       (output.size() + 3) / 4, output);
}

std::string running(int id, std::string_view output) {
    return fmt::format("Process running with session ID {}\nOriginal token count: {}\nOutput:\n{}",
                       id, (output.size() + 3) / 4, output);
}

class Scene {
  public:
    explicit Scene(Mode mode = Mode::read_only, SessionLimits limits = quick(),
                   Approver* approver = nullptr)
        : workspace(mode) {
        sessions.emplace(*workspace.worker, limits, approver);
        exec_command = make_session_exec_command(*sessions);
        write_stdin = make_write_stdin(*sessions);
    }

    ToolOutput call(Tool& tool, const Value& arguments) const {
        ToolOutput output = tool.call(codex::json::render(arguments), nullptr);
        output.text = without_time(output.text);
        return output;
    }
    std::string start(const std::string& script, int yield_ms = 20'000) const {
        return call(*exec_command, Value::object({{"cmd", script}, {"yield_time_ms", yield_ms}}))
            .text;
    }
    std::string write(int id, const std::string& chars, int yield_ms = 20'000) const {
        return call(*write_stdin,
                    Value::object(
                        {{"session_id", id}, {"chars", chars}, {"yield_time_ms", yield_ms}}))
            .text;
    }

    Workspace workspace;
    std::optional<ExecSessions> sessions;
    std::unique_ptr<Tool> exec_command;
    std::unique_ptr<Tool> write_stdin;
};

bool has_no_children() {
    return ::waitpid(-1, nullptr, WNOHANG | __WALL) == -1;
}

}  // namespace

TEST_CASE("the session tools are offered with a schema of their arguments") {
    Approver on_request(ApprovalPolicy::on_request,
                        [](const ApprovalRequest&) { return ReviewDecision::approved; });
    const auto names = [](const Tool& tool) {
        std::string text;
        for (const auto& [name, property] :
             tool.spec().parameters.find("properties")->as_object()->members())
            text += name + " ";
        return text + codex::json::render(*tool.spec().parameters.find("required"));
    };
    const Scene plain;
    CHECK(plain.exec_command->spec().name == "exec_command");
    CHECK(names(*plain.exec_command) ==
          R"(cmd workdir shell login yield_time_ms max_output_tokens ["cmd"])");
    CHECK(plain.write_stdin->spec().name == "write_stdin");
    CHECK(names(*plain.write_stdin) ==
          R"(session_id chars yield_time_ms max_output_tokens ["session_id"])");
    const Scene asking(Mode::read_only, quick(), &on_request);
    CHECK(names(*asking.exec_command) ==
          "cmd workdir shell login yield_time_ms max_output_tokens with_escalated_permissions "
          R"(justification ["cmd"])");
}

TEST_CASE("a command that ends in time answers as one that ran") {
    const Scene scene;
    struct Row {
        std::string script;
        int code;
        std::string output;
    };
    const Row rows[] = {
        {"echo out; echo error >&2; exit 3", 3, "out\nerror\n"},
        {"kill -9 $$", 137, ""},
        {"echo hello", 0, "hello\n"},
        {"printf 'a\\377b'", 0,
         "a\xef\xbf\xbd"
         "b"},
        {"no-such-program", 127, "bash: line 1: no-such-program: command not found\n"},
    };
    for (const Row& row : rows) {
        const ToolOutput output =
            scene.call(*scene.exec_command, Value::object({{"cmd", row.script}}));
        CHECK(output.text == ended(row.code, row.output));
        CHECK(output.success == (row.code == 0));
    }
    CHECK(scene.sessions->size() == 0);
    const ToolOutput shell = scene.call(
        *scene.exec_command,
        Value::object(
            {{"cmd", "shopt -q login_shell; echo $? $0"}, {"login", true}, {"tty", true}}));
    CHECK(shell.text ==
          "Note: there is no terminal; it was run with pipes\n" + ended(0, "0 bash\n"));
    CHECK(has_no_children());
}

TEST_CASE("a command that goes on is fed and looked at by its number") {
    const Scene scene;
    CHECK(scene.start("echo ready; while read line; do echo got $line; done; echo end; exit 4",
                      500) == running(1, "ready\n"));
    CHECK(scene.start("sleep 60", 1) == running(2, ""));
    CHECK(scene.write(1, "one\n", 500) == running(1, "got one\n"));
    CHECK(scene.write(1, "", 1) == running(1, ""));
    CHECK(scene.write(1, "\x04") == ended(4, "end\n"));
    CHECK(scene.write(1, "three") == "write_stdin failed: Unknown process id 1");
    CHECK(scene.write(2, "\x03") == ended(137, ""));
    CHECK(scene.sessions->size() == 0);
    CHECK(has_no_children());
}

TEST_CASE("whatever is wrong with a session's arguments is answered, and nothing is executed") {
    const Scene scene;
    struct Row {
        bool writes;
        std::string arguments;
        std::string answer;
    };
    const Row rows[] = {
        {false, "not json", "The arguments of exec_command cannot be read: "},
        {false, "{}", "The arguments of exec_command cannot be read: $.cmd is missing"},
        {false, R"({"cmd":""})", "exec_command was not executed: cmd is empty"},
        {false, R"({"cmd":"a","shell":""})", "exec_command was not executed: shell is empty"},
        {false, R"({"cmd":"a","workdir":"/etc"})",
         "exec_command was not executed: workdir /etc is not beneath the workspace "},
        {false, R"({"cmd":"a","yield_time_ms":-1})",
         "exec_command was not executed: yield_time_ms must not be below 0"},
        {false, R"({"cmd":"a","max_output_tokens":0})",
         "exec_command was not executed: max_output_tokens must be above 0"},
        {false, R"({"cmd":"a\u0000b"})", "exec_command was not executed: the command holds a NUL"},
        {true, "{}", "The arguments of write_stdin cannot be read: $.session_id is missing"},
        {true, R"({"session_id":7})", "write_stdin failed: Unknown process id 7"},
    };
    for (const Row& row : rows) {
        const ToolOutput output =
            (row.writes ? scene.write_stdin : scene.exec_command)->call(row.arguments, nullptr);
        CHECK(output.text.substr(0, row.answer.size()) == row.answer);
        CHECK_FALSE(output.success);
    }
    CHECK(scene.sessions->size() == 0);
}

TEST_CASE("long output keeps head and tail, and says what it had") {
    const Scene scene;
    const ToolOutput output = scene.call(
        *scene.exec_command, Value::object({{"cmd", "seq -w 0 9999"}, {"max_output_tokens", 10}}));
    CHECK(output.text ==
          "Process exited with code 0\nOriginal token count: 12500\nOutput:\n"
          "Warning: truncated output (original token count: 12500)\nTotal output lines: 10000\n\n"
          "0000\n0001\n0002\n0003\n…12490 tokens truncated…\n9996\n9997\n9998\n9999\n");
}

TEST_CASE("what waits to be read is bounded, and the cut is said") {
    SessionLimits limits = quick();
    limits.max_buffered_bytes = 1000;
    const Scene scene(Mode::read_only, limits);
    const std::string text = scene.start("seq -w 0 9999");
    CHECK(text.starts_with("Process exited with code 0\nOriginal token count: 12508\n"));
    CHECK(text.find("and those of 49000 bytes more\n\n0000\n") != std::string::npos);
    CHECK(text.find("… 49000 bytes omitted …") != std::string::npos);
    CHECK(text.ends_with("9998\n9999\n"));
}

TEST_CASE("no more sessions than the limit run, and those that have ended make room") {
    SessionLimits limits = quick();
    limits.max_sessions = 2;
    const Scene scene(Mode::read_only, limits);
    CHECK(scene.start("read line", 1) == running(1, ""));
    CHECK(scene.start("sleep 60", 1) == running(2, ""));
    CHECK(scene.start("echo no") ==
          "exec_command was not executed: 2 sessions are running, which is the limit; end one "
          "with write_stdin and the chars \\u0003");
    CHECK(scene.write(1, "go\n") == ended(0, ""));
    CHECK(scene.start("echo yes") == ended(0, "yes\n"));
}

TEST_CASE("input that a session does not read is bounded") {
    const Scene scene;
    CHECK(scene.start("sleep 60", 1) == running(1, ""));
    const std::string much(codex::process::kMaxPendingInput, 'x');
    CHECK(scene.write(1, much, 1) == running(1, ""));
    CHECK(scene.write(1, much, 1) ==
          "write_stdin failed: session 1 does not read its stdin: more than 1048576 bytes would "
          "wait there");
}

TEST_CASE("sessions are ended with all that they started, at once") {
    Scene scene;
    for (int i = 0; i < 8; ++i) scene.start("setsid sleep 60 & sleep 60 & wait", 1);
    CHECK(scene.sessions->size() == 8);
    const codex::base::SystemClock clock;
    const auto begin = clock.now();
    SECTION("by the object's end") {
        scene.sessions.reset();
    }
    SECTION("by an interrupted call") {
        codex::loop::Cancel cancel;
        scene.workspace.loop().after(milliseconds(10), [&] {
            cancel.request(codex::base::Interrupted::Reason::signal, "received SIGINT");
        });
        CHECK_THROWS_AS(
            scene.write_stdin->call(R"({"session_id":3,"yield_time_ms":20000})", &cancel),
            codex::base::Interrupted);
        CHECK(scene.sessions->size() == 0);
    }
    CHECK(clock.now() - begin < milliseconds(1000));
    CHECK(has_no_children());
}

TEST_CASE("control files are put back when the last session has ended") {
    Scene scene(Mode::workspace_write);
    const std::filesystem::path tree = scene.workspace.path();
    std::filesystem::create_directory(tree / ".codex");
    codex::base::write_file_atomically(tree / ".codex" / "rules", "kept\n");
    std::filesystem::permissions(tree / ".codex" / "rules", std::filesystem::perms(0666));
    if (::geteuid() == 0) {
        REQUIRE(::chown((tree / ".codex").c_str(), Workspace::owner(), Workspace::owner()) == 0);
        REQUIRE(::chown((tree / ".codex" / "rules").c_str(), Workspace::owner(),
                        Workspace::owner()) == 0);
    }
    // A worker keeps what was there when it was made.
    scene.sessions.reset();
    scene.workspace.worker.emplace(scene.workspace.runner(), Workspace::worker_executable(),
                                   scene.workspace.policy(), Workspace::environment());
    scene.sessions.emplace(*scene.workspace.worker, quick());
    scene.exec_command = make_session_exec_command(*scene.sessions);
    scene.write_stdin = make_write_stdin(*scene.sessions);

    CHECK(scene.start("read line", 1) == running(1, ""));
    CHECK(scene.start("mkdir -p .agents && echo bad > .agents/x").starts_with("Process exited"));
    // What was not there cannot be mounted read-only.
    CHECK(std::filesystem::exists(tree / ".agents" / "x"));
    CHECK(scene.workspace.worker->sessions() == 1);
    const std::string last = scene.write(1, "go\n");
    CHECK(last.starts_with("Note: "));
    CHECK(last.ends_with(": it is protected\n" + ended(0, "")));
    CHECK_FALSE(std::filesystem::exists(tree / ".agents"));
    CHECK(codex::base::read_file(tree / ".codex" / "rules", 100) == "kept\n");
}

TEST_CASE("a command leaves the sandbox only by approval, and only while no session runs") {
    std::vector<std::string> asked;
    Approver approver(ApprovalPolicy::on_request, [&](const ApprovalRequest& request) {
        asked.push_back(request.argv.back());
        return ReviewDecision::approved;
    });
    const Scene scene(Mode::workspace_write, quick(), &approver);
    const auto escalated = [&](const std::string& script) {
        return scene
            .call(*scene.exec_command, Value::object({{"cmd", script},
                                                      {"sandbox_permissions", "require_escalated"},
                                                      {"justification", "it must"}}))
            .text;
    };
    const std::string script = "grep NoNewPrivs /proc/self/status";
    CHECK(escalated(script) == ended(0, "NoNewPrivs:\t0\n"));
    CHECK(asked == std::vector{script});
    CHECK(scene.start("read line", 1) == running(1, ""));
    CHECK(escalated(script) ==
          "exec_command was not executed: a command runs without the sandbox only while no "
          "session runs within; end the sessions first");
    CHECK(asked == std::vector{script});
    CHECK(scene.start(script) == ended(0, "NoNewPrivs:\t1\n"));
}

TEST_CASE("a sandbox that cannot be had for a session ends the run") {
    Workspace workspace;
    codex::sandbox::Policy policy = workspace.policy();
    policy.workspace = "/nowhere/at/all";
    Worker worker(workspace.runner(), Workspace::worker_executable(), policy, {});
    ExecSessions sessions(worker);
    CHECK_THROWS_AS(make_session_exec_command(sessions)->call(R"({"cmd":"true"})", nullptr),
                    codex::sandbox::SandboxError);
    CHECK(sessions.size() == 0);
    CHECK(has_no_children());
}

TEST_CASE("a patch in a command of a session is applied as one") {
    Workspace workspace(Mode::workspace_write);
    Patcher patcher(*workspace.worker);
    ExecSessions sessions(*workspace.worker, quick(), nullptr, &patcher);
    const auto tool = make_session_exec_command(sessions);
    const Value call = Value::object(
        {{"cmd",
          "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: new.txt\n+one\n*** End "
          "Patch\nEOF\n"}});
    const ToolOutput output = tool->call(codex::json::render(call), nullptr);
    CHECK(output.success);
    CHECK(codex::base::read_file(workspace.path() / "new.txt") == "one\n");
    CHECK(sessions.size() == 0);
}
