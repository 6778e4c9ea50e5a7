#include "base/invisible.h"

#include <algorithm>
#include <array>

namespace codex::base {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Default ignorable code points (Unicode 15), control and format characters, line separators, and
// fillers that look like nothing; in order.
constexpr std::array<Range, 28> kInvisible = {{
    {0x0000, 0x0008},   {0x000B, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD},
    {0x034F, 0x034F},   {0x061C, 0x061C},   {0x070F, 0x070F},   {0x08E2, 0x08E2},
    {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},
    {0x2028, 0x202E},   {0x2060, 0x206F},   {0x2800, 0x2800},   {0x3164, 0x3164},
    {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD},
    {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
}};

}  // namespace

bool is_invisible(char32_t code_point) {
    if (code_point >= 0x20 && code_point < 0x7F) return false;
    const auto* range = std::lower_bound(
        kInvisible.begin(), kInvisible.end(), code_point,
        [](const Range& candidate, char32_t wanted) { return candidate.last < wanted; });
    return range != kInvisible.end() && code_point >= range->first;
}

}  // namespace codex::base
