#include "base/printable.h"

#include <fmt/format.h>

#include "base/invisible.h"
#include "base/text.h"

namespace codex::base {
namespace {

constexpr char32_t kReplacement = 0xFFFD;  // what decode_utf8 makes of a bad byte

// U+FE0F after a sign of its own asks for its emoji form: people write it.
bool is_emoji_form(char32_t c, char32_t before) {
    return c == 0xFE0F && before >= 0x80 && !is_invisible(before);
}

}  // namespace

std::string render_controls(std::string_view text) {
    std::string visible;
    visible.reserve(text.size());
    char32_t before = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = decode_utf8(text, at);
        if (c == '\r') {
            visible += "\\r";
        } else if (c == '\n') {
            visible += "\\n";
        } else if (c == '\t') {
            visible += "\\t";
        } else if (c < 0x20 || c == 0x7F) {
            visible += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
        } else if (is_invisible(c) && !is_emoji_form(c, before)) {
            const auto code = static_cast<unsigned>(c);
            visible +=
                code > 0xFFFF ? fmt::format("\\U{:08x}", code) : fmt::format("\\u{:04x}", code);
        } else if (c == kReplacement) {
            append_utf8(visible, kReplacement);
        } else {
            visible += text.substr(start, at - start);
        }
        before = c;
    }
    return defuse_older_commands(visible);
}

std::string defuse_older_commands(std::string_view text) {
    return replace_all(text, "##[", "##\\[");
}

}  // namespace codex::base
