#include "review/sanitize.h"

#include <fmt/format.h>

#include "base/invisible.h"
#include "base/text.h"

namespace codex::review {
namespace {

// Calls `hidden` or `shown` for each code point; a CR of a CRLF is left out.
template <class Hidden, class Shown>
void walk(std::string_view text, Hidden hidden, Shown shown) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t from = at;
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x20 && byte < 0x7F) {
            do ++at;
            while (at < text.size() && text[at] >= 0x20 && text[at] < 0x7F);
            shown(text.substr(from, at - from));
            continue;
        }
        if (byte == '\r' && at + 1 < text.size() && text[at + 1] == '\n') {
            ++at;
            continue;
        }
        const char32_t code_point = base::decode_utf8(text, at);
        if (base::is_invisible(code_point)) {
            hidden(code_point);
        } else {
            shown(text.substr(from, at - from));
        }
    }
}

// A comment that is never closed hides all that follows, as browsers and CommonMark have it.
std::size_t end_of_comment(std::string_view text, std::size_t start) {
    if (text.substr(start + 4, 1) == ">") return start + 5;
    if (text.substr(start + 4, 2) == "->") return start + 6;
    for (std::size_t at = text.find("--", start + 4); at != std::string_view::npos;
         at = text.find("--", at + 1)) {
        if (text.substr(at + 2, 1) == ">") return at + 3;
        if (text.substr(at + 2, 2) == "!>") return at + 4;
    }
    return text.size();
}

std::string without_comments(std::string_view text, std::size_t& removed) {
    std::string kept;
    std::size_t at = 0;
    for (std::size_t start = text.find("<!--"); start != std::string_view::npos;
         start = text.find("<!--", at)) {
        kept += text.substr(at, start - at);
        at = end_of_comment(text, start);
        ++removed;
    }
    return kept += text.substr(at);
}

// Removing one comment may build another ("<!<!-- -->-- x -->"); nobody nests deeper in good faith.
constexpr int kMaxCommentRounds = 8;

}  // namespace

Visible remove_hidden(std::string_view text, bool remove_html_comments) {
    Visible visible;
    visible.text.reserve(text.size());
    walk(
        text, [&](char32_t) { ++visible.removed_characters; },
        [&](std::string_view part) { visible.text += part; });
    if (!remove_html_comments) return visible;

    for (int round = 0; visible.text.find("<!--") != std::string::npos; ++round) {
        if (round == kMaxCommentRounds) {
            visible.text = base::replace_all(visible.text, "<!--", "<! --");
            break;
        }
        visible.text = without_comments(visible.text, visible.removed_comments);
    }
    return visible;
}

Visible show_hidden(std::string_view code) {
    Visible visible;
    visible.text.reserve(code.size());
    std::size_t run = 0;
    char32_t first = 0;
    const auto name_run = [&] {
        if (run == 1) {
            visible.text += fmt::format("⟦U+{:04X}⟧", static_cast<std::uint32_t>(first));
        } else if (run > 1) {
            // What a longer run spells is for nobody to read.
            visible.text += fmt::format("⟦{} hidden characters⟧", run);
        }
        visible.removed_characters += run;
        run = 0;
    };
    walk(
        code,
        [&](char32_t code_point) {
            if (run++ == 0) first = code_point;
        },
        [&](std::string_view part) {
            name_run();
            visible.text += part;
        });
    name_run();
    return visible;
}

std::string fence(std::string_view label, std::string_view boundary, std::string_view text) {
    std::string content(text);
    // Nobody can guess the boundary; should it occur all the same, it does not get through.
    while (!boundary.empty() && content.find(boundary) != std::string::npos) {
        content = base::replace_all(content, boundary, "");
    }
    const std::string_view end = content.empty() || content.back() == '\n' ? "" : "\n";
    return fmt::format("<{} {}>\n{}{}</{} {}>", label, boundary, content, end, label, boundary);
}

}  // namespace codex::review
