#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "base/printable.h"
#include "base/text.h"

namespace codex::base {
namespace {

struct Sink {
    std::shared_ptr<spdlog::logger> logger;
    std::shared_ptr<const Redactor> redactor;
};

// The log sink is the one piece of process-wide state: set once in main, before any other thread.
Sink& sink() {
    static Sink the_sink;
    return the_sink;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::trace:
            return spdlog::level::trace;
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::string_view prefix(LogLevel level) {
    switch (level) {
        case LogLevel::trace:
            return "codex-action: trace: ";
        case LogLevel::debug:
            return "codex-action: debug: ";
        case LogLevel::info:
            return "codex-action: ";
        case LogLevel::warning:
            return "codex-action: warning: ";
        case LogLevel::error:
            return "codex-action: error: ";
    }
    return "codex-action: ";
}

}  // namespace

void open_log(int debug_level, std::shared_ptr<const Redactor> redactor) {
    auto logger = std::make_shared<spdlog::logger>(
        "codex-action", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    // The runner adds its own times; a line is exactly what log() makes of the message.
    logger->set_pattern("%v");
    logger->set_level(debug_level >= 2   ? spdlog::level::trace
                      : debug_level == 1 ? spdlog::level::debug
                                         : spdlog::level::info);
    logger->flush_on(spdlog::level::trace);
    sink() = {std::move(logger), std::move(redactor)};
}

void log(LogLevel level, std::string_view message) {
    const Sink& to = sink();
    if (to.logger == nullptr || !to.logger->should_log(to_spdlog(level))) return;
    const std::string masked =
        to.redactor == nullptr ? std::string(message) : to.redactor->redact(message);
    std::string_view lines = masked;
    if (!lines.empty() && lines.back() == '\n') lines.remove_suffix(1);
    for (const std::string_view line : split(lines, '\n')) {
        to.logger->log(to_spdlog(level), "{}{}", prefix(level), render_controls(line));
    }
}

}  // namespace codex::base
