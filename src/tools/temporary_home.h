// A home folder for commands that may write: the user's own is closed to them.
#pragma once

#include <filesystem>
#include <string>

#include "base/environment.h"
#include "sandbox/policy.h"

namespace codex::tools {

/// A folder of the uid that commands run as, made a writable root of `policy`. In it there is
/// nothing but bin/apply_patch (and applypatch), for scripts of a model that call it: the worker
/// under that name, which the policy lets commands read. It is removed with all that is in it.
class TemporaryHome {
  public:
    TemporaryHome(sandbox::Policy& policy, const std::filesystem::path& worker_executable);
    ~TemporaryHome();
    TemporaryHome(const TemporaryHome&) = delete;
    TemporaryHome& operator=(const TemporaryHome&) = delete;
    const std::filesystem::path& path() const { return path_; }
    /// PATH with the folder of apply_patch behind what is there.
    std::string search_path(const base::Environment& environment) const;

  private:
    std::filesystem::path path_;
};

}  // namespace codex::tools
