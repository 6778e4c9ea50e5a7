#include "cli/arguments.h"

#include "base/error.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>

using namespace codex;
using cli::parse_arguments;

TEST_CASE("without arguments a workflow runs its event, a person gets help") {
    CHECK(std::holds_alternative<cli::RunEvent>(parse_arguments({}, true).command));
    CHECK(std::holds_alternative<cli::ShowHelp>(parse_arguments({}, false).command));
}

TEST_CASE("a review names a base or a pull request, and settings come as flags") {
    const auto local = parse_arguments(
        {"review", "--base", "origin/main", "--format=json", "--dry-run", "--max-comments", "3"},
        false);
    const auto& review = std::get<cli::Review>(local.command);
    CHECK(review.base == "origin/main");
    CHECK(review.format == cli::Format::json);
    CHECK(local.settings == config::Flags{{"dry_run", "true"}, {"max_comments", "3"}});
    const auto remote = parse_arguments({"review", "--repo", "o/r", "--pr", "12"}, false);
    CHECK(std::get<cli::Review>(remote.command).repository == "o/r");
    CHECK(remote.settings == config::Flags{{"pr_number", "12"}});
}

TEST_CASE("config shows the settings or checks a file") {
    const auto parsed =
        parse_arguments({"config", "show", "--origin", "--format", "json", "-c", "a=b",
                         "--config=c=d", "--profile", "p", "--strict-config"},
                        false);
    const auto& show = std::get<cli::ConfigShow>(parsed.command);
    CHECK(show.show.with_origins);
    CHECK(show.show.is_masked);
    CHECK(show.show.format == config::ShowFormat::json);
    CHECK(show.assignments == std::vector<std::string>{"a=b", "c=d"});
    CHECK(show.profile == "p");
    CHECK(show.is_strict);
    const auto check = parse_arguments({"config", "check", "config.toml"}, false);
    CHECK(std::get<cli::ConfigCheck>(check.command).file == "config.toml");
    const auto help = parse_arguments({"config", "show", "--help"}, false);
    CHECK(std::get<cli::ShowHelp>(help.command).topic == "config");
}

TEST_CASE("wrong usage names the argument and the way out") {
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{"push"},
         "unknown command \"push\"; known: review, apply-patch, config, sandbox, "
         "selftest, --help, --version"},
        {{"review"}, "say what to review: --base REF, or --repo OWNER/NAME --pr NUMBER"},
        {{"review", "--base"}, "--base needs a value; see codex-action --help"},
        {{"review", "--base", "x", "--pr", "1"},
         "--base reviews the local checkout; it does not go with --repo and --pr"},
        {{"review", "--bse", "x"}, "unknown option \"--bse\"; see codex-action review --help"},
        {{"review", "--base", "x", "--format", "xml"},
         "--format is \"xml\"; allowed: text, json, markdown"},
        {{"config"},
         "say what to do: codex-action config show [options], config check FILE or config schema"},
        {{"config", "check"}, "say which file: codex-action config check FILE"},
        {{"config", "check", "a", "b"}, "unknown option \"b\"; see codex-action config --help"},
        {{"config", "check", "-x"}, "unknown option \"-x\"; see codex-action config --help"},
        {{"config", "show", "a"}, "unknown option \"a\"; see codex-action config --help"},
        {{"config", "show", "--format", "xml"}, "--format is \"xml\"; allowed: toml, json"},
        {{"\x1b[31m"},
         "unknown command \"\\x1b[31m\"; known: review, apply-patch, config, sandbox, selftest, "
         "--help, --version"},
    };
    for (const auto& [arguments, message] : cases) {
        INFO(message);
        CHECK_THROWS_WITH(parse_arguments(arguments, false), message);
        CHECK_THROWS_AS(parse_arguments(arguments, false), base::ConfigError);
    }
}

TEST_CASE("apply-patch is handed over as it stands, by its command and by its name") {
    const auto argv_of = [](const std::vector<std::string>& argv) {
        return std::get<cli::ApplyPatch>(cli::parse_command_line(argv, false).command).argv;
    };
    using Words = std::vector<std::string>;
    CHECK(argv_of({"codex-action", "apply-patch", "--dry-run", "-"}) ==
          Words{"codex-worker", "apply-patch", "--dry-run", "-"});
    CHECK(argv_of({"/x/apply_patch", "--help"}) == Words{"/x/apply_patch", "--help"});
    CHECK(argv_of({"applypatch"}) == Words{"applypatch"});
    CHECK(argv_of({"codex-action", "apply-patch", "--", "--help"}) ==
          Words{"codex-worker", "apply-patch", "--", "--help"});
    const auto help = cli::parse_command_line({"codex-action", "apply-patch", "--help"}, false);
    CHECK(std::get<cli::ShowHelp>(help.command).topic == "apply-patch");
    CHECK(std::holds_alternative<cli::ShowVersion>(
        cli::parse_command_line({"codex-action", "--version"}, false).command));
}

TEST_CASE("help lists every setting with its variable") {
    const std::string help = cli::render_help("review");
    for (const config::SettingHelp& setting : config::describe_settings()) {
        INFO(setting.name);
        CHECK(help.find(setting.environment) != std::string::npos);
    }
}
