#include "config/files.h"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>

#include "tests/support/lib/temp_dir.h"

namespace codex::config {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

TEST_CASE("CODEX_HOME must be a folder, ~/.codex need not be there") {
    const test::TempDir folder;
    const auto home = [](Variables variables) {
        return codex_home(base::Environment(std::move(variables)));
    };
    CHECK(home({{"CODEX_HOME", (folder.path() / "." / "").string()}, {"HOME", "/h"}}) ==
          std::filesystem::canonical(folder.path()));
    CHECK(home({{"HOME", "/nowhere"}, {"CODEX_HOME", ""}}) == "/nowhere/.codex");
    CHECK(home({}) == std::nullopt);
    CHECK_THROWS_WITH(
        home({{"CODEX_HOME", "/nowhere"}}),
        "CODEX_HOME is \"/nowhere\", which is no folder; make it, or unset the variable");
}

TEST_CASE("A .env file adds what is not set, but nothing of ours") {
    const base::Environment before(Variables{{"SET", "outside"}});
    const base::Environment after = with_dotenv(before,
                                                "# comment\n"
                                                "SET=inside\n"
                                                "A = bare # comment\r\n"
                                                "export B='single # kept'\n"
                                                "C=\"double \\\"x\\\" \\n \\$y\"\n"
                                                "D=\n"
                                                "CODEX_MODEL=x\n"
                                                "codex_api_key=x\n"
                                                "1BAD=x\n"
                                                "NO LINE\n"
                                                "OPEN=\"x\n"
                                                "E=a=b#c");
    CHECK(after.values() == Variables{{"A", "bare"},
                                      {"B", "single # kept"},
                                      {"C", "double \"x\" \n $y"},
                                      {"D", ""},
                                      {"E", "a=b#c"},
                                      {"SET", "outside"}});
}

TEST_CASE("The layers are read from where they lie") {
    const test::TempDir folder;
    test::write_file(folder / "system.toml", "model = \"system\"\nreview_model = \"r\"\n");
    test::write_file(folder / "home/config.toml", "model = \"user\"\nprofile = \"p\"\n");
    test::write_file(folder / "home/p.config.toml", "service_tier = \"flex\"\n");
    test::write_file(folder / "home/.env", "OPENAI_BASE_URL=https://proxy.example\n");
    test::write_file(folder / "outside.config.toml", "model = \"outside\"\n");
    LoadOptions options{
        .environment = base::Environment(Variables{{"CODEX_HOME", (folder / "home").string()}}),
        .assignments = {"hide_agent_reasoning=true"},
        .system_file = folder / "system.toml"};
    options.overrides.base_instructions = "b";
    const LoadedConfig loaded = load_config(read_layers(options));
    Config expected;
    expected.model = "user";
    expected.review_model = "r";
    expected.service_tier = "flex";
    expected.hide_agent_reasoning = true;
    expected.base_instructions = "b";
    expected.model_providers["openai"].base_url = "https://proxy.example";
    CHECK(loaded.config == expected);

    options.overrides.profile = "../outside";
    CHECK_THROWS_WITH(load_config(read_layers(options)),
                      "override: profile: there is no profile \"../outside\"; known: none");
}

TEST_CASE("Without the default configuration no file is looked for") {
    const test::TempDir folder;
    // Each would be an error if it were looked at.
    std::filesystem::create_directory(folder / "system.toml");
    LoadOptions options{.environment = base::Environment(Variables{{"CODEX_HOME", "/nowhere"}}),
                        .load_default_config = false,
                        .system_file = folder / "system.toml"};
    options.overrides.model = "m";
    const Layers layers = read_layers(options);
    CHECK_FALSE(layers.system_file);
    CHECK_FALSE(layers.user_file);
    CHECK_FALSE(layers.profile_file);
    Config expected;
    expected.model = "m";
    CHECK(load_config(layers).config == expected);
    options.load_default_config = true;
    CHECK_THROWS_AS(read_layers(options), base::ConfigError);
}

TEST_CASE("A file that is there and cannot be read is an error") {
    const test::TempDir folder;
    test::write_file(folder / "home/config.toml", std::string((std::size_t{4} << 20) + 1, '#'));
    const LoadOptions options{
        .environment = base::Environment(Variables{{"CODEX_HOME", (folder / "home").string()}}),
        .system_file = folder / "none.toml"};
    CHECK_THROWS_AS(read_layers(options), base::ConfigError);
    std::filesystem::remove(folder / "home/config.toml");
    REQUIRE(::mkfifo((folder / "home/config.toml").c_str(), 0600) == 0);
    CHECK_THROWS_AS(read_layers(options), base::ConfigError);
}

}  // namespace
}  // namespace codex::config
