#include "base/model_path.h"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace codex::base;

TEST_CASE("every spelling that a file system may take for .git is known") {
    for (const std::string_view part :
         {".git", ".GIT", ".Git", ".git ", ".git.", ".git . .", "git~1", "GIT~1", "git~1.",
          ".git::$INDEX_ALLOCATION", ".git:stream", ".g\xE2\x80\x8Cit", ".git\xEF\xBB\xBF",
          "\xE2\x80\xAE.gi\xE2\x81\xAFt"}) {
        INFO(part);
        CHECK(names_git_folder(part));
    }
    for (const std::string_view part : {"git", ".github", ".gitignore", ".gitattributes", "a.git",
                                        ".git2", "git~2", "", ".", ".g\xE2\x80\x8Bit"}) {
        INFO(part);
        CHECK_FALSE(names_git_folder(part));
    }
}

TEST_CASE("paths that no file tool takes are refused with a reason") {
    struct Row {
        std::string path;
        std::string reason;
    };
    const Row rows[] = {
        {"", "the path is empty"},
        {"a\nb", "the path holds a control character"},
        {std::string("a\0b", 3), "the path holds a control character"},
        {"a\\b", "the path holds a backslash; parts are separated by \"/\""},
        {"sub/.GIT/config", ".GIT is git's own; use git commands to look at it"},
        {std::string(5000, 'a'), "the path has 5000 bytes; at most 4095 are possible"},
    };
    for (const Row& row : rows) CHECK(refuse_path(row.path) == row.reason);
    for (const std::string_view path : {"a", "a/b.c", "/abs/olute", "a/../b", "gr\xC3\xBC\xC3\x9F"})
        CHECK(refuse_path(path) == std::nullopt);
}
