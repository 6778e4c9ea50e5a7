// Load a config.toml of 200 kB, as people have who trust many projects, and print it.
// Usage: bench_config [kilobytes]
#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdlib>
#include <string>

#include "config/load.h"
#include "config/show.h"
#include "config/tree.h"

namespace {

namespace config = codex::config;

constexpr double kLimitMs = 20;
constexpr int kRuns = 20;

// Of this process: what else the machine does must not count.
double now_ms() {
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto ms = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
    };
    return ms(usage.ru_utime) + ms(usage.ru_stime);
}

std::string make_file(std::size_t bytes) {
    std::string text = "model = \"gpt-5.5\"\n[tools]\nview_image = true\n";
    for (int i = 0; text.size() < bytes; ++i) {
        text += fmt::format("[projects.\"/home/someone/src/project-{}.d\"]\n", i);
        text += "trust_level = \"trusted\"\n";
        if (i % 10 == 0) {
            text += fmt::format("[mcp_servers.server-{}]\ncommand = \"server\"\n", i);
            text += "args = [\"--root\", \"/srv\"]\nenv = { A = \"b\" }\n";
        }
    }
    return text;
}

template <class Work>
double best_of(Work work) {
    double best = 1e9;
    for (int i = 0; i < kRuns; ++i) {
        const double start = now_ms();
        work();
        best = std::min(best, now_ms() - start);
    }
    return best;
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t kilobytes = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200;
    const config::Layers layers{.user_file =
                                    config::SourceText{"config.toml", make_file(kilobytes * 1000)}};
    const double parse = best_of([&] { config::parse_toml(layers.user_file->text); });
    config::LoadedConfig loaded;
    const double load = best_of([&] { loaded = config::load_config(layers); });
    std::size_t shown = 0;
    const double show =
        best_of([&] { shown = config::render_config(loaded, {.with_origins = true}).size(); });
    fmt::print("{} bytes, {} projects, {} servers\n\n", layers.user_file->text.size(),
               loaded.config.projects.size(), loaded.config.mcp_servers.size());
    fmt::print("{:<28} {:>8}\n", "what", "CPU ms");
    fmt::print("{:<28} {:>8.2f}\n", "toml++ to tree", parse);
    fmt::print("{:<28} {:>8.2f}   (limit {})\n", "load_config, that included", load, kLimitMs);
    fmt::print("{:<28} {:>8.2f}   ({} bytes)\n", "config show --origin", show, shown);
    return load < kLimitMs ? 0 : 1;
}
