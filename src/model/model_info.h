// What is known of each model before it is asked: limits, and what a request to it may hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codex::model {

enum class ReasoningSupport {
    never,       // a request that speaks of it is refused
    when_asked,  // nobody knows: sent only when an effort or a summary is configured
    always
};

/// The form in which commands are offered: shell {command[]}, exec_command with write_stdin, or the
/// built-in local_shell.
enum class ShellTool { shell, exec_command, local_shell };
/// Patches through the shell alone, as a function {input}, or as free text with a grammar.
enum class PatchTool { none, function, freeform };

/// Of a model, or what is assumed of it. Windows are in tokens.
struct ModelInfo {
    std::string family;  // the slug prefix that matched; empty: not in the table
    std::int64_t context_window = 0;
    std::optional<std::int64_t> max_output_tokens = {};
    ReasoningSupport reasoning = ReasoningSupport::when_asked;
    std::vector<std::string> efforts = {};  // empty: not known, or none
    std::optional<std::string> default_effort = {};
    bool has_verbosity = false;
    std::optional<std::string> default_verbosity = {};
    ShellTool shell = ShellTool::shell;
    PatchTool patch = PatchTool::none;
    bool parallel_tool_calls = false;
    bool takes_images = true;
    /// Says what was assumed of a model that is not in the table, and how to set it; empty for the
    /// others, and where the configuration says all of it.
    std::string notice = {};
    friend bool operator==(const ModelInfo&, const ModelInfo&) = default;

    /// Compaction is due when so much is used: 90 % of the window.
    std::int64_t compaction_limit() const { return context_window - context_window / 10; }
};

/// What a configuration says of its model; it wins over the table.
struct ModelOverrides {
    std::optional<std::int64_t> context_window = {};
    std::optional<std::int64_t> max_output_tokens = {};
    std::optional<bool> supports_reasoning = {};
    std::optional<bool> parallel_tool_calls = {};
    std::optional<ShellTool> shell = {};
    std::optional<PatchTool> patch = {};
};

/// By the longest prefix of the slug, without what routers put before it ("openai/gpt-5"); figures
/// of spec/codex-core.md 1.7.
ModelInfo find_model(std::string_view slug, const ModelOverrides& overrides = {});

}  // namespace codex::model
