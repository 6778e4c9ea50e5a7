#include "config/overrides.h"

#include "json/codec.h"

template <>
struct codex::json::Describe<codex::config::SandboxWorkspaceWriteOverrides> {
    template <class V>
    static void fields(V& v) {
        using T = codex::config::SandboxWorkspaceWriteOverrides;
        v("writable_roots", &T::writable_roots);
        v("network_access", &T::network_access);
        v("exclude_tmpdir_env_var", &T::exclude_tmpdir_env_var);
        v("exclude_slash_tmp", &T::exclude_slash_tmp);
    }
};
template <>
struct codex::json::Describe<codex::config::ShellEnvironmentPolicyOverrides> {
    template <class V>
    static void fields(V& v) {
        using T = codex::config::ShellEnvironmentPolicyOverrides;
        v("inherit", &T::inherit);
        v("ignore_default_excludes", &T::ignore_default_excludes);
        v("exclude", &T::exclude);
        v("set", &T::set);
        v("include_only", &T::include_only);
        v("experimental_use_profile", &T::experimental_use_profile);
    }
};
template <>
struct codex::json::Describe<codex::config::ModelProviderOverrides> {
    template <class V>
    static void fields(V& v) {
        using T = codex::config::ModelProviderOverrides;
        v("name", &T::name);
        v("base_url", &T::base_url);
        v("env_key", &T::env_key);
        v("env_key_instructions", &T::env_key_instructions);
        v("wire_api", &T::wire_api);
        v("query_params", &T::query_params);
        v("http_headers", &T::http_headers);
        v("env_http_headers", &T::env_http_headers);
        v("request_max_retries", &T::request_max_retries);
        v("stream_max_retries", &T::stream_max_retries);
        v("stream_idle_timeout_ms", &T::stream_idle_timeout_ms);
        v("requires_openai_auth", &T::requires_openai_auth);
    }
};
template <>
struct codex::json::Describe<codex::config::McpServerOverrides> {
    template <class V>
    static void fields(V& v) {
        using T = codex::config::McpServerOverrides;
        v("command", &T::command);
        v("args", &T::args);
        v("env", &T::env);
        v("url", &T::url);
        v("bearer_token_env_var", &T::bearer_token_env_var);
        v("enabled", &T::enabled);
        v("required", &T::required);
        v("startup_timeout_ms", &T::startup_timeout_ms);
        v("startup_timeout_sec", &T::startup_timeout_sec);
        v("tool_timeout_sec", &T::tool_timeout_sec);
    }
};
template <>
struct codex::json::Describe<codex::config::ToolsOverrides> {
    template <class V>
    static void fields(V& v) {
        using T = codex::config::ToolsOverrides;
        v("web_search", &T::web_search);
        v("view_image", &T::view_image);
    }
};
template <>
struct codex::json::Describe<codex::config::ProfileOverrides> {
    template <class V>
    static void fields(V& v) {
        using T = codex::config::ProfileOverrides;
        v("model", &T::model);
        v("model_provider", &T::model_provider);
        v("approval_policy", &T::approval_policy);
        v("sandbox_mode", &T::sandbox_mode);
        v("model_reasoning_effort", &T::model_reasoning_effort);
        v("model_reasoning_summary", &T::model_reasoning_summary);
        v("model_verbosity", &T::model_verbosity);
        v("chatgpt_base_url", &T::chatgpt_base_url);
        v("experimental_instructions_file", &T::experimental_instructions_file);
    }
};
template <>
struct codex::json::Describe<codex::config::ProjectOverrides> {
    template <class V>
    static void fields(V& v) {
        using T = codex::config::ProjectOverrides;
        v("trust_level", &T::trust_level);
    }
};
template <>
struct codex::json::Describe<codex::config::HistoryOverrides> {
    template <class V>
    static void fields(V& v) {
        using T = codex::config::HistoryOverrides;
        v("persistence", &T::persistence);
        v("max_bytes", &T::max_bytes);
    }
};
template <>
struct codex::json::Describe<codex::config::ConfigOverrides> {
    template <class V>
    static void fields(V& v) {
        using T = codex::config::ConfigOverrides;
        v("model", &T::model);
        v("review_model", &T::review_model);
        v("model_provider", &T::model_provider);
        v("approval_policy", &T::approval_policy);
        v("sandbox_mode", &T::sandbox_mode);
        v("sandbox_workspace_write", &T::sandbox_workspace_write);
        v("cwd", &T::cwd);
        v("config_profile", &T::config_profile);
        v("codex_linux_sandbox_exe", &T::codex_linux_sandbox_exe);
        v("shell_environment_policy", &T::shell_environment_policy);
        v("base_instructions", &T::base_instructions);
        v("include_plan_tool", &T::include_plan_tool);
        v("include_apply_patch_tool", &T::include_apply_patch_tool);
        v("include_view_image_tool", &T::include_view_image_tool);
        v("show_raw_agent_reasoning", &T::show_raw_agent_reasoning);
        v("model_context_window", &T::model_context_window);
        v("model_max_output_tokens", &T::model_max_output_tokens);
        v("model_auto_compact_token_limit", &T::model_auto_compact_token_limit);
        v("model_reasoning_effort", &T::model_reasoning_effort);
        v("model_reasoning_summary", &T::model_reasoning_summary);
        v("model_verbosity", &T::model_verbosity);
        v("model_supports_reasoning_summaries", &T::model_supports_reasoning_summaries);
        v("model_reasoning_summary_format", &T::model_reasoning_summary_format);
        v("hide_agent_reasoning", &T::hide_agent_reasoning);
        v("chatgpt_base_url", &T::chatgpt_base_url);
        v("preferred_auth_method", &T::preferred_auth_method);
        v("file_opener", &T::file_opener);
        v("disable_paste_burst", &T::disable_paste_burst);
        v("history", &T::history);
        v("tui", &T::tui);
        v("notify", &T::notify);
        v("instructions", &T::instructions);
        v("mcp_servers", &T::mcp_servers);
        v("model_providers", &T::model_providers);
        v("project_doc_max_bytes", &T::project_doc_max_bytes);
        v("profile", &T::profile);
        v("profiles", &T::profiles);
        v("tools", &T::tools);
        v("projects", &T::projects);
        v("experimental_resume", &T::experimental_resume);
        v("experimental_instructions_file", &T::experimental_instructions_file);
        v("experimental_use_exec_command_tool", &T::experimental_use_exec_command_tool);
        v("experimental_use_unified_exec_tool", &T::experimental_use_unified_exec_tool);
        v("responses_originator_header_internal_override",
          &T::responses_originator_header_internal_override);
        v("disable_response_storage", &T::disable_response_storage);
        v("tools_web_search_request", &T::tools_web_search_request);
    }
};

namespace codex::config {

json::Value to_json(const ConfigOverrides& overrides) {
    json::Value value = json::encode(overrides);
    for (const auto& [key, member] : overrides.other.members()) value.as_object()->set(key, member);
    return value;
}

}  // namespace codex::config
