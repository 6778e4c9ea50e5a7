#include "tools/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>

#include "tools_fixture.h"

using namespace codex::tools;
using codex::base::write_file_atomically;

namespace {

namespace fs = std::filesystem;

class Reading {
  public:
    explicit Reading(ReadLimits limits = {}) : tool(make_read_file(*workspace.worker, limits)) {}

    ToolOutput read(const std::string& arguments) { return tool->call(arguments, nullptr); }
    std::string read_path(const std::string& path) {
        return read(R"({"path":")" + path + R"("})").text;
    }
    void write(const std::string& path, const std::string& text) const {
        fs::create_directories((workspace.path() / path).parent_path());
        write_file_atomically(workspace.path() / path, text);
    }

    Workspace workspace;
    std::unique_ptr<Tool> tool;
};

}  // namespace

TEST_CASE("a file's lines come with their numbers") {
    Reading reading;
    reading.write("src/a.c", "one\r\ntwo\nthree");
    CHECK(reading.read_path("src/a.c") == "1: one\n2: two\n3: three\n");
    CHECK(reading.read_path(reading.workspace.path().string() + "/src/a.c") ==
          "1: one\n2: two\n3: three\n");
    CHECK(reading.read(R"({"path":"src/a.c","first_line":2,"max_lines":1})").text ==
          "2: two\n(1 lines follow)\n");
    CHECK(reading.read(R"({"path":"src/a.c","first_line":9})").text == "(the file has 3 lines)\n");
    reading.write("empty", "");
    CHECK(reading.read_path("empty") == "(the file is empty)\n");
}

TEST_CASE("a long line or file is cut where the limit is, and it is said") {
    Reading reading({.max_file_bytes = 100, .max_output_bytes = 20});
    reading.write("long", std::string(50, 'x') + "\nnext\n");
    CHECK(reading.read_path("long") ==
          "1: " + std::string(20, 'x') + "\n(line 1 is cut: the limit of 20 bytes is reached)\n");
    reading.write("huge", std::string(101, 'x'));
    CHECK(reading.read_path("huge") == "read_file: huge has 101 bytes; at most 100 are read");
}

TEST_CASE("what is no text of the workspace is answered, and nothing of it is read") {
    Reading reading;
    const fs::path root = reading.workspace.path();
    const fs::path secret = root.parent_path() / "secret";
    write_file_atomically(secret, "CANARY", 0666);
    reading.write("binary", std::string("a\0b", 3));
    reading.write("real/inner", "inner\n");
    reading.write(".git/config", "CANARY");
    REQUIRE(::mkfifo((root / "fifo").c_str(), 0666) == 0);
    fs::create_symlink("real/inner", root / "inside");
    fs::create_symlink(secret, root / "absolute");
    fs::create_symlink("../secret", root / "relative");
    fs::create_directory_symlink("..", root / "up");
    fs::create_symlink("/proc/self/environ", root / "environ");
    fs::create_symlink("loop", root / "loop");
    struct Row {
        std::string path;
        std::string text;
    };
    const Row rows[] = {
        {"inside", "1: inner\n"},
        {"real/../real/inner", "1: inner\n"},
        {"absolute", "read_file: absolute leads out of the workspace"},
        {"relative", "read_file: relative leads out of the workspace"},
        {"up/secret", "read_file: up/secret leads out of the workspace"},
        {"../secret", "read_file: ../secret leads out of the workspace"},
        {"environ", "read_file: environ leads out of the workspace"},
        {"/proc/self/environ", "read_file: /proc/self/environ is not beneath the workspace"},
        {"/etc/passwd", "read_file: /etc/passwd is not beneath the workspace"},
        {"loop", "read_file: loop passes through a link that is not followed"},
        {"fifo", "read_file: fifo is no regular file"},
        {"real", "read_file: real is no regular file"},
        {"none", "read_file: cannot open none: No such file or directory"},
        {".git/config", "read_file: .git is git's own; use git commands to look at it"},
        {"binary", "read_file: binary is binary, 3 bytes"},
    };
    for (const Row& row : rows) CHECK(reading.read_path(row.path) == row.text);
}

TEST_CASE("arguments that are wrong are answered") {
    Reading reading;
    CHECK_FALSE(reading.read("{").success);
    CHECK_FALSE(reading.read(R"({"path":1})").success);
    CHECK(reading.read(R"({"path":"a","first_line":0})").text ==
          "read_file was not executed: first_line and max_lines must be above 0");
}
