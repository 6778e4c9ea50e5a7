// Paths that a model names for a file tool: beneath a root, and never git's own folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"

namespace codex::sandbox {

/// Whether a file system may take one part of a path for ".git": whatever its case, with trailing
/// dots and blanks or a stream name (NTFS), its short name "git~1" (NTFS), or with code points that
/// are ignored (HFS+). After git's verify_path(), path.c.
bool names_git_folder(std::string_view part);

/// Why no file tool takes this path; nullopt when it may be tried. Refused are empty and overlong
/// ones, control characters, backslashes, parts that name a git folder.
std::optional<std::string> refuse_path(std::string_view path);

struct OpenedFile {
    base::UniqueFd fd;
    std::string error;  // says why when there is no descriptor, for the model
};

/// Opens a regular file for reading: `path` is relative to the first root, or absolute beneath one
/// of them. Links are followed as long as they stay beneath the root; magic links of /proc never
/// (openat2(2)). Devices, FIFOs and folders are refused without waiting on them.
OpenedFile open_in_roots(const std::string& path, const std::vector<std::string>& roots);

}  // namespace codex::sandbox
