#include "tools/update_plan.h"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>

using namespace codex::tools;
using codex::protocol::PlanUpdate;
using codex::protocol::StepStatus;

TEST_CASE("a plan is handed on and acknowledged") {
    std::vector<PlanUpdate> plans;
    const auto tool = make_update_plan([&](const PlanUpdate& plan) { plans.push_back(plan); });
    const ToolOutput output =
        tool->call(R"({"explanation":"found more","plan":[{"step":"look","status":"completed"},)"
                   R"({"step":"mend","status":"in_progress"},{"step":"test","status":"pending"}]})",
                   nullptr);
    CHECK(output.text == "Plan updated");
    CHECK(output.success);
    CHECK(plans == std::vector<PlanUpdate>{{.explanation = "found more",
                                            .plan = {{"look", StepStatus::completed},
                                                     {"mend", StepStatus::in_progress},
                                                     {"test", StepStatus::pending}}}});
    CHECK(make_update_plan({})->call(R"({"plan":[]})", nullptr).text == "Plan updated");
}

TEST_CASE("a plan that cannot be taken is answered and goes to nobody") {
    int plans = 0;
    const auto tool = make_update_plan([&](const PlanUpdate&) { ++plans; });
    std::string many = R"({"step":"a","status":"pending"})";
    for (std::size_t i = 0; i < kMaxPlanSteps; ++i) many += R"(,{"step":"a","status":"pending"})";
    struct Row {
        std::string arguments;
        std::string answer;
    };
    const Row rows[] = {
        {"", "The arguments of update_plan cannot be read: "},
        {"{}", "The arguments of update_plan cannot be read: $.plan is missing"},
        {R"({"plan":[{"step":"a","status":"done"}]})",
         "The arguments of update_plan cannot be read: $.plan[0].status"},
        {R"({"plan":[{"step":"a","status":"in_progress"},{"step":"b","status":"in_progress"}]})",
         "The plan was not updated: 2 steps are in_progress, at most one may be"},
        {fmt::format(R"({{"plan":[{}]}})", many),
         "The plan was not updated: it has 201 steps, at most 200 are taken"},
    };
    for (const Row& row : rows) {
        const ToolOutput output = tool->call(row.arguments, nullptr);
        CHECK(output.text.substr(0, row.answer.size()) == row.answer);
        CHECK_FALSE(output.success);
    }
    CHECK(plans == 0);
}
