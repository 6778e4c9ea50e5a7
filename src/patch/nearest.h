// What to tell a model whose hunk was not found: where its lines are instead, or the nearest ones.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "patch/file_lines.h"
#include "patch/line_search.h"

namespace codex::patch {

/// Sentences, and numbered lines of the file. `wanted` was looked for from line `start` (from 0)
/// on, or at the end of the file only; it is not empty. Linear in the size of the file.
std::string explain_miss(LineSearch& search, const FileLines& file,
                         const std::vector<std::string_view>& wanted, std::size_t start,
                         bool at_end);

}  // namespace codex::patch
