#include "tools/shell.h"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>

#include "base/text.h"
#include "sandbox/enforce.h"
#include "tools_fixture.h"

using namespace codex::tools;
using codex::protocol::ApprovalPolicy;
using codex::protocol::ReviewDecision;
using codex::sandbox::Mode;

namespace {

/// The output without the line of the time, which differs from run to run.
std::string without_time(const std::string& text) {
    const std::size_t begin = text.find("Wall time: ");
    REQUIRE(begin != std::string::npos);
    return text.substr(0, begin) + text.substr(text.find('\n', begin) + 1);
}

class Tools {
  public:
    explicit Tools(ShellLimits limits = {},
                   codex::sandbox::Mode mode = codex::sandbox::Mode::read_only)
        : workspace(mode),
          exec_command(make_exec_command(*workspace.worker, limits)),
          shell(make_shell(*workspace.worker, limits)) {}
    Tools(codex::sandbox::Mode mode, Approver& approver)
        : workspace(mode),
          exec_command(make_exec_command(*workspace.worker, {}, &approver)),
          shell(make_shell(*workspace.worker, {}, &approver)) {}

    /// What the model reads of a script's run.
    std::string run(const std::string& script, bool escalates = false) const {
        auto arguments = codex::json::Value::object({{"cmd", script}});
        if (escalates) {
            arguments.as_object()->set("with_escalated_permissions", true);
            arguments.as_object()->set("justification", "it must");
        }
        const std::string text = exec_command->call(codex::json::render(arguments), nullptr).text;
        return text.starts_with("Exit code: ") ? without_time(text) : text;
    }

    Workspace workspace;
    std::unique_ptr<Tool> exec_command;
    std::unique_ptr<Tool> shell;
};

}  // namespace

TEST_CASE("the tools are offered with a schema of their arguments") {
    Tools tools;
    CHECK(tools.exec_command->spec().name == "exec_command");
    CHECK(
        codex::json::render(tools.exec_command->spec().parameters) ==
        R"({"type":"object","properties":{)"
        R"("cmd":{"type":"string","description":"Shell command, run by bash -c."},)"
        R"("workdir":{"type":"string","description":"Folder to run it in, beneath the workspace (the default)."},)"
        R"("timeout_ms":{"type":"integer","description":"Kill the command after so many milliseconds."},)"
        R"("max_output_bytes":{"type":"integer","description":"Return at most so many bytes of output: the beginning and the end."}},)"
        R"("required":["cmd"],"additionalProperties":false})");
    CHECK(tools.shell->spec().name == "shell");
    CHECK(codex::json::render(*tools.shell->spec().parameters.at("required")) == R"(["command"])");
}

TEST_CASE("a command's exit code and output are what the model reads") {
    Tools tools;
    struct Row {
        std::string script;
        std::string text;
        bool success;
    };
    const Row rows[] = {
        {"echo hello", "Exit code: 0\nOutput:\nhello\n", true},
        {"echo out; echo error >&2; exit 3", "Exit code: 3\nOutput:\nout\nerror\n", false},
        {"kill -9 $$", "Exit code: 137 (killed by signal 9)\nOutput:\n", false},
        {"no-such-program",
         "Exit code: 127\nOutput:\nbash: line 1: no-such-program: command not found\n", false},
        {"printf 'a\\377b'",
         "Exit code: 0\nOutput:\na\xef\xbf\xbd"
         "b",
         true},
        {"cat", "Exit code: 0\nOutput:\n", true},
    };
    for (const Row& row : rows) {
        const auto arguments = codex::json::Value::object({{"cmd", row.script}});
        const ToolOutput output = tools.exec_command->call(codex::json::render(arguments), nullptr);
        CHECK(without_time(output.text) == row.text);
        CHECK(output.success == row.success);
    }
}

