#include "tools/update_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "json/codec.h"
#include "json/schema.h"
#include "protocol/type_fields.h"

namespace codex::tools {
namespace {

struct PlanStep {
    std::string step;
    protocol::StepStatus status = protocol::StepStatus::pending;
};

struct PlanArguments {
    std::optional<std::string> explanation;
    std::vector<PlanStep> plan;
};

}  // namespace
}  // namespace codex::tools

template <>
struct codex::json::Describe<codex::tools::PlanStep> {
    template <class V>
    static void fields(V& v) {
        v("step", &codex::tools::PlanStep::step);
        v("status", &codex::tools::PlanStep::status);
    }
};
template <>
struct codex::json::Describe<codex::tools::PlanArguments> {
    template <class V>
    static void fields(V& v) {
        using T = codex::tools::PlanArguments;
        v("explanation", &T::explanation, "Why the plan is changed.");
        v("plan", &T::plan, "All steps, in order; at most one is in progress.");
    }
};

namespace codex::tools {
namespace {

class UpdatePlan final : public Tool {
  public:
    explicit UpdatePlan(PlanSink on_plan) : on_plan_(std::move(on_plan)) {}

    const ToolSpec& spec() const override { return spec_; }

    ToolOutput call(std::string_view arguments, const loop::Cancel*) override {
        try {
            return update(json::decode<PlanArguments>(json::parse(arguments, "the arguments")));
        } catch (const json::JsonError& error) {
            return {fmt::format("The arguments of update_plan cannot be read: {}", error.what()),
                    false};
        }
    }

  private:
    ToolOutput update(PlanArguments given) {
        if (given.plan.size() > kMaxPlanSteps) {
            return {fmt::format("The plan was not updated: it has {} steps, at most {} are taken",
                                given.plan.size(), kMaxPlanSteps),
                    false};
        }
        const auto in_progress = std::count_if(
            given.plan.begin(), given.plan.end(),
            [](const auto& item) { return item.status == protocol::StepStatus::in_progress; });
        if (in_progress > 1) {
            return {fmt::format("The plan was not updated: {} steps are in_progress, at most one "
                                "may be",
                                in_progress),
                    false};
        }
        if (on_plan_) {
            protocol::PlanUpdate update{.explanation = std::move(given.explanation), .plan = {}};
            for (PlanStep& step : given.plan)
                update.plan.push_back({.step = std::move(step.step), .status = step.status});
            on_plan_(update);
        }
        return {"Plan updated"};
    }

    PlanSink on_plan_;
    ToolSpec spec_ = update_plan_spec();
};

}  // namespace

ToolSpec update_plan_spec() {
    return {.name = "update_plan",
            .description =
                "Shows the steps of a task and how far each is. Send the whole plan each time; at "
                "most one step is in progress.",
            .parameters = json::schema<PlanArguments>(json::SchemaMode::lenient)};
}

std::unique_ptr<Tool> make_update_plan(PlanSink on_plan) {
    return std::make_unique<UpdatePlan>(std::move(on_plan));
}

}  // namespace codex::tools
