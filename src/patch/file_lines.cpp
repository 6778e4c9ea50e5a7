#include "patch/file_lines.h"

#include <algorithm>

namespace codex::patch {

std::vector<std::string_view> split_keeping_ends(std::string_view text) {
    std::vector<std::string_view> lines;
    lines.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
        lines.push_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return lines;
}

FileLines split_file(std::string_view text) {
    FileLines lines;
    lines.texts = split_keeping_ends(text);
    lines.ending_sizes.reserve(lines.texts.size());
    for (std::string_view& line : lines.texts) {
        const std::uint8_t end = line.ends_with("\r\n") ? 2 : line.ends_with('\n') ? 1 : 0;
        lines.ending_sizes.push_back(end);
        line.remove_suffix(end);
    }
    return lines;
}

}  // namespace codex::patch
