#include "agent/history_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/unique_fd.h"
#include "tests/support/lib/temp_dir.h"

using namespace codex::agent;
using namespace codex::test;
using codex::base::read_file;

namespace {

unsigned mode_of(const std::filesystem::path& path) {
    struct stat info = {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

}  // namespace

TEST_CASE("what users say is kept in a file of their own") {
    const TempDir home;
    const HistoryFile history(home.path());
    CHECK(history.metadata() == HistoryFile::Metadata{});
    history.append({"s1", 1'700'000'000, "first\n\"x\""});
    history.append({"s2", 1'700'000'001, "second"});
    CHECK(read_file(home / "history.jsonl") ==
          R"({"session_id":"s1","ts":1700000000,"text":"first\n\"x\""})"
          "\n"
          R"({"session_id":"s2","ts":1700000001,"text":"second"})"
          "\n");
    CHECK(mode_of(home / "history.jsonl") == 0600);
}

TEST_CASE("a line is found by the file's id and its number") {
    const TempDir home;
    const HistoryFile history(home.path());
    history.append({"s1", 1, "first"});
    history.append({"s2", 2, "second"});
    const auto [log_id, count] = history.metadata();
    struct stat info = {};
    REQUIRE(::stat((home / "history.jsonl").c_str(), &info) == 0);
    CHECK(log_id == info.st_ino);
    CHECK(count == 2);
    CHECK(history.lookup(log_id, 0) == HistoryLine{"s1", 1, "first"});
    CHECK(history.lookup(log_id, 1) == HistoryLine{"s2", 2, "second"});
    CHECK(history.lookup(log_id, 2) == std::nullopt);
    CHECK(history.lookup(log_id + 1, 0) == std::nullopt);
    CHECK(HistoryFile(home / "none").lookup(0, 0) == std::nullopt);
}

TEST_CASE("a line that is none is no entry, and one that was cut ends before the next") {
    const TempDir home;
    write_file(home / "history.jsonl", "oops\n{\"session_id\":\"s\",\"ts\":1,\"te");
    const HistoryFile history(home.path());
    history.append({"s", 2, "whole"});
    const auto [log_id, count] = history.metadata();
    CHECK(count == 3);
    CHECK(history.lookup(log_id, 0) == std::nullopt);
    CHECK(history.lookup(log_id, 1) == std::nullopt);
    CHECK(history.lookup(log_id, 2) == HistoryLine{"s", 2, "whole"});
}

TEST_CASE("a file that others could read is taken from them") {
    const TempDir home;
    write_file(home / "history.jsonl", "");
    REQUIRE(::chmod((home / "history.jsonl").c_str(), 0644) == 0);
    HistoryFile(home.path()).append({"s", 1, "x"});
    CHECK(mode_of(home / "history.jsonl") == 0600);
}

TEST_CASE("beyond its limit the file loses its oldest lines and becomes another") {
    const TempDir home;
    constexpr std::size_t kLimit = 1000;
    const HistoryFile history(home.path(), kLimit);
    history.append({"s", 0, "line 0"});
    const std::uint64_t first_id = history.metadata().log_id;
    for (std::uint64_t i = 1; i < 100; ++i) {
        history.append({"s", i, "line " + std::to_string(i)});
        REQUIRE(read_file(home / "history.jsonl").size() <= kLimit);
        const auto [log_id, count] = history.metadata();
        REQUIRE(history.lookup(log_id, count - 1) ==
                HistoryLine{"s", i, "line " + std::to_string(i)});
        // Whole lines, without a gap.
        REQUIRE(history.lookup(log_id, 0) ==
                HistoryLine{"s", i + 1 - count, "line " + std::to_string(i + 1 - count)});
    }
    CHECK(history.lookup(first_id, 0) != HistoryLine{"s", 0, "line 0"});
    CHECK(mode_of(home / "history.jsonl") == 0600);

    // The newest line stays, however long.
    const std::string large(5000, 'x');
    history.append({"s", 100, large});
    const auto [log_id, count] = history.metadata();
    CHECK(count == 1);
    CHECK(history.lookup(log_id, 0) == HistoryLine{"s", 100, large});
}

TEST_CASE("several writers lose no line") {
    const TempDir home;
    constexpr std::size_t kWriters = 4;
    constexpr std::size_t kLines = 50;
    {
        std::vector<std::jthread> writers;
        writers.reserve(kWriters);
        for (std::size_t writer = 0; writer < kWriters; ++writer) {
            writers.emplace_back([&home, writer] {
                const HistoryFile history(home.path());
                for (std::size_t i = 0; i < kLines; ++i) {
                    while (true) {
                        try {
                            history.append({std::to_string(writer), 1, std::string(500, 'x')});
                            break;
                        } catch (const codex::base::Error&) {
                            // Locked for too long on a busy machine.
                        }
                    }
                }
            });
        }
    }
    const auto [log_id, count] = HistoryFile(home.path()).metadata();
    CHECK(count == kWriters * kLines);
    for (std::uint64_t i = 0; i < count; ++i)
        REQUIRE(HistoryFile(home.path()).lookup(log_id, i).has_value());
}

TEST_CASE("a writer that never lets go is not waited for longer than a second", "[slow]") {
    const TempDir home;
    write_file(home / "history.jsonl", "");
    const codex::base::UniqueFd holder(
        ::open((home / "history.jsonl").c_str(), O_RDONLY | O_CLOEXEC));
    REQUIRE(::flock(holder.get(), LOCK_EX) == 0);
    std::string error;
    try {
        HistoryFile(home.path()).append({"s", 1, "x"});
    } catch (const codex::base::Error& found) {
        error = found.what();
    }
    CHECK(error == "cannot write " + (home / "history.jsonl").string() +
                       ": another process keeps it locked");
    CHECK(read_file(home / "history.jsonl").empty());
}
