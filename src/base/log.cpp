#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "base/invisible.h"
#include "base/text.h"

namespace codex::base {
namespace {

constexpr char32_t kReplacement = 0xFFFD;  // what decode_utf8 makes of a bad byte

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

// U+FE0F after a sign of its own asks for its emoji form: people write it.
bool is_emoji_form(char32_t c, char32_t before) {
    return c == 0xFE0F && before >= 0x80 && !is_invisible(before);
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

std::string render_controls(std::string_view text) {
    std::string visible;
    visible.reserve(text.size());
    char32_t before = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = decode_utf8(text, at);
        if (c == '\r') {
            visible += "\\r";
        } else if (c == '\n') {
            visible += "\\n";
        } else if (c == '\t') {
            visible += "\\t";
        } else if (c < 0x20 || c == 0x7F) {
            visible += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
        } else if (is_invisible(c) && !is_emoji_form(c, before)) {
            const auto code = static_cast<unsigned>(c);
            visible +=
                code > 0xFFFF ? fmt::format("\\U{:08x}", code) : fmt::format("\\u{:04x}", code);
        } else if (c == kReplacement) {
            append_utf8(visible, kReplacement);
        } else {
            visible += text.substr(start, at - start);
        }
        before = c;
    }
    return defuse_older_commands(visible);
}

std::string defuse_older_commands(std::string_view text) {
    return replace_all(text, "##[", "##\\[");
}

}  // namespace codex::base
