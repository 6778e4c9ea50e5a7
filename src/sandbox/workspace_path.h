// Paths that a model names for a file tool: beneath a root, and never git's own folder
// (base/model_path.h).
#pragma once

#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace codex::sandbox {

struct OpenedFile {
    base::UniqueFd fd;
    std::string error;  // says why when there is no descriptor, for the model
};

/// Opens a regular file for reading: `path` is relative to the first root, or absolute beneath one
/// of them. Links are followed as long as they stay beneath the root; magic links of /proc never
/// (openat2(2)). Devices, FIFOs and folders are refused without waiting on them.
OpenedFile open_in_roots(const std::string& path, const std::vector<std::string>& roots);

}  // namespace codex::sandbox
