#include "patch/apply.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <filesystem>

#include "base/file.h"
#include "base/unique_fd.h"
#include "patch_fixture.h"
#include "tests/support/lib/temp_dir.h"
#include "tests/support/lib/text.h"

using namespace codex::patch;
using namespace codex::test;
namespace fs = std::filesystem;

namespace {

// Every file beneath a folder with its text; links as "-> target", folders not.
Files tree_of(const fs::path& root) {
    Files files;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        const std::string name = entry.path().lexically_relative(root).string();
        if (entry.is_symlink()) {
            files[name] = "-> " + fs::read_symlink(entry.path()).string();
        } else if (entry.is_regular_file()) {
            files[name] = codex::base::read_file(entry.path());
        }
    }
    return files;
}

unsigned mode_of(const fs::path& path) {
    struct stat info = {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 07777U;
}

Plan plan_in(const fs::path& root, const std::string& body, Mode mode = Mode::whole) {
    return plan(parse_patch(framed(body), mode), read_beneath({root}),
                {.roots = {root.string()}, .folder = {}, .mode = mode});
}

// The error of planning or applying; "" when all went well.
std::string patch_in(const fs::path& root, const std::string& body, Mode mode = Mode::whole) {
    try {
        return apply(plan_in(root, body, mode), {root}).error.value_or("");
    } catch (const codex::base::Error& error) {
        return error.what();
    }
}

// The files as one text that a child can hand over.
std::string shown(const std::string& error, const fs::path& root) {
    std::string text = error + "\n";
    for (const auto& [name, content] : tree_of(root)) text += name + "=" + content;
    return text;
}

// What `action` returns in a child that no read-only folder lets through, whoever runs the tests.
std::string as_ordinary_user(const fs::path& root, std::string (*action)(const fs::path&)) {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0) {
        for (const auto& entry : fs::recursive_directory_iterator(root)) {
            REQUIRE(::lchown(entry.path().c_str(), kNobody, kNobody) == 0);
        }
        REQUIRE(::chown(root.c_str(), kNobody, kNobody) == 0);
    }
    codex::base::Pipe pipe = codex::base::make_pipe();
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(2);
        try {
            codex::base::write_all(pipe.write_end.get(), action(root));
        } catch (const std::exception& error) {
            codex::base::write_all(pipe.write_end.get(), error.what());
        }
        ::_exit(0);
    }
    pipe.write_end.reset();
    std::string text;
    char buffer[4096];
    ssize_t got = 0;
    while ((got = ::read(pipe.read_end.get(), buffer, sizeof buffer)) > 0) {
        text.append(buffer, static_cast<std::size_t>(got));
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    return text;
}

}  // namespace

TEST_CASE("a patch changes, makes, moves and removes files on disk") {
    const TempDir root;
    write_file(root / "a", "1\r\n2\r\n");
    write_file(root / "old", "old\n");
    write_file(root / "gone", "x\n");
    const Plan made = plan_in(root.path(),
                              "*** Update File: a\n@@\n-2\n+two\n"
                              "*** Add File: deep/er/new\n+n\n"
                              "*** Update File: old\n*** Move to: moved/new name\n@@\n+more\n"
                              "*** Delete File: gone\n");
    CHECK(apply(made, {root.path()}, {.fsync = true}) == Outcome{4, {}});
    CHECK(tree_of(root.path()) ==
          Files{{"a", "1\r\ntwo\r\n"}, {"deep/er/new", "n\n"}, {"moved/new name", "old\nmore\n"}});
}

