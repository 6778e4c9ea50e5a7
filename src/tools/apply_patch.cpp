#include "tools/apply_patch.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "json/codec.h"
#include "json/schema.h"
#include "patch/patch.h"
#include "patch/plan.h"

namespace codex::tools {
namespace {

struct PatchArguments {
    std::string input;
};

}  // namespace
}  // namespace codex::tools

template <>
struct codex::json::Describe<codex::tools::PatchArguments> {
    template <class V>
    static void fields(V& v) {
        v("input", &codex::tools::PatchArguments::input, "The whole patch.");
    }
};

namespace codex::tools {
namespace {

// Stricter than the parser: what a model is bound to is what nobody can misread.
constexpr std::string_view kGrammar =
    R"(start: "*** Begin Patch" LF file+ "*** End Patch" LF?
file: add | delete | update
add: "*** Add File: " TEXT LF added+
delete: "*** Delete File: " TEXT LF
update: "*** Update File: " TEXT LF move? change?
move: "*** Move to: " TEXT LF
change: (context | line)+ end?
context: "@@" (" " TEXT)? LF
added: "+" TEXT? LF
line: ("+" | "-" | " ") TEXT? LF
end: "*** End of File" LF
TEXT: /[^\n]+/
%import common.LF
)";

constexpr std::string_view kDescription =
    "Edits files. All of a patch is applied, or nothing.\n"
    "A patch begins with the line \"*** Begin Patch\" and ends with \"*** End Patch\". Between "
    "them stand one or more files, each with a header:\n"
    "*** Add File: PATH      then every line of the new file behind a +\n"
    "*** Delete File: PATH   nothing behind it\n"
    "*** Update File: PATH   then, to rename it, \"*** Move to: NEW PATH\", then its changes\n"
    "A change begins with \"@@\", or with \"@@ \" and a whole line of the file above it, such as "
    "the head of a function, to tell similar places apart; several such headers may follow each "
    "other, the outermost first. Behind it stand lines that begin with a blank (kept), - (removed) "
    "or + (added). Give about three kept lines before and after what changes, exactly as they are "
    "in the file. Changes stand in the order of the file. \"*** End of File\" behind a change says "
    "that it is at the file's end.\n"
    "Paths are relative to the workspace.";

constexpr std::string_view kFailed = "apply_patch verification failed: ";

/// What a patch is about, before a file is looked at.
struct Scope {
    std::vector<std::string> paths;       // absolute
    std::optional<std::string> obstacle;  // why the sandbox would not let it be written
};

std::string obstacle_of(const std::string& path, const sandbox::Policy& policy) {
    if (policy.mode == sandbox::Mode::read_only) return "writing is blocked by read-only sandbox";
    if (sandbox::is_protected(path, policy)) return path + " is protected";
    return fmt::format("{} lies outside of the writable folders", path);
}

/// Throws base::Error when a path is refused whoever asks.
Scope examine(const std::string& text, const std::string& folder, const Worker& worker) {
    const patch::Patch parsed = patch::parse_patch(text);
    patch::PlanOptions options{.roots = worker.patch_roots(), .folder = folder};
    const std::size_t writable = options.roots.size();
    options.roots.emplace_back("/");
    const sandbox::Policy& policy = worker.policy();
    const bool is_free = policy.mode == sandbox::Mode::danger_full_access;
    Scope scope;
    const auto add = [&](const std::string& written) {
        std::string path = patch::path_beneath(written, options);
        if (!path.starts_with('/')) path = fmt::format("{}/{}", policy.workspace, path);
        bool is_inside = is_free;
        for (std::size_t i = 0; i < writable && policy.mode != sandbox::Mode::read_only; ++i)
            is_inside = is_inside || path.starts_with(options.roots[i] + "/");
        if (!is_free && sandbox::is_protected(path, policy)) is_inside = false;
        if (!is_inside && !scope.obstacle) scope.obstacle = obstacle_of(path, policy);
        scope.paths.push_back(std::move(path));
    };
    for (const patch::FilePatch& file : parsed.files) {
        add(file.path);
        if (file.move_to) add(*file.move_to);
    }
    return scope;
}

}  // namespace

Patcher::Patcher(Worker& worker, PatchApprover* approver, PatchEvents events)
    : worker_(worker),
      free_worker_(worker.without_sandbox()),
      approver_(approver != nullptr ? *approver : never_),
      events_(std::move(events)) {}

