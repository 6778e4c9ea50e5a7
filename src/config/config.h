// The whole configuration of an agent as a plain value. What each key means is said once, in
// keys.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/choices.h"
#include "config/parts.h"
#include "json/value.h"
#include "protocol/approvals.h"

namespace codex::config {

inline constexpr std::string_view kDefaultModel = "gpt-5.5";

/// `openai` and `oss`, which every configuration starts with.
std::map<std::string, ModelProvider> built_in_providers();

struct Config {
    std::string model{kDefaultModel};
    std::optional<std::string> review_model;  // unset: `model`
    std::string model_provider = "openai";
    std::optional<std::int64_t> model_context_window;
    std::optional<std::int64_t> model_max_output_tokens;
    std::optional<std::int64_t> model_auto_compact_token_limit;
    std::optional<ReasoningEffort> model_reasoning_effort;
    ReasoningSummary model_reasoning_summary = ReasoningSummary::automatic;
    std::optional<Verbosity> model_verbosity;
    std::optional<bool> model_supports_reasoning_summaries;
    std::optional<SummaryFormat> model_reasoning_summary_format;
    std::optional<std::string> service_tier;
    std::map<std::string, ModelProvider> model_providers = built_in_providers();

    protocol::ApprovalPolicy approval_policy = protocol::ApprovalPolicy::on_request;
    SandboxMode sandbox_mode = SandboxMode::read_only;
    SandboxWorkspaceWrite sandbox_workspace_write;
    ShellEnvironmentPolicy shell_environment_policy;
    std::optional<std::string> cwd;  // unset: the folder of the process
    std::map<std::string, Project> projects;

    Tools tools;
    WebSearch web_search = WebSearch::disabled;
    bool include_plan_tool = false;
    bool include_apply_patch_tool = false;
    std::optional<std::int64_t> tool_output_token_limit;
    std::map<std::string, McpServer> mcp_servers;

    std::optional<std::string> base_instructions;
    std::optional<std::string> model_instructions_file;
    std::optional<std::string> developer_instructions;
    std::int64_t project_doc_max_bytes = 32'768;
    std::vector<std::string> project_doc_fallback_filenames;
    std::vector<std::string> project_root_markers = {".git"};

    History history;
    std::vector<std::string> notify;
    bool show_raw_agent_reasoning = false;
    bool hide_agent_reasoning = false;

    // Accepted and checked, without effect in this program.
    std::string chatgpt_base_url = "https://chatgpt.com/backend-api/";
    std::optional<AuthMethod> preferred_auth_method;
    FileOpener file_opener = FileOpener::vscode;
    bool disable_paste_burst = false;
    std::map<std::string, json::Value> tui;
    std::optional<std::string> instructions;
    std::optional<std::string> experimental_resume;
    bool experimental_use_exec_command_tool = false;
    bool experimental_use_unified_exec_tool = false;
    std::optional<std::string> responses_originator_header_internal_override;
    bool disable_response_storage = false;
    std::optional<std::string> codex_linux_sandbox_exe;
    std::map<std::string, bool> features;
    friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace codex::config
