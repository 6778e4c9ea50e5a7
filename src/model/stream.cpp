#include "model/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "base/text.h"
#include "model/errors.h"

namespace codex::model {
namespace {

using json::Value;

// More than any answer costs.
constexpr std::int64_t kMostTokens = 1'000'000'000'000;
// More digits than a header of a limit has.
constexpr std::size_t kMaxNumber = 20;

// "42", "87.5": the only forms of these headers.
std::optional<double> parse_decimal(std::string_view text) {
    text = base::trim(text);
    if (text.empty() || text.size() > kMaxNumber ||
        text.find_first_not_of("0123456789.") != std::string_view::npos)
        return std::nullopt;
    const std::size_t point = text.find('.');
    const auto whole = base::parse_integer(text.substr(0, point));
    if (!whole) return std::nullopt;
    double number = static_cast<double>(*whole);
    if (point == std::string_view::npos) return number;
    const std::string_view digits = text.substr(point + 1);
    const auto fraction = base::parse_integer(digits);
    if (!fraction) return std::nullopt;
    return number + static_cast<double>(*fraction) / std::pow(10.0, digits.size());
}

std::optional<std::uint64_t> count_of(const std::optional<std::string>& header) {
    const auto number = base::parse_integer(base::trim(header.value_or("")));
    if (!number || *number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

std::optional<protocol::RateLimitWindow> read_window(const http::Response& head,
                                                     std::string_view which) {
    const auto header = [&](std::string_view name) {
        return head.header(fmt::format("x-codex-{}-{}", which, name));
    };
    const auto used = parse_decimal(header("used-percent").value_or(""));
    if (!used) return std::nullopt;
    protocol::RateLimitWindow window;
    window.used_percent = *used;
    window.window_minutes = count_of(header("window-minutes"));
    window.resets_in_seconds = count_of(header("reset-after-seconds"));
    // All zero says nothing.
    if (*used == 0 && window.window_minutes.value_or(0) == 0 &&
        window.resets_in_seconds.value_or(0) == 0)
        return std::nullopt;
    return window;
}

}  // namespace

bool StreamReader::feed(std::string_view bytes) {
    std::optional<ModelError> too_large;
    try {
        parser_.feed(bytes);
    } catch (const base::Error& error) {
        too_large.emplace(ModelErrorKind::protocol, error.what());
    }
    while (const auto event = parser_.next()) {
        has_events_ = true;
        if (take_plain(event->data)) continue;
        Value data;
        try {
            data = json::parse(event->data, "a stream event");
        } catch (const json::JsonError& error) {
            // Keep-alives and "[DONE]" are no JSON; a lost item shows as a stream without an end.
            base::log(base::LogLevel::trace, error.what());
            if (take_mark(base::trim(event->data))) return true;
            continue;
        }
        if (take(data)) return true;
    }
    if (too_large) throw ModelError(*too_large);
    return false;
}

void StreamReader::keep(protocol::Item item, std::string_view id) {
    response_.items.push_back(std::move(item));
    if (events_.on_item_done) events_.on_item_done(response_.items.back(), id);
}

std::optional<protocol::RateLimits> read_rate_limits(const http::Response& head) {
    protocol::RateLimits limits;
    limits.primary = read_window(head, "primary");
    limits.secondary = read_window(head, "secondary");
    if (!limits.primary && !limits.secondary) return std::nullopt;
    return limits;
}

std::int64_t read_tokens(const Value* value) {
    if (value == nullptr) return 0;
    return std::clamp<std::int64_t>(value->as_integer().value_or(0), 0, kMostTokens);
}

}  // namespace codex::model
