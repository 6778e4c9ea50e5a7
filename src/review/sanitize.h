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

/// For code: hidden characters are not dropped but named ("⟦U+202E⟧", "⟦12 hidden characters⟧"), so
/// that a reviewer can object to them; `removed_characters` counts them. CR before a line end is
/// dropped without a word.
Visible show_hidden(std::string_view code);

/// "<label boundary>\ntext\n</label boundary>": `boundary` is random hexadecimal; the text cannot
/// contain it.
std::string fence(std::string_view label, std::string_view boundary, std::string_view text);

}  // namespace codex::review
