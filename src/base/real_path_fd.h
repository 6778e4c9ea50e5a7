// Opening paths of trees that somebody else may have laid links into (openat2(2), Linux 5.6).
#pragma once

#include <string>

#include "base/unique_fd.h"

namespace codex::base {

/// An absolute path no part of which may be a symbolic link; `flags` as of open(2), O_CLOEXEC is
/// added. None when nothing is there, or not for us. Throws Error that names a link on the way.
UniqueFd open_real_path(const std::string& path, int flags);

/// Which symbolic links are followed: none, or those that stay beneath the folder.
enum class Links { none, within };

/// `path` beneath the folder `folder`: never above it, through no magic link. Returns the
/// descriptor, or none with errno set (ELOOP: a link, EXDEV: leads out).
UniqueFd open_beneath(int folder, const std::string& path, int flags, Links links = Links::none);

}  // namespace codex::base
