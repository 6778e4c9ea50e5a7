// A home folder for commands that may write: the user's own is closed to them.
#pragma once

#include <filesystem>

#include "sandbox/policy.h"

namespace codex::tools {

/// An empty folder of the uid that commands run as, made a writable root of `policy`. It is removed
/// with all that is in it.
class TemporaryHome {
  public:
    explicit TemporaryHome(sandbox::Policy& policy);
    ~TemporaryHome();
    TemporaryHome(const TemporaryHome&) = delete;
    TemporaryHome& operator=(const TemporaryHome&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace codex::tools
