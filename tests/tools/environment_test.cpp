#include "tools/environment.h"

#include <catch2/catch_test_macros.hpp>

using namespace codex::tools;

namespace {

using Values = std::map<std::string, std::string, std::less<>>;

const codex::base::Environment kParent(Values{{"HOME", "/home/me"},
                                              {"PATH", "/bin"},
                                              {"USER", "me"},
                                              {"EDITOR", "vi"},
                                              {"AWS_ACCESS_KEY_ID", "1"},
                                              {"My_Secret", "2"},
                                              {"NPM_TOKENS", "3"},
                                              {"GITHUB_TOKEN", "4"},
                                              {"GITHUB_ENV", "/file"},
                                              {"GITHUB_SHA", "abc"},
                                              {"ACTIONS_RUNTIME_URL", "5"},
                                              {"INPUT_MODEL", "6"}});

/// Without the names that are added where they are not given.
std::vector<std::string> names(const EnvironmentPolicy& policy) {
    std::vector<std::string> found;
    for (const std::string& variable : command_environment(policy, kParent)) {
        const bool added = variable.starts_with("GIT_") || variable.starts_with("LANG=") ||
                           variable.starts_with("TERM=") || variable.starts_with("NO_COLOR=") ||
                           variable.starts_with("PAGER=");
        if (!added) found.push_back(variable);
    }
    return found;
}

}  // namespace

TEST_CASE("a command's environment follows the policy, step by step") {
    struct Row {
        std::string name;
        EnvironmentPolicy policy;
        std::vector<std::string> expected;
    };
    const std::string path = "PATH=/bin";
    const std::string usual = "PATH=/usr/local/bin:/usr/bin:/bin";
    const Row rows[] = {
        {"core is the default", {}, {"HOME=/home/me", path, "USER=me"}},
        {"none inherits nothing", {.inherit = Inherit::none}, {usual}},
        {"all leaves out what looks secret and what is the runner's",
         {.inherit = Inherit::all},
         {"EDITOR=vi", "GITHUB_SHA=abc", "HOME=/home/me", path, "USER=me"}},
        {"without the default excludes the runner's tokens still stay out",
         {.inherit = Inherit::all, .ignore_default_excludes = true},
         {"AWS_ACCESS_KEY_ID=1", "EDITOR=vi", "GITHUB_SHA=abc", "HOME=/home/me", "My_Secret=2",
          "NPM_TOKENS=3", path, "USER=me"}},
        {"excludes match whole names in any case",
         {.inherit = Inherit::all, .exclude = {"git*", "ed?tor", "USE"}},
         {"HOME=/home/me", path, "USER=me"}},
        {"set wins over what is inherited and excluded",
         {.exclude = {"USER"}, .set = {{"USER", "other"}, {"A_KEY", "mine"}}},
         {"A_KEY=mine", "HOME=/home/me", path, "USER=other"}},
        {"include_only restricts what is set, too",
         {.set = {{"ONE", "1"}, {"TWO", "2"}}, .include_only = {"path", "O*"}},
         {"ONE=1", path}},
        {"a pattern may have several stars",
         {.inherit = Inherit::all, .exclude = {"*H*B*S*"}, .include_only = {"G*", "*AT*"}},
         {path}},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        CHECK(names(row.policy) == row.expected);
    }
}

TEST_CASE("what keeps programs from asking, paging and colouring is added unless it is given") {
    const auto environment =
        command_environment({.inherit = Inherit::none, .set = {{"TERM", "xterm"}}}, kParent);
    CHECK(environment ==
          std::vector<std::string>{"GIT_CONFIG_NOSYSTEM=1", "GIT_OPTIONAL_LOCKS=0", "GIT_PAGER=cat",
                                   "GIT_TERMINAL_PROMPT=0", "LANG=C.UTF-8", "NO_COLOR=1",
                                   "PAGER=cat", "PATH=/usr/local/bin:/usr/bin:/bin", "TERM=xterm"});
}
