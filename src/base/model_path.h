// What no path that a model names may look like, whatever is done with the file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codex::base {

/// Whether a file system may take one part of a path for ".git": whatever its case, with trailing
/// dots and blanks or a stream name (NTFS), its short name "git~1" (NTFS), or with code points that
/// are ignored (HFS+). After git's verify_path(), path.c.
bool names_git_folder(std::string_view part);

/// Why no file tool takes this path; nullopt when it may be tried. Refused are empty and overlong
/// ones, control characters, backslashes, parts that name a git folder.
std::optional<std::string> refuse_path(std::string_view path);

}  // namespace codex::base
