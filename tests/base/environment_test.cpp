#include "base/environment.h"

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"

namespace base = codex::base;

TEST_CASE("the environment is taken as it is, names as the runner spells them") {
    std::string texts[] = {
        "INPUT_OPENAI-API KEY=a=b", "EMPTY=", "=hidden", "NO_EQUALS", "A=1", "A=2"};
    std::vector<char*> entries;
    for (std::string& text : texts) entries.push_back(text.data());
    entries.push_back(nullptr);
    const auto environment = base::Environment::take_from_process(entries.data());
    const std::map<std::string, std::string, std::less<>> expected = {
        {"A", "1"}, {"EMPTY", ""}, {"INPUT_OPENAI-API KEY", "a=b"}};
    CHECK(environment.values() == expected);
    CHECK(environment.find("EMPTY") == "");
    CHECK(environment.find_nonempty("EMPTY") == std::nullopt);
    CHECK(environment.find_nonempty("A") == "1");
    CHECK(environment.find("MISSING") == std::nullopt);
    CHECK(base::Environment::take_from_process(nullptr).values().empty());
}

TEST_CASE("context stands before an error's message, the outermost first") {
    base::Error error("no such thing");
    error.add_context("while reading a.txt");
    error.add_context("while starting");
    CHECK(std::string(error.what()) == "while starting: while reading a.txt: no such thing");
    const base::SystemError system(13, "cannot open x");
    CHECK(std::string(system.what()) == "cannot open x: Permission denied");
    CHECK(system.code() == 13);
}

TEST_CASE("random names have their form and do not repeat") {
    const std::string hex = base::random_hex(300);
    CHECK(hex.size() == 600);
    CHECK(hex.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(hex.substr(0, 40) != hex.substr(40, 40));
    CHECK(base::random_hex(16) != base::random_hex(16));
    CHECK(base::random_hex(0).empty());
    const std::string uuid = base::random_uuid();
    CHECK(uuid.size() == 36);
    CHECK((uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-'));
    CHECK(uuid[14] == '4');
    CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
    const base::Wall now(std::chrono::milliseconds(0x0192'0000'abcd));
    const std::string ordered = base::time_ordered_uuid(now);
    CHECK(ordered.starts_with("01920000-abcd-7"));
    CHECK(ordered.size() == 36);
    CHECK(std::string("89ab").find(ordered[19]) != std::string::npos);
    CHECK(ordered != base::time_ordered_uuid(now));
    CHECK(ordered < base::time_ordered_uuid(now + std::chrono::milliseconds(1)));
    for (int i = 0; i < 100; ++i) {
        const double fraction = base::random_fraction();
        CHECK((fraction >= 0 && fraction < 1));
    }
}
