#include "agent/project_doc.h"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>

#include "tests/support/lib/temp_dir.h"

using namespace codex::agent;
using namespace codex::test;
namespace fs = std::filesystem;

namespace {

using Files = std::map<std::string, std::string>;

ReadProjectFile reader_of(const Files& files) {
    return [files](const std::string& path, std::size_t bytes) -> std::optional<std::string> {
        const auto found = files.find(path);
        if (found == files.end()) return std::nullopt;
        return found->second.substr(0, bytes);
    };
}

}  // namespace

TEST_CASE("instructions are collected from the root down, one file a folder") {
    struct Row {
        const char* what;
        Files files;
        std::string cwd;
        ProjectDocOptions options;
        ProjectDoc doc;
    };
    const Row rows[] = {
        {"none", {{"other/AGENTS.md", "x"}}, "a", {}, {}},
        {"one", {{"AGENTS.md", "root\n"}}, "", {}, {"root\n", {"AGENTS.md"}}},
        {"joined",
         {{"AGENTS.md", "root"}, {"a/b/AGENTS.md", "deep"}},
         "a/b",
         {},
         {"root\n\ndeep", {"AGENTS.md", "a/b/AGENTS.md"}}},
        {"not below the working folder",
         {{"AGENTS.md", "root"}, {"a/b/AGENTS.md", "deep"}},
         "a",
         {},
         {"root", {"AGENTS.md"}}},
        {"an override replaces its folder's file alone",
         {{"AGENTS.md", "root"}, {"AGENTS.override.md", "mine"}, {"a/AGENTS.md", "a"}},
         "a",
         {},
         {"mine\n\na", {"AGENTS.override.md", "a/AGENTS.md"}}},
        {"fallback names, in their order, where nothing else is",
         {{"CLAUDE.md", "c"}, {"NOTES.md", "n"}, {"a/CLAUDE.md", "ac"}, {"a/AGENTS.md", "aa"}},
         "a",
         {32768, {"NOTES.md", "CLAUDE.md"}},
         {"n\n\naa", {"NOTES.md", "a/AGENTS.md"}}},
        {"a blank file hides fallbacks, and costs nothing",
         {{"AGENTS.md", " \n\t"}, {"CLAUDE.md", "c"}, {"a/AGENTS.md", "0123456789"}},
         "a",
         {10, {"CLAUDE.md"}},
         {"0123456789", {"a/AGENTS.md"}}},
        {"exactly the budget", {{"AGENTS.md", "12345"}}, "", {5}, {"12345", {"AGENTS.md"}}},
        {"cut at the budget", {{"AGENTS.md", "123456"}}, "", {5}, {"12345", {"AGENTS.md"}, true}},
        {"the budget is for all files",
         {{"AGENTS.md", "123"}, {"a/AGENTS.md", "456"}, {"a/b/AGENTS.md", "7"}},
         "a/b",
         {5},
         {"123\n\n45", {"AGENTS.md", "a/AGENTS.md"}, true}},
        {"no half characters", {{"AGENTS.md", "ab\xC3\xA4"}}, "", {3}, {"ab", {"AGENTS.md"}, true}},
        {"no budget", {{"AGENTS.md", "x"}}, "", {0}, {}},
        {"bad bytes", {{"AGENTS.md", "a\xFF"}}, "", {}, {"a\xEF\xBF\xBD", {"AGENTS.md"}}},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        CHECK(collect_project_doc(folders_down_to(row.cwd), row.options, reader_of(row.files)) ==
              row.doc);
    }
}

TEST_CASE("folders lead from the root to a path") {
    CHECK(folders_down_to("") == std::vector<std::string>{""});
    CHECK(folders_down_to("a/b//c/") == std::vector<std::string>{"", "a", "a/b", "a/b/c"});
}

TEST_CASE("on disk the root is the nearest folder with a .git") {
    const TempDir dir;
    const fs::path root = fs::canonical(dir.path()) / "repo";
    write_file(root / "AGENTS.md", "root");
    write_file(root / "a" / "b" / "AGENTS.md", "deep");
    write_file(dir / "AGENTS.md", "above");
    // Without a repository only the working folder counts.
    CHECK(load_project_doc(root / "a" / "b", {}) ==
          ProjectDoc{"deep", {(root / "a/b/AGENTS.md").string()}});
    // A work tree has a file of that name.
    write_file(root / ".git", "gitdir: x");
    CHECK(load_project_doc(root / "a" / "b", {}) ==
          ProjectDoc{"root\n\ndeep",
                     {(root / "AGENTS.md").string(), (root / "a/b/AGENTS.md").string()}});
    CHECK(load_project_doc(root, {}).text == "root");
    fs::create_directory_symlink(root / "a" / "b", dir / "link");
    CHECK(load_project_doc(dir / "link", {}).text == "root\n\ndeep");
}

TEST_CASE("what is no file on disk is passed over, a link to one is followed") {
    const TempDir dir;
    write_file(dir / "real.md", "linked");
    fs::create_symlink(dir / "real.md", dir / "AGENTS.md");
    CHECK(load_project_doc(dir.path(), {}).text == "linked");
    fs::remove(dir / "AGENTS.md");
    fs::create_directory(dir / "AGENTS.md");
    REQUIRE(::mkfifo((dir / "AGENTS.override.md").c_str(), 0600) == 0);
    write_file(dir / "CLAUDE.md", "fallback");
    CHECK(load_project_doc(dir.path(), {100, {"CLAUDE.md"}}).text == "fallback");
}

TEST_CASE("a user's instructions stand before the project's") {
    const TempDir home;
    CHECK(load_user_instructions(home.path()) == std::nullopt);
    write_file(home / "AGENTS.md", "\n mine \n");
    CHECK(load_user_instructions(home.path()) == "mine");
    write_file(home / "AGENTS.override.md", " \n");
    CHECK(load_user_instructions(home.path()) == "mine");
    write_file(home / "AGENTS.override.md", "only this");
    CHECK(load_user_instructions(home.path()) == "only this");

    CHECK(join_instructions("mine", {"theirs"}) == "mine\n\n--- project-doc ---\n\ntheirs");
    CHECK(join_instructions("mine", {}) == "mine");
    CHECK(join_instructions({}, {"theirs"}) == "theirs");
    CHECK(join_instructions({}, {}) == std::nullopt);
}
