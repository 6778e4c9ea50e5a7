#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "tests/support/lib/temp_dir.h"

namespace base = codex::base;
namespace fs = std::filesystem;
using codex::test::TempDir;
using codex::test::write_file;

namespace {

template <class Function>
std::string error_of(Function&& function) {
    try {
        function();
    } catch (const base::Error& error) {
        return error.what();
    }
    return "";
}

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

TEST_CASE("a file is read whole, up to a limit") {
    const TempDir dir;
    const std::string content = std::string(200'000, 'x') + '\0' + "\xFF\n";
    write_file(dir / "a", content);
    CHECK(base::read_file(dir / "a") == content);
    CHECK(base::read_file(dir / "a", content.size()) == content);
    CHECK(error_of([&] { base::read_file(dir / "a", content.size() - 1); }) ==
          "cannot read " + (dir / "a").string() + ": it is larger than 200002 bytes");
    CHECK_FALSE(base::read_file("/proc/self/status").empty());  // says that its size is 0
    CHECK(error_of([&] { base::read_file("/proc/self/status", 10); }) ==
          "cannot read /proc/self/status: it is larger than 10 bytes");
}

TEST_CASE("the beginning of a file is read, and nothing of what is no file") {
    const TempDir dir;
    write_file(dir / "a", "abc");
    CHECK(base::read_file_beginning(dir / "a", 2) == "ab");
    CHECK(base::read_file_beginning(dir / "a", 3) == "abc");
    CHECK(base::read_file_beginning(dir / "a", 1000) == "abc");
    CHECK(base::read_file_beginning(dir / "a", 0) == "");
    REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
    for (const fs::path& path : {dir / "none", dir / "a" / "x", dir / "fifo", dir.path()})
        CHECK(base::read_file_beginning(path, 10) == std::nullopt);
}

TEST_CASE("what is no regular file is refused without waiting on it") {
    const TempDir dir;
    REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
    for (const fs::path& path : {dir / "fifo", dir.path(), fs::path("/dev/zero")}) {
        CHECK(error_of([&] { base::read_file(path); }) ==
              "cannot read " + path.string() + ": it is not a regular file");
    }
}

TEST_CASE("only a missing file counts as absent") {
    const TempDir dir;
    write_file(dir / "a", "content");
    CHECK(base::read_file_if_exists(dir / "a") == "content");
    CHECK(base::read_file_if_exists(dir / "b") == std::nullopt);
    CHECK(base::read_file_if_exists(dir / "a/b") == std::nullopt);
    CHECK_THROWS_AS(base::read_file_if_exists(dir.path()), base::Error);
    CHECK(error_of([&] { base::read_file(dir / "b"); }) ==
          "cannot open " + (dir / "b").string() + ": No such file or directory");
    fs::create_symlink("loop", dir / "loop");
    CHECK_THROWS_AS(base::read_file_if_exists(dir / "loop"), base::SystemError);
}

TEST_CASE("a file is replaced at once and leaves nothing else behind") {
    const TempDir dir;
    write_file(dir / "a", "old");
    const base::UniqueFd reader(::open((dir / "a").c_str(), O_RDONLY | O_CLOEXEC));
    base::write_file_atomically(dir / "a", "new", 0600);
    CHECK(base::read_file(dir / "a") == "new");
    CHECK(fs::status(dir / "a").permissions() == fs::perms(0600));
    char old[4] = {};
    CHECK(::read(reader.get(), old, sizeof old) == 3);
    CHECK(std::string(old) == "old");

    fs::create_directory(dir / "folder");
    CHECK(error_of([&] { base::write_file_atomically(dir / "folder", "x"); }) ==
          "while writing " + (dir / "folder").string() + ": cannot rename to " +
              (dir / "folder").string() + ": Is a directory");
    CHECK_THROWS_AS(base::write_file_atomically(dir / "none/a", "x"), base::SystemError);
    CHECK(names_in(dir.path()) == std::vector<std::string>{"a", "folder"});
}

TEST_CASE("appending creates the file and keeps what is there") {
    const TempDir dir;
    base::append_to_file(dir / "out", "a=1\n");
    base::append_to_file(dir / "out", "b=2\n");
    CHECK(base::read_file(dir / "out") == "a=1\nb=2\n");
    CHECK_THROWS_AS(base::append_to_file(dir.path(), "x"), base::SystemError);
    CHECK(error_of([] { base::append_to_file("/dev/full", "x"); }) ==
          "while appending to /dev/full: cannot write: No space left on device");
}

TEST_CASE("descriptors are closed on exec and with their owner") {
    base::Pipe pipe = base::make_pipe();
    for (const int fd : {pipe.read_end.get(), pipe.write_end.get()}) {
        CHECK(::fcntl(fd, F_GETFD) == FD_CLOEXEC);
    }
    const int write_end = pipe.write_end.get();
    base::UniqueFd moved = std::move(pipe.write_end);
    CHECK_FALSE(pipe.write_end);
    CHECK(moved.get() == write_end);
    base::set_nonblocking(pipe.read_end.get());
    char byte = 0;
    CHECK(::read(pipe.read_end.get(), &byte, 1) == -1);
    CHECK(errno == EAGAIN);
    moved.reset();
    CHECK(::fcntl(write_end, F_GETFD) == -1);
    CHECK(::read(pipe.read_end.get(), &byte, 1) == 0);
}

TEST_CASE("a memory file can be read and no longer changed") {
    const base::UniqueFd file = base::make_memory_file("policy", "content");
    char text[16] = {};
    CHECK(::read(file.get(), text, sizeof text) == 7);
    CHECK(std::string(text) == "content");
    CHECK(::write(file.get(), "x", 1) == -1);
    CHECK(::ftruncate(file.get(), 0) == -1);
    CHECK(::fcntl(file.get(), F_GETFD) == FD_CLOEXEC);
}

TEST_CASE("a lock that another holds is not had in time, and is free with its scope") {
    const codex::test::TempDir folder;
    const auto path = folder / "lock";
    {
        const codex::base::FileLock lock(path);
        CHECK_THROWS_AS(codex::base::FileLock(path, std::chrono::milliseconds(30)),
                        codex::base::Error);
    }
    CHECK_NOTHROW(codex::base::FileLock(path, std::chrono::milliseconds(0)));
}
