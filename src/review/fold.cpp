#include "review/fold.h"

#include <algorithm>
#include <cstring>

#include "base/invisible.h"
#include "base/text.h"

namespace codex::review {
namespace {

bool is_wide_space(char32_t c) {
    return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

bool is_ascii(std::string_view text) {
    constexpr std::uint64_t kHighBits = 0x8080808080808080U;
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, 8);
        if ((word & kHighBits) != 0) return false;
    }
    return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

template <class Keep>
void fold(std::string_view line, Keep keep) {
    for (std::size_t at = 0; at < line.size();) {
        const auto byte = static_cast<unsigned char>(line[at]);
        if (byte < 0x80) {
            if (byte > 0x20 && byte != 0x7F) keep(line[at]);
            ++at;
            continue;
        }
        const std::size_t from = at;
        const char32_t code_point = base::decode_utf8(line, at);
        if (base::is_invisible(code_point) || is_wide_space(code_point)) continue;
        for (std::size_t i = from; i < at; ++i) keep(line[i]);
    }
}

}  // namespace

std::string fold_line(std::string_view line) {
    std::string folded;
    fold(line, [&](char c) { folded += c; });
    return folded;
}

std::uint32_t hash_folded(std::string_view line, bool* is_empty) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    bool empty = true;
    fold(line, [&](char c) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        empty = false;
    });
    if (is_empty != nullptr) *is_empty = empty;
    return static_cast<std::uint32_t>(hash ^ (hash >> 32U));
}

std::string make_valid_utf8(std::string text) {
    if (is_ascii(text) || base::is_valid_utf8(text)) return text;
    return base::to_valid_utf8(text);
}

}  // namespace codex::review
