// The configuration commands as a user meets them.
#include <catch2/catch_test_macros.hpp>

#include "json/value.h"
#include "tests/support/lib/run_program.h"
#include "tests/support/lib/temp_dir.h"

namespace codex::test {
namespace {

ProgramResult run_config(const TempDir& home, std::vector<std::string> words,
                         const std::vector<std::string>& environment = {}) {
    Program program;
    program.argv = {CODEX_BINARY_DIR "/codex-action", "config"};
    program.argv.insert(program.argv.end(), words.begin(), words.end());
    program.environment = plain_environment();
    program.environment.push_back("CODEX_HOME=" + home.path().string());
    program.environment.insert(program.environment.end(), environment.begin(), environment.end());
    program.working_directory = home.path();
    return run_program(std::move(program));
}

TEST_CASE("config show prints what the files, the profile and the command line come to") {
    const TempDir home;
    write_file(
        home / "config.toml",
        "model = \"file\"\nfile_opener = \"cursor\"\n[profiles.p]\nmodel_verbosity = \"low\"\n"
        "[shell_environment_policy]\nset = { A = \"sk-0123456789abcdef\" }\n");
    write_file(home / "fast.config.toml", "sandbox_mode = \"workspace-write\"\n");
    write_file(home / ".env", "OPENAI_BASE_URL=https://proxy.example/v1\nCODEX_MODEL=no\n");
    const ProgramResult shown = run_config(
        home, {"show", "--format=json", "--origin", "--profile", "p", "-c", "web_search=live"},
        {"OPENAI_API_KEY=sk-0123456789abcdef"});
    INFO(shown.err);
    REQUIRE(shown.exit_code == 0);
    CHECK(shown.err.find("without effect in this program: file_opener") != std::string::npos);
    CHECK(shown.out.find("0123456789abcdef") == std::string::npos);
    const json::Value value = json::parse(shown.out);
    CHECK(*value.at("config", "model") == json::Value("file"));
    CHECK(*value.at("config", "model_verbosity") == json::Value("low"));
    CHECK(*value.at("config", "web_search") == json::Value("live"));
    CHECK(*value.at("config", "model_providers", "openai", "base_url") ==
          json::Value("https://proxy.example/v1"));
    CHECK(*value.at("origins", "model_verbosity", "source") ==
          json::Value((home / "config.toml").string()));
    CHECK(*value.at("origins", "model_verbosity", "line") == json::Value(4));

    const ProgramResult fast = run_config(home, {"show", "-c", "profile=fast"});
    CHECK(fast.out.find("sandbox_mode = \"workspace-write\"\n") != std::string::npos);
}

TEST_CASE("config check tells all that is wrong with a file and exits with 2") {
    const TempDir home;
    write_file(home / "good.toml", "model = \"m\"\n");
    write_file(home / "bad.toml", "modl = \"m\"\nhide_agent_reasoning = 1\n");
    const ProgramResult good = run_config(home, {"check", "good.toml"});
    CHECK(good.exit_code == 0);
    CHECK(good.out == "good.toml: ok\n");
    const ProgramResult bad = run_config(home, {"check", "bad.toml"});
    CHECK(bad.exit_code == 2);
    CHECK(bad.out.empty());
    CHECK(
        bad.err.find("bad.toml:2:24: hide_agent_reasoning: expected true or false, found the whole "
                     "number 1") != std::string::npos);
    CHECK(bad.err.find("bad.toml:1:1: modl: unknown key; did you mean \"model\"?") !=
          std::string::npos);
    const ProgramResult none = run_config(home, {"check", "none.toml"});
    CHECK(none.exit_code == 2);
    CHECK(none.err.find("none.toml") != std::string::npos);
}

}  // namespace
}  // namespace codex::test
