// Markdown that others wrote, made harmless; and the escapes of our own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codex::review {

/// Model or user text made harmless inside our Markdown: no HTML comments or hidden markers of
/// ours, no images, no @mentions, no bare `/codex` at a line start, fences closed, hidden
/// characters removed.
std::string neutralise_markdown(std::string_view text);

/// Harmless text on one line, for titles and table cells: also without emphasis and table bars.
std::string neutralise_line(std::string_view text);

/// A code span that shows `text` on one line, whatever backticks it has; "" for empty text. In a
/// table cell bars are escaped, too.
std::string code_span(std::string_view text, bool in_table = false);

/// A fence that no run of backticks inside closes, at least three long.
std::string fence_for(std::string_view text);

/// At most `max_bytes` of a text that is about to be neutralised, cut at a line's end where that is
/// near, with a note that says so.
std::string cut_text(std::string_view text, std::size_t max_bytes);

}  // namespace codex::review
