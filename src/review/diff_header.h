// The headers of one file in git's diff text: its two paths, whatever way they are written.
#pragma once

#include <string>
#include <string_view>

namespace codex::review {

struct PatchPaths {
    std::string old_path;  // empty for an added file
    std::string new_path;  // empty for a deleted file
};

/// Reads the lines before the first hunk of `section` ("diff --git", "rename from", "---", …).
/// Quoted paths are unquoted, prefixes removed, bytes that are no UTF-8 repaired. Throws
/// base::Error when no path is named.
PatchPaths parse_patch_paths(std::string_view section);

/// Git's C-style quoting undone ("\"a\\303\\244\"" to "aä"); text without a leading quote is
/// returned as it is. `*end` is the offset behind the closing quote.
std::string unquote_path(std::string_view text, std::size_t* end = nullptr);

}  // namespace codex::review
