// Lines compared without what models get wrong when they copy: blanks, invisible characters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace codex::review {

/// The line without white space and hidden characters.
std::string fold_line(std::string_view line);

/// A hash of fold_line(line), without making it. `*is_empty` tells that nothing is left.
std::uint32_t hash_folded(std::string_view line, bool* is_empty = nullptr);

/// base::to_valid_utf8 for large texts, most of which are ASCII or valid: no copy then.
std::string make_valid_utf8(std::string text);

}  // namespace codex::review
