// What a program that calls us sets: every field of codex-python's CodexConfig, each of which may
// be left alone. The strongest layer, without exception.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/choices.h"
#include "json/value.h"
#include "protocol/approvals.h"
#include "protocol/environment_policy.h"

namespace codex::config {

template <class T>
using Maybe = std::optional<T>;
using MaybeTexts = std::optional<std::map<std::string, std::string>>;
using MaybeList = std::optional<std::vector<std::string>>;

struct SandboxWorkspaceWriteOverrides {
    MaybeList writable_roots = {};
    Maybe<bool> network_access = {};
    Maybe<bool> exclude_tmpdir_env_var = {};
    Maybe<bool> exclude_slash_tmp = {};
};

struct ShellEnvironmentPolicyOverrides {
    Maybe<protocol::Inherit> inherit = {};
    Maybe<bool> ignore_default_excludes = {};
    MaybeList exclude = {};
    MaybeTexts set = {};
    MaybeList include_only = {};
    Maybe<bool> experimental_use_profile = {};
};

struct ModelProviderOverrides {
    Maybe<std::string> name = {};
    Maybe<std::string> base_url = {};
    Maybe<std::string> env_key = {};
    Maybe<std::string> env_key_instructions = {};
    Maybe<WireApi> wire_api = {};
    MaybeTexts query_params = {};
    MaybeTexts http_headers = {};
    MaybeTexts env_http_headers = {};
    Maybe<std::int64_t> request_max_retries = {};
    Maybe<std::int64_t> stream_max_retries = {};
    Maybe<std::int64_t> stream_idle_timeout_ms = {};
    Maybe<bool> requires_openai_auth = {};
};

struct McpServerOverrides {
    Maybe<std::string> command = {};
    MaybeList args = {};
    MaybeTexts env = {};
    Maybe<std::string> url = {};
    Maybe<std::string> bearer_token_env_var = {};
    Maybe<bool> enabled = {};
    Maybe<bool> required = {};
    Maybe<std::int64_t> startup_timeout_ms = {};
    Maybe<double> startup_timeout_sec = {};
    Maybe<double> tool_timeout_sec = {};
};

struct ToolsOverrides {
    Maybe<bool> web_search = {};
    Maybe<bool> view_image = {};
};

struct ProfileOverrides {
    Maybe<std::string> model = {};
    Maybe<std::string> model_provider = {};
    Maybe<protocol::ApprovalPolicy> approval_policy = {};
    Maybe<SandboxMode> sandbox_mode = {};
    Maybe<ReasoningEffort> model_reasoning_effort = {};
    Maybe<ReasoningSummary> model_reasoning_summary = {};
    Maybe<Verbosity> model_verbosity = {};
    Maybe<std::string> chatgpt_base_url = {};
    Maybe<std::string> experimental_instructions_file = {};
};

struct ProjectOverrides {
    Maybe<TrustLevel> trust_level = {};
};

struct HistoryOverrides {
    Maybe<HistoryPersistence> persistence = {};
    Maybe<std::int64_t> max_bytes = {};
};

/// Tables merge field by field into what weaker layers say; an empty map empties theirs.
struct ConfigOverrides {
    Maybe<std::string> model = {};
    Maybe<std::string> review_model = {};
    Maybe<std::string> model_provider = {};
    Maybe<protocol::ApprovalPolicy> approval_policy = {};
    Maybe<SandboxMode> sandbox_mode = {};
    Maybe<SandboxWorkspaceWriteOverrides> sandbox_workspace_write = {};
    Maybe<std::string> cwd = {};
    Maybe<std::string> config_profile = {};
    Maybe<std::string> codex_linux_sandbox_exe = {};
    Maybe<ShellEnvironmentPolicyOverrides> shell_environment_policy = {};
    Maybe<std::string> base_instructions = {};
    Maybe<bool> include_plan_tool = {};
    Maybe<bool> include_apply_patch_tool = {};
    Maybe<bool> include_view_image_tool = {};
    Maybe<bool> show_raw_agent_reasoning = {};
    Maybe<std::int64_t> model_context_window = {};
    Maybe<std::int64_t> model_max_output_tokens = {};
    Maybe<std::int64_t> model_auto_compact_token_limit = {};
    Maybe<ReasoningEffort> model_reasoning_effort = {};
    Maybe<ReasoningSummary> model_reasoning_summary = {};
    Maybe<Verbosity> model_verbosity = {};
    Maybe<bool> model_supports_reasoning_summaries = {};
    Maybe<SummaryFormat> model_reasoning_summary_format = {};
    Maybe<bool> hide_agent_reasoning = {};
    Maybe<std::string> chatgpt_base_url = {};
    Maybe<AuthMethod> preferred_auth_method = {};
    Maybe<FileOpener> file_opener = {};
    Maybe<bool> disable_paste_burst = {};
    Maybe<HistoryOverrides> history = {};
    Maybe<std::map<std::string, json::Value>> tui = {};
    MaybeList notify = {};
    Maybe<std::string> instructions = {};
    Maybe<std::map<std::string, McpServerOverrides>> mcp_servers = {};
    Maybe<std::map<std::string, ModelProviderOverrides>> model_providers = {};
    Maybe<std::int64_t> project_doc_max_bytes = {};
    Maybe<std::string> profile = {};
    Maybe<std::map<std::string, ProfileOverrides>> profiles = {};
    Maybe<ToolsOverrides> tools = {};
    Maybe<std::map<std::string, ProjectOverrides>> projects = {};
    Maybe<std::string> experimental_resume = {};
    Maybe<std::string> experimental_instructions_file = {};
    Maybe<bool> experimental_use_exec_command_tool = {};
    Maybe<bool> experimental_use_unified_exec_tool = {};
    Maybe<std::string> responses_originator_header_internal_override = {};
    Maybe<bool> disable_response_storage = {};
    Maybe<bool> tools_web_search_request = {};
    /// Keys that CodexConfig has no field for, as in config.toml.
    json::Object other = {};
};

/// The members that are set, by their names here; `other` goes last.
json::Value to_json(const ConfigOverrides& overrides);

}  // namespace codex::config
