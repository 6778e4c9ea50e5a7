// Finding a file beneath a root whose tree somebody else may have laid links into.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "patch/plan.h"

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

class Roots {
  public:
    /// Throws base::Error when one is no folder or passes through a link.
    explicit Roots(const std::vector<std::string>& folders);

    /// Where `path`, as path_beneath() of patch/plan.h makes it, really is. Links are followed
    /// beneath its root, but not into a git folder; the last part only when asked. Folders that are
    /// missing are made and appended to `made`; without `made` a missing one is nullopt. Throws
    /// base::Error.
    std::optional<Place> locate(const std::string& path, LastLink last,
                                std::vector<MadeFolder>* made) const;

    /// What the path names, for telling two paths of one file.
    FileSpot spot(const std::string& path) const;

  private:
    struct Root {
        std::string above;  // ends with "/"
        base::UniqueFd fd;
    };
    std::vector<Root> roots_;
};

}  // namespace codex::patch
