// One flag that says "stop": set by a signal, an interrupt or the deadline of the run, seen by
// every wait.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"

namespace codex::loop {

/// Loop thread only. Once requested it stays requested.
class Cancel {
  public:
    void request(base::Interrupted::Reason reason, std::string message);
    bool requested() const { return request_.has_value(); }
    /// Throws the Interrupted that was requested; does nothing when none was.
    void throw_if_requested() const;

  private:
    std::optional<base::Interrupted> request_;
};

}  // namespace codex::loop
