// How a review ends, and what it says then.
#pragma once

#include <functional>
#include <string>

#include "action/context.h"
#include "review/outcome.h"

namespace codex::action {

/// Runs `work` and turns whatever ends a review early into the end state not-reviewed with its
/// reason. A signal's Interrupted and ConfigError go on. Sets the duration.
void run_to_end_state(const Context& context, review::Report& report,
                      const std::function<void()>& work);

void end_not_reviewed(review::Report& report, std::string reason);

/// When nothing of the change is left to read: skipped, with the reason. False when something is
/// unread, which a partial review must say.
bool set_nothing_to_review(review::Report& report);

/// Clean, with findings, or partial when a file or a finding could not be read.
void set_reviewed_outcome(review::Report& report);

}  // namespace codex::action
