#include "sandbox/workspace_path.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/error.h"
#include "base/real_path_fd.h"
#include "base/text.h"

namespace codex::sandbox {
namespace {

constexpr std::size_t kMaxPathBytes = 4095;  // PATH_MAX without its NUL

// HFS+ compares names without these (Apple TN1150, "Ignorable Characters").
bool is_ignored_by_hfs(char32_t c) {
    return (c >= 0x200c && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x206a && c <= 0x206f) || c == 0xfeff;
}

std::string without_ignored(std::string_view part) {
    const std::string text = base::to_valid_utf8(part);
    std::string kept;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = base::decode_utf8(text, at);
        if (!is_ignored_by_hfs(c)) base::append_utf8(kept, c);
    }
    return kept;
}

std::string_view without_ntfs_tail(std::string_view part) {
    part = part.substr(0, part.find(':'));  // a stream of the file
    const std::size_t last = part.find_last_not_of(". ");
    return part.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string explain(const std::string& path, int error) {
    switch (error) {
        case EXDEV:
            return path + " leads out of the workspace";
        case ELOOP:
            return path + " passes through a link that is not followed";
        case ENXIO:
            return path + " is no regular file";
        default:
            return fmt::format("cannot open {}: {}", path, std::generic_category().message(error));
    }
}

OpenedFile open_beneath_root(const std::string& root, const std::string& relative,
                             const std::string& path) {
    const base::UniqueFd folder = base::open_real_path(root, O_PATH | O_DIRECTORY);
    if (!folder) return {{}, explain(root, errno)};
    base::UniqueFd fd =
        base::open_beneath(folder.get(), relative, O_RDONLY | O_NONBLOCK, base::Links::within);
    if (!fd) return {{}, explain(path, errno)};
    struct stat info = {};
    if (::fstat(fd.get(), &info) != 0) return {{}, explain(path, errno)};
    if (!S_ISREG(info.st_mode)) return {{}, path + " is no regular file"};
    return {std::move(fd), {}};
}

}  // namespace

bool names_git_folder(std::string_view part) {
    if (base::equals_ignoring_case(without_ignored(part), ".git")) return true;
    const std::string_view name = without_ntfs_tail(part);
    return base::equals_ignoring_case(name, ".git") || base::equals_ignoring_case(name, "git~1");
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
    for (const std::string_view part : base::split(path, '/')) {
        if (names_git_folder(part))
            return fmt::format("{} is git's own; use git commands to look at it", part);
    }
    return std::nullopt;
}

OpenedFile open_in_roots(const std::string& path, const std::vector<std::string>& roots) {
    if (auto refusal = refuse_path(path)) return {{}, std::move(*refusal)};
    if (!path.starts_with('/')) return open_beneath_root(roots.front(), path, path);
    for (const std::string& root : roots) {
        if (path.size() > root.size() && path.starts_with(root) && path[root.size()] == '/')
            return open_beneath_root(root, path.substr(root.size() + 1), path);
    }
    return {{}, path + " is not beneath the workspace"};
}

}  // namespace codex::sandbox
