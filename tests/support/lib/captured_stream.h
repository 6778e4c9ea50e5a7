// What this process writes to one of its own streams.
#pragma once

#include <string>

#include "base/unique_fd.h"

namespace codex::test {

/// While alive, what is written to `descriptor` (STDOUT_FILENO or STDERR_FILENO) is kept here.
class CapturedStream {
  public:
    explicit CapturedStream(int descriptor);
    ~CapturedStream();
    CapturedStream(const CapturedStream&) = delete;
    CapturedStream& operator=(const CapturedStream&) = delete;
    std::string text() const;

  private:
    int descriptor_;
    base::UniqueFd saved_;
    base::UniqueFd file_;
};

}  // namespace codex::test
