#include "tools/control_files.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/lib/git_repo.h"
#include "tests/support/lib/temp_dir.h"

using namespace codex::tools;
using codex::base::read_file_if_exists;
using codex::base::write_file_atomically;

namespace {

namespace fs = std::filesystem;

class Tree {
  public:
    Tree() {
        write(".git/HEAD", "ref: refs/heads/main\n");
        write(".git/config", "[core]\n");
        write(".git/hooks/pre-commit", "#!/bin/sh\n");
        write(".git/info/exclude", "*.o\n");
        write(".git/modules/lib/a/HEAD", "1\n");
        write(".git/modules/lib/a/config", "[module]\n");
        write(".git/worktrees/two/HEAD", "2\n");
        write(".git/index", "index");
        write("src/a.c", "int a;\n");
    }
    void write(const std::string& path, const std::string& text) const {
        fs::create_directories((root() / path).parent_path());
        write_file_atomically(root() / path, text);
    }
    std::string read(const std::string& path) const {
        return read_file_if_exists(root() / path).value_or("none");
    }
    fs::path root() const { return folder_.path(); }
    ControlFiles remember() const { return ControlFiles({root().string()}); }
    /// The lines without the root.
    std::vector<std::string> restore(ControlFiles& files) const {
        std::vector<std::string> lines = files.restore();
        for (std::string& line : lines) line.erase(0, root().string().size() + 1);
        return lines;
    }

