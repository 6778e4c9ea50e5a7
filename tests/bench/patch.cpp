// What applying a patch costs: the program with one small patch, 500 hunks on 50,000 lines, 5,000
// small files, and the worst case for matching, beside GNU patch on the equivalent diff and, where
// CODEX_ORIGINAL names it, the original program. Build type Release. Usage: bench_patch
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "tests/support/lib/temp_dir.h"

namespace {

using namespace codex;
namespace fs = std::filesystem;

constexpr int kRounds = 7;
constexpr double kMostMilliseconds = 10'000;  // of one row: no further round is begun then

struct Cost {
    double milliseconds = 0;
    double peak_mb = 0;
};

/// A tree and a patch for it.
struct Job {
    std::string name;
    std::vector<std::pair<std::string, std::string>> files;
    std::string patch;
    bool is_for_original = true;
};

std::string framed(const std::string& body) {
    return "*** Begin Patch\n" + body + "*** End Patch\n";
}

std::string numbered_lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += fmt::format("line {} of the file\n", i);
    return text;
}

Job small_patch() {
    return {"one small patch",
            {{"a.txt", numbered_lines(40)}},
            framed("*** Update File: a.txt\n@@\n line 9 of the file\n-line 10 of the file\n+ten\n"
                   " line 11 of the file\n")};
}

Job many_hunks() {
    std::string body = "*** Update File: a.txt\n";
    for (int i = 50; i < 50'000; i += 100) {
        body += fmt::format(
            "@@\n line {} of the file\n-line {} of the file\n+changed {}\n line {} of the file\n",
            i - 1, i, i, i + 1);
    }
    return {"500 hunks, 50,000 lines", {{"a.txt", numbered_lines(50'000)}}, framed(body)};
}

Job many_files() {
    Job job{.name = "5,000 small files", .files = {}, .patch = {}};
    std::string body;
    for (int i = 0; i < 5'000; ++i) {
        const std::string name = fmt::format("d{}/f{}.txt", i % 50, i);
        job.files.emplace_back(name, numbered_lines(20));
        body += fmt::format(
            "*** Update File: {}\n@@\n line 9 of the file\n-line 10 of the file\n+ten\n"
            " line 11 of the file\n",
            name);
    }
    job.patch = framed(body);
    return job;
}

/// Every place looks like the right one until its last line.
Job equal_lines() {
    std::string same;
    for (int i = 0; i < 100'000; ++i) same += "same\n";
    std::string body = "*** Update File: a.txt\n@@\n";
    for (int i = 0; i < 50'000; ++i) body += " same\n";
    // The original compares each place line by line, which takes minutes here.
    return {
        "100,000 equal lines", {{"a.txt", same + "end\n"}}, framed(body + "-end\n+other\n"), false};
}

Cost run_once(const std::vector<std::string>& words, const fs::path& input, const fs::path& folder,
              const fs::path& output) {
    std::vector<std::string> argv = words;
    std::vector<std::string> environment = {"PATH=/usr/bin:/bin"};
    posix_spawn_file_actions_t actions = {};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, input.c_str(), O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                       0644);
    ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    const auto start = std::chrono::steady_clock::now();
    pid_t pid = 0;
    const int failed =
        ::posix_spawn(&pid, argv[0].c_str(), &actions, nullptr, base::c_strings(argv).data(),
                      base::c_strings(environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    rusage usage = {};
    int status = 0;
    if (failed != 0 || ::wait4(pid, &status, 0, &usage) != pid || status != 0)
        throw base::Error(words[0] + " failed");
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - start;
    return {taken.count(), static_cast<double>(usage.ru_maxrss) / 1024};
}

void lay_out(const Job& job, const fs::path& folder) {
    fs::remove_all(folder);
    for (const auto& [name, text] : job.files) {
        fs::create_directories((folder / name).parent_path());
        base::write_file_atomically(folder / name, text);
    }
}

/// The best of some rounds, each on a fresh tree; the changed trees must be alike.
Cost measure(const Job& job, const std::vector<std::string>& argv, const fs::path& input,
             const fs::path& folder) {
    Cost best{1e9, 0};
    double taken = 0;
    for (int round = 0; round < kRounds && taken < kMostMilliseconds; ++round) {
        lay_out(job, folder);
        const Cost cost = run_once(argv, input, folder, "/dev/null");
        best.milliseconds = std::min(best.milliseconds, cost.milliseconds);
        best.peak_mb = std::max(best.peak_mb, cost.peak_mb);
        taken += cost.milliseconds;
    }
    return best;
}

std::string first_file(const Job& job, const fs::path& folder) {
    return base::read_file(folder / job.files.front().first);
}

void print_row(const std::string& name, const Cost& cost, const Cost& ours, double file_mb) {
    fmt::print("  {:<22} {:>9.1f} ms {:>8.1f} MB {:>7.2f}x {:>7.1f}x\n", name, cost.milliseconds,
               cost.peak_mb, cost.milliseconds / ours.milliseconds, cost.peak_mb / file_mb);
    std::fflush(stdout);
}

void compare(const Job& job, const fs::path& original) {
    const test::TempDir scratch;
    const fs::path ours = scratch / "ours";
    const fs::path theirs = scratch / "theirs";
    const fs::path patch = scratch / "patch";
    const fs::path diff = scratch / "diff";
    base::write_file_atomically(patch, job.patch);
    const std::string worker = CODEX_BINARY_DIR "/codex-worker";
    double file_mb = static_cast<double>(job.patch.size()) / (1 << 20);
    for (const auto& [name, text] : job.files)
        file_mb += static_cast<double>(text.size()) / (1 << 20);
    lay_out(job, ours);
    run_once({worker, "apply-patch", "--dry-run"}, patch, ours, diff);
    fmt::print("{} ({:.1f} MB with the patch)\n", job.name, file_mb);
    const Cost cost = measure(job, {worker, "apply-patch"}, patch, ours);
    print_row("codex-worker", cost, cost, file_mb);
    print_row("codex-action",
              measure(job, {CODEX_BINARY_DIR "/codex-action", "apply-patch"}, patch, ours), cost,
              file_mb);
    print_row(
        "GNU patch",
        measure(job, {"/usr/bin/patch", "-p1", "-s", "--no-backup-if-mismatch"}, diff, theirs),
        cost, file_mb);
    if (first_file(job, ours) != first_file(job, theirs))
        throw base::Error("GNU patch made another file");
    if (original.empty() || !job.is_for_original) return;
    fs::create_symlink(original, scratch / "apply_patch");
    print_row("the original", measure(job, {(scratch / "apply_patch").string()}, patch, theirs),
              cost, file_mb);
    if (first_file(job, ours) != first_file(job, theirs))
        throw base::Error("the original made another file");
}

int run() {
    const char* named = std::getenv("CODEX_ORIGINAL");
    const fs::path original = named != nullptr ? named : "";
    fmt::print("{:<24} {:>12} {:>11} {:>8} {:>8}\n", "best of 7", "time", "peak", "to ours",
               "to files");
    for (const Job& job : {small_patch(), many_hunks(), many_files(), equal_lines()})
        compare(job, original);
    return 0;
}

}  // namespace

int main() {
    try {
        return run();
    } catch (const std::exception& error) {
        fmt::print(stderr, "bench_patch: {}\n", error.what());
        return 1;
    }
}
