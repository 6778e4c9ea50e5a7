// update_plan: the model's list of steps, for whoever watches.
#pragma once

#include <functional>
#include <memory>

#include "protocol/turn_events.h"
#include "tools/tool.h"

namespace codex::tools {

using PlanSink = std::function<void(const protocol::PlanUpdate& plan)>;

/// update_plan {explanation?, plan: [{step, status}]}: at most one step in progress, at most
/// kMaxPlanSteps. Answers "Plan updated"; `on_plan` may be empty.
std::unique_ptr<Tool> make_update_plan(PlanSink on_plan);
ToolSpec update_plan_spec();

inline constexpr std::size_t kMaxPlanSteps = 200;

}  // namespace codex::tools
