// Is this event for us? A pure decision, before anything is asked of the network.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "config/options.h"
#include "github/event.h"

namespace codex::action {

struct ReviewPullRequest {
    std::int64_t number = 0;
    friend bool operator==(const ReviewPullRequest&, const ReviewPullRequest&) = default;
};
/// Not for us: the run ends neutral with this one line.
struct Skip {
    std::string reason;
    friend bool operator==(const Skip&, const Skip&) = default;
};
using Decision = std::variant<ReviewPullRequest, Skip>;

/// Throws ConfigError when the settings ask for what the event cannot give.
Decision decide(const github::Event& event, const config::Options& options);

}  // namespace codex::action
