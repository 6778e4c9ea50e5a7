#include "base/invisible.h"

#include <catch2/catch_test_macros.hpp>

using codex::base::is_invisible;

TEST_CASE("what nobody sees or what turns text around is invisible, and its neighbours are not") {
    struct Range {
        char32_t first;
        char32_t last;
    };
    // Each with visible characters on both sides.
    for (const Range& range : {Range{0x0B, 0x1F}, Range{0x7F, 0x9F}, Range{0xAD, 0xAD},
                               Range{0x200B, 0x200F}, Range{0x2028, 0x202E}, Range{0x2060, 0x206F},
                               Range{0x2800, 0x2800}, Range{0x3164, 0x3164}, Range{0xFE00, 0xFE0F},
                               Range{0xFEFF, 0xFEFF}, Range{0xE0000, 0xE0FFF}}) {
        CAPTURE(static_cast<unsigned>(range.first));
        CHECK_FALSE(is_invisible(range.first - 1));
        CHECK(is_invisible(range.first));
        CHECK(is_invisible(range.last));
        CHECK_FALSE(is_invisible(range.last + 1));
    }
    CHECK(is_invisible(0));
    CHECK_FALSE(is_invisible(U'\t'));
    CHECK_FALSE(is_invisible(U'\n'));
    CHECK_FALSE(is_invisible(0xFFFD));
}