TEST_CASE("the older tool runs a program with its arguments, without a shell") {
    Tools tools;
    const ToolOutput output =
        tools.shell->call(R"({"command":["printf","%s|","a b","$HOME","*"]})", nullptr);
    CHECK(without_time(output.text) == "Exit code: 0\nOutput:\na b|$HOME|*|");
    const ToolOutput missing = tools.shell->call(R"({"command":["no-such-program"]})", nullptr);
    CHECK(without_time(missing.text) ==
          "Exit code: 127\nOutput:\ncannot execute no-such-program: No such file or directory\n");
}

TEST_CASE("whatever is wrong with the arguments is answered, and nothing is executed") {
    ShellLimits limits;
    limits.max_command_bytes = 40;
    Tools tools(limits, codex::sandbox::Mode::workspace_write);
    struct Row {
        bool older;
        std::string arguments;
        std::string answer;
    };
    const std::string tree = tools.workspace.path().string();
    const Row rows[] = {
        {false, "", "The arguments of exec_command cannot be read: "},
        {false, "not json", "The arguments of exec_command cannot be read: "},
        {false, "[]", "The arguments of exec_command cannot be read: $: "},
        {false, "{}", "The arguments of exec_command cannot be read: $.cmd is missing"},
        {false, R"({"cmd":7})", "The arguments of exec_command cannot be read: $.cmd: "},
        {false, R"({"cmd":""})", "exec_command was not executed: cmd is empty"},
        {false, R"({"cmd":"touch made\u0000x"})",
         "exec_command was not executed: the command holds a NUL byte"},
        {false, R"({"cmd":"touch made; echo 0123456789012345678901234567890123456789"})",
         "exec_command was not executed: the command has 63 bytes; at most 40 are possible"},
        {false, R"({"cmd":"touch made","timeout_ms":0})",
         "exec_command was not executed: timeout_ms must be above 0"},
        {false, R"({"cmd":"touch made","timeout_ms":-5})",
         "exec_command was not executed: timeout_ms must be above 0"},
        {false, R"({"cmd":"touch made","timeout_ms":99999999999999999999})",
         "The arguments of exec_command cannot be read: $.timeout_ms is"},
        {false, R"({"cmd":"touch made","max_output_bytes":0})",
         "exec_command was not executed: max_output_bytes must be above 0"},
        {false, R"({"cmd":"touch made","workdir":"/etc"})",
         "exec_command was not executed: workdir /etc is not beneath the workspace " + tree},
        {false, R"({"cmd":"touch made","workdir":"a/../../b"})",
         "exec_command was not executed: workdir a/../../b is not beneath the workspace " + tree},
        {true, R"({"command":[]})", "shell was not executed: command names no program"},
        {true, R"({"command":[""]})", "shell was not executed: command names no program"},
        {true, R"({"command":"ls"})", "The arguments of shell cannot be read: $.command: "},
    };
    for (const Row& row : rows) {
        CAPTURE(row.arguments);
        const ToolOutput output =
            (row.older ? tools.shell : tools.exec_command)->call(row.arguments, nullptr);
        CHECK_FALSE(output.success);
        CHECK(output.text.substr(0, row.answer.size()) == row.answer);
    }
    CHECK_FALSE(std::filesystem::exists(tools.workspace.path() / "made"));
}

TEST_CASE("a command runs in the workspace or a folder beneath it") {
    Tools tools;
    const std::string tree = tools.workspace.path().string();
    std::filesystem::create_directories(tree + "/a/b");
    struct Row {
        std::string workdir;
        std::string folder;
    };
    const Row rows[] = {{"", tree},
                        {".", tree},
                        {"a/b", tree + "/a/b"},
                        {"a/../a", tree + "/a"},
                        {tree + "/a", tree + "/a"},
                        {tree, tree}};
    for (const Row& row : rows) {
        CAPTURE(row.workdir);
        const auto arguments =
            codex::json::Value::object({{"cmd", "pwd"}, {"workdir", row.workdir}});
        const ToolOutput output = tools.exec_command->call(codex::json::render(arguments), nullptr);
        CHECK(without_time(output.text) == "Exit code: 0\nOutput:\n" + row.folder + "\n");
    }
}

