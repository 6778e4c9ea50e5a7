// The files of a plan on disk. What a model asked for: this runs inside the worker.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "patch/plan.h"

namespace codex::patch {

struct ApplyOptions {
    bool fsync = false;  // files and folders are on disk before apply() returns
};

struct Outcome {
    std::size_t applied = 0;           // changes that are on disk, from the plan's first
    std::optional<std::string> error;  // why they are not all

    bool operator==(const Outcome&) const = default;
};

/// Reads regular files beneath the roots, absolute paths without links. Links are followed as long
/// as they stay beneath one, but not into a git folder.
Reader read_beneath(const std::vector<std::string>& roots);
/// What paths beneath the roots name.
Locator locate_beneath(const std::vector<std::string>& roots);

/// Writes each file beside its old one and renames it into place, so that at any moment each is old
/// or new; modes stay. `whole`: all changes, or none (what was done is undone). `partial`: up to
/// the first failure, also the plan's own. A file that changed since it was planned is a failure,
/// and so is a link that leads out of its root. Files with several names keep only this one's text.
Outcome apply(const Plan& plan, const std::vector<std::string>& roots,
              const ApplyOptions& options = {});

/// Plans and applies file after file, as the original does, so that each sees what those before it
/// have really done. `options.mode` is partial; `done.failure` says why the changes end where they
/// end. Throws base::Error for a patch without files.
Plan apply_each(const Patch& patch, const PlanOptions& options, const ApplyOptions& apply = {});

}  // namespace codex::patch
