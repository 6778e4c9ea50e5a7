#include "base/clock.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

namespace base = codex::base;
using namespace std::chrono_literals;

TEST_CASE("times are rendered in UTC to the second") {
    const auto at = [](std::int64_t seconds) { return base::Wall(std::chrono::seconds(seconds)); };
    CHECK(base::render_time(at(0)) == "1970-01-01T00:00:00Z");
    CHECK(base::render_time(at(951'782'399)) == "2000-02-28T23:59:59Z");
    CHECK(base::render_time(at(951'782'400)) == "2000-02-29T00:00:00Z");
    CHECK(base::render_time(at(4'102'444'800) + 999ms) == "2100-01-01T00:00:00Z");
}

TEST_CASE("times are rendered to the millisecond") {
    const base::Wall second(std::chrono::seconds(951'782'400));
    CHECK(base::render_time_millis(second) == "2000-02-29T00:00:00.000Z");
    CHECK(base::render_time_millis(second + 7ms) == "2000-02-29T00:00:00.007Z");
    CHECK(base::render_time_millis(second + 999ms + 999us) == "2000-02-29T00:00:00.999Z");
}

TEST_CASE("local time is the time of the machine's zone") {
    // The zone is the machine's, but no zone is more than a day off, and minutes pass everywhere.
    const base::Wall noon(std::chrono::seconds(951'825'600));  // 2000-02-29T12:00:00Z
    const base::LocalTime local = base::local_time(noon);
    CHECK(local.year == 2000);
    CHECK(((local.month == 2 && local.day >= 28) || (local.month == 3 && local.day == 1)));
    const base::LocalTime later = base::local_time(noon + 1s);
    CHECK(later.second == local.second + 1);
    CHECK(later.minute == local.minute);
}

TEST_CASE("durations are rendered for people") {
    const std::vector<std::pair<std::chrono::milliseconds, std::string>> cases = {
        {0ms, "0 ms"},
        {999ms, "999 ms"},
        {1000ms, "1.0 s"},
        {5600ms, "5.6 s"},
        {59'940ms, "59.9 s"},
        {59'999ms, "1 min 0 s"},
        {60'000ms, "1 min 0 s"},
        {184'999ms, "3 min 4 s"},
        {3'599'999ms, "59 min 59 s"},
        {3'600'000ms, "1 h 0 min"},
        {3'720'000ms, "1 h 2 min"},
        {90'000'000ms, "25 h 0 min"},
    };
    for (const auto& [duration, text] : cases) CHECK(base::render_duration(duration) == text);
}

TEST_CASE("the machine's steady clock never goes back") {
    const base::SystemClock clock;
    const base::Steady first = clock.now();
    CHECK(clock.now() >= first);
    CHECK_FALSE(clock.is_virtual());
    CHECK(clock.wall() > base::Wall(std::chrono::hours(24 * 365 * 50)));
}
