// A whole review by the real program: how many round trips to GitHub it waits for, its CPU time and
// its peak memory. `git diff` of the same change, and asking GitHub one request after another, are
// measured beside it. Build type Release. Usage: bench_review
#include <fmt/format.h>

#include <chrono>
#include <string>

#include "tests/end_to_end/scene.h"

namespace {

using namespace codex::test;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kLatencyMs = 100;

struct Material {
    int files;
    int lines_each;  // added to each file
};

struct Measured {
    Run run;
    Milliseconds wall{0};
    std::size_t github_requests = 0;
    double git_cpu_ms = 0;
    double git_peak_mb = 0;
};

double megabytes(std::size_t kib) {
    return static_cast<double>(kib) / 1024;
}

std::string text_of(int file, int first, int last) {
    std::string text;
    for (int i = first; i <= last; ++i)
        text += fmt::format("int function_{}_{}(int argument, const char* name);\n", file, i);
    return text;
}

// Five findings on each of the first five files; a command in the first turn, as a review has.
Measured measure(const Material& material, int latency_ms) {
    Scene scene(fmt::format("bench-{}-{}-{}", material.files, material.lines_each, latency_ms));
    std::map<std::string, std::string> before;
    std::map<std::string, std::string> after;
    for (int f = 0; f < material.files; ++f) {
        const std::string path = fmt::format("src/part_{}/file_{}.c", f % 9, f);
        before[path] = text_of(f, 1, 40);
        after[path] =
            text_of(f, 1, 20) + text_of(f, 1'000, 999 + material.lines_each) + text_of(f, 21, 40);
    }
    scene.change_base(before);
    scene.change(after);
    Array findings;
    for (int f = 0; f < std::min(5, material.files); ++f) {
        for (int i = 0; i < 5; ++i) {
            const std::string quoted = text_of(f, 1'000 + i, 1'000 + i);
            findings.push_back(finding(fmt::format("Problem {} of {}", i, f),
                                       fmt::format("src/part_{}/file_{}.c", f % 9, f), 21 + i,
                                       21 + i, quoted, 1));
        }
    }
    scene.model = {calls_command("git log -1 --format=%s; wc -l src/part_0/file_0.c"),
                   says("Read."), reviews(findings)};
    scene.github.as_object()->set("latency_ms", latency_ms);
    Measured measured;
    scene.start();
    const auto start = std::chrono::steady_clock::now();
    measured.run = scene.finish();
    measured.wall = std::chrono::steady_clock::now() - start;
    for (const Value& request : measured.run.requests)
        if (*request.find("server")->as_string() == "github") ++measured.github_requests;
    Program git;
    git.argv = {"git",
                "-C",
                scene.workspace().string(),
                "-c",
                "safe.directory=*",
                "diff",
                "--no-color",
                scene.base(),
                scene.head()};
    git.environment = plain_environment();
    const ProgramResult diff = run_program(std::move(git));
    measured.git_cpu_ms = Milliseconds(diff.cpu_time).count();
    measured.git_peak_mb = megabytes(diff.peak_memory_kib);
    if (measured.run.exit_code != 0 || diff.exit_code != 0)
        fmt::print("exit codes {} and {}:\n{}\n", measured.run.exit_code, diff.exit_code,
                   measured.run.err + diff.err);
    return measured;
}

bool report(const char* name, const Material& material) {
    const Measured plain = measure(material, 0);
    const Measured delayed = measure(material, kLatencyMs);
    const double rounds = (delayed.wall - plain.wall).count() / kLatencyMs;
    const double cpu_ms = Milliseconds(plain.run.cpu_time).count();
    const double peak_mb = megabytes(plain.run.peak_memory_kib);
    fmt::print(
        "{:<26} {:>8.1f} {:>8} {:>8.2f} {:>9.0f} {:>9.1f} {:>8.1f} {:>9.1f} {:>9.1f} {:>8.1f}\n",
        name, rounds, delayed.github_requests,
        rounds / static_cast<double>(delayed.github_requests), cpu_ms, plain.git_cpu_ms,
        cpu_ms / plain.git_cpu_ms, peak_mb, plain.git_peak_mb, peak_mb / plain.git_peak_mb);
    return plain.run.exit_code == 0 && delayed.run.exit_code == 0 && rounds <= 8 && cpu_ms < 150 &&
           peak_mb < 40;
}

}  // namespace

int main() {
    fmt::print("{:<26} {:>8} {:>8} {:>8} {:>9} {:>9} {:>8} {:>9} {:>9} {:>8}\n", "review of",
               "rounds", "requests", "ratio", "CPU ms", "git diff", "ratio", "peak MB", "git diff",
               "ratio");
    bool good = report("1 file, 10 lines", {1, 10});
    good = report("100 files, 1,000 lines", {100, 10}) && good;
    good = report("20 files, 5,000 lines", {20, 250}) && good;
    fmt::print(
        "\nrounds: waits for GitHub in units of its latency of {} ms; ratio: to one request "
        "after another\n",
        kLatencyMs);
    return good ? 0 : 1;
}
