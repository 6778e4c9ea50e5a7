// Cutting a comment body to GitHub's limit at a sensible place.
#include "base/text.h"
#include "github/client.h"

namespace codex::github {
namespace {

constexpr std::string_view kNotice =
    "\n\n_(This comment was cut: GitHub takes 65,536 characters.)_\n";

// Whether `text` ends inside a fenced code block; the fence that is open.
std::string open_fence(std::string_view text) {
    std::string fence;
    for (const std::string_view line : base::split_lines(text)) {
        const std::string_view body = base::trim(line);
        const std::size_t ticks = std::min(body.find_first_not_of('`'), body.size());
        if (ticks < 3) continue;
        if (fence.empty()) {
            fence = std::string(ticks, '`');
        } else if (ticks >= fence.size() && ticks == body.size()) {
            fence.clear();
        }
    }
    return fence;
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + part.size()))
        ++found;
    return found;
}

// Hidden markers at the end must survive: by them a comment is found again.
std::string_view trailing_markers(std::string_view body) {
    std::size_t from = body.size();
    while (true) {
        const std::string_view before = base::trim(body.substr(0, from));
        const std::size_t start = before.rfind("<!-- codex-action:");
        constexpr std::string_view kEnd = "-->";
        if (start == std::string_view::npos || before.size() < kEnd.size() ||
            before.substr(before.size() - kEnd.size()) != kEnd)
            break;
        if (before.find(kEnd, start) != before.size() - kEnd.size()) break;
        from = static_cast<std::size_t>(before.data() - body.data()) + start;
    }
    return body.substr(from);
}

// The first `characters` code points.
std::string_view prefix_of(std::string_view text, std::size_t characters) {
    std::size_t at = 0;
    for (; at < text.size() && characters > 0; --characters) base::decode_utf8(text, at);
    return text.substr(0, at);
}

}  // namespace

std::string cut_body(std::string_view body) {
    if (base::utf8_length(body) <= kMaxBodyCharacters) return std::string(body);
    const std::string_view markers = trailing_markers(body);
    // Room for the notice, the markers, and what closes an open fence and details.
    constexpr std::size_t kClosing = 200;
    const std::size_t room =
        kMaxBodyCharacters - kNotice.size() - base::utf8_length(markers) - kClosing;
    std::string_view kept = prefix_of(body, room);
    const std::size_t line_end = kept.rfind('\n');
    if (line_end != std::string_view::npos && line_end > kept.size() / 2)
        kept = kept.substr(0, line_end);
    std::string cut(kept);
    const std::string fence = open_fence(cut);
    if (!fence.empty() && fence.size() < kClosing / 2) cut += "\n" + fence;
    const std::size_t opened = count(cut, "<details>");
    for (std::size_t closed = count(cut, "</details>"); closed < opened && closed < 5; ++closed)
        cut += "\n</details>";
    cut += kNotice;
    cut += markers;
    return cut;
}

}  // namespace codex::github
