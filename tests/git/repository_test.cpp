#include "git/repository.h"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "tests/git/fixture.h"
#include "tests/support/lib/run_program.h"

namespace codex::test {
namespace {

using Catch::Matchers::ContainsSubstring;
using Shas = std::vector<std::string>;

TEST_CASE("a folder without a repository is refused by name") {
    const git::GitLibrary library;
    const TempDir folder;
    CHECK_THAT(error_of([&] { git::Repository repository(folder.path()); }),
               ContainsSubstring("there is no git repository at " + folder.path().string()));
}

TEST_CASE("a repository is found from a folder inside it") {
    const Workspace workspace;
    workspace.repo.write("src/deep/a.txt", "a\n");
    const std::string head = workspace.repo.commit("one");
    const git::Repository repository(workspace.repo.path() / "src" / "deep");
    CHECK(repository.resolve_commit("HEAD") == head);
    CHECK(repository.read_file(head, "src/deep/a.txt") == "a\n");
}

TEST_CASE("a linked worktree, whose .git is a file, is read like the main one") {
    const Workspace workspace;
    workspace.repo.write("a.txt", "one\n");
    const std::string first = workspace.repo.commit("one");
    const auto linked = workspace.folder / "linked";
    workspace.repo.git({"worktree", "add", "-q", "-b", "side", linked.string()});
    write_file(linked / "a.txt", "two\n");
    run_git(linked, {"commit", "-q", "-a", "-m", "two"});

    REQUIRE(std::filesystem::is_regular_file(linked / ".git"));
    const git::Repository repository(linked);
    const std::string second = run_git(linked, {"rev-parse", "HEAD"});
    CHECK(repository.resolve_commit("HEAD") == second);
    CHECK(repository.parents(second) == Shas{first});
    CHECK(describe(repository.diff(first, second)) ==
          "modified a.txt -> a.txt 100644 100644\n@@ -1 +1 @@\n-one\n+two\n");
}

TEST_CASE("a submodule's work tree is a repository of its own") {
    const Workspace workspace;
    const GitRepo library(workspace.folder / "library");
    library.write("lib.txt", "lib\n");
    const std::string library_head = library.commit("lib");
    workspace.repo.git({"submodule", "--quiet", "add", library.path().string(), "vendor/lib"});
    workspace.repo.commit("with submodule");

    const git::Repository inside(workspace.repo.path() / "vendor" / "lib");
    CHECK(inside.resolve_commit("HEAD") == library_head);
}

TEST_CASE("a workspace that belongs to another user is read") {
    if (::geteuid() != 0) SKIP("only root can give files away");
    const Workspace workspace;
    workspace.repo.write("a.txt", "a\n");
    const std::string head = workspace.repo.commit("one");
    constexpr uid_t kRunner = 1001;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(workspace.repo.path())) {
        REQUIRE(::lchown(entry.path().c_str(), kRunner, kRunner) == 0);
    }
    REQUIRE(::chown(workspace.repo.path().c_str(), kRunner, kRunner) == 0);
    CHECK(workspace.open().read_file(head, "a.txt") == "a\n");
}

TEST_CASE("revisions name commits, and whatever else people write names none") {
    const Workspace workspace;
    workspace.repo.write("a.txt", "a\n");
    const std::string first = workspace.repo.commit("one");
    workspace.repo.git({"tag", "-a", "-m", "annotated", "v1"});
    workspace.repo.write("a.txt", "b\n");
    const std::string second = workspace.repo.commit("two");
    workspace.repo.git({"update-ref", "refs/remotes/origin/main", first});
    workspace.repo.git({"checkout", "-q", "--detach"});
    const std::string blob = workspace.repo.git({"rev-parse", "HEAD:a.txt"});

    const git::Repository repository = workspace.open();
    const std::string missing(40, '7');
    struct Row {
        std::string revision;
        std::optional<std::string> commit;
    };
    const std::vector<Row> rows = {
        {"HEAD", second},
        {"main", second},
        {"origin/main", first},
        {"refs/remotes/origin/main", first},
        {"v1", first},
        {second, second},
        {second.substr(0, 12), second},
        {"HEAD~1", first},
        {"HEAD^", first},
        {"", {}},
        {"no-such-branch", {}},
        {missing, {}},
        {blob, {}},
        {"HEAD:a.txt", {}},
        {"HEAD~99", {}},
        {"HEAD~99999999999999999999", {}},
        {"HEAD^{tree}", {}},
        {"a..b", {}},
        {"^", {}},
        {"@{", {}},
        {"HEAD@{nonsense}", {}},
        {"main@{upstream}", {}},
        {":/[", {}},
        {"-n", {}},
        {"--upload-pack=touch x", {}},
        {"a b", {}},
        {"../../etc/passwd", {}},
        {std::string("HEAD\0", 5), {}},
        {"\xff\xfe", {}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.revision);
        CHECK(repository.resolve_commit(row.revision) == row.commit);
    }
}

TEST_CASE("a repository without a commit resolves nothing") {
    const Workspace workspace;
    CHECK(workspace.open().resolve_commit("HEAD") == std::nullopt);
}

TEST_CASE("only a commit's full SHA is a commit that is here") {
    const Workspace workspace;
    workspace.repo.write("a.txt", "a\n");
    const std::string head = workspace.repo.commit("one");
    const std::string tree = workspace.repo.git({"rev-parse", "HEAD^{tree}"});
    const git::Repository repository = workspace.open();
    CHECK(repository.has_commit(head));
    for (const std::string& other : {tree, head.substr(0, 39), head + "0", std::string(40, '7'),
                                     std::string("HEAD"), std::string(), std::string(40, 'g')}) {
        CAPTURE(other);
        CHECK_FALSE(repository.has_commit(other));
    }
}

TEST_CASE("a commit that is not here is an error that names the step to change") {
    const Workspace workspace;
    const std::string head = workspace.repo.commit("one");
    const std::string missing(40, '7');
    const git::Repository repository = workspace.open();
    const std::string expected =
        "commit " + missing + " is not in the checkout; give actions/checkout `fetch-depth: 0`";
    CHECK(error_of([&] { repository.parents(missing); }) == expected);
    CHECK(error_of([&] { repository.diff(head, missing); }) == expected);
    CHECK(error_of([&] { repository.diff(missing, head); }) == expected);
    CHECK(error_of([&] { repository.read_file(missing, "a"); }) == expected);
    CHECK(error_of([&] { repository.commit_message(missing); }) == expected);
    CHECK(error_of([&] { repository.parents("HEAD"); }) == "\"HEAD\" is no full commit SHA");
}

TEST_CASE("a merge commit has its parents in order, and its message as written") {
    const Workspace workspace;
    workspace.repo.write("a.txt", "a\n");
    const std::string root = workspace.repo.commit("one");
    workspace.repo.git({"checkout", "-q", "-b", "side"});
    workspace.repo.write("b.txt", "b\n");
    const std::string side = workspace.repo.commit("side");
    workspace.repo.git({"checkout", "-q", "main"});
    workspace.repo.write("c.txt", "c\n");
    const std::string main = workspace.repo.commit("main");
    workspace.repo.git({"merge", "-q", "--no-ff", "-m", "Merge side\n\nbody", "side"});
    const std::string merge = workspace.repo.head();

    const git::Repository repository = workspace.open();
    CHECK(repository.parents(merge) == Shas{main, side});
    CHECK(repository.parents(root).empty());
    CHECK(repository.merge_base(main, side) == root);
    CHECK(repository.merge_base(merge, side) == side);
    CHECK(repository.commit_message(merge) == "Merge side\n\nbody\n");
    CHECK_FALSE(repository.is_shallow());
}

TEST_CASE("an empty commit message is empty text") {
    const Workspace workspace;
    workspace.repo.git({"commit", "-q", "--allow-empty", "--allow-empty-message", "-m", ""});
    CHECK(workspace.open().commit_message(workspace.repo.head()).empty());
}

TEST_CASE("histories without a common commit have no merge base") {
    const Workspace workspace;
    const std::string one = workspace.repo.commit("one");
    workspace.repo.git({"checkout", "-q", "--orphan", "other"});
    const std::string two = workspace.repo.commit("two");
    const git::Repository repository = workspace.open();
    CHECK(repository.merge_base(one, two) == std::nullopt);
    CHECK(repository.merge_base(one, std::string(40, '7')) == std::nullopt);
}

TEST_CASE("a shallow checkout says so, and hides what it lacks") {
    const Workspace workspace;
    workspace.repo.write("a.txt", "1\n");
    const std::string root = workspace.repo.commit("one");
    workspace.repo.git({"checkout", "-q", "-b", "side"});
    workspace.repo.write("a.txt", "2\n");
    const std::string side = workspace.repo.commit("two");
    workspace.repo.git({"checkout", "-q", "main"});
    workspace.repo.write("b.txt", "b\n");
    const std::string main = workspace.repo.commit("three");
    const auto shallow = workspace.folder / "shallow";
    run_git(workspace.folder.path(),
            {"clone", "-q", "--depth=1", "--no-single-branch",
             "file://" + workspace.repo.path().string(), shallow.string()});

    const git::Repository repository(shallow);
    CHECK(repository.is_shallow());
    CHECK(repository.has_commit(main));
    CHECK(repository.has_commit(side));
    CHECK_FALSE(repository.has_commit(root));
    CHECK(repository.parents(main).empty());
    CHECK(repository.merge_base(main, side) == std::nullopt);
    CHECK(repository.read_file(side, "a.txt") == "2\n");
    CHECK(describe(repository.diff(main, side)) ==
          "modified a.txt -> a.txt 100644 100644\n@@ -1 +1 @@\n-1\n+2\n"
          "deleted b.txt ->  100644 0\n@@ -1 +0,0 @@\n-b\n");
}

TEST_CASE("a partial clone that lacks a blob is an error that names the step to change") {
    const Workspace workspace;
    workspace.repo.write("a.txt", "1\n");
    const std::string first = workspace.repo.commit("one");
    workspace.repo.write("a.txt", "2\n");
    const std::string second = workspace.repo.commit("two");
    workspace.repo.git({"config", "uploadpack.allowFilter", "true"});
    const auto clone = [&](const std::string& filter) {
        auto path = workspace.folder / ("partial-" + filter.substr(0, 4));
        run_git(workspace.folder.path(),
                {"clone", "-q", "--no-checkout", "--filter=" + filter,
                 "file://" + workspace.repo.path().string(), path.string()});
        return path;
    };
    const std::string step = "is not in the checkout; leave `filter` of actions/checkout out";
    const git::Repository no_blobs(clone("blob:none"));
    CHECK(no_blobs.has_commit(first));
    CHECK_THAT(error_of([&] { no_blobs.diff(first, second); }), ContainsSubstring(step));
    CHECK_THAT(error_of([&] { no_blobs.read_file(first, "a.txt"); }), ContainsSubstring(step));
    CHECK(no_blobs.read_file(first, "b.txt") == std::nullopt);

    const git::Repository no_trees(clone("tree:0"));
    CHECK_THAT(error_of([&] { no_trees.diff(first, second); }), ContainsSubstring(step));
    CHECK_THAT(error_of([&] { no_trees.read_file(first, "a.txt"); }), ContainsSubstring(step));
}

TEST_CASE("a repository with SHA-256 names is refused by name") {
    const git::GitLibrary library;
    const TempDir folder;
    run_git(folder.path(), {"init", "-q", "--object-format=sha256"});
    CHECK(error_of([&] { git::Repository repository(folder.path()); }) ==
          "cannot open the git repository of " + folder.path().string() +
              ": unknown object format 'sha256'");
}

TEST_CASE("files are read as they lie in the commit") {
    const Workspace workspace;
    const std::string bytes("a\r\n\0\xff", 5);
    workspace.repo.write("dir/raw.bin", bytes);
    workspace.repo.write("run.sh", "#!/bin/sh\n");
    workspace.repo.write("empty", "");
    std::filesystem::permissions(workspace.repo.path() / "run.sh",
                                 std::filesystem::perms::owner_all);
    std::filesystem::create_symlink("/proc/self/environ", workspace.repo.path() / "AGENTS.md");
    const std::string head = workspace.repo.commit("one");
    workspace.repo.write("dir/raw.bin", "changed in the work tree only");

    const git::Repository repository = workspace.open();
    struct Row {
        std::string path;
        std::optional<std::string> content;
    };
    const std::vector<Row> rows = {
        {"dir/raw.bin", bytes},
        {"run.sh", "#!/bin/sh\n"},
        {"empty", ""},
        {"AGENTS.md", {}},  // a symlink is never followed
        {"dir", {}},
        {"dir/", {}},
        {"", {}},
        {"/run.sh", {}},
        {"../run.sh", {}},
        {"dir//raw.bin", {}},
        {"DIR/raw.bin", {}},
        {".git/config", {}},
        {"run.sh/x", {}},
        {"missing", {}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.path);
        CHECK(repository.read_file(head, row.path) == row.content);
    }
    CHECK(repository.read_file(head, "dir/raw.bin", 5) == bytes);
    CHECK(error_of([&] { repository.read_file(head, "dir/raw.bin", 4); }) ==
          "dir/raw.bin is larger than 4 bytes");
}

TEST_CASE("files of one name are found at every depth, symlinks told by their mode") {
    const Workspace workspace;
    workspace.repo.write("src/deep/AGENTS.md", "deep\n");
    workspace.repo.write("AGENTS.md/inside", "a folder of that name\n");
    workspace.repo.write("src/agents.md", "other case\n");
    workspace.repo.write("z/AGENTS.md", "z\n");
    std::filesystem::create_symlink("../z/AGENTS.md", workspace.repo.path() / "src/AGENTS.md");
    const std::string head = workspace.repo.commit("one");
    const auto found = workspace.open().find_files_named(head, "AGENTS.md");
    CHECK(found == std::vector<git::TreeEntry>{{"src/AGENTS.md", 0120000},
                                               {"src/deep/AGENTS.md", 0100644},
                                               {"z/AGENTS.md", 0100644}});
}

}  // namespace
}  // namespace codex::test
