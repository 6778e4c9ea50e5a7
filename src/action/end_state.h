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

/// Partial when a file or a finding could not be read; skipped when rules left nothing to read;
/// else clean, or with findings.
void set_reviewed_outcome(review::Report& report);

/// From the run's start until now.
void set_duration(const Context& context, review::Report& report);

}  // namespace codex::action
