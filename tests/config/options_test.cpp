#include "config/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "base/text.h"

namespace codex::config {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

Options load(const Flags& flags, Variables variables = {}) {
    return load_options(flags, base::Environment(std::move(variables)));
}

std::string error_of(const Flags& flags, Variables variables = {}) {
    try {
        load(flags, std::move(variables));
    } catch (const base::ConfigError& error) {
        return error.what();
    }
    return "no error";
}

// All settings in one text, so that a row shows that one changed and no other did.
std::string show(const Options& o) {
    return fmt::format(
        "mode={} openai_api_key={} github_token={} model={} model_provider={} base_url={} "
        "reasoning_effort={} additional_prompt={} dry_run={} debug_level={} "
        "stream_agent_messages={} max_comments={} fail_on={} fail_on_partial={} max_minutes={} "
        "max_tokens={} sandbox={} sandbox_readable={} pr_number={}",
        static_cast<int>(o.mode), o.openai_api_key, o.github_token, o.model, o.model_provider,
        o.base_url, o.reasoning_effort, o.additional_prompt, o.dry_run, o.debug_level,
        o.stream_agent_messages, o.max_comments, static_cast<int>(o.fail_on), o.fail_on_partial,
        o.max_minutes.count(), o.max_tokens, static_cast<int>(o.sandbox),
        fmt::join(o.sandbox_readable, ","), o.pr_number.value_or(0));
}

// The defaults with one setting changed: "name=value".
std::string defaults_but(const std::string& name, const std::string& value) {
    const std::string all = " " + show(Options{}) + " ";
    const std::size_t at = all.find(" " + name + "=");
    REQUIRE(at != std::string::npos);
    const std::size_t end = all.find(' ', at + 1);
    return std::string(base::trim(all.substr(0, at) + " " + name + "=" + value + all.substr(end)));
}

bool is_secret(const std::string& name) {
    return name == "openai_api_key" || name == "github_token";
}

TEST_CASE("without any layer the documented defaults hold") {
    CHECK(show(load({})) ==
          "mode=0 openai_api_key= github_token= model=gpt-5.5 model_provider=openai "
          "base_url=https://api.openai.com/v1 reasoning_effort=medium additional_prompt= "
          "dry_run=false debug_level=0 stream_agent_messages=false max_comments=25 fail_on=0 "
          "fail_on_partial=false max_minutes=30 max_tokens=2000000 sandbox=0 sandbox_readable= "
          "pr_number=0");
    CHECK(load({}).pr_number == std::nullopt);
}

struct Row {
    std::string name;
    std::string given;
    std::string shown;  // as show() prints it
};

const std::vector<Row>& accepted() {
    static const std::vector<Row> kRows = {
        {"mode", "auto", "0"},
        {"mode", "review", "1"},
        {"mode", "ACT", "2"},
        {"openai_api_key", "sk-1", "sk-1"},
        {"openai_api_key", " sk-1\n", "sk-1"},  // secrets are often pasted with a newline
        {"github_token", "ghs_1", "ghs_1"},
        {"model", "o3", "o3"},
        {"model", "GPT-X", "GPT-X"},
        {"model_provider", "OpenAI", "openai"},
        {"base_url", "https://llm.example.com/v1/", "https://llm.example.com/v1"},
        {"reasoning_effort", "minimal", "minimal"},
        {"reasoning_effort", "low", "low"},
        {"reasoning_effort", "high", "high"},
        {"reasoning_effort", "XHigh", "xhigh"},
        {"additional_prompt", "one\n\ttwo", "one\n\ttwo"},
        {"dry_run", "true", "true"},
        {"dry_run", "True", "true"},
        {"dry_run", "1", "true"},
        {"dry_run", "YES", "true"},
        {"dry_run", "on", "true"},
        {"dry_run", "false", "false"},
        {"dry_run", "0", "false"},
        {"dry_run", "No", "false"},
        {"dry_run", "off", "false"},
        {"debug_level", "0", "0"},
        {"debug_level", "2", "2"},
        {"stream_agent_messages", "true", "true"},
        {"max_comments", "0", "0"},
        {"max_comments", "100", "100"},
        {"max_comments", " 7 ", "7"},
        {"fail_on", "none", "0"},
        {"fail_on", "p0", "1"},
        {"fail_on", "P1", "2"},
        {"fail_on", "p2", "3"},
        {"fail_on", "p3", "4"},
        {"fail_on_partial", "on", "true"},
        {"max_minutes", "1", "1"},
        {"max_minutes", "360", "360"},
        {"max_tokens", "1000", "1000"},
        {"max_tokens", "1000000000", "1000000000"},
        {"sandbox", "required", "0"},
        {"sandbox", "Best-Effort", "1"},
        {"sandbox", "off", "2"},
        {"sandbox_readable", "/opt/tools", "/opt/tools"},
        {"sandbox_readable", "\n /opt/a \n\n/opt/b\n", "/opt/a,/opt/b"},
        {"pr_number", "1", "1"},
        {"pr_number", "2147483647", "2147483647"},
    };
    return kRows;
}

std::string variable_of(const std::string& name) {
    return "CODEX_" + base::to_upper(name);
}

TEST_CASE("a secret is refused as a flag, where every process could read it") {
    for (const char* name : {"openai_api_key", "github_token"}) {
        std::string flag = name;
        std::replace(flag.begin(), flag.end(), '_', '-');
        CHECK(error_of({{name, "sk-1"}}) ==
              "flag --" + flag +
                  " would show its value to every process of this machine; set the "
                  "variable " +
                  variable_of(name));
    }
}

TEST_CASE("a setting is taken from a flag, an input or its own variable, and changes no other") {
    for (const Row& row : accepted()) {
        CAPTURE(row.name, row.given);
        const std::string expected = defaults_but(row.name, row.shown);
        if (!is_secret(row.name)) CHECK(show(load({{row.name, row.given}})) == expected);
        CHECK(show(load({}, {{input_variable(row.name), row.given}})) == expected);
        CHECK(show(load({}, {{variable_of(row.name), row.given}})) == expected);
    }
}

TEST_CASE("every setting is tested, described, and of the default that its description tells") {
    for (const SettingHelp& help : describe_settings()) {
        CAPTURE(help.name);
        const auto tests = [&](const Row& row) { return row.name == help.name; };
        CHECK(std::any_of(accepted().begin(), accepted().end(), tests));
        CHECK(help.environment == variable_of(help.name));
        CHECK_FALSE(help.help.empty());
        CHECK_FALSE(help.allowed.empty());
        const bool is_switch = help.name == "dry_run" || help.name == "stream_agent_messages" ||
                               help.name == "fail_on_partial";
        CHECK(help.is_switch == is_switch);
        if (!help.default_text.empty()) {
            CHECK(show(load({{help.name, help.default_text}})) == show(Options{}));
        }
    }
}

TEST_CASE("well-known variables serve where no variable of our own does") {
    CHECK(load({}, {{"OPENAI_API_KEY", "sk-1"}}).openai_api_key == "sk-1");
    CHECK(load({}, {{"OPENAI_BASE_URL", "https://e.org/v1"}}).base_url == "https://e.org/v1");
    CHECK(load({}, {{"GITHUB_TOKEN", "a"}, {"GH_TOKEN", "b"}}).github_token == "a");
    CHECK(load({}, {{"GITHUB_TOKEN", ""}, {"GH_TOKEN", "b"}}).github_token == "b");
    CHECK(load({}, {{"CODEX_GITHUB_TOKEN", "c"}, {"GITHUB_TOKEN", "a"}}).github_token == "c");
    CHECK(load({}, {{"RUNNER_DEBUG", "1"}}).debug_level == 1);
    CHECK(load({}, {{"RUNNER_DEBUG", "1"}, {"INPUT_DEBUG_LEVEL", "0"}}).debug_level == 0);
    CHECK(load({}, {{"RUNNER_DEBUG", "0"}}).debug_level == 0);
    CHECK(load({}, {{"MODEL", "x"}, {"DRY_RUN", "true"}}).model == kDefaultModel);
}

TEST_CASE("a flag beats an input, an input beats a variable, and what is blank is not set") {
    const Variables all = {{"INPUT_MODEL", "input"}, {"CODEX_MODEL", "variable"}};
    CHECK(load({{"model", "flag"}}, all).model == "flag");
    CHECK(load({}, all).model == "input");
    for (const std::string& blank : {std::string(), std::string("  "), std::string("\n\t")}) {
        CAPTURE(blank);
        CHECK(load({}, {{"INPUT_MODEL", blank}, {"CODEX_MODEL", "variable"}}).model == "variable");
        CHECK(load({}, {{"INPUT_MODEL", blank}, {"CODEX_MODEL", blank}}).model == kDefaultModel);
    }
    // The runner exports every input: none of them may count as a value.
    Variables exported;
    for (const SettingHelp& help : describe_settings()) exported[input_variable(help.name)] = "";
    CHECK(show(load({}, exported)) == show(Options{}));
}

TEST_CASE("a default in a lower layer never beats a value from a higher one") {
    // The value that equals the default is a value too.
    CHECK(load({{"max_comments", "25"}}, {{"INPUT_MAX_COMMENTS", "3"}}).max_comments == 25);
    CHECK(load({}, {{"INPUT_FAIL_ON", "none"}, {"CODEX_FAIL_ON", "p0"}}).fail_on == FailOn::none);
}

TEST_CASE("a bad value is one line with the setting, the value and what is allowed") {
    struct Bad {
        std::string name;
        std::string given;
        std::string message;
    };
    const std::string effort = "; allowed: minimal, low, medium, high, xhigh";
    const std::string comments = "; allowed: a whole number from 0 to 100";
    const std::string url = "; allowed: an https:// address, or http:// on this machine";
    const std::vector<Bad> rows = {
        {"mode", "fix", "\"fix\"; allowed: auto, review, act"},
        {"model_provider", "azure", "\"azure\"; allowed: openai"},
        {"reasoning_effort", "none", "\"none\"" + effort},
        {"fail_on", "p4", "\"p4\"; allowed: none, p0, p1, p2, p3"},
        {"fail_on", "1", "\"1\"; allowed: none, p0, p1, p2, p3"},
        {"dry_run", "maybe", "\"maybe\"; allowed: true, false"},
        {"dry_run", "truee", "\"truee\"; allowed: true, false"},
        {"max_comments", "-1", "\"-1\"" + comments},
        {"max_comments", "101", "\"101\"" + comments},
        {"max_comments", "1.0", "\"1.0\"" + comments},
        {"max_comments", "0x10", "\"0x10\"" + comments},
        {"max_comments", "1e1", "\"1e1\"" + comments},
        {"max_comments", "ten", "\"ten\"" + comments},
        {"max_comments", "99999999999999999999", "\"99999999999999999999\"" + comments},
        {"max_comments", "4294967297", "\"4294967297\"" + comments},
        {"max_comments", "1 2", "\"1 2\"" + comments},
        {"debug_level", "3", "\"3\"; allowed: a whole number from 0 to 2"},
        {"sandbox", "maybe", "\"maybe\"; allowed: required, best-effort, off"},
        {"sandbox_readable", "a/b",
         "\"a/b\": a path is not absolute; allowed: absolute paths, one a line"},
        {"sandbox_readable", "//",
         "\"//\": the whole file system cannot be opened; allowed: absolute paths, one a line"},
        {"max_minutes", "0", "\"0\"; allowed: a whole number from 1 to 360"},
        {"max_minutes", "361", "\"361\"; allowed: a whole number from 1 to 360"},
        {"max_tokens", "999", "\"999\"; allowed: a whole number from 1000 to 1000000000"},
        {"max_tokens", "1000000001",
         "\"1000000001\"; allowed: a whole number from 1000 to 1000000000"},
        {"pr_number", "0", "\"0\"; allowed: a whole number from 1 to 2147483647"},
        {"pr_number", "2147483648", "\"2147483648\"; allowed: a whole number from 1 to 2147483647"},
        {"pr_number", "#5", "\"#5\"; allowed: a whole number from 1 to 2147483647"},
        {"model", "a\nb", "\"a\\x0ab\": it holds a control character; allowed: any text"},
        {"model", "a\x1b[31m", "\"a\\x1b[31m\": it holds a control character; allowed: any text"},
        {"additional_prompt", std::string("a\0b", 3),
         "\"a\\x00b\": it holds a control character; allowed: any text"},
        {"base_url", "http://e.org",
         "\"http://e.org\": http would send the key in clear text" + url},
        {"base_url", "api.openai.com", "\"api.openai.com\": it does not begin with https://" + url},
    };
    for (const Bad& row : rows) {
        CAPTURE(row.name, row.given);
        std::string flag = "--" + row.name;
        std::replace(flag.begin(), flag.end(), '_', '-');
        CHECK(error_of({{row.name, row.given}}) == "flag " + flag + " is " + row.message);
        CHECK(error_of({}, {{input_variable(row.name), row.given}}) ==
              "input " + row.name + " is " + row.message);
        CHECK(error_of({}, {{variable_of(row.name), row.given}}) ==
              "variable " + variable_of(row.name) + " is " + row.message);
    }
}

TEST_CASE("a flag that is given without a value is an error, not a default") {
    for (const std::string& name :
         {std::string("max_comments"), std::string("mode"), std::string("base_url"),
          std::string("pr_number"), std::string("model"), std::string("openai_api_key")}) {
        CAPTURE(name);
        CHECK(error_of({{name, ""}}) != "no error");
    }
}

TEST_CASE("the password of an address is not shown") {
    const std::string message = error_of({{"base_url", "https://me:sk-secret@example.com/v1"}});
    CHECK(message ==
          "flag --base-url (its value is not shown): it names a user; the key is a setting of its "
          "own; allowed: an https:// address, or http:// on this machine");
}

TEST_CASE("a value in a message is cut, and stays on one line of valid UTF-8") {
    const std::string message = error_of({{"mode", std::string(1'000, 'x') + "\n::set-env::"}});
    CHECK(message ==
          "flag --mode is \"" + std::string(80, 'x') + "…\"; allowed: auto, review, act");
    CHECK(error_of({{"mode", "a\n::error::b\xff"}}) ==
          "flag --mode is \"a\\x0a::error::b\xEF\xBF\xBD\"; allowed: auto, review, act");
}

TEST_CASE("a secret's value is never in a message") {
    for (const char* name : {"openai_api_key", "github_token"}) {
        CAPTURE(name);
        const std::string message = error_of({}, {{input_variable(name), "sk-abc\ndef"}});
        CHECK(message ==
              fmt::format("input {} (its value is not shown): a secret cannot hold blanks or "
                          "control characters; allowed: any text",
                          name));
    }
}

TEST_CASE("all bad values are told at once, a line each, in the order of the settings") {
    CHECK(error_of({{"fail_on", "p9"}}, {{"INPUT_MODE", "fix"}, {"CODEX_MAX_MINUTES", "0"}}) ==
          "input mode is \"fix\"; allowed: auto, review, act\n"
          "flag --fail-on is \"p9\"; allowed: none, p0, p1, p2, p3\n"
          "variable CODEX_MAX_MINUTES is \"0\"; allowed: a whole number from 1 to 360");
}

TEST_CASE("a bad value in a layer that another one covers does not matter") {
    CHECK(load({{"mode", "review"}}, {{"INPUT_MODE", "fix"}}).mode == RunMode::review);
}

TEST_CASE("a flag that no setting has is an error") {
    CHECK(error_of({{"modle", "x"}}) == "unknown setting \"modle\"");
}

TEST_CASE("the runner's rule makes an input's variable") {
    CHECK(input_variable("model") == "INPUT_MODEL");
    CHECK(input_variable("my input-name.x") == "INPUT_MY_INPUT-NAME.X");
}

}  // namespace
}  // namespace codex::config
