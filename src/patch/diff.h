// Unified diffs of texts whose differences are known already.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace codex::patch {

/// Lines of the old text, from 0, that give way to lines of the new one.
struct Edit {
    std::size_t old_begin = 0;
    std::size_t old_count = 0;
    std::size_t new_begin = 0;
    std::size_t new_count = 0;

    bool operator==(const Edit&) const = default;
};

/// The one edit that makes the new text of the old one: all but what both begin and end with.
std::vector<Edit> edits_between(std::string_view old_text, std::string_view new_text);

/// The hunks ("@@ -1,3 +1,4 @@" and so on) without file headers, with `context` lines round each
/// edit; empty when nothing differs. `edits` ascend and lie apart; lines outside of them are equal,
/// but for the end of the last one.
std::string render_hunks(std::string_view old_text, std::string_view new_text,
                         std::vector<Edit> edits, std::size_t context = 3);

}  // namespace codex::patch
