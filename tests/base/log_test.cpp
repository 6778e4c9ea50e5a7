#include "base/log.h"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/lib/captured_stream.h"

namespace base = codex::base;
using base::LogLevel;
using namespace std::string_literals;

namespace {

// What `run` writes to the process's standard error.
std::string stderr_of(const std::function<void()>& run) {
    const codex::test::CapturedStream captured(STDERR_FILENO);
    run();
    return captured.text();
}

std::string logged(int debug_level, LogLevel level, std::string_view message) {
    return stderr_of([&] {
        auto redactor = std::make_shared<base::Redactor>();
        redactor->add("sk-secret-0123456789");
        base::open_log(debug_level, redactor);
        base::log(level, message);
    });
}

}  // namespace

TEST_CASE("each line of a message stands behind a prefix, so that the runner sees no command") {
    struct Case {
        LogLevel level;
        std::string message;
        std::string printed;
    };
    const std::vector<Case> cases = {
        {LogLevel::info, "hello", "codex-action: hello\n"},
        {LogLevel::warning, "careful", "codex-action: warning: careful\n"},
        {LogLevel::error, "bad", "codex-action: error: bad\n"},
        {LogLevel::info, "", "codex-action: \n"},
        {LogLevel::info, "a\n", "codex-action: a\n"},
        {LogLevel::info, "a\n\nb", "codex-action: a\ncodex-action: \ncodex-action: b\n"},
        {LogLevel::info, "x\n::set-env name=A::b",
         "codex-action: x\ncodex-action: ::set-env name=A::b\n"},
        {LogLevel::info, "x ##[add-mask]y\n##[debug]z",
         "codex-action: x ##\\[add-mask]y\ncodex-action: ##\\[debug]z\n"},
        {LogLevel::info, "overwritten\r::error::x", "codex-action: overwritten\\r::error::x\n"},
        {LogLevel::info, "\x1B[2J\a", "codex-action: \\x1b[2J\\x07\n"},
        {LogLevel::info, "{} {0:s} %s", "codex-action: {} {0:s} %s\n"},
        {LogLevel::info, "key sk-secret-0123456789!", "codex-action: key ***!\n"},
        {LogLevel::info, "sk-secret-\n0123456789", "codex-action: ***\n"},
        {LogLevel::error, "cut: ecret-01234567", "codex-action: error: cut: ***\n"},
    };
    for (const Case& one : cases) {
        INFO(one.message);
        CHECK(logged(0, one.level, one.message) == one.printed);
    }
}

TEST_CASE("the debug level decides what is printed") {
    const std::vector<std::pair<LogLevel, std::string>> levels = {
        {LogLevel::error, "codex-action: error: x\n"},
        {LogLevel::warning, "codex-action: warning: x\n"},
        {LogLevel::info, "codex-action: x\n"},
        {LogLevel::debug, "codex-action: debug: x\n"},
        {LogLevel::trace, "codex-action: trace: x\n"},
    };
    for (int debug_level = 0; debug_level <= 2; ++debug_level) {
        for (std::size_t i = 0; i < levels.size(); ++i) {
            const bool shown = i < 3 + static_cast<std::size_t>(debug_level);
            INFO(debug_level << " " << levels[i].second);
            CHECK(logged(debug_level, levels[i].first, "x") == (shown ? levels[i].second : ""));
        }
    }
}

TEST_CASE("characters that deceive are shown as escapes") {
    struct Case {
        std::string text;
        std::string shown;
    };
    const std::vector<Case> cases = {
        {"plain \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80 \xEF\xBF\xBD",
         "plain \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80 \xEF\xBF\xBD"},
        {"a\tb\nc\rd", "a\\tb\\nc\\rd"},
        {"\0\x01\x1F\x7F"s, "\\x00\\x01\\x1f\\x7f"},
        {"\xC2\x9B[31m", "\\u009b[31m"},                           // C1: another way to write ESC [
        {"\xC2\x85", "\\u0085"},                                   // next line
        {"\xE2\x80\xA8\xE2\x80\xA9", "\\u2028\\u2029"},            // line and paragraph separator
        {"\xE2\x80\xAE\xE2\x81\xA6", "\\u202e\\u2066"},            // bidirectional
        {"\xD8\x9C", "\\u061c"},                                   // Arabic letter mark
        {"#\xE2\x80\x8B#[x]", "#\\u200b#[x]"},                     // zero-width space
        {"#\xEF\xB8\x8F#[x]", "#\\ufe0f#[x]"},                     // variation selector
        {"\xE2\x9A\xA0\xEF\xB8\x8F", "\xE2\x9A\xA0\xEF\xB8\x8F"},  // warning sign as emoji
        {"\xF3\xA0\x81\x81", "\\U000e0041"},                       // tag character
        {"\xFF\xC3", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"##[group]###[x]", "##\\[group]###\\[x]"},
    };
    for (const Case& one : cases) {
        INFO(one.shown);
        CHECK(base::render_controls(one.text) == one.shown);
    }
}
