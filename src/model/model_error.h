// How asking a model fails, in kinds that need different action of the user.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/error.h"

namespace codex::model {

/// The message of each says what to do.
enum class ModelErrorKind {
    bad_key,
    no_quota,
    model_unknown,
    context_too_long,
    rate_limited,
    overloaded,
    bad_request,
    content_refused,
    unreachable,
    stream_lost,
    protocol
};

class ModelError : public base::Error {
  public:
    ModelError(ModelErrorKind kind, std::string message,
               std::optional<std::chrono::milliseconds> retry_after = {})
        : Error(std::move(message)), kind_(kind), retry_after_(retry_after) {}
    ModelErrorKind kind() const { return kind_; }
    std::optional<std::chrono::milliseconds> retry_after() const { return retry_after_; }
    /// Worth trying the same request again (stream_lost, overloaded, rate_limited, unreachable).
    bool retryable() const;

  private:
    ModelErrorKind kind_;
    std::optional<std::chrono::milliseconds> retry_after_;
};

}  // namespace codex::model