TEST_CASE("a working folder that leads out by a link gives nothing to read") {
    Tools tools;
    std::filesystem::create_symlink("/etc", tools.workspace.path() / "out");
    const ToolOutput output =
        tools.exec_command->call(R"({"cmd":"cat shadow","workdir":"out"})", nullptr);
    CHECK(without_time(output.text) ==
          "Exit code: 1\nNote: the sandbox may have refused a part of this; nothing here can run "
          "without it\nOutput:\ncat: shadow: Permission denied\n");
}

TEST_CASE("a working folder that is not there is told to the model") {
    Tools tools;
    const ToolOutput output =
        tools.exec_command->call(R"({"cmd":"echo x","workdir":"none"})", nullptr);
    CHECK(without_time(output.text) == "Exit code: 126\nOutput:\ncannot go to " +
                                           (tools.workspace.path() / "none").string() +
                                           ": No such file or directory\n");
}

TEST_CASE("a command that waits for a FIFO is killed at its timeout and says so") {
    Tools tools;
    REQUIRE(::mkfifo((tools.workspace.path() / "fifo").c_str(), 0666) == 0);
    const ToolOutput output =
        tools.exec_command->call(R"({"cmd":"echo begun; cat fifo","timeout_ms":200})", nullptr);
    CHECK(without_time(output.text) ==
          "Exit code: 124 (timed out after 200 ms; it was killed with all that it started)\n"
          "Output:\nbegun\n");
    CHECK_FALSE(output.success);
}

TEST_CASE("output is bounded: beginning and end are kept and the cut is said") {
    ShellLimits limits;
    limits.max_output_bytes = 20;
    Tools tools(limits);
    const ToolOutput output = tools.exec_command->call(R"({"cmd":"seq 1 1000"})", nullptr);
    CHECK(without_time(output.text) ==
          "Exit code: 0\nOutput:\n1\n2\n3\n4\n5\n\n… 3873 bytes omitted …\n\n999\n1000\n");
    const ToolOutput less =
        tools.exec_command->call(R"({"cmd":"seq 1 1000","max_output_bytes":10})", nullptr);
    CHECK(without_time(less.text) ==
          "Exit code: 0\nOutput:\n1\n2\n3\n… 3883 bytes omitted …\n1000\n");
}

TEST_CASE("bytes that are no text are bounded after they became some") {
    ShellLimits limits;
    limits.max_output_bytes = 3000;
    Tools tools(limits);
    const ToolOutput output = tools.exec_command->call(
        R"({"cmd":"head -c 100000 /dev/zero | tr '\\0' '\\377'"})", nullptr);
    CHECK(codex::base::is_valid_utf8(output.text));
    CHECK(output.text.size() < 3200);
    CHECK(output.text.find("bytes omitted") != std::string::npos);
}

TEST_CASE("asking for more than the limits is granted up to them, and said") {
    ShellLimits limits;
    limits.max_timeout = std::chrono::milliseconds(5000);
    limits.max_output_bytes = 100;
    Tools tools(limits);
    const ToolOutput output = tools.exec_command->call(
        R"({"cmd":"echo x","timeout_ms":600000,"max_output_bytes":1000})", nullptr);
    CHECK(without_time(output.text) ==
          "Exit code: 0\nNote: timeout_ms was limited to 5000\n"
          "Note: max_output_bytes was limited to 100\nOutput:\nx\n");
}

namespace {

const std::string kLines = "Exit code: 1\nNote: the sandbox may have refused a part of this; ";

/// Gives the same answer to each question, and counts them.
class Person {
  public:
    explicit Person(ReviewDecision answer) : answer_(answer) {}
    Approver::Ask ask() {
        return [this](const ApprovalRequest&) {
            ++asked;
            return answer_;
        };
    }
    int asked = 0;

  private:
    ReviewDecision answer_;
};

}  // namespace

