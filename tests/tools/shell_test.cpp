#include "tools/shell.h"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>

#include "base/text.h"
#include "sandbox/enforce.h"
#include "tools_fixture.h"

using namespace codex::tools;

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
    CHECK(without_time(output.text) == "Exit code: 1\nOutput:\ncat: shadow: Permission denied\n");
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

TEST_CASE("a sandbox that cannot be had ends the run instead of being told to the model") {
    Workspace workspace;
    codex::sandbox::Policy policy = workspace.policy();
    policy.workspace = "/nowhere/at/all";
    Worker worker(workspace.runner(), find_worker_executable(), policy, {});
    const auto tool = make_exec_command(worker);
    CHECK_THROWS_AS(tool->call(R"({"cmd":"true"})", nullptr), codex::sandbox::SandboxError);
}
