#include "base/clock.h"

#include <fmt/format.h>

#include <ctime>

namespace codex::base {

Steady SystemClock::now() const {
    return std::chrono::steady_clock::now();
}
Wall SystemClock::wall() const {
    return std::chrono::system_clock::now();
}

std::string render_time(Wall time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts = {};
    ::gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string render_time_millis(Wall time) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    const auto millis = std::chrono::floor<std::chrono::milliseconds>(time - whole);
    std::string text = render_time(whole);
    text.insert(text.size() - 1, fmt::format(".{:03}", millis.count()));
    return text;
}

LocalTime local_time(Wall time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts = {};
    ::localtime_r(&seconds, &parts);
    return {parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
            parts.tm_hour,        parts.tm_min,     parts.tm_sec};
}

std::string render_duration(std::chrono::milliseconds duration) {
    const auto ms = duration.count();
    if (ms < 1000) return fmt::format("{} ms", ms);
    // What would round up to "60.0 s" is a minute.
    if (ms < 59'950) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000.0);
    const auto seconds = ms < 60'000 ? 60 : ms / 1000;
    if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
    return fmt::format("{} h {} min", seconds / 3600, seconds % 3600 / 60);
}

}  // namespace codex::base
