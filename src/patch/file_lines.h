// A file's text as lines and their ends, each a view of the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace codex::patch {

struct FileLines {
    std::vector<std::string_view> texts;     // without their ends, which lie behind them
    std::vector<std::uint8_t> ending_sizes;  // of "\n", "\r\n", or "" at the end of the file

    std::string_view ending(std::size_t line) const {
        return {texts[line].data() + texts[line].size(), ending_sizes[line]};
    }
};

/// A last line without an end counts; an empty text has no line.
FileLines split_file(std::string_view text);

/// The lines with their ends.
std::vector<std::string_view> split_keeping_ends(std::string_view text);

}  // namespace codex::patch
