#include "tools/local_shell.h"

#include <catch2/catch_test_macros.hpp>

using namespace codex::tools;

namespace {

class Recorder final : public Tool {
  public:
    const ToolSpec& spec() const override { return spec_; }
    ToolOutput call(std::string_view arguments, const codex::loop::Cancel*) override {
        calls.emplace_back(arguments);
        return {"ran", true};
    }
    std::vector<std::string> calls;

  private:
    ToolSpec spec_{.name = "shell", .description = {}, .parameters = {}};
};

}  // namespace

TEST_CASE("the built-in form of the shell is the shell") {
    struct Row {
        std::string action;
        std::string arguments;
    };
    const Row rows[] = {
        {R"({"type":"exec","command":["ls","-l"]})", R"({"command":["ls","-l"]})"},
        {R"({"type":"exec","command":["ls"],"working_directory":"src","timeout_ms":5,"user":"x"})",
         R"({"command":["ls"],"workdir":"src","timeout_ms":5})"},
        {R"({"type":"exec","command":["ls"],"working_directory":null,"env":{}})",
         R"({"command":["ls"]})"},
        {R"({"type":"exec","command":["make"],"env":{"B":"2 3","A_1":""}})",
         R"({"command":["env","A_1=","B=2 3","make"]})"},
    };
    for (const Row& row : rows) {
        Recorder shell;
        CHECK(make_local_shell(shell)->call(row.action, nullptr).text == "ran");
        CHECK(shell.calls == std::vector{row.arguments});
    }
}

TEST_CASE("an action that is none is answered, and nothing is executed") {
    struct Row {
        std::string action;
        std::string answer;
    };
    const Row rows[] = {
        {"[]", "The action of local_shell cannot be read: $: "},
        {R"({"command":["ls"]})", "The action of local_shell cannot be read: $.type is missing"},
        {R"({"type":"type","command":["ls"]})",
         "local_shell was not executed: the action is type and not exec"},
        {R"({"type":"exec","command":["ls"],"env":{"-i":""}})",
         "local_shell was not executed: -i is no name of a variable"},
        {R"({"type":"exec","command":["ls"],"env":{"A=B":""}})",
         "local_shell was not executed: A=B is no name of a variable"},
        {R"({"type":"exec","command":[],"env":{"A":""}})",
         "local_shell was not executed: command names no program"},
    };
    for (const Row& row : rows) {
        Recorder shell;
        const ToolOutput output = make_local_shell(shell)->call(row.action, nullptr);
        CHECK(output.text.substr(0, row.answer.size()) == row.answer);
        CHECK_FALSE(output.success);
        CHECK(shell.calls.empty());
    }
    Recorder shell;
    CHECK(make_local_shell(shell)->spec().kind == ToolKind::hosted);
}
