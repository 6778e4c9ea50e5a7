#include "base/printable.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

namespace base = codex::base;
using namespace std::string_literals;

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
