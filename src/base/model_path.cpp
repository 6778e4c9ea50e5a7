#include "base/model_path.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace codex::base {
namespace {

constexpr std::size_t kMaxPathBytes = 4095;  // PATH_MAX without its NUL

// HFS+ compares names without these (Apple TN1150, "Ignorable Characters").
bool is_ignored_by_hfs(char32_t c) {
    return (c >= 0x200c && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x206a && c <= 0x206f) || c == 0xfeff;
}

std::string without_ignored(std::string_view part) {
    const std::string text = to_valid_utf8(part);
    std::string kept;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = decode_utf8(text, at);
        if (!is_ignored_by_hfs(c)) append_utf8(kept, c);
    }
    return kept;
}

std::string_view without_ntfs_tail(std::string_view part) {
    part = part.substr(0, part.find(':'));  // a stream of the file
    const std::size_t last = part.find_last_not_of(". ");
    return part.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

bool names_git_folder(std::string_view part) {
    if (equals_ignoring_case(without_ignored(part), ".git")) return true;
    const std::string_view name = without_ntfs_tail(part);
    return equals_ignoring_case(name, ".git") || equals_ignoring_case(name, "git~1");
}

std::optional<std::string> refuse_path(std::string_view path) {
    if (path.empty()) return "the path is empty";
    if (path.size() > kMaxPathBytes)
        return fmt::format("the path has {} bytes; at most {} are possible", path.size(),
                           kMaxPathBytes);
    const bool has_control = std::any_of(path.begin(), path.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (has_control) return "the path holds a control character";
    if (path.find('\\') != std::string_view::npos)
        return "the path holds a backslash; parts are separated by \"/\"";
    for (const std::string_view part : split(path, '/')) {
        if (names_git_folder(part))
            return fmt::format("{} is git's own; use git commands to look at it", part);
    }
    return std::nullopt;
}

}  // namespace codex::base
