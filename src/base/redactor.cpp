#include "base/redactor.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace codex::base {
namespace {

// What somebody may put between the letters of a secret without a reader noticing: blanks,
// zero-width characters, soft hyphens, joiners, markup and quoting signs. Skipped before comparing.
bool is_filler(char32_t c) {
    switch (c) {
        case ' ':
        case '\t':
        case '\n':
        case '\r':
        case '`':
        case '*':
        case '"':
        case '\'':
        case '\\':
        case ',':
        case '|':
        case 0xAD:
        case 0xA0:
        case 0x2060:
        case 0xFEFF:
            return true;
        default:
            break;
    }
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || (c >= 0xFE00 && c <= 0xFE0F) ||
           (c >= 0xE0000 && c <= 0xE01EF);
}

struct Normal {
    std::string text;                 // without fillers
    std::vector<std::size_t> origin;  // of each byte of `text`, its place in the original
};

Normal normalise(std::string_view text) {
    Normal normal;
    normal.text.reserve(text.size());
    normal.origin.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = decode_utf8(text, at);
        if (is_filler(c)) continue;
        for (std::size_t i = start; i < at; ++i) {
            normal.text += text[i];
            normal.origin.push_back(i);
        }
    }
    return normal;
}

std::string strip_fillers(std::string_view text) {
    return normalise(text).text;
}

std::string base64_core(std::string_view secret, std::size_t shift) {
    // With `shift` bytes before it, the secret's base64 has these characters whatever stands around
    // it.
    const std::string encoded = to_base64(std::string(shift, '\0') + std::string(secret));
    const std::size_t total_bits = (shift + secret.size()) * 8;
    const std::size_t first = (shift * 8 + 5) / 6;
    const std::size_t last = total_bits / 6;
    return encoded.substr(first, last - first);
}

std::uint64_t gram_at(std::string_view text, std::size_t at) {
    std::uint64_t hash = 1469598103934665603ULL;  // FNV-1a
    for (std::size_t i = 0; i < Redactor::kMinSecretPart; ++i) {
        hash = (hash ^ static_cast<unsigned char>(text[at + i])) * 1099511628211ULL;
    }
    return hash;
}

}  // namespace

void Redactor::add(std::string_view secret) {
    const std::string plain = strip_fillers(secret);
    if (plain.size() < kMinSecret) return;
    const auto add_form = [&](std::string form) {
        if (form.size() < kMinSecret) return;
        if (std::find(needles_.begin(), needles_.end(), form) != needles_.end()) return;
        if (form.size() >= kMinSecretPart) {
            const std::size_t needle = needles_.size();
            for (std::size_t at = 0; at + kMinSecretPart <= form.size(); ++at) {
                grams_.emplace(gram_at(form, at), Gram{needle, at});
            }
        }
        needles_.push_back(std::move(form));
    };
    add_form(plain);
    add_form(std::string(plain.rbegin(), plain.rend()));
    for (std::size_t shift = 0; shift < 3; ++shift) {
        const std::string core = base64_core(secret, shift);
        add_form(core);
        add_form(replace_all(replace_all(core, "+", "-"), "/", "_"));
    }
    add_form(to_hex(secret));
    add_form(to_upper(to_hex(secret)));
    add_form(percent_encode(secret));
    std::string all_percent;
    for (const char c : secret) all_percent += "%" + to_upper(to_hex(std::string_view(&c, 1)));
    add_form(all_percent);
}

std::string Redactor::redact(std::string_view text) const {
    if (needles_.empty()) return std::string(text);
    const Normal normal = normalise(text);
    const std::string& hay = normal.text;
    std::vector<std::pair<std::size_t, std::size_t>> hits;  // [first, last) in `hay`
    for (const std::string& needle : needles_) {
        if (needle.size() >= kMinSecretPart) continue;
        for (std::size_t at = hay.find(needle); at != std::string::npos;
             at = hay.find(needle, at + needle.size())) {
            hits.emplace_back(at, at + needle.size());
        }
    }
    // Any part of kMinSecretPart characters of a longer form counts; a hit is extended as far as it
    // goes.
    for (std::size_t at = 0; at + kMinSecretPart <= hay.size();) {
        std::size_t end = at;
        const auto [first, last] = grams_.equal_range(gram_at(hay, at));
        for (auto gram = first; gram != last; ++gram) {
            const std::string& needle = needles_[gram->second.needle];
            std::size_t length = 0;
            while (at + length < hay.size() && gram->second.at + length < needle.size() &&
                   hay[at + length] == needle[gram->second.at + length]) {
                ++length;
            }
            if (length >= kMinSecretPart) end = std::max(end, at + length);
        }
        if (end > at) {
            hits.emplace_back(at, end);
            at = end;
        } else {
            ++at;
        }
    }
    if (hits.empty()) return std::string(text);
    std::sort(hits.begin(), hits.end());
    std::string masked;
    std::size_t copied = 0;
    for (const auto& [first, last] : hits) {
        const std::size_t from = normal.origin[first];
        const std::size_t to = normal.origin[last - 1] + 1;
        if (from >= copied) {
            masked += text.substr(copied, from - copied);
            masked += "***";
        }
        copied = std::max(copied, to);
    }
    masked += text.substr(copied);
    return masked;
}

}  // namespace codex::base
