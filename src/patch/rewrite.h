// A file's text with replacements made, its line ends kept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "patch/diff.h"
#include "patch/file_lines.h"
#include "patch/patch.h"
#include "patch/placement.h"

namespace codex::patch {

struct Rewritten {
    std::string text;
    std::vector<Edit> edits;  // ascending and apart

    bool operator==(const Rewritten&) const = default;
};

/// Context lines stay as the file has them; added lines end as the line does that they replace, or
/// as their neighbour. `whole` leaves a file without a last line end so, `partial` adds one.
Rewritten rewrite(const FileLines& file, const std::vector<Replacement>& replacements, Mode mode);

}  // namespace codex::patch
