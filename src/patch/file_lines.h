// A file's text as lines and their ends, each a view of the text.
#pragma once

#include <string_view>
#include <vector>

namespace codex::patch {

struct FileLines {
    std::vector<std::string_view> texts;    // without their ends
    std::vector<std::string_view> endings;  // "\n", "\r\n", or "" at the end of the file
};

/// A last line without an end counts; an empty text has no line.
FileLines split_file(std::string_view text);

/// The lines with their ends.
std::vector<std::string_view> split_keeping_ends(std::string_view text);

}  // namespace codex::patch