  private:
    codex::test::TempDir folder_;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("whatever is done to a control file is undone") {
    struct Row {
        std::string name;
        void (*attack)(const fs::path& git);
        Lines lines;
    };
    const Row rows[] = {
        {"nothing", [](const fs::path&) {}, {}},
        {"ordinary work",
         [](const fs::path& git) {
             write_file_atomically(git / "index", "new");
             write_file_atomically(git / "../src/a.c", "int b;\n");
             fs::create_directories(git / "objects/ab");
         },
         {}},
        {"configuration",
         [](const fs::path& git) { write_file_atomically(git / "config", "[alias]\n"); },
         {".git/config was changed, and is put back"}},
        {"a mode",
         [](const fs::path& git) { fs::permissions(git / "hooks/pre-commit", fs::perms(0755)); },
         {".git/hooks/pre-commit was changed, and is put back"}},
        {"a hook is removed",
         [](const fs::path& git) { fs::remove(git / "hooks/pre-commit"); },
         {".git/hooks/pre-commit was removed, and is put back"}},
        {"a hook is added",
         [](const fs::path& git) { write_file_atomically(git / "hooks/post-checkout", "x"); },
         {".git/hooks/post-checkout was made, and is removed"}},
        {"a second name",
         [](const fs::path& git) {
             fs::create_hard_link(git / "config", git / "other");
             write_file_atomically(git / "config", "evil");
         },
         {".git/config was changed, and is put back"}},
        {"a folder becomes a link",
         [](const fs::path& git) {
             fs::remove_all(git / "hooks");
             fs::create_directory_symlink("/etc", git / "hooks");
         },
         {".git/hooks was replaced, and is put back",
          ".git/hooks/pre-commit was removed, and is put back"}},
        {"a file becomes a folder",
         [](const fs::path& git) {
             fs::remove(git / "HEAD");
             fs::create_directories(git / "HEAD/deep");
         },
         {".git/HEAD was replaced, and is put back"}},
        {"a file becomes a FIFO",
         [](const fs::path& git) {
             fs::remove(git / "HEAD");
             REQUIRE(::mkfifo((git / "HEAD").c_str(), 0644) == 0);
         },
         {".git/HEAD was replaced, and is put back"}},
        {"alternates",
         [](const fs::path& git) {
             fs::create_directories(git / "objects/info");
             write_file_atomically(git / "objects/info/alternates", "/home/other/.git/objects\n");
         },
         {".git/objects/info/alternates was made, and is removed"}},
        {"a submodule's configuration",
         [](const fs::path& git) {
             write_file_atomically(git / "modules/lib/a/config", "evil");
             fs::create_directories(git / "modules/new/hooks");
         },
         {".git/modules/new was made, and is removed",
          ".git/modules/lib/a/config was changed, and is put back"}},
        {"agents' folders",
         [](const fs::path& git) {
             fs::create_directories(git / "../.agents/skills");
             fs::create_directories(git / "../.github");
             write_file_atomically(git / "../.github/codex-action.yml", "sandbox: off");
         },
         {".github/codex-action.yml was made, and is removed", ".agents was made, and is removed"}},
        {"everything is moved away",
         [](const fs::path& git) { fs::rename(git, git / "../gone"); },
         {".git was removed, and is put back", ".git/HEAD was removed, and is put back",
          ".git/config was removed, and is put back", ".git/hooks was removed, and is put back",
          ".git/hooks/pre-commit was removed, and is put back",
          ".git/info was removed, and is put back",
          ".git/info/exclude was removed, and is put back",
          ".git/modules was removed, and is put back",
          ".git/modules/lib was removed, and is put back",
          ".git/modules/lib/a was removed, and is put back",
          ".git/modules/lib/a/HEAD was removed, and is put back",
          ".git/modules/lib/a/config was removed, and is put back",
          ".git/worktrees was removed, and is put back",
          ".git/worktrees/two was removed, and is put back",
          ".git/worktrees/two/HEAD was removed, and is put back"}},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        const Tree tree;
        ControlFiles files = tree.remember();
        row.attack(tree.root() / ".git");
        CHECK(tree.restore(files) == row.lines);
        CHECK(tree.read(".git/HEAD") == "ref: refs/heads/main\n");
        CHECK(tree.read(".git/config") == "[core]\n");
        CHECK(tree.read(".git/hooks/pre-commit") == "#!/bin/sh\n");
        CHECK((fs::status(tree.root() / ".git/hooks/pre-commit").permissions() & fs::perms(0777)) ==
              fs::perms(0644));
        CHECK(tree.restore(files).empty());
    }
}

TEST_CASE("a link in the place of .git is removed, and what it points to is left alone") {
    const Tree tree;
    const Tree other;
    ControlFiles files = tree.remember();
    fs::rename(tree.root() / ".git", tree.root() / "gone");
    fs::create_directory_symlink(other.root() / ".git", tree.root() / ".git");
    other.write(".git/config", "theirs");
    CHECK(tree.restore(files).front() == ".git was replaced, and is put back");
    CHECK(fs::is_directory(fs::symlink_status(tree.root() / ".git")));
    CHECK(tree.read(".git/config") == "[core]\n");
    CHECK(other.read(".git/config") == "theirs");
}

TEST_CASE("a .git file is followed to its folder beneath the root, and not out of it") {
    const Tree tree;
    fs::rename(tree.root() / ".git", tree.root() / "real");
    tree.write(".git", "gitdir: real\n");
    ControlFiles files = tree.remember();
    tree.write("real/config", "evil");
    tree.write(".git", "gitdir: /etc\n");
    CHECK(tree.restore(files) ==
          Lines{".git was changed, and is put back", "real/config was changed, and is put back"});
    CHECK(tree.read("real/config") == "[core]\n");
    const std::vector<std::string> paths = protected_paths(tree.root().string());
    CHECK(std::count(paths.begin(), paths.end(), tree.root().string() + "/real/config") == 1);

    const Tree outside;
    fs::remove_all(outside.root() / ".git");
    outside.write(".git", "gitdir: /somewhere/else\n");
    CHECK(protected_paths(outside.root().string()) ==
          Lines{outside.root().string() + "/.codex", outside.root().string() + "/.agents",
                outside.root().string() + "/.github/codex-action.yml",
                outside.root().string() + "/.git"});
}

TEST_CASE("control files that are too large to keep are refused by name") {
    const Tree tree;
    tree.write(".git/hooks/huge", std::string((std::size_t{4} << 20) + 1, 'x'));
    CHECK_THROWS_AS(tree.remember(), codex::base::Error);
}

TEST_CASE("a real repository is protected and stays usable") {
    const codex::test::TempDir folder;
    codex::test::GitRepo repository(folder.path() / "repo");
    repository.write("a.txt", "1\n");
    repository.commit("one");
    ControlFiles files({repository.path().string()});
    repository.write("a.txt", "2\n");
    repository.commit("two");
    CHECK(files.restore().empty());
    repository.git({"config", "core.fsmonitor", "touch /tmp/evil"});
    CHECK(files.restore() ==
          Lines{repository.path().string() + "/.git/config was changed, and is put back"});
}
