// What the sandbox is made of: each layer, what it stops and what its absence means.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sandbox/policy.h"

namespace codex::sandbox {

/// What happens under Requirement::required where the layer cannot be had. Under best_effort every
/// gap is reported and the command runs; under off there are no layers but the first two.
enum class WithoutIt {
    refused,    // nothing runs
    reported,   // another layer covers the most of it; the report names the gap
    by_policy,  // it is there only when the policy asks for it, and refused where it cannot be had
};

struct Layer {
    std::string_view name;
    std::string_view stops;
    std::string_view since;  // of the kernel
    WithoutIt without_it;
    /// How a report names it: the beginning of one of WorkerReport::layers. For what comes with a
    /// Landlock ABI: empty, and `landlock_abi` says which.
    std::string_view reported_as;
    int landlock_abi = 0;
};

std::span<const Layer> layers();

enum class LayerState { in_force, missing };

/// Whether `layer` is in force by the report of a worker that ran.
LayerState state_of(const Layer& layer, const WorkerReport& report);

std::string_view render(WithoutIt without_it);

}  // namespace codex::sandbox
