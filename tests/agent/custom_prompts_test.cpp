#include "agent/custom_prompts.h"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "base/error.h"
#include "tests/support/lib/temp_dir.h"

using namespace codex::agent;
using namespace codex::test;
using codex::protocol::CustomPrompt;
namespace fs = std::filesystem;

namespace {

CustomPrompt prompt_of(std::string_view text) {
    return parse_custom_prompt("n", "/n.md", text);
}

std::string error_of(std::string_view content, std::string_view arguments) {
    try {
        expand_prompt(content, arguments);
    } catch (const codex::base::Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("prompts are the Markdown files of the folder, by name") {
    const TempDir home;
    CHECK(load_custom_prompts(home.path()).empty());
    const fs::path folder = home / "prompts";
    write_file(folder / "zoo.md", "z");
    write_file(folder / "Fix.MD", "---\ndescription: Fixes it\n---\nFix $1");
    write_file(folder / "notes.txt", "x");
    write_file(folder / "bad.md", "\xFF");
    fs::create_directory(folder / "folder.md");
    fs::create_symlink(folder / "zoo.md", folder / "link.md");
    REQUIRE(::mkfifo((folder / "fifo.md").c_str(), 0600) == 0);
    CHECK(load_custom_prompts(home.path()) ==
          std::vector<CustomPrompt>{
              {"Fix", (folder / "Fix.MD").string(), "Fix $1", "Fixes it"},
              {"zoo", (folder / "zoo.md").string(), "z"},
          });
}

TEST_CASE("a front matter describes the prompt and is no part of it") {
    struct Row {
        const char* text;
        CustomPrompt prompt;
    };
    const Row rows[] = {
        {"plain\n", {"n", "/n.md", "plain\n"}},
        {"", {"n", "/n.md", ""}},
        {"---\ndescription: \"Does: it\"\nargument-hint: '[file]'\n---\n\nbody\n",
         {"n", "/n.md", "\nbody\n", "Does: it", "[file]"}},
        {"---\r\nDescription: d\r\nargument_hint: a\r\n---\r\nbody",
         {"n", "/n.md", "body", "d", "a"}},
        {"---\n# description: no\nother: x\nword\n---\nbody", {"n", "/n.md", "body"}},
        {"---\ndescription: d\n---", {"n", "/n.md", "", "d"}},
        {"---\n---\nbody", {"n", "/n.md", "body"}},
        {"---\ndescription: d\nbody", {"n", "/n.md", "---\ndescription: d\nbody"}},
        {"text\n---\ndescription: d\n---\n", {"n", "/n.md", "text\n---\ndescription: d\n---\n"}},
    };
    for (const Row& row : rows) {
        INFO(row.text);
        CHECK(prompt_of(row.text) == row.prompt);
    }
}

TEST_CASE("placeholders are filled with arguments") {
    struct Row {
        const char* content;
        const char* arguments;
        const char* filled;
    };
    const Row rows[] = {
        {"no placeholders", "ignored", "no placeholders"},
        {"Fix $1 in $2", "a b c", "Fix a in b"},
        {"[$1][$9]", "a", "[a][]"},
        {"$ARGUMENTS!", " a  'b c'\td ", "a b c d!"},
        {"$ARGUMENTS", "", ""},
        {"$1$2", R"("two words" it\'s)", "two wordsit's"},
        {"$1", R"('back\slash')", R"(back\slash)"},
        {"$1", R"("")", ""},
        {"$12", "a", "a2"},
        {"costs $$5, $$1", "a", "costs $5, $1"},
        {"$$$1", "a", "$a"},
        {"$0 $ $x ${1} $", "a", "$0 $ $x ${1} $"},
        {"$1", "$2 $ARGUMENTS", "$2"},
        {"$FILE by $WHO_1", R"(WHO_1=me FILE="a b.c" MORE=x)", "a b.c by me"},
        {"$FILE=$FILE", "FILE=a=b", "a=b=a=b"},
        {"$FILE costs $$1 $1 $ARGUMENTS", "FILE=", " costs $1 $1 $ARGUMENTS"},
        {"$ARGUMENTSX", "ARGUMENTSX=y", "y"},
    };
    for (const Row& row : rows) {
        INFO(row.content);
        CHECK(expand_prompt(row.content, row.arguments) == row.filled);
    }
}

TEST_CASE("arguments that do not fit are explained") {
    CHECK(error_of("$FILE $WHO $FILE", "") ==
          "the prompt needs arguments that are missing: FILE=…, WHO=…");
    CHECK(error_of("$FILE", "FILE=x word") ==
          "cannot use the prompt's argument \"word\": write NAME=value, with quotes around a value "
          "that has blanks");
    CHECK(error_of("$FILE", "=x") ==
          "cannot use the prompt's argument \"=x\": write NAME=value, with quotes around a value "
          "that has blanks");
    CHECK(error_of("$1", "\"open") ==
          "cannot read the prompt's arguments: a double quote is not closed");
    CHECK(error_of("$1", "it's") ==
          "cannot read the prompt's arguments: a single quote is not closed");
}

TEST_CASE("a prompt is invoked by its name") {
    const std::vector<CustomPrompt> prompts = {{"fix", "/fix.md", "Fix $1."},
                                               {"all", "/all.md", "All: $ARGUMENTS"}};
    CHECK(expand_invocation("/prompts:fix it", prompts) == "Fix it.");
    CHECK(expand_invocation("  /prompts:all a b\n", prompts) == "All: a b");
    CHECK(expand_invocation("/prompts:fix", prompts) == "Fix .");
    CHECK(expand_invocation("/prompts:fixx it", prompts) == std::nullopt);
    CHECK(expand_invocation("/prompts:", prompts) == std::nullopt);
    CHECK(expand_invocation("see /prompts:fix", prompts) == std::nullopt);
    CHECK(expand_invocation("/fix it", prompts) == std::nullopt);
}
