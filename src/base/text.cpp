#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace codex::base {
namespace {

constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr char32_t kReplacement = 0xFFFD;

unsigned char byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

struct Decoded {
    char32_t code_point = kReplacement;
    std::size_t length = 1;  // bytes of the sequence, or of the maximal bad part
    bool valid = false;
};

// Table 3-7 of the Unicode standard: which second bytes a first byte allows.
Decoded decode(std::string_view text, std::size_t at) {
    const unsigned char first = byte_at(text, at);
    if (first < 0x80) return {first, 1, true};
    std::size_t need = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    char32_t value = 0;
    if (first >= 0xC2 && first <= 0xDF) {
        need = 1;
        value = first & 0x1FU;
    } else if (first >= 0xE0 && first <= 0xEF) {
        need = 2;
        value = first & 0x0FU;
        if (first == 0xE0) low = 0xA0;
        if (first == 0xED) high = 0x9F;
    } else if (first >= 0xF0 && first <= 0xF4) {
        need = 3;
        value = first & 0x07U;
        if (first == 0xF0) low = 0x90;
        if (first == 0xF4) high = 0x8F;
    } else {
        return {};
    }
    for (std::size_t i = 1; i <= need; ++i) {
        if (at + i >= text.size()) return {kReplacement, i, false};
        const unsigned char next = byte_at(text, at + i);
        if (next < low || next > high) return {kReplacement, i, false};
        low = 0x80;
        high = 0xBF;
        value = (value << 6U) | (next & 0x3FU);
    }
    return {value, need + 1, true};
}

// Nearly all text is ASCII: eight bytes at a time.
std::size_t ascii_length(std::string_view text) {
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & 0x8080808080808080U) != 0) break;
    }
    while (at < text.size() && byte_at(text, at) < 0x80) ++at;
    return at;
}

}  // namespace

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::vector<std::string_view> split_lines(std::string_view text) {
    if (text.empty()) return {};
    if (text.back() == '\n') text.remove_suffix(1);
    return split(text, '\n');
}

std::string_view without_cr(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string joined;
    for (const std::string& part : parts) {
        if (&part != &parts.front()) joined += separator;
        joined += part;
    }
    return joined;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
    std::string replaced;
    while (!from.empty()) {
        const std::size_t found = text.find(from);
        if (found == std::string_view::npos) break;
        replaced += text.substr(0, found);
        replaced += to;
        text.remove_prefix(found + from.size());
    }
    replaced += text;
    return replaced;
}

std::string to_lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

std::string to_upper(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), upper);
    return result;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || text.empty()) return std::nullopt;
    return value;
}

bool is_commit_id(std::string_view text) {
    constexpr std::size_t kDigits = 40;
    return text.size() == kDigits && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

std::string_view short_commit_id(std::string_view id) {
    return id.substr(0, 12);
}

std::string to_hex(std::string_view bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex += kDigits[byte >> 4U];
        hex += kDigits[byte & 15U];
    }
    return hex;
}

std::string to_base64(std::string_view bytes) {
    std::string encoded;
    encoded.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            group = (group << 8U) | (i < count ? byte_at(bytes, at + i) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            encoded += i <= count ? kBase64Digits[(group >> (18U - 6U * i)) & 63U] : '=';
        }
    }
    return encoded;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const bool is_last = at + 4 == text.size();
        const std::size_t padding =
            !is_last || text[at + 3] != '=' ? 0 : (text[at + 2] != '=' ? 1 : 2);
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const std::size_t digit = i + padding < 4 ? kBase64Digits.find(text[at + i]) : 0;
            if (digit == std::string_view::npos) return std::nullopt;
            group = (group << 6U) | static_cast<std::uint32_t>(digit);
        }
        // Bits behind the last byte are zero in what encoders write; anything else has two forms.
        if ((group & ((1U << (8U * padding)) - 1U)) != 0) return std::nullopt;
        for (std::size_t i = 0; i + padding < 3; ++i)
            bytes += static_cast<char>((group >> (16U - 8U * i)) & 0xFFU);
    }
    return bytes;
}

std::string percent_encode(std::string_view text) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                                c == '~';
        if (unreserved) {
            encoded += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            encoded += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
        }
    }
    return encoded;
}

std::vector<char*> c_strings(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::string to_valid_utf8(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
        const std::string_view plain = bytes.substr(at, ascii_length(bytes.substr(at)));
        text += plain;
        at += plain.size();
        if (at == bytes.size()) break;
        const Decoded next = decode(bytes, at);
        if (next.valid) {
            text += bytes.substr(at, next.length);
        } else {
            append_utf8(text, kReplacement);
        }
        at += next.length;
    }
    return text;
}

bool is_valid_utf8(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        at += ascii_length(bytes.substr(at));
        if (at == bytes.size()) break;
        const Decoded next = decode(bytes, at);
        if (!next.valid) return false;
        at += next.length;
    }
    return true;
}

std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) {
    if (text.size() <= max_bytes) return text;
    std::size_t end = max_bytes;
    while (end > 0 && (byte_at(text, end) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end);
}

std::string cut(std::string_view text, std::size_t max_bytes) {
    const std::string_view kept = utf8_prefix(text, max_bytes);
    std::string result(kept);
    if (kept.size() < text.size()) result += "…";
    return result;
}

char32_t decode_utf8(std::string_view text, std::size_t& at) {
    const Decoded next = decode(text, at);
    at += next.length;
    return next.code_point;
}

void append_utf8(std::string& text, char32_t code_point) {
    const auto byte = [&](char32_t value) { text += static_cast<char>(value); };
    if (code_point < 0x80) {
        byte(code_point);
    } else if (code_point < 0x800) {
        byte(0xC0U | code_point >> 6U);
        byte(0x80U | (code_point & 0x3FU));
    } else if (code_point < 0x10000) {
        byte(0xE0U | code_point >> 12U);
        byte(0x80U | (code_point >> 6U & 0x3FU));
        byte(0x80U | (code_point & 0x3FU));
    } else {
        byte(0xF0U | code_point >> 18U);
        byte(0x80U | (code_point >> 12U & 0x3FU));
        byte(0x80U | (code_point >> 6U & 0x3FU));
        byte(0x80U | (code_point & 0x3FU));
    }
}

std::size_t utf8_length(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

}  // namespace codex::base