TEST_CASE("escalation is offered only where it can be granted") {
    Person person(ReviewDecision::denied);
    for (const bool is_granted : {true, false}) {
        Approver approver(is_granted ? ApprovalPolicy::on_request : ApprovalPolicy::on_failure,
                          person.ask());
        const Tools tools(Mode::read_only, approver);
        for (const Tool* tool : {tools.exec_command.get(), tools.shell.get()}) {
            const codex::json::Value& properties = *tool->spec().parameters.at("properties");
            CHECK((properties.find("with_escalated_permissions") != nullptr) == is_granted);
            CHECK((properties.find("justification") != nullptr) == is_granted);
            CHECK(properties.find("timeout_ms") != nullptr);
        }
    }
}

TEST_CASE("what is not approved is not executed, and the model reads why") {
    Approver nobody(ApprovalPolicy::untrusted);
    const Tools alone(Mode::workspace_write, nobody);
    CHECK(alone.run("touch made") ==
          "exec_command was not executed: it needs an approval (it is not known to be safe) and "
          "nobody can approve anything here; do not ask again, find another way");
    CHECK(alone.run("echo safe") == "Exit code: 0\nOutput:\nsafe\n");
    CHECK_FALSE(std::filesystem::exists(alone.workspace.path() / "made"));

    Person person(ReviewDecision::denied);
    Approver denying(ApprovalPolicy::untrusted, person.ask());
    const Tools denied(Mode::workspace_write, denying);
    CHECK(denied.run("touch made") == "exec_command was not executed: it was asked for and denied");
    CHECK_FALSE(std::filesystem::exists(denied.workspace.path() / "made"));
    CHECK(person.asked == 1);
}

TEST_CASE("without an approver, dangerous commands and escalation are refused") {
    Tools tools({}, Mode::workspace_write);
    CHECK(tools.run("touch kept") == "Exit code: 0\nOutput:\n");
    CHECK(tools.run("rm -f kept") ==
          "exec_command was not executed: rm with a force option removes without asking, and the "
          "approval policy \"never\" rejects dangerous commands; find another way");
    CHECK(std::filesystem::exists(tools.workspace.path() / "kept"));
    const std::string escalation =
        "with_escalated_permissions cannot be granted under the approval policy \"never\"; call "
        "again without it";
    CHECK(tools.run("touch made", true) == "exec_command was not executed: " + escalation);
    CHECK(tools.shell
              ->call(R"({"command":["touch","made"],"with_escalated_permissions":true})", nullptr)
              .text == "shell was not executed: " + escalation);
    CHECK_FALSE(std::filesystem::exists(tools.workspace.path() / "made"));
}

TEST_CASE("an approved command runs inside the sandbox unless the approval was for outside") {
    Person person(ReviewDecision::approved);
    Approver careful(ApprovalPolicy::on_request, person.ask());
    const Tools tools(Mode::read_only, careful);
    CHECK(tools.run("touch made") ==
          kLines +
              "with_escalated_permissions asks to run it without\n"
              "Output:\ntouch: cannot touch 'made': Permission denied\n");
    CHECK(person.asked == 0);
    CHECK_FALSE(std::filesystem::exists(tools.workspace.path() / "made"));
    CHECK(tools.run("touch made", true) == "Exit code: 0\nOutput:\n");
    CHECK(person.asked == 1);
    CHECK(std::filesystem::exists(tools.workspace.path() / "made"));
}

TEST_CASE("after the sandbox's refusal somebody may let a command run once more without it") {
    for (const ApprovalPolicy policy : {ApprovalPolicy::untrusted, ApprovalPolicy::on_failure}) {
        Person person(ReviewDecision::approved);
        Approver approver(policy, person.ask());
        const Tools tools(Mode::read_only, approver);
        CHECK(tools.run("touch made; echo done") ==
              "Exit code: 0\nOutput:\ntouch: cannot touch 'made': Permission denied\ndone\n");
        CHECK(tools.run("touch made && echo done") ==
              "Exit code: 0\nNote: the sandbox refused this; as approved, it was run again "
              "without\nOutput:\ndone\n");
        CHECK(std::filesystem::exists(tools.workspace.path() / "made"));
        // Asked before each run under `untrusted`, and once after the refusal.
        CHECK(person.asked == (policy == ApprovalPolicy::untrusted ? 3 : 1));
    }
}

