// Text from outside, made visible: hidden characters out, fenced by a boundary nobody can guess.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codex::review {

/// Without HTML comments, zero-width and bidi characters, Unicode tags, variation selectors, soft
/// hyphens and control characters (tab and newline stay).
struct Visible {
    std::string text;
    std::size_t removed_characters = 0;
    std::size_t removed_comments = 0;
};
Visible remove_hidden(std::string_view text, bool remove_html_comments = true);

/// "<label boundary>\ntext\n</label boundary>": `boundary` is random hexadecimal; the text cannot
/// contain it.
std::string fence(std::string_view label, std::string_view boundary, std::string_view text);

}  // namespace codex::review
