// Finding a file beneath a root whose tree somebody else may have laid links into.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace codex::patch {

/// One name in one folder, with no link left on the way.
struct Place {
    base::UniqueFd folder;  // O_PATH
    std::string name;
};

struct MadeFolder {
    base::UniqueFd parent;
    std::string name;
};

enum class LastLink { followed, kept };

/// The root as a descriptor. Throws base::Error when it is no folder or passes through a link.
base::UniqueFd open_root(const std::string& root);

/// Where `path`, relative and clean, really is. Links are followed beneath the root, but not into
/// a git folder; the last part only when asked. Folders that are missing are made and appended to
/// `made`; without `made` a missing one is nullopt. Throws base::Error.
std::optional<Place> locate(int root, const std::string& path, LastLink last,
                            std::vector<MadeFolder>* made);

}  // namespace codex::patch