TEST_CASE("modes stay, also over a move; a new file has the usual one") {
    const TempDir root;
    for (const std::string name : {"run", "secret", "tool"}) write_file(root / name, "1\n");
    REQUIRE(::chmod((root / "run").c_str(), 0755) == 0);
    REQUIRE(::chmod((root / "secret").c_str(), 0600) == 0);
    REQUIRE(::chmod((root / "tool").c_str(), 0711) == 0);
    const mode_t mask = ::umask(022);
    CHECK(patch_in(root.path(),
                   "*** Update File: run\n@@\n+x\n*** Add File: secret\n+y\n"
                   "*** Update File: tool\n*** Move to: moved\n@@\n+z\n*** Add File: new\n+n\n"
                   "*** Update File: moved\n*** Move to: again\n@@\n+zz\n") == "");
    ::umask(mask);
    CHECK(tree_of(root.path()) ==
          Files{{"run", "1\nx\n"}, {"secret", "y\n"}, {"again", "1\nz\nzz\n"}, {"new", "n\n"}});
    CHECK(mode_of(root / "run") == 0755);
    CHECK(mode_of(root / "secret") == 0600);
    CHECK(mode_of(root / "again") == 0711);
    CHECK(mode_of(root / "new") == 0644);
}

TEST_CASE("a failure half-way leaves everything as it was") {
    const TempDir root;
    write_file(root / "a", "1\n");
    write_file(root / "b", "2\n");
    write_file(root / "locked/c", "3\n");
    fs::permissions(root / "locked", fs::perms(0555));
    const std::string as_it_was = "\na=1\nb=2\nlocked/c=3\n";
    // All is written and "b" removed before the removal of locked/c fails.
    CHECK(as_ordinary_user(
              root.path(),
              [](const fs::path& path) {
                  const std::string error = patch_in(
                      path,
                      "*** Update File: a\n@@\n-1\n+one\n*** Add File: new/folder/file\n+n\n"
                      "*** Delete File: b\n*** Delete File: locked/c\n");
                  return shown(error, path);
              }) ==
          "Failed to delete file locked/c: cannot remove locked/c: Permission denied" + as_it_was);
    CHECK_FALSE(fs::exists(root / "new"));
    // No file can be made beside locked/c.
    CHECK(as_ordinary_user(
              root.path(),
              [](const fs::path& path) {
                  const std::string error = patch_in(
                      path,
                      "*** Update File: a\n@@\n-1\n+one\n*** Update File: locked/c\n@@\n-3\n+x\n");
                  return shown(error, path);
              }) ==
          "Failed to write file locked/c: cannot make a file beside locked/c: Permission "
          "denied" +
              as_it_was);
    CHECK(as_ordinary_user(root.path(),
                           [](const fs::path& path) {
                               const std::string error =
                                   patch_in(path,
                                            "*** Update File: a\n@@\n-1\n+one\n*** Delete "
                                            "File: locked/c\n*** Delete File: b\n",
                                            Mode::partial);
                               return shown(error, path);
                           }) ==
          "Failed to delete file locked/c: cannot remove locked/c: Permission denied\n"
          "a=one\nb=2\nlocked/c=3\n");
    fs::permissions(root / "locked", fs::perms(0755));
}

TEST_CASE("a file that may not be written is not replaced behind its mode's back") {
    const TempDir root;
    write_file(root / "a", "1\n");
    fs::permissions(root / "a", fs::perms(0444));
    CHECK(as_ordinary_user(root.path(), [](const fs::path& path) {
              return shown(patch_in(path, "*** Update File: a\n@@\n-1\n+2\n"), path);
          }) == "Failed to write file a: cannot write a: Permission denied\na=1\n");
}

TEST_CASE("a folder is no file") {
    const TempDir root;
    write_file(root / "d/x", "1\n");
    const Files before = tree_of(root.path());
    CHECK(has(patch_in(root.path(), "*** Add File: d\n+x\n"), "Failed to write file d: "));
    CHECK(has(patch_in(root.path(), "*** Delete File: d\n"), "Failed to delete file d: "));
    CHECK(has(patch_in(root.path(), "*** Update File: d\n@@\n+x\n"),
              "Failed to read file to update d: "));
    CHECK(has(patch_in(root.path(), "*** Update File: d/x\n*** Move to: d\n@@\n+x\n"),
              "Failed to write file d: "));
    CHECK(has(patch_in(root.path(), "*** Add File: d/x/y\n+x\n"), "d/x/y"));
    CHECK(tree_of(root.path()) == before);
    REQUIRE(::mkfifo((root / "pipe").c_str(), 0600) == 0);
    CHECK(has(patch_in(root.path(), "*** Update File: pipe\n@@\n+x\n"), "no regular file"));
}

