// A file of lines that only grows: records that survive a kill -9.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/unique_fd.h"

namespace codex::base {

/// One thread. Any number of processes may append to the same file: each line is one write(2).
class LineFile {
  public:
    /// Opens the file for appending, or makes it with `mode` (as in chmod(2)) and the folders above
    /// it. Throws SystemError.
    static LineFile open(const std::filesystem::path& path, unsigned mode);
    /// The same, but SystemError when something is there already.
    static LineFile create(const std::filesystem::path& path, unsigned mode);

    /// The line (without its "\n") is with the kernel once this returns. Where the file ends in a
    /// part of a line (of a writer that was killed, or of a full disk), that part is ended first.
    /// Throws SystemError.
    void append(std::string_view line);

    int fd() const { return fd_.get(); }

  private:
    LineFile(UniqueFd fd, std::filesystem::path path);
    UniqueFd fd_;
    std::filesystem::path path_;
};

}  // namespace codex::base
