// What the sandbox costs: starting /bin/true in it against a plain posix_spawn and against
// bubblewrap, a thousand in a row, and a flood of output. Build type Release. Usage: bench_sandbox
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "process/process.h"
#include "tests/support/lib/temp_dir.h"
#include "tools/environment.h"
#include "tools/worker.h"

namespace {

using namespace codex;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kRounds = 200;
constexpr int kRow = 1'000;
constexpr std::size_t kFlood = std::size_t{50} << 20;

double now_ms() {
    return Milliseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Times {
    double median = 0;
    double best = 0;
};

Times measure(int rounds, const std::function<void()>& once) {
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) {
        const double start = now_ms();
        once();
        times.push_back(now_ms() - start);
    }
    std::sort(times.begin(), times.end());
    return {times[times.size() / 2], times.front()};
}

void spawn_plainly(std::vector<std::string> argv) {
    std::vector<std::string> environment = {"PATH=/usr/bin:/bin"};
    pid_t pid = 0;
    const int failed =
        ::posix_spawnp(&pid, argv[0].c_str(), nullptr, nullptr, base::c_strings(argv).data(),
                       base::c_strings(environment).data());
    int status = 0;
    if (failed != 0 || ::waitpid(pid, &status, 0) != pid || status != 0)
        throw base::Error(argv[0] + " did not run");
}

std::size_t open_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

std::size_t resident_kib() {
    const std::string text = base::read_file("/proc/self/statm");
    const auto pages = base::parse_integer(base::split(text, ' ')[1]);
    return static_cast<std::size_t>(pages.value_or(0) * ::getpagesize() / 1024);
}

std::size_t peak_kib() {
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss);
}

bool has_children() {
    return ::waitpid(-1, nullptr, WNOHANG) != -1;
}

class Bench {
  public:
    tools::Worker worker(sandbox::Mode mode) {
        return {*runner_, std::filesystem::path(CODEX_BINARY_DIR) / "codex-worker",
                tools::make_policy(mode, folder_.path()),
                tools::command_environment({.inherit = tools::Inherit::none}, {})};
    }
    void run(tools::Worker& worker, std::vector<std::string> argv) {
        const auto result =
            worker.run({.argv = std::move(argv), .working_directory = folder_.path()}, nullptr);
        if (result.process.ending != process::Ending(process::Exited{0}))
            throw base::Error("the sandboxed command failed: " + result.process.output);
        omitted_ = result.process.omitted_bytes;
    }
    std::size_t omitted() const { return omitted_; }

  private:
    test::TempDir folder_;
    base::SystemClock clock_;
    loop::Loop loop_{clock_};
    std::unique_ptr<process::ProcessRunner> runner_ = process::make_process_runner(loop_);
    std::size_t omitted_ = 0;
};

void print_times(const std::string& name, const Times& times, const Times& plain) {
    fmt::print("{:<34} {:>8.2f} {:>8.2f} {:>+9.2f}\n", name, times.median, times.best,
               times.median - plain.median);
}

int run() {
    process::become_subreaper();
    Bench bench;
    tools::Worker reading = bench.worker(sandbox::Mode::read_only);
    tools::Worker writing = bench.worker(sandbox::Mode::workspace_write);
    const std::vector<std::string> truth = {"/bin/true"};

    fmt::print("{:<34} {:>8} {:>8} {:>9}\n", fmt::format("{} times /bin/true, ms", kRounds),
               "median", "best", "over plain");
    const Times plain = measure(kRounds, [&] { spawn_plainly(truth); });
    print_times("posix_spawn", plain, plain);
    tools::Worker free = bench.worker(sandbox::Mode::danger_full_access);
    print_times("worker, no sandbox", measure(kRounds, [&] { bench.run(free, truth); }), plain);
    const Times read_only = measure(kRounds, [&] { bench.run(reading, truth); });
    print_times("sandbox, read-only", read_only, plain);
    print_times("sandbox, workspace-write", measure(kRounds, [&] { bench.run(writing, truth); }),
                plain);
    if (std::filesystem::exists("/usr/bin/bwrap")) {
        const Times peer = measure(kRounds, [&] {
            spawn_plainly({"/usr/bin/bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc",
                           "/proc", "--unshare-all", "--die-with-parent", "--new-session",
                           "--cap-drop", "ALL", "/bin/true"});
        });
        print_times("bubblewrap", peer, plain);
        fmt::print("read-only over bubblewrap: {:.2f}\n", read_only.median / peer.median);
    } else {
        fmt::print("bubblewrap is not installed (Debian: bubblewrap)\n");
    }

    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        // What bubblewrap left to its subreaper.
    }
    const std::size_t descriptors = open_descriptors();
    const std::size_t memory = resident_kib();
    for (int i = 0; i < kRow; ++i) bench.run(reading, truth);
    fmt::print("\n{} in a row: {:+} descriptors, {:+} kB, {} children left\n", kRow,
               static_cast<long>(open_descriptors()) - static_cast<long>(descriptors),
               static_cast<long>(resident_kib()) - static_cast<long>(memory),
               has_children() ? "some" : "no");

    const std::size_t peak = peak_kib();
    const Times flood = measure(10, [&] {
        bench.run(reading, {"/bin/dd", "if=/dev/zero", "bs=1M",
                            fmt::format("count={}", kFlood >> 20), "status=none"});
    });
    fmt::print("{} MB of output: {:.1f} ms, {:.2f} GB/s, {} kept, peak memory {:+} kB\n",
               kFlood >> 20, flood.median,
               static_cast<double>(kFlood) / 1e6 / (flood.median - read_only.median),
               kFlood - bench.omitted(), static_cast<long>(peak_kib()) - static_cast<long>(peak));
    const Times piped = measure(10, [&] {
        spawn_plainly({"/bin/sh", "-c",
                       fmt::format("dd if=/dev/zero bs=1M count={} status=none | cat >/dev/null",
                                   kFlood >> 20)});
    });
    fmt::print("the same from dd to cat by a shell: {:.1f} ms\n", piped.median);
    return 0;
}

}  // namespace

int main() {
    try {
        return run();
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
}