TEST_CASE("links beneath the root are followed and stay") {
    const TempDir root;
    write_file(root / "real/file", "1\n");
    fs::create_symlink("real", root / "folder");
    fs::create_symlink("../real/file", root / "real/link");
    CHECK(patch_in(root.path(),
                   "*** Update File: real/link\n@@\n-1\n+2\n*** Add File: folder/new\n+n\n") == "");
    CHECK(tree_of(root.path()) == Files{{"real/file", "2\n"},
                                        {"real/new", "n\n"},
                                        {"real/link", "-> ../real/file"},
                                        {"folder", "-> real"}});
    CHECK(patch_in(root.path(), "*** Delete File: real/link\n") == "");
    CHECK(tree_of(root.path()) ==
          Files{{"real/file", "2\n"}, {"real/new", "n\n"}, {"folder", "-> real"}});
}

TEST_CASE("links that lead out of the root, or into git's folder, are not followed") {
    const TempDir outside;
    write_file(outside / "file", "1\n");
    write_file(outside / "hidden/x", "1\n");
    const TempDir root;
    write_file(root / ".git/config", "1\n");
    fs::create_symlink(outside.path(), root / "absolute");
    fs::create_symlink("../" + outside.path().filename().string(), root / "relative");
    fs::create_symlink(outside / "file", root / "file");
    fs::create_symlink(".git", root / "hidden");
    fs::create_symlink(".git/config", root / "config");
    fs::create_symlink("loop", root / "loop");
    fs::create_symlink("absolute", root / "twice");
    const Files before = tree_of(root.path());
    const Files before_outside = tree_of(outside.path());
    for (const std::string path : {"absolute/file", "relative/file", "file", "hidden/config",
                                   "config", "loop", "loop/x", "twice/file"}) {
        INFO(path);
        CHECK(patch_in(root.path(), "*** Update File: " + path + "\n@@\n-1\n+2\n") != "");
        CHECK(patch_in(root.path(), "*** Add File: " + path + "\n+2\n") != "");
    }
    CHECK(patch_in(root.path(), "*** Add File: absolute/new\n+x\n") ==
          "Failed to write file absolute/new: absolute/new leads out of the root");
    CHECK(patch_in(root.path(), "*** Add File: hidden/hooks/pre-push\n+x\n") != "");
    CHECK(patch_in(root.path(), "*** Add File: relative/../x\n+x\n") == "");  // read as "x"
    fs::remove(root / "x");
    CHECK(tree_of(root.path()) == before);
    CHECK(tree_of(outside.path()) == before_outside);
    CHECK_THROWS_AS(read_beneath({(root / "absolute").string()}), codex::base::Error);
}

TEST_CASE("a link that is laid between planning and applying is not followed out") {
    const TempDir outside;
    write_file(outside / "a", "1\n");
    const TempDir root;
    write_file(root / "sub/a", "1\n");
    const Plan made = plan_in(root.path(), "*** Update File: sub/a\n@@\n-1\n+2\n");
    fs::remove_all(root / "sub");
    fs::create_directory_symlink(outside.path(), root / "sub");
    CHECK(apply(made, {root.path()}) ==
          Outcome{0, "Failed to write file sub/a: sub/a leads out of the root"});
    CHECK(tree_of(outside.path()) == Files{{"a", "1\n"}});
}

TEST_CASE("a file that changed since it was planned is left alone") {
    const TempDir root;
    write_file(root / "a", "1\n");
    write_file(root / "b", "1\n");
    const Plan made = plan_in(root.path(),
                              "*** Update File: a\n@@\n-1\n+2\n*** Update File: b\n@@\n-1\n+2\n"
                              "*** Add File: c\n+x\n");
    write_file(root / "b", "other\n");
    CHECK(apply(made, {root.path()}) ==
          Outcome{0, "Failed to write file b: b has changed since it was read"});
    write_file(root / "b", "1\n");
    write_file(root / "c", "other\n");
    CHECK(apply(made, {root.path()}) ==
          Outcome{0, "Failed to write file c: c has changed since it was read"});
    CHECK(tree_of(root.path()) == Files{{"a", "1\n"}, {"b", "1\n"}, {"c", "other\n"}});
}

