// The agent's part of a review: two turns under the read-only sandbox, then findings with their
// places.
#pragma once

#include "action/context.h"
#include "review/anchor.h"
#include "review/outcome.h"
#include "review/prompt.h"

namespace codex::action {

/// Runs both turns with the prompt of `facts` and fills findings, explanation, notes, usage and
/// layers of `report`. `anchored` are all files of the change (the prompt may hold fewer). Throws
/// what ends a run: ModelError, LimitReached, SandboxError, Interrupted. The usage so far is in
/// `report` also then.
void run_agent(Context& context, const review::PromptFacts& facts,
               const std::vector<review::FileDiff>& anchored, const review::FileReader& read_file,
               review::Report& report, const loop::Cancel& cancel);

}  // namespace codex::action
