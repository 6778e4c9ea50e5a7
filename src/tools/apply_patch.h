// The apply_patch tool, and the same for patches that come through the shell.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tools/patch_approval.h"
#include "tools/tool.h"
#include "tools/worker.h"

namespace codex::tools {

/// Larger patches are refused, to be split.
inline constexpr std::size_t kMaxPatchBytes = std::size_t{4} << 20;

/// What happens to patches, for the session: each planned patch begins once and ends once.
struct PatchEvents {
    std::function<void(const std::vector<sandbox::PatchedFile>& files, bool auto_approved)>
        on_begin = {};
    std::function<void(const ToolOutput& output)> on_end = {};
};

/// Applies patches of a model: decides, asks, plans and writes in the worker. All of a patch is
/// applied, or nothing. Loop thread only.
class Patcher {
  public:
    /// Worker and approver must outlive it; without an approver a policy of `never` applies.
    explicit Patcher(Worker& worker, PatchApprover* approver = nullptr, PatchEvents events = {});

    /// `folder` is absolute, beneath the workspace: where relative paths count from. The output is
    /// what the model reads. Throws only what ends the run.
    ToolOutput apply(const std::string& text, const std::filesystem::path& folder,
                     const loop::Cancel* cancel);

  private:
    sandbox::PatchReport plan(Place place, Worker::PatchRequest request,
                              const loop::Cancel* cancel);
    ToolOutput write(Place place, const Worker::PatchRequest& request, const loop::Cancel* cancel);

    Worker& worker_;
    Worker free_worker_;
    PatchApprover never_;
    PatchApprover& approver_;
    PatchEvents events_;
};

/// `function`: apply_patch {input}; `freeform`: the model writes the patch itself, bound by a
/// grammar, without JSON round it.
enum class PatchShape { function, freeform };
std::unique_ptr<Tool> make_apply_patch(Patcher& patcher, const Worker& worker, PatchShape shape);
ToolSpec apply_patch_spec(PatchShape shape);

}  // namespace codex::tools