TEST_CASE("a patch may touch several roots, and none beside them") {
    const TempDir first;
    const TempDir second;
    write_file(first / "sub/a", "1\n");
    write_file(second / "b", "1\n");
    const std::vector<std::string> roots = {first.path().string(), second.path().string()};
    const std::string there = second.path().string();
    const std::string body = "*** Update File: a\n@@\n-1\n+2\n*** Update File: " + there +
                             "/b\n*** Move to: ../c\n@@\n-1\n+3\n*** Add File: " + there +
                             "/new/d\n+4\n";
    const Plan made =
        plan(parse_patch(framed(body)), read_beneath(roots), {.roots = roots, .folder = "sub"});
    CHECK(apply(made, roots) == Outcome{3, {}});
    CHECK(tree_of(first.path()) == Files{{"sub/a", "2\n"}, {"c", "3\n"}});
    CHECK(tree_of(second.path()) == Files{{"new/d", "4\n"}});
    write_file(first / "sub/a", "1\n");
    fs::remove(first / "c");
    CHECK(apply(made, {first.path().string()}).error.value_or("").find("is not beneath the root") !=
          std::string::npos);
}

TEST_CASE("one file under two paths is not changed twice") {
    const TempDir root;
    write_file(root / "a", "1\n");
    fs::create_symlink("a", root / "b");
    CHECK(
        patch_in(root.path(), "*** Update File: a\n@@\n-1\n+2\n*** Update File: b\n@@\n-1\n+3\n") ==
        "Failed to write file b: the patch names this file twice, under different paths");
    CHECK(tree_of(root.path()) == Files{{"a", "1\n"}, {"b", "-> a"}});
}

TEST_CASE("partial applies up to the failure of the plan") {
    const TempDir root;
    write_file(root / "a", "1\n");
    const Plan made = plan_in(root.path(),
                              "*** Update File: a\n@@\n-1\n+2\n*** Update File: a\n@@\n-2\n+3\n"
                              "*** Delete File: x\n*** Delete File: a\n",
                              Mode::partial);
    CHECK(apply(made, {root.path()}) ==
          Outcome{2, "Failed to delete file " + (root / "x").string()});
    CHECK(tree_of(root.path()) == Files{{"a", "3\n"}});
}

TEST_CASE("a kill at any moment leaves each file old or new", "[slow]") {
    const std::string old_text(200000, 'o');
    const std::string new_text(200000, 'n');
    const TempDir root;
    std::string body;
    for (int i = 0; i < 8; ++i) {
        const std::string name = "f" + std::to_string(i);
        write_file(root / name, old_text + "\n");
        body += "*** Update File: " + name + "\n@@\n-" + old_text + "\n+" + new_text + "\n";
    }
    const Plan forth = plan_in(root.path(), body);
    for (useconds_t delay = 0; delay < 12000; delay += 600) {
        const pid_t child = ::fork();
        if (child == 0) {
            apply(forth, {root.path()});
            ::_exit(0);
        }
        ::usleep(delay);
        ::kill(child, SIGKILL);
        REQUIRE(::waitpid(child, nullptr, 0) == child);
        for (int i = 0; i < 8; ++i) {
            const std::string name = "f" + std::to_string(i);
            const std::string text = codex::base::read_file(root / name);
            const bool is_whole = text == old_text + "\n" || text == new_text + "\n";
            REQUIRE(is_whole);
            write_file(root / name, old_text + "\n");
        }
    }
}

TEST_CASE("more files than a process may open are patched in one go", "[slow]") {
    const TempDir root;
    std::string body;
    Files expected;
    for (int i = 0; i < 3000; ++i) {
        const std::string name = "d" + std::to_string(i % 10) + "/f" + std::to_string(i);
        body += "*** Add File: " + name + "\n+x\n";
        expected[name] = "x\n";
    }
    CHECK(patch_in(root.path(), body) == "");
    CHECK(tree_of(root.path()) == expected);
}
