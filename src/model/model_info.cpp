#include "model/model_info.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace codex::model {
namespace {

// What most models of the last years hold at least. Too small a window costs a compaction, too
// large a one an error.
constexpr std::int64_t kAssumedWindow = 128'000;

struct Family {
    std::string_view prefix;
    std::int64_t context_window;
    std::int64_t max_output_tokens;  // 0: not published
    ReasoningSupport reasoning;
    std::string_view efforts;  // between blanks
    std::string_view default_effort;
    std::string_view default_verbosity;  // empty: the model has none
    ShellTool shell;
    PatchTool patch;
    bool parallel_tool_calls;
};

constexpr std::string_view kThree = "low medium high";
constexpr std::string_view kFromMinimal = "minimal low medium high";
constexpr std::string_view kFromNone = "none low medium high";
constexpr std::string_view kToXhigh = "low medium high xhigh";
constexpr std::string_view kToMax = "low medium high xhigh max";
constexpr std::string_view kToUltra = "low medium high xhigh max ultra";

constexpr auto kNever = ReasoningSupport::never;
constexpr auto kAlways = ReasoningSupport::always;
constexpr auto kShell = ShellTool::shell;
constexpr auto kExec = ShellTool::exec_command;
constexpr auto kNoPatch = PatchTool::none;
constexpr auto kFreeform = PatchTool::freeform;

constexpr std::array kFamilies = {
    Family{"o1", 200'000, 100'000, kAlways, kThree, "", "", kShell, kNoPatch, false},
    Family{"o3", 200'000, 100'000, kAlways, kThree, "", "", kShell, kNoPatch, false},
    Family{"o4-mini", 200'000, 100'000, kAlways, kThree, "", "", kShell, kNoPatch, false},
    Family{"codex-mini-latest", 200'000, 100'000, kAlways, kThree, "", "", ShellTool::local_shell,
           kNoPatch, false},
    Family{"codex-mini", 200'000, 100'000, kAlways, kThree, "", "", kShell, kNoPatch, false},
    Family{"codex-", 272'000, 128'000, kAlways, kThree, "", "", kShell, kFreeform, true},
    Family{"codex-auto-review", 272'000, 0, kAlways, kToMax, "medium", "low", kExec, kFreeform,
           true},
    Family{"gpt-3.5", 16'385, 4'096, kNever, "", "", "", kShell, kNoPatch, false},
    Family{"gpt-4", 8'192, 8'192, kNever, "", "", "", kShell, kNoPatch, false},
    Family{"gpt-4-turbo", 128'000, 4'096, kNever, "", "", "", kShell, kNoPatch, false},
    Family{"gpt-4.1", 1'047'576, 32'768, kNever, "", "", "", kShell, kNoPatch, false},
    Family{"gpt-4.5", 128'000, 16'384, kNever, "", "", "", kShell, kNoPatch, false},
    Family{"gpt-4o", 128'000, 16'384, kNever, "", "", "", kShell, kNoPatch, false},
    Family{"gpt-4o-2024-05-13", 128'000, 4'096, kNever, "", "", "", kShell, kNoPatch, false},
    Family{"chatgpt-", 128'000, 16'384, kNever, "", "", "", kShell, kNoPatch, false},
    Family{"gpt-oss", 96'000, 32'000, ReasoningSupport::when_asked, kThree, "", "", kShell,
           PatchTool::function, false},
    Family{"gpt-5", 272'000, 128'000, kAlways, kFromMinimal, "", "medium", kShell, kNoPatch, false},
    Family{"gpt-5-chat", 128'000, 16'384, kNever, "", "", "", kShell, kNoPatch, false},
    Family{"gpt-5-codex", 272'000, 128'000, kAlways, kThree, "", "", kShell, kFreeform, false},
    Family{"gpt-5.1", 272'000, 128'000, kAlways, kFromNone, "", "medium", kShell, kFreeform, false},
    Family{"gpt-5.1-codex", 272'000, 128'000, kAlways, kThree, "", "", kShell, kFreeform, false},
    Family{"gpt-5.2", 272'000, 128'000, kAlways, kToXhigh, "medium", "low", kExec, kFreeform, true},
    Family{"gpt-5.4", 272'000, 128'000, kAlways, kToXhigh, "medium", "low", kExec, kFreeform, true},
    Family{"gpt-5.4-mini", 272'000, 128'000, kAlways, kToXhigh, "medium", "medium", kExec,
           kFreeform, true},
    Family{"gpt-5.5", 272'000, 128'000, kAlways, kToXhigh, "medium", "low", kExec, kFreeform, true},
    Family{"gpt-5.6", 272'000, 128'000, kAlways, kToMax, "medium", "low", kExec, kFreeform, true},
    Family{"gpt-5.6-sol", 272'000, 128'000, kAlways, kToUltra, "low", "low", kExec, kFreeform,
           true},
    Family{"gpt-5.6-terra", 272'000, 128'000, kAlways, kToUltra, "medium", "low", kExec, kFreeform,
           true},
};

// "openai/gpt-5" of a router, "ft:gpt-4o:me" of a fine-tuned model.
std::string_view bare_slug(std::string_view slug) {
    if (slug.starts_with("ft:")) slug.remove_prefix(3);
    return slug.substr(slug.rfind('/') + 1);
}

const Family* find_family(std::string_view slug) {
    const Family* best = nullptr;
    for (const Family& family : kFamilies) {
        if (slug.starts_with(family.prefix) &&
            (best == nullptr || family.prefix.size() > best->prefix.size()))
            best = &family;
    }
    return best;
}

std::optional<std::string> unless_empty(std::string_view text) {
    return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

ModelInfo info_of(const Family& family) {
    ModelInfo info;
    info.family = family.prefix;
    info.context_window = family.context_window;
    if (family.max_output_tokens > 0) info.max_output_tokens = family.max_output_tokens;
    info.reasoning = family.reasoning;
    if (!family.efforts.empty()) {
        for (const std::string_view effort : base::split(family.efforts, ' '))
            info.efforts.emplace_back(effort);
    }
    info.default_effort = unless_empty(family.default_effort);
    info.has_verbosity = !family.default_verbosity.empty();
    info.default_verbosity = unless_empty(family.default_verbosity);
    info.shell = family.shell;
    info.patch = family.patch;
    info.parallel_tool_calls = family.parallel_tool_calls;
    info.takes_images = !family.prefix.starts_with("gpt-3") && family.prefix != "gpt-4" &&
                        family.prefix != "gpt-oss";
    return info;
}

}  // namespace

ModelInfo find_model(std::string_view slug, const ModelOverrides& overrides) {
    ModelInfo info;
    const Family* family = find_family(bare_slug(slug));
    if (family != nullptr) {
        info = info_of(*family);
    } else {
        info.context_window = kAssumedWindow;
    }
    info.context_window = overrides.context_window.value_or(info.context_window);
    if (overrides.max_output_tokens) info.max_output_tokens = overrides.max_output_tokens;
    if (overrides.supports_reasoning)
        info.reasoning =
            *overrides.supports_reasoning ? ReasoningSupport::always : ReasoningSupport::never;
    info.parallel_tool_calls = overrides.parallel_tool_calls.value_or(info.parallel_tool_calls);
    info.shell = overrides.shell.value_or(info.shell);
    info.patch = overrides.patch.value_or(info.patch);
    if (family == nullptr && !overrides.context_window) {
        info.notice = fmt::format(
            "model \"{}\" is not in the table of models: a context window of {} tokens is assumed, "
            "and reasoning is asked for only where it is configured; set model_context_window to "
            "the model's own",
            slug, info.context_window);
    }
    return info;
}

}  // namespace codex::model
