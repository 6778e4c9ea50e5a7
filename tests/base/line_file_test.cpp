#include "base/line_file.h"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/lib/temp_dir.h"

namespace base = codex::base;
using codex::test::TempDir;
using codex::test::write_file;

namespace {

unsigned mode_of(const std::filesystem::path& path) {
    struct stat info = {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

}  // namespace

TEST_CASE("lines are appended to a file that is made with its folders") {
    const TempDir dir;
    const auto path = dir.path() / "a" / "b" / "lines";
    base::LineFile file = base::LineFile::open(path, 0600);
    file.append("one");
    file.append("");
    CHECK(base::read_file(path) == "one\n\n");
    CHECK(mode_of(path) == 0600);
    base::LineFile::open(path, 0600).append("three");
    file.append("four");
    CHECK(base::read_file(path) == "one\n\nthree\nfour\n");
}

TEST_CASE("a part of a line that a killed writer left is ended before the next line") {
    const TempDir dir;
    write_file(dir / "lines", "whole\npar");
    base::LineFile file = base::LineFile::open(dir / "lines", 0600);
    file.append("next");
    file.append("last");
    CHECK(base::read_file(dir / "lines") == "whole\npar\nnext\nlast\n");
}

TEST_CASE("a new file of lines is never one that is there, and never a FIFO") {
    const TempDir dir;
    write_file(dir / "lines", "");
    CHECK_THROWS_AS(base::LineFile::create(dir / "lines", 0600), base::SystemError);
    REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
    CHECK_THROWS_AS(base::LineFile::open(dir / "fifo", 0600), base::Error);
    CHECK_THROWS_AS(base::LineFile::open(dir.path() / "lines" / "x", 0600), base::SystemError);
}
