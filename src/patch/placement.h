// Where in a file the chunks of a patch go.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "patch/file_lines.h"
#include "patch/patch.h"

namespace codex::patch {

/// Lines of the file that give way: `lines` holds what the patch says about them.
struct Replacement {
    std::size_t start = 0;  // from 0
    std::size_t count = 0;  // as many as `lines` holds that are not added
    std::vector<Line> lines;

    bool operator==(const Replacement&) const = default;
};

struct Placement {
    std::vector<Replacement> replacements;  // ascending, none overlaps another
    std::vector<std::string> notes;         // choices that were made, for the model
    std::vector<std::string> errors;        // one for each chunk that has no place
};

/// Places the chunks one behind the other; `path` is how messages name the file. `partial` stops
/// at the first chunk without a place.
Placement place_chunks(const FileLines& file, const std::vector<Chunk>& chunks, Mode mode,
                       std::string_view path);

}  // namespace codex::patch
