// Parse and anchor a diff of a million lines with ten thousand findings; git itself reads the same
// diff beside it. Usage: bench_anchor [lines] [findings]
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "base/file.h"
#include "review/anchor.h"
#include "review/diff.h"

namespace {

using codex::protocol::Side;

constexpr int kFiles = 50;

struct Material {
    std::string diff;
    std::vector<std::string> old_texts;
    std::vector<std::string> new_texts;
    std::vector<codex::protocol::Finding> findings;
};

std::string code_line(std::mt19937& random, int number) {
    // One line in five is one that stands everywhere.
    static const std::array<const char*, 5> kCommon = {"}", "    }", "", "    return 0;",
                                                       "    break;"};
    if (random() % 5 == 0) return kCommon[random() % kCommon.size()];
    return fmt::format("    value_{} = compute(value_{}, {});", number, random() % 1000, number);
}

// Hunks of twenty lines: six deleted, eight added, six of context.
Material make_material(int lines, int findings) {
    std::mt19937 random(42);
    Material material;
    const int hunks = lines / 20 / kFiles;
    for (int f = 0; f < kFiles; ++f) {
        const std::string path = fmt::format("src/module_{}/file_{}.c", f % 7, f);
        std::string diff = fmt::format("diff --git a/{0} b/{0}\n--- a/{0}\n+++ b/{0}\n", path);
        std::string old_text;
        std::string new_text;
        int old_number = 1;
        int new_number = 1;
        for (int h = 0; h < hunks; ++h) {
            diff += fmt::format("@@ -{},12 +{},14 @@\n", old_number, new_number);
            for (int i = 0; i < 20; ++i) {
                const std::string line = code_line(random, old_number * 2 + i);
                const char mark = i < 3 || i >= 17 ? ' ' : i < 9 ? '-' : '+';
                diff += mark + line + "\n";
                if (mark != '+') old_text += line + "\n";
                if (mark != '-') new_text += line + "\n";
            }
            for (int i = 0; i < 5; ++i) {
                const std::string line = code_line(random, old_number * 2 + 20 + i) + "\n";
                old_text += line;
                new_text += line;
            }
            old_number += 17;
            new_number += 19;
        }
        for (int i = 0; i < findings / kFiles; ++i) {
            const int hunk = static_cast<int>(random() % static_cast<unsigned>(hunks));
            codex::protocol::Finding finding;
            const int start = hunk * 19 + 4 + static_cast<int>(random() % 8U);
            finding.code_location = {path, Side::right, {start, start}};
            std::size_t at = 0;
            for (int n = 1; n < start; ++n) at = new_text.find('\n', at) + 1;
            finding.quoted_code = new_text.substr(at, new_text.find('\n', at) - at);
            // Models count badly.
            const int off = static_cast<int>(random() % 9U) - 4;
            finding.code_location.line_range = {std::max(1, start + off), std::max(1, start + off)};
            material.findings.push_back(finding);
        }
        material.diff += diff;
        material.old_texts.push_back(std::move(old_text));
        material.new_texts.push_back(std::move(new_text));
    }
    return material;
}

double cpu_seconds(const rusage& usage) {
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Of this process: what else the machine does must not count.
double now() {
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    return cpu_seconds(usage);
}

double peak_megabytes(int who) {
    rusage usage = {};
    ::getrusage(who, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

// CPU time and peak memory of a command, its output thrown away.
std::pair<double, double> run_peer(const std::vector<std::string>& command) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (std::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(126);
        std::vector<char*> arguments;
        arguments.reserve(command.size() + 1);
        for (const std::string& argument : command)
            arguments.push_back(const_cast<char*>(argument.c_str()));
        arguments.push_back(nullptr);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    int status = 0;
    rusage usage = {};
    ::wait4(child, &status, 0, &usage);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fmt::print("{} failed with {}\n", command[0], status);
    return {cpu_seconds(usage), static_cast<double>(usage.ru_maxrss) / 1024};
}

struct Measured {
    double parse = 0;
    double anchor = 0;
    double memory = 0;
    std::size_t files = 0;
    std::size_t lines = 0;
    std::size_t inline_places = 0;
};

Measured measure(const std::string& diff_path, const Material& material) {
    Measured measured;
    auto start = now();
    std::vector<codex::review::FileDiff> files;
    {
        const std::string diff = codex::base::read_file(diff_path, std::size_t{1} << 30);
        start = now();
        files = codex::review::parse_unified_diff(diff);
    }
    measured.parse = now() - start;
    for (const auto& file : files) measured.lines += file.lines.size();
    measured.files = files.size();
    start = now();
    std::size_t next = 0;
    codex::review::Anchorer anchorer(
        files, [&](Side side, std::string_view path) -> std::optional<std::string> {
            while (files[next].new_path != path) next = (next + 1) % files.size();
            return side == Side::left ? material.old_texts[next] : material.new_texts[next];
        });
    for (const auto& finding : material.findings) {
        const auto place = anchorer.place(finding);
        if (std::holds_alternative<codex::review::InlinePlace>(place)) ++measured.inline_places;
    }
    measured.anchor = now() - start;
    measured.memory = peak_megabytes(RUSAGE_SELF);
    return measured;
}

}  // namespace

int main(int argc, char** argv) {
    const int lines = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
    const int findings = argc > 2 ? std::atoi(argv[2]) : 10'000;
    char path[] = "/tmp/bench-anchor-XXXXXX";
    const int fd = ::mkstemp(path);
    if (fd < 0) return 1;
    ::close(fd);
    const Material material = [&] {
        Material made = make_material(lines, findings);
        std::ofstream(path, std::ios::binary) << made.diff;
        made.diff = std::string();
        return made;
    }();
    // The texts of the files are the repository's; only what reading and placing add counts.
    const double before = peak_megabytes(RUSAGE_SELF);
    const Measured ours = measure(path, material);
    const auto [numstat_time, numstat_memory] = run_peer({"git", "apply", "--numstat", path});
    const auto [stat_time, stat_memory] = run_peer({"git", "apply", "--stat", path});
    ::unlink(path);
    const double total = ours.parse + ours.anchor;
    fmt::print("{} diff lines in {} files, {} findings, {} of them inline\n\n", ours.lines,
               ours.files, material.findings.size(), ours.inline_places);
    fmt::print("{:<28} {:>9} {:>12} {:>10}\n", "what", "CPU s", "peak RSS MB", "ours/peer");
    fmt::print("{:<28} {:>9.3f}\n", "parse", ours.parse);
    fmt::print("{:<28} {:>9.3f}\n", "anchor", ours.anchor);
    fmt::print("{:<28} {:>9.3f} {:>12.0f}   (material alone: {:.0f})\n", "parse + anchor", total,
               ours.memory, before);
    fmt::print("{:<28} {:>9.3f} {:>12.0f} {:>10.2f}\n", "git apply --numstat", numstat_time,
               numstat_memory, total / numstat_time);
    fmt::print("{:<28} {:>9.3f} {:>12.0f} {:>10.2f}\n", "git apply --stat", stat_time, stat_memory,
               total / stat_time);
    return total < 2 && ours.memory < 300 ? 0 : 1;
}