TEST_CASE("an end that the sandbox has no part in asks nobody") {
    Person person(ReviewDecision::approved);
    Approver approver(ApprovalPolicy::on_failure, person.ask());
    const Tools tools(Mode::read_only, approver);
    CHECK(tools.run("echo 1 test failed; exit 1") == "Exit code: 1\nOutput:\n1 test failed\n");
    CHECK(tools.run("echo Permission denied") == "Exit code: 0\nOutput:\nPermission denied\n");
    CHECK(person.asked == 0);
    const Tools open(Mode::danger_full_access, approver);
    CHECK(open.run("echo Permission denied; exit 1") ==
          "Exit code: 1\nOutput:\nPermission denied\n");
    CHECK(person.asked == 0);
}

TEST_CASE("a refused retry keeps exit code and output") {
    Person person(ReviewDecision::denied);
    Approver approver(ApprovalPolicy::on_failure, person.ask());
    const Tools tools(Mode::read_only, approver);
    CHECK(tools.run("echo begun; touch made") ==
          kLines +
              "it was asked for and denied\nOutput:\nbegun\ntouch: cannot touch 'made': Permission "
              "denied\n");
    CHECK(person.asked == 1);
    CHECK_FALSE(std::filesystem::exists(tools.workspace.path() / "made"));
}

TEST_CASE("whoever aborts instead of approving ends the run") {
    Person person(ReviewDecision::abort);
    Approver approver(ApprovalPolicy::untrusted, person.ask());
    const Tools tools(Mode::workspace_write, approver);
    CHECK_THROWS_AS(tools.run("touch made"), codex::base::Interrupted);
    CHECK_FALSE(std::filesystem::exists(tools.workspace.path() / "made"));
}

TEST_CASE("a sandbox that cannot be had ends the run instead of being told to the model") {
    Workspace workspace;
    codex::sandbox::Policy policy = workspace.policy();
    policy.workspace = "/nowhere/at/all";
    Worker worker(workspace.runner(), find_worker_executable(), policy, {});
    const auto tool = make_exec_command(worker);
    CHECK_THROWS_AS(tool->call(R"({"cmd":"true"})", nullptr), codex::sandbox::SandboxError);
}

TEST_CASE("the model reads that what it did to a control file was undone") {
    Tools tools({}, codex::sandbox::Mode::workspace_write);
    const std::string text =
        tools.exec_command->call(R"({"cmd":"mkdir .codex && echo made"})", nullptr).text;
    CHECK(without_time(text) ==
          fmt::format("Exit code: 0\nNote: {}/.codex was made, and is removed: it is protected\n"
                      "Output:\nmade\n",
                      tools.workspace.path().string()));
    CHECK_FALSE(std::filesystem::exists(tools.workspace.path() / ".codex"));
}

TEST_CASE("what somebody approved to change stays changed after later commands") {
    Tools tools({}, codex::sandbox::Mode::workspace_write);
    Approver approver(codex::protocol::ApprovalPolicy::on_request, [](const ApprovalRequest&) {
        return codex::protocol::ReviewDecision::approved;
    });
    const auto tool = make_exec_command(*tools.workspace.worker, {}, &approver);
    const ToolOutput made = tool->call(
        R"({"cmd":"mkdir .codex","with_escalated_permissions":true,"justification":"x"})", nullptr);
    CHECK(made.success);
    const ToolOutput later = tool->call(R"({"cmd":"true"})", nullptr);
    CHECK(without_time(later.text) == "Exit code: 0\nOutput:\n");
    CHECK(std::filesystem::exists(tools.workspace.path() / ".codex"));
}
