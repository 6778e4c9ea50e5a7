#include "patch/unicode.h"

#include <algorithm>

#include "base/text.h"

namespace codex::patch {
namespace {

bool is_space(char32_t c) {
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

bool continues_sequence(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// The table of codex-rs apply-patch, seek_sequence.rs.
char32_t look_alike(char32_t c) {
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212) return '-';
    if (c >= 0x2018 && c <= 0x201b) return '\'';
    if (c >= 0x201c && c <= 0x201f) return '"';
    if (c == 0xa0 || (c >= 0x2002 && c <= 0x200a) || c == 0x202f || c == 0x205f || c == 0x3000) {
        return ' ';
    }
    return c;
}

}  // namespace

std::string_view trim_spaces_behind(std::string_view text) {
    while (!text.empty()) {
        std::size_t start = text.size() - 1;
        while (start > 0 && text.size() - start < 4 && continues_sequence(text[start])) --start;
        std::size_t at = start;
        if (!is_space(base::decode_utf8(text, at)) || at != text.size()) break;
        text = text.substr(0, start);
    }
    return text;
}

std::string_view trim_spaces(std::string_view text) {
    text = trim_spaces_behind(text);
    while (!text.empty()) {
        std::size_t at = 0;
        if (!is_space(base::decode_utf8(text, at))) break;
        text = text.substr(at);
    }
    return text;
}

std::string with_ascii_punctuation(std::string_view text) {
    if (std::all_of(text.begin(), text.end(), is_ascii)) return std::string(text);
    std::string mapped;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = base::decode_utf8(text, at);
        const char32_t ascii = look_alike(c);
        if (ascii == c) {
            mapped += text.substr(start, at - start);  // also what is no UTF-8
        } else {
            mapped += static_cast<char>(ascii);
        }
    }
    return mapped;
}

}  // namespace codex::patch
