#include "config/repository_file.h"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

#include "base/file.h"
#include "config/load.h"

namespace codex::config {
namespace {

std::string errors(std::string_view text) {
    try {
        parse_repository_file("f.yml", text);
    } catch (const InvalidConfig& error) {
        return error.what();
    }
    return "no error";
}

TEST_CASE("Every rule of a repository's file is read") {
    const RepositoryFile file = parse_repository_file("f.yml",
                                                      "# comment\n"
                                                      "model: gpt-5.5\n"
                                                      "reasoning_effort: low\n"
                                                      "review:\n"
                                                      "  include: ['src/**', \":(icase)docs\"]\n"
                                                      "  exclude:\n"
                                                      "    - third_party\n"
                                                      "  guidance: |\n"
                                                      "    Mind the locks.\n"
                                                      "    And the clocks.\n"
                                                      "  path_guidance:\n"
                                                      "    - paths: [src/db]\n"
                                                      "      guidance: SQL is built by hand here.\n"
                                                      "    - {paths: [a, b], guidance: g}\n"
                                                      "  languages: [c++, python]\n"
                                                      "  min_priority: p2\n"
                                                      "  max_comments: 5\n"
                                                      "  fail_on: p1\n"
                                                      "act:\n"
                                                      "  test_command: make test\n"
                                                      "  protected_paths: [.github]\n"
                                                      "  allowed_commands:\n"
                                                      "    triage: []\n"
                                                      "    write: [fix, explain]\n"
                                                      "    maintain: [fix]\n"
                                                      "    admin: [fix]\n"
                                                      "  commit_message: 'fix: {title}'\n");
    RepositoryFile expected;
    expected.model = "gpt-5.5";
    expected.reasoning_effort = ReasoningEffort::low;
    expected.review = {
        .include = {"src/**", ":(icase)docs"},
        .exclude = {"third_party"},
        .guidance = "Mind the locks.\nAnd the clocks.\n",
        .path_guidance = {{{"src/db"}, "SQL is built by hand here."}, {{"a", "b"}, "g"}},
        .languages = {"c++", "python"},
        .min_priority = Priority::p2,
        .max_comments = 5,
        .fail_on = FailOn::p1};
    using Commands = std::vector<std::string>;
    expected.act = {.test_command = "make test",
                    .protected_paths = {".github"},
                    .allowed_commands = {Commands{}, Commands{"fix", "explain"}, Commands{"fix"},
                                         Commands{"fix"}},
                    .commit_message = "fix: {title}"};
    CHECK(file == expected);
    CHECK(parse_repository_file("f.yml", "") == RepositoryFile());
}

TEST_CASE("A repository's file cannot do what is the workflow's, and every mistake is told") {
    CHECK(
        errors("base_url: https://evil.example\n"
               "openai_api_key: x\n"
               "sandbox_mode: danger-full-access\n"
               "mcp_servers: {a: {command: b}}\n"
               "review:\n"
               "  env_key: SECRET\n"
               "  max_coments: 3\n"
               "  max_comments: 101\n"
               "  include: [/etc, a/../../b, '', no]\n"
               "  languages: c++\n"
               "  fail_on: always\n"
               "  path_guidance: [{paths: [a]}, b]\n"
               "act:\n"
               "  test_command: 012\n"
               "  allowed_commands: {write: ['rm -rf'], owner: [x]}\n") ==
        "f.yml:1:1: base_url: cannot be set here, only in the workflow\n"
        "f.yml:2:1: openai_api_key: cannot be set here, only in the workflow\n"
        "f.yml:3:1: sandbox_mode: cannot be set here, only in the workflow\n"
        "f.yml:4:1: mcp_servers: cannot be set here, only in the workflow\n"
        "f.yml:6:3: review.env_key: cannot be set here, only in the workflow\n"
        "f.yml:7:3: review.max_coments: unknown key; did you mean \"max_comments\"?\n"
        "f.yml:8:17: review.max_comments: expected a number from 0 to 100, found the whole number "
        "101\n"
        "f.yml:9:13: review.include: expected pathspecs within the repository, found the text "
        "\"/etc\"\n"
        "f.yml:9:19: review.include: expected pathspecs within the repository, found the text "
        "\"a/../../b\"\n"
        "f.yml:9:30: review.include: expected pathspecs within the repository, found the text "
        "\"\"\n"
        "f.yml:9:34: review.include: expected a list of texts, found `no`, which YAML readers take "
        "for different things (quote it if it is text)\n"
        "f.yml:10:14: review.languages: expected a list of texts, found the text \"c++\"\n"
        "f.yml:11:12: review.fail_on: expected one of none, p0, p1, p2, p3, found the text "
        "\"always\"\n"
        "f.yml:12:18: review.path_guidance[0]: needs both paths and guidance\n"
        "f.yml:12:33: review.path_guidance[1]: expected a table, found the text \"b\"\n"
        "f.yml:14:17: act.test_command: expected text, found `012`, which YAML readers take for "
        "different things (quote it if it is text)\n"
        "f.yml:15:29: act.allowed_commands.write: expected words without blanks, found \"rm -rf\"\n"
        "f.yml:15:41: act.allowed_commands.owner: unknown key");
    CHECK(errors("review: {include: [no]}\n").find("`no`, which YAML readers") !=
          std::string::npos);
    CHECK(errors("review: {include: [a/../b]}\n").find("expected pathspecs") != std::string::npos);
    CHECK(errors("review:\n  path_guidance: [{paths: [a]}]\n") ==
          "f.yml:2:18: review.path_guidance[0]: needs both paths and guidance");
    CHECK(errors("review: 1\nreview: 2\n") == "f.yml:2:1: the key \"review\" stands here twice");
    CHECK(errors("a: &a [x, x]\nb: &b [*a, *a]\n") ==
          "f.yml:1:4: anchors (&name) are not allowed here");
    CHECK(errors(std::string(1'000'000, ' ')) == "f.yml:1:1: larger than 256 KiB");
}

TEST_CASE("Model and effort of the file count within the workflow's limits, below its inputs") {
    const auto load = [](std::string text, const std::string& input = "") {
        Layers layers{
            .user_file = SourceText{"u", "model = \"user\"\n"},
            .repository_file = SourceText{"f.yml", std::move(text)},
            .repository_limits = {.models = {"small"}, .max_effort = ReasoningEffort::high}};
        if (!input.empty()) {
            layers.environment = base::Environment(
                std::map<std::string, std::string, std::less<>>{{"INPUT_MODEL", input}});
        }
        return layers;
    };
    LoadedConfig loaded =
        load_config(load("model: small\nreasoning_effort: high\nreview: {max_comments: 1}\n"));
    CHECK(loaded.config.model == "small");
    CHECK(loaded.config.model_reasoning_effort == ReasoningEffort::high);
    CHECK(loaded.repository.review.max_comments == 1);
    CHECK(loaded.origins.at("model") == Origin{Layer::repository_file, "f.yml", {1, 8}});
    CHECK(loaded.origins.at("model_reasoning_effort").position == Position{2, 19});
    CHECK(load_config(load("model: user\n")).config.model == "user");
    loaded = load_config(load("model: small\n", "input"));
    CHECK(loaded.config.model == "input");
    CHECK(loaded.repository.model == "small");
    try {
        load_config(load("model: large\nreasoning_effort: xhigh\nunknown: 1\n"));
        FAIL("no error");
    } catch (const InvalidConfig& error) {
        CHECK(
            error.what() ==
            std::string("f.yml:1:8: model: the workflow does not allow \"large\"; allowed: small, "
                        "user\n"
                        "f.yml:2:19: reasoning_effort: the workflow allows no more than high\n"
                        "f.yml:3:1: unknown: unknown key"));
    }
}

TEST_CASE("A repository's file makes a run stricter, never laxer") {
    struct Row {
        int input_comments;
        FailOn input_fail;
        std::optional<std::int64_t> comments;
        std::optional<FailOn> fail;
        int expected_comments;
        FailOn expected_fail;
        std::size_t refused;
    };
    const std::vector<Row> rows = {
        {25, FailOn::none, std::nullopt, std::nullopt, 25, FailOn::none, 0},
        {25, FailOn::none, 5, FailOn::p1, 5, FailOn::p1, 0},
        {25, FailOn::p1, 25, FailOn::p1, 25, FailOn::p1, 0},
        {25, FailOn::p1, 0, FailOn::p3, 0, FailOn::p3, 0},
        {5, FailOn::p2, 6, FailOn::p1, 5, FailOn::p2, 2},
        {0, FailOn::p0, 100, FailOn::none, 0, FailOn::p0, 2},
    };
    for (const Row& row : rows) {
        Options options;
        options.max_comments = row.input_comments;
        options.fail_on = row.input_fail;
        RepositoryFile file;
        file.review.max_comments = row.comments;
        file.review.fail_on = row.fail;
        CHECK(narrow(options, file).size() == row.refused);
        CHECK(options.max_comments == row.expected_comments);
        CHECK(options.fail_on == row.expected_fail);
    }
}

TEST_CASE("The shipped schema is the one of the key lists") {
    const std::filesystem::path path =
        std::filesystem::path(CODEX_SOURCE_DIR) / "src/config/codex-action.schema.json";
    const std::string schema = json::render_pretty(repository_file_schema()) + "\n";
    const char* accept = std::getenv("CODEX_TEST_ACCEPT");
    if (accept != nullptr && std::string(accept) == "1") base::write_file_atomically(path, schema);
    INFO("CODEX_TEST_ACCEPT=1 rewrites it");
    CHECK(base::read_file_if_exists(path) == schema);
}

}  // namespace
}  // namespace codex::config
