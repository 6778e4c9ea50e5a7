#include "base/redactor.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/text.h"

namespace codex::base {
namespace {

constexpr unsigned kFilterBits = 17;

// The first kMinSecret bytes as one number, which moves along the text byte by byte.
constexpr std::uint64_t kWindowMask = (std::uint64_t{1} << (8 * Redactor::kMinSecret)) - 1;

std::uint64_t moved(std::uint64_t window, char next) {
    return ((window << 8U) | static_cast<unsigned char>(next)) & kWindowMask;
}

std::size_t filter_slot(std::uint64_t window) {
    return static_cast<std::size_t>((window * 0x9E3779B97F4A7C15U) >> (64U - kFilterBits));
}

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

// The byte of a percent escape that starts at `at`.
std::optional<char> percent_escape(std::string_view text, std::size_t at) {
    if (text.size() - at < 3) return std::nullopt;
    const auto high = hex_digit(text[at + 1]);
    const auto low = hex_digit(text[at + 2]);
    if (!high || !low) return std::nullopt;
    return static_cast<char>(*high << 4U | *low);
}

bool has_percent_escape(std::string_view text) {
    for (std::size_t at = text.find('%'); at != std::string_view::npos;
         at = text.find('%', at + 1)) {
        if (percent_escape(text, at)) return true;
    }
    return false;
}

// One way of reading a text. Folding keeps ASCII letters and digits only, so whatever is put
// between them does not matter: blanks, punctuation, markup, line breaks, zero-width characters.
struct Reading {
    bool decode_percent = false;
    bool fold = false;
};

// Calls take(byte, start, end) for each byte that the reading sees in text[start, end).
template <class Take>
void read_text(std::string_view text, Reading reading, Take&& take) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        char c = text[at++];
        if (c == '%' && reading.decode_percent) {
            if (const auto escaped = percent_escape(text, start)) {
                c = *escaped;
                at = start + 3;
            }
        }
        if (reading.fold) {
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) continue;
        }
        take(c, start, at);
    }
}

std::string read(std::string_view text, Reading reading) {
    std::string seen;
    seen.reserve(text.size());
    read_text(text, reading, [&](char c, std::size_t, std::size_t) { seen += c; });
    return seen;
}

constexpr Reading kFolded = {.decode_percent = false, .fold = true};

// The base64 characters that a secret has whatever stands around it, with `shift` bytes before it.
std::string base64_core(std::string_view secret, std::size_t shift) {
    const std::string encoded = to_base64(std::string(shift, '\0') + std::string(secret));
    const std::size_t first = (shift * 8 + 5) / 6;
    const std::size_t last = (shift + secret.size()) * 8 / 6;
    return encoded.substr(first, last - first);
}

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

void Redactor::Patterns::add(std::string_view form) {
    if (form.size() < kMinSecret) return;
    const auto remember = [&](std::string_view pattern) {
        if (filter_.empty()) filter_.resize(std::size_t{1} << kFilterBits);
        std::uint64_t window = 0;
        for (const char c : pattern.substr(0, kMinSecret)) window = moved(window, c);
        filter_[filter_slot(window)] = 1;
    };
    if (form.size() < kMinSecretPart) {
        if (std::find(whole_.begin(), whole_.end(), form) != whole_.end()) return;
        whole_.emplace_back(form);
        remember(form);
        return;
    }
    // The occurrences of its parts together cover just what is in the text of a form.
    for (std::size_t at = 0; at + kMinSecretPart <= form.size(); ++at) {
        const std::string_view part = form.substr(at, kMinSecretPart);
        parts_.emplace(part);
        remember(part);
    }
}

std::size_t Redactor::Patterns::match(std::string_view text) const {
    if (text.size() >= kMinSecretPart && parts_.contains(std::string(text, 0, kMinSecretPart))) {
        return kMinSecretPart;
    }
    std::size_t length = 0;
    for (const std::string& form : whole_) {
        if (text.starts_with(form)) length = std::max(length, form.size());
    }
    return length;
}

std::vector<Redactor::Range> Redactor::Patterns::find(std::string_view text) const {
    std::vector<Range> found;
    if (empty()) return found;
    const char* filter = filter_.data();
    const char* bytes = text.data();
    const std::size_t size = text.size();
    std::uint64_t window = 0;
    for (std::size_t at = 0; at < size; ++at) {
        window = moved(window, bytes[at]);
        if (filter[filter_slot(window)] == 0 || at + 1 < kMinSecret) continue;
        const std::size_t first = at + 1 - kMinSecret;
        const std::size_t length = match(text.substr(first));
        if (length == 0) continue;
        if (!found.empty() && first < found.back().last) {
            found.back().last = std::max(found.back().last, first + length);
        } else {
            found.push_back({first, first + length});
        }
    }
    return found;
}

void Redactor::add(std::string_view secret) {
    if (secret.size() < kMinSecret) return;
    const auto add_form = [&](const std::string& form) {
        exact_.add(form);
        folded_.add(read(form, kFolded));
    };
    add_form(std::string(secret));
    add_form(std::string(secret.rbegin(), secret.rend()));
    add_form(to_hex(secret));
    for (std::size_t shift = 0; shift < 3; ++shift) {
        const std::string core = base64_core(secret, shift);
        add_form(core);
        exact_.add(replace_all(replace_all(core, "+", "-"), "/", "_"));
    }
}

std::vector<Redactor::Range> Redactor::find(std::string_view text) const {
    if (exact_.empty()) return {};
    std::vector<Range> found = exact_.find(text);
    const auto look_through = [&](Reading reading, const Patterns& patterns) {
        const std::vector<Range> hits = patterns.find(read(text, reading));
        if (hits.empty()) return;
        // Where the hits are in `text` itself.
        auto hit = hits.begin();
        std::size_t index = 0;
        Range range;
        read_text(text, reading, [&](char, std::size_t start, std::size_t end) {
            if (hit == hits.end()) return;
            if (index == hit->first) range.first = start;
            if (++index == hit->last) {
                range.last = end;
                found.push_back(range);
                ++hit;
            }
        });
    };
    look_through(kFolded, folded_);
    if (has_percent_escape(text)) {
        look_through({.decode_percent = true, .fold = false}, exact_);
        look_through({.decode_percent = true, .fold = true}, folded_);
    }
    return found;
}

std::string Redactor::redact(std::string_view text) const {
    std::vector<Range> found = find(text);
    std::sort(found.begin(), found.end(),
              [](const Range& a, const Range& b) { return a.first < b.first; });
    std::string masked;
    std::size_t copied = 0;
    for (std::size_t i = 0; i < found.size();) {
        Range range = found[i];
        for (++i; i < found.size() && found[i].first <= range.last; ++i) {
            range.last = std::max(range.last, found[i].last);
        }
        // A part may begin or end within a character.
        while (range.first > copied && continues_character(text[range.first])) --range.first;
        while (range.last < text.size() && continues_character(text[range.last])) ++range.last;
        masked += text.substr(copied, range.first - copied);
        masked += "***";
        copied = range.last;
    }
    masked += text.substr(copied);
    return masked;
}

}  // namespace codex::base
