// A pull request and whoever ran in the workspace before us can write .git/config, attributes and
// the work tree. None of it may run a command, hang us, or hide a change.
#include <stdlib.h>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "tests/git/fixture.h"

namespace codex::test {
namespace {

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

// One modified C++ file and one rename: what a configuration could hide or change.
struct ChangedWorkspace : Workspace {
    std::string first;
    std::string second;
    ChangedWorkspace() {
        repo.write("src/a.cpp", "LOUD section\nint a;\nint b;\nint c;\nint d;\nint e;\n");
        repo.write("old.cpp", "int one;\nint two;\nint three;\nint four;\n");
        first = repo.commit("one");
        repo.write("src/a.cpp", "LOUD section\nint a;\nint b;\nint c;\nint d;\nint changed;\n");
        repo.git({"mv", "old.cpp", "new.cpp"});
        second = repo.commit("two");
    }
    std::string diff() const { return describe(open().diff(first, second)); }
};

constexpr const char* kPlainDiff =
    "renamed old.cpp -> new.cpp 100644 100644\n"
    "modified src/a.cpp -> src/a.cpp 100644 100644\n"
    "@@ -3,4 +3,4 @@ int a;\n int b;\n int c;\n int d;\n-int e;\n+int changed;\n";

// A program that leaves a marker, and configuration that would run it in every way git knows.
struct Trap {
    fs::path marker;
    std::string config;
    explicit Trap(const TempDir& folder) : marker(folder / "marker") {
        const fs::path program = folder / "trap.sh";
        write_file(program, "#!/bin/sh\ntouch '" + marker.string() + "'\ncat\n");
        fs::permissions(program, fs::perms::owner_all);
        const std::string run = program.string();
        write_file(folder / "attributes", "* filter=trap diff=trap\n*.cpp binary -diff\n");
        write_file(folder / "included",
                   "[core]\n\tfsmonitor = " + run + "\n[diff]\n\texternal = " + run + "\n");
        config = "[core]\n\tfsmonitor = " + run + "\n\tpager = " + run + "\n\tsshCommand = " + run +
                 "\n\thooksPath = " + folder.path().string() +
                 "\n\tattributesFile = " + (folder / "attributes").string() +
                 "\n[filter \"trap\"]\n\tclean = " + run + "\n\tsmudge = " + run +
                 "\n\tprocess = " + run +
                 "\n\trequired = true\n[diff \"trap\"]\n\ttextconv = " + run +
                 "\n\tcommand = " + run +
                 "\n\tbinary = true\n\txfuncname = ^LOUD\n[diff]\n\texternal = " + run +
                 "\n\trenames = false\n\tnoprefix = true\n\tcontext = 0\n[include]\n\tpath = " +
                 (folder / "included").string() + "\n[credential]\n\thelper = !" + run + "\n";
    }
};

TEST_CASE("the workspace's configuration runs nothing and changes nothing") {
    const ChangedWorkspace workspace;
    const Trap trap(workspace.folder);
    const fs::path config = workspace.repo.path() / ".git" / "config";
    SECTION("commands, drivers and includes") {
        write_file(config, "[core]\n\trepositoryformatversion = 0\n\tbare = false\n" + trap.config);
        write_file(workspace.repo.path() / ".gitattributes", "* filter=trap diff=trap\n");
        write_file(workspace.repo.path() / ".git/info/attributes", "* filter=trap diff=trap\n");
    }
    SECTION("another work tree") {
        write_file(config, "[core]\n\trepositoryformatversion = 0\n\tworktree = /proc/self\n");
    }
    SECTION("a bare repository") {
        write_file(config, "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
    }
    CHECK(workspace.diff() == kPlainDiff);
    CHECK(workspace.open().read_file(workspace.second, "src/a.cpp") ==
          "LOUD section\nint a;\nint b;\nint c;\nint d;\nint changed;\n");
    CHECK_FALSE(fs::exists(trap.marker));
}

TEST_CASE("the configuration of the user and of the machine is not read") {
    const ChangedWorkspace workspace;
    const Trap trap(workspace.folder);
    const fs::path home = workspace.folder / "home";
    SECTION("hostile") {
        write_file(home / ".gitconfig", trap.config);
    }
    SECTION("broken") {
        write_file(home / ".gitconfig", "[broken");
    }
    write_file(home / ".config/git/config", "[broken");
    write_file(home / ".config/git/attributes", "*.cpp binary\n");

    // libgit2 learns the home folder from the environment when it is initialised.
    const char* before = ::getenv("HOME");
    const std::string saved = before == nullptr ? "" : before;
    ::setenv("HOME", home.c_str(), 1);
    std::string diff;
    {
        const git::GitLibrary library;
        diff = workspace.diff();
    }
    ::setenv("HOME", saved.c_str(), 1);
    CHECK(diff == kPlainDiff);
    CHECK_FALSE(fs::exists(trap.marker));
}

TEST_CASE("a configuration that cannot be read is an error that names the repository") {
    const ChangedWorkspace workspace;
    write_file(workspace.repo.path() / ".git/config", "[broken");
    CHECK_THAT(
        error_of([&] { workspace.open(); }),
        ContainsSubstring("cannot open the git repository of " + workspace.repo.path().string()));
}

TEST_CASE("attributes cannot hide a change, wherever they lie") {
    const ChangedWorkspace workspace;
    const std::string attributes =
        GENERATE("*.cpp binary\n", "*.cpp -diff\n", "*.cpp -text -diff\n", "* diff=none\n",
                 "* diff=cpp\n", "src export-ignore\n");
    const std::string place =
        GENERATE(".gitattributes", "src/.gitattributes", ".git/info/attributes");
    CAPTURE(attributes, place);
    workspace.repo.write(place, attributes);
    CHECK(workspace.diff() == kPlainDiff);
}

TEST_CASE("attributes that the pull request itself brings cannot hide its changes") {
    const Workspace workspace;
    workspace.repo.write("a.cpp", "int a;\n");
    workspace.repo.commit("one");
    workspace.repo.write("a.cpp", "int b;\n");
    workspace.repo.write(".gitattributes", "*.cpp binary\n");
    workspace.repo.commit("two");
    CHECK(workspace.last_diff() ==
          "added  -> .gitattributes 0 100644\n@@ -0,0 +1 @@\n+*.cpp binary\n"
          "modified a.cpp -> a.cpp 100644 100644\n@@ -1 +1 @@\n-int a;\n+int b;\n");
}

TEST_CASE("a pipe where attributes are looked for does not hang a diff") {
    const ChangedWorkspace workspace;
    REQUIRE(::mkfifo((workspace.repo.path() / ".gitattributes").c_str(), 0600) == 0);
    REQUIRE(::mkfifo((workspace.repo.path() / "src/.gitattributes").c_str(), 0600) == 0);
    CHECK(workspace.diff() == kPlainDiff);
}

TEST_CASE("a replacement ref or graft cannot show another commit") {
    const ChangedWorkspace workspace;
    workspace.repo.git({"replace", workspace.second, workspace.first});
    CHECK(workspace.diff() == kPlainDiff);
}

}  // namespace
}  // namespace codex::test
