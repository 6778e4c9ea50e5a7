// Cutting a comment body to GitHub's limit at a sensible place.
#include <algorithm>

#include "base/text.h"
#include "github/client.h"

namespace codex::github {
namespace {

constexpr std::string_view kNotice =
    "\n\n_(This comment was cut: GitHub takes 65,536 characters.)_\n";
constexpr std::string_view kCloseDetails = "\n</details>";
constexpr std::string_view kCommentEnd = "-->";
constexpr std::size_t kMaxDetails = 16;  // more open ones are left to the renderer
constexpr std::size_t kMaxFence = 100;
constexpr std::size_t kMaxMarkers = 4'096;  // markers are short; more than that is text

// The code block that is open at the end of a text; no fence when none is.
struct OpenBlock {
    std::string fence;
    std::size_t start = 0;  // of the fence's line
    bool is_suggestion = false;
};

OpenBlock open_block(std::string_view text) {
    OpenBlock open;
    for (const std::string_view line : base::split_lines(text)) {
        const std::string_view body = base::trim(line);
        if (body.empty() || (body.front() != '`' && body.front() != '~')) continue;
        const std::size_t length = std::min(body.find_first_not_of(body.front()), body.size());
        if (length < 3) continue;
        const bool is_inline = body.front() == '`' && body.find('`', length) != body.npos;
        if (open.fence.empty()) {
            if (is_inline) continue;
            open.fence = body.substr(0, length);
            open.start = static_cast<std::size_t>(line.data() - text.data());
            const std::string info = base::to_lower(base::trim(body.substr(length)));
            open.is_suggestion = info.starts_with("suggestion");
        } else if (body.front() == open.fence.front() && length >= open.fence.size() &&
                   length == body.size()) {
            open = {};
        }
    }
    return open;
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
        if (start == std::string_view::npos || !before.ends_with(kCommentEnd)) break;
        if (before.find(kCommentEnd, start) != before.size() - kCommentEnd.size()) break;
        from = static_cast<std::size_t>(before.data() - body.data()) + start;
    }
    const std::string_view markers = body.substr(from);
    return markers.size() <= kMaxMarkers ? markers : std::string_view();
}

// The first `characters` code points.
std::string_view prefix_of(std::string_view text, std::size_t characters) {
    std::size_t at = 0;
    for (; at < text.size() && characters > 0; --characters) base::decode_utf8(text, at);
    return text.substr(0, at);
}

// At most `characters` of the text, up to the end of a line where one is near.
std::string_view keep(std::string_view text, std::size_t characters) {
    std::string_view kept = prefix_of(text, characters);
    const std::size_t line_end = kept.rfind('\n');
    if (line_end != std::string_view::npos && line_end > kept.size() / 2)
        kept = kept.substr(0, line_end);
    // An open comment would hide what follows it.
    const std::size_t comment = kept.rfind("<!--");
    if (comment != std::string_view::npos &&
        kept.find(kCommentEnd, comment) == std::string_view::npos)
        kept = kept.substr(0, comment);
    return kept;
}

}  // namespace

std::string cut_body(std::string_view body) {
    if (base::utf8_length(body) <= kMaxBodyCharacters) return std::string(body);
    const std::string_view markers = trailing_markers(body);
    constexpr std::size_t kClosing = 1 + kMaxFence + kMaxDetails * kCloseDetails.size();
    constexpr std::size_t kRoom = kMaxBodyCharacters - kNotice.size() - kClosing;
    std::string cut(
        keep(body.substr(0, body.size() - markers.size()), kRoom - base::utf8_length(markers)));
    OpenBlock open = open_block(cut);
    if (open.is_suggestion) {
        // GitHub would offer what is left of it for committing.
        cut.resize(open.start);
        open = {};
    }
    const std::size_t opened = count(cut, "<details");
    const std::size_t closed = count(cut, "</details>");
    if (!open.fence.empty() && open.fence.size() <= kMaxFence) cut += "\n" + open.fence;
    for (std::size_t i = closed; i < std::min(opened, closed + kMaxDetails); ++i)
        cut += kCloseDetails;
    cut += kNotice;
    cut += markers;
    return cut;
}

}  // namespace codex::github
