// One flag that says "stop": set by a signal, an interrupt or the deadline of the run, seen by
// every wait.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"

namespace codex::loop {

/// Loop thread only. Once requested it stays requested; one with a parent is also requested when
/// its parent is.
class Cancel {
  public:
    Cancel() = default;
    explicit Cancel(const Cancel* parent) : parent_(parent) {}
    Cancel(const Cancel&) = delete;
    Cancel& operator=(const Cancel&) = delete;
    void request(base::Interrupted::Reason reason, std::string message);
    bool requested() const {
        return request_.has_value() || (parent_ != nullptr && parent_->requested());
    }
    /// Throws the Interrupted that was requested; does nothing when none was.
    void throw_if_requested() const;

  private:
    const Cancel* parent_ = nullptr;
    std::optional<base::Interrupted> request_;
};

}  // namespace codex::loop
