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