ToolOutput Patcher::apply(const std::string& text, const std::filesystem::path& folder,
                          const loop::Cancel* cancel) {
    if (text.size() > kMaxPatchBytes) {
        return {fmt::format("{}the patch has {} bytes, at most {} are taken; split it", kFailed,
                            text.size(), kMaxPatchBytes),
                false};
    }
    Worker::PatchRequest request{.text = base::to_valid_utf8(text), .folder = folder};
    Scope scope;
    try {
        const std::filesystem::path beneath = folder.lexically_relative(worker_.policy().workspace);
        scope = examine(request.text, beneath == "." ? "" : beneath.string(), worker_);
    } catch (const base::Error& error) {
        return {fmt::format("{}{}", kFailed, error.what()), false};
    }
    const PatchDecision decision =
        approver_.consider(worker_.policy().mode, !scope.obstacle, scope.paths);
    if (decision.verdict == Verdict::reject) {
        return {fmt::format("patch rejected: {}; rejected by user approval settings",
                            scope.obstacle.value_or("it may not be applied")),
                false};
    }
    // What it changes of protected files is accepted: nobody else may have a hand in it.
    if (decision.place == Place::without_sandbox && worker_.guards_files() &&
        worker_.sessions() > 0) {
        return {
            "patch rejected: it leaves the sandbox, which is possible only while no session runs; "
            "end the sessions first",
            false};
    }
    const bool must_ask = decision.verdict == Verdict::ask;
    if (must_ask || events_.on_begin) {
        const sandbox::PatchReport planned = plan(decision.place, request, cancel);
        if (!planned.planned) return {fmt::format("{}{}", kFailed, planned.error), false};
        if (must_ask) {
            const Permission permission = approver_.ask(planned.files, decision.place);
            if (!permission.place) return {"patch rejected: " + permission.refusal, false};
        }
        if (events_.on_begin) events_.on_begin(planned.files, !must_ask);
    }
    ToolOutput output = write(decision.place, request, cancel);
    if (events_.on_end) events_.on_end(output);
    return output;
}

/// What it would do. Where the sandbox cannot read, it is looked at without, for somebody's eyes;
/// the model learns no more than that it failed.
sandbox::PatchReport Patcher::plan(Place place, Worker::PatchRequest request,
                                   const loop::Cancel* cancel) {
    const bool is_outside = place == Place::without_sandbox;
    request.dry_run = true;
    request.anywhere = is_outside;
    sandbox::PatchReport planned = worker_.apply_patch(request, cancel).report;
    if (planned.planned || !is_outside || !approver_.has_somebody()) return planned;
    sandbox::PatchReport seen = free_worker_.apply_patch(request, cancel).report;
    return seen.planned ? seen : planned;
}

ToolOutput Patcher::write(Place place, const Worker::PatchRequest& request,
                          const loop::Cancel* cancel) {
    const bool is_free = place == Place::without_sandbox;
    const Worker::PatchResult result =
        (is_free ? free_worker_ : worker_).apply_patch(request, cancel);
    if (is_free) worker_.accept_changes();
    const sandbox::PatchReport& report = result.report;
    if (!report.planned) return {fmt::format("{}{}", kFailed, report.error), false};
    std::string text = fmt::format("Exit code: {}\nWall time: {:.1f} seconds\nOutput:\n",
                                   report.error.empty() ? 0 : 1,
                                   static_cast<double>(result.duration.count()) / 1000);
    text += report.error.empty() ? report.summary : report.error + "\n";
    for (const std::string& note : report.notes) text += fmt::format("Note: {}\n", note);
    for (const std::string& line : result.restored)
        text += fmt::format("Note: {}: it is protected\n", line);
    return {std::move(text), report.error.empty()};
}

namespace {

class ApplyPatch final : public Tool {
  public:
    ApplyPatch(Patcher& patcher, std::filesystem::path workspace, PatchShape shape)
        : patcher_(patcher),
          workspace_(std::move(workspace)),
          shape_(shape),
          spec_(apply_patch_spec(shape)) {}

    const ToolSpec& spec() const override { return spec_; }

    ToolOutput call(std::string_view arguments, const loop::Cancel* cancel) override {
        if (shape_ == PatchShape::freeform)
            return patcher_.apply(std::string(arguments), workspace_, cancel);
        try {
            return patcher_.apply(
                json::decode<PatchArguments>(json::parse(arguments, "the arguments")).input,
                workspace_, cancel);
        } catch (const json::JsonError& error) {
            return {fmt::format("The arguments of apply_patch cannot be read: {}", error.what()),
                    false};
        }
    }

  private:
    Patcher& patcher_;
    std::filesystem::path workspace_;
    PatchShape shape_;
    ToolSpec spec_;
};

}  // namespace

ToolSpec apply_patch_spec(PatchShape shape) {
    ToolSpec spec{
        .name = "apply_patch", .description = std::string(kDescription), .parameters = {}};
    if (shape == PatchShape::freeform) {
        spec.grammar = kGrammar;
        spec.kind = ToolKind::freeform;
    } else {
        spec.parameters = json::schema<PatchArguments>(json::SchemaMode::lenient);
    }
    return spec;
}

std::unique_ptr<Tool> make_apply_patch(Patcher& patcher, const Worker& worker, PatchShape shape) {
    return std::make_unique<ApplyPatch>(patcher, worker.policy().workspace, shape);
}

}  // namespace codex::tools
