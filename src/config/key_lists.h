// The key lists of the configuration; see keys.h.
#pragma once

#include "config/keys.h"

namespace codex::config {

template <>
struct Keys<SandboxWorkspaceWrite> {
    template <class V>
    static void list(V& v) {
        using T = SandboxWorkspaceWrite;
        v(Key{"writable_roots", "Further folders that commands may write to, absolute.",
              kAbsolutePaths},
          &T::writable_roots);
        v(Key{"network_access", "Whether commands may use the network."}, &T::network_access);
        v(Key{"exclude_tmpdir_env_var", "Keeps the folder that TMPDIR names from being writable."},
          &T::exclude_tmpdir_env_var);
        v(Key{"exclude_slash_tmp", "Keeps /tmp from being writable."}, &T::exclude_slash_tmp);
    }
};

template <>
struct Keys<ShellEnvironmentPolicy> {
    template <class V>
    static void list(V& v) {
        using T = ShellEnvironmentPolicy;
        v(Key{"inherit",
              "What of our own environment commands start with; never the runner's tokens or our "
              "keys."},
          &T::inherit);
        v(Key{"ignore_default_excludes",
              "Keeps names with KEY, SECRET or TOKEN in them, which are dropped otherwise."},
          &T::ignore_default_excludes);
        v(Key{"exclude",
              "Names to drop; * stands for any run of characters, ? for one, case does not "
              "matter."},
          &T::exclude);
        v(Key{"set", "Variables to set, after the excludes."}, &T::set);
        v(Key{"include_only",
              "When given, nothing but names that match one of these is kept, of `set` too."},
          &T::include_only);
        v(Key{"experimental_use_profile", "Runs commands in the user's login shell.", kNoEffect},
          &T::experimental_use_profile);
    }
};

template <>
struct Keys<SearchLocation> {
    template <class V>
    static void list(V& v) {
        using T = SearchLocation;
        v(Key{"country", "Two letters of ISO 3166."}, &T::country);
        v(Key{"region", "Region or state."}, &T::region);
        v(Key{"city", "City."}, &T::city);
        v(Key{"timezone", "IANA name of the time zone."}, &T::timezone);
    }
};

template <>
struct Keys<SearchSettings> {
    template <class V>
    static void list(V& v) {
        using T = SearchSettings;
        v(Key{"context_size", "How much of what the search finds the model sees."},
          &T::context_size);
        v(Key{"allowed_domains", "Sites that the search is kept to; empty: all."},
          &T::allowed_domains);
        v(Key{"location", "Where the user is, roughly."}, &T::location);
    }
};

template <>
struct Keys<Tools> {
    template <class V>
    static void list(V& v) {
        using T = Tools;
        v(Key{"view_image", "Offers the tool that shows the model an image of the workspace."},
          &T::view_image);
        v(Key{"web_search",
              "Details of the hosted search; true and false mean web_search = live and disabled."},
          &T::web_search);
    }
};

template <>
struct Keys<ModelProvider> {
    template <class V>
    static void list(V& v) {
        using T = ModelProvider;
        v(Key{"name", "Name for people; `azure` turns on what Azure's API wants."}, &T::name);
        v(Key{"base_url", "Address in front of /responses or /chat/completions.", kAddress},
          &T::base_url);
        v(Key{"env_key", "Variable that holds the API key."}, &T::env_key);
        v(Key{"env_key_instructions", "Told when the variable is not set."},
          &T::env_key_instructions);
        v(Key{"experimental_bearer_token", "The API key itself; a variable is the better place.",
              kSecret},
          &T::experimental_bearer_token);
        v(Key{"requires_openai_auth",
              "Signs in as for OpenAI: OPENAI_API_KEY, CODEX_API_KEY or auth.json, sent to "
              "OpenAI's hosts only."},
          &T::requires_openai_auth);
        v(Key{"wire_api", "What the address speaks."}, &T::wire_api);
        v(Key{"query_params", "Added to each address, such as api-version."}, &T::query_params);
        v(Key{"http_headers", "Headers of every request.", kSecret}, &T::http_headers);
        v(Key{"env_http_headers",
              "Headers whose values are in variables, left out where the variable is not set."},
          &T::env_http_headers);
        v(Key{"request_max_retries", "Attempts after the first, of one request.", kNoTrait, 0,
              kMostRetries},
          &T::request_max_retries);
        v(Key{"stream_max_retries", "Times that an answer that broke off is asked for again.",
              kNoTrait, 0, kMostRetries},
          &T::stream_max_retries);
        v(Key{"stream_idle_timeout_ms", "Longest silence of an answer, in milliseconds.", kNoTrait,
              1, kLongestIdleMs},
          &T::stream_idle_timeout_ms);
    }
};

template <>
struct Keys<McpServer> {
    template <class V>
    static void list(V& v) {
        using T = McpServer;
        v(Key{"command", "Program to start, which speaks MCP over its standard streams."},
          &T::command);
        v(Key{"args", "Its arguments."}, &T::args);
        v(Key{"env", "Variables that it gets besides a few standard ones.", kSecret}, &T::env);
        v(Key{"env_vars", "Variables of ours that it gets too."}, &T::env_vars);
        v(Key{"cwd", "Folder that it starts in."}, &T::cwd);
        v(Key{"url", "Address of a server over HTTP, instead of a command.", kAddress}, &T::url);
        v(Key{"bearer_token_env_var", "Variable that holds the token for `url`."},
          &T::bearer_token_env_var);
        v(Key{"http_headers", "Headers of every request to `url`.", kSecret}, &T::http_headers);
        v(Key{"env_http_headers", "Headers to `url` whose values are in variables."},
          &T::env_http_headers);
        v(Key{"enabled", "Whether it is used at all."}, &T::enabled);
        v(Key{"required", "Ends the run when it does not start."}, &T::required);
        v(Key{"enabled_tools", "The tools to offer; unset: all of them."}, &T::enabled_tools);
        v(Key{"disabled_tools", "Tools not to offer."}, &T::disabled_tools);
        v(Key{"startup_timeout_sec", "How long it may take to start, in seconds.", kNoTrait, 0,
              kLongestTimeoutSec},
          &T::startup_timeout_sec);
        v(Key{"tool_timeout_sec", "How long a call may take, in seconds.", kNoTrait, 0,
              kLongestTimeoutSec},
          &T::tool_timeout_sec);
    }
};

template <>
struct Keys<Project> {
    template <class V>
    static void list(V& v) {
        using T = Project;
        v(Key{"trust_level", "Whether the folder's own settings count.", kNoEffect},
          &T::trust_level);
    }
};

template <>
struct Keys<History> {
    template <class V>
    static void list(V& v) {
        using T = History;
        v(Key{"persistence", "Whether prompts are kept in history.jsonl."}, &T::persistence);
        v(Key{"max_bytes", "Size from which the oldest entries go.", kNoTrait, 1}, &T::max_bytes);
    }
};

template <>
struct Keys<Config> {
    template <class V>
    static void list(V& v) {
        using T = Config;
        v(Key{"model", "The model.", kProfile}, &T::model);
        v(Key{"review_model", "The model that reviews; unset: `model`."}, &T::review_model);
        v(Key{"model_provider", "Which entry of `model_providers` serves it.", kProfile},
          &T::model_provider);
        v(Key{"model_context_window",
              "Tokens that the model can hold; unset: what is known of the model.", kNoTrait, 1},
          &T::model_context_window);
        v(Key{"model_max_output_tokens", "Tokens of one answer.", kNoTrait, 1},
          &T::model_max_output_tokens);
        v(Key{"model_auto_compact_token_limit", "Tokens from which the conversation is summed up.",
              kNoTrait, 1},
          &T::model_auto_compact_token_limit);
        v(Key{"model_reasoning_effort", "How hard the model thinks; unset: the model's default.",
              kProfile},
          &T::model_reasoning_effort);
        v(Key{"model_reasoning_summary", "What the model tells of its reasoning.", kProfile},
          &T::model_reasoning_summary);
        v(Key{"model_verbosity", "How much the model writes; unset: the model's default.",
              kProfile},
          &T::model_verbosity);
        v(Key{"model_supports_reasoning_summaries", "Corrects what is known of the model."},
          &T::model_supports_reasoning_summaries);
        v(Key{"model_reasoning_summary_format", "Corrects what is known of the model."},
          &T::model_reasoning_summary_format);
        v(Key{"service_tier", "The API's service tier, as it is.", kProfile}, &T::service_tier);
        v(Key{"model_providers",
              "Services that models come from; `openai` and `oss` are there, and an entry of that "
              "name changes what it names."},
          &T::model_providers);
        v(Key{"approval_policy", "When somebody is asked before a command runs.", kProfile},
          &T::approval_policy);
        v(Key{"sandbox_mode", "What a command may touch.", kProfile}, &T::sandbox_mode);
        v(Key{"sandbox_workspace_write", "The mode workspace-write in detail."},
          &T::sandbox_workspace_write);
        v(Key{"shell_environment_policy", "Which variables commands see."},
          &T::shell_environment_policy);
        v(Key{"cwd", "Folder to work in; unset: the current one."}, &T::cwd);
        v(Key{"projects", "What is known of folders, by absolute path."}, &T::projects);
        v(Key{"tools", "Tools that the model is offered.", kProfile}, &T::tools);
        v(Key{"web_search", "The hosted search.", kProfile}, &T::web_search);
        v(Key{"include_plan_tool", "Offers the tool that keeps a plan."}, &T::include_plan_tool);
        v(Key{"include_apply_patch_tool", "Offers apply_patch as a tool of its own."},
          &T::include_apply_patch_tool);
        v(Key{"tool_output_token_limit", "Tokens that the model sees of what a tool prints.",
              kNoTrait, 1},
          &T::tool_output_token_limit);
        v(Key{"mcp_servers", "MCP servers, by a name of letters, digits, - and _."},
          &T::mcp_servers);
        v(Key{"base_instructions", "Replaces the program's own instructions to the model."},
          &T::base_instructions);
        v(Key{"model_instructions_file", "A file that replaces them; relative to `cwd`.", kProfile},
          &T::model_instructions_file);
        v(Key{"developer_instructions", "A message to the model behind the instructions."},
          &T::developer_instructions);
        v(Key{"project_doc_max_bytes", "Bytes of AGENTS.md files that the model gets; 0: none.",
              kNoTrait, 0},
          &T::project_doc_max_bytes);
        v(Key{"project_doc_fallback_filenames", "Names that stand in where there is no AGENTS.md."},
          &T::project_doc_fallback_filenames);
        v(Key{"project_root_markers", "Names that mark the top folder of a project."},
          &T::project_root_markers);
        v(Key{"history", "What is kept of prompts."}, &T::history);
        v(Key{"notify", "Program and arguments, run after each turn."}, &T::notify);
        v(Key{"show_raw_agent_reasoning",
              "Passes on the model's reasoning itself, where a provider gives it."},
          &T::show_raw_agent_reasoning);
        v(Key{"hide_agent_reasoning", "Leaves summaries of reasoning out of what is printed."},
          &T::hide_agent_reasoning);
        v(Key{"chatgpt_base_url", "Address of ChatGPT's services.", kProfile | kNoEffect},
          &T::chatgpt_base_url);
        v(Key{"preferred_auth_method", "How to sign in.", kNoEffect}, &T::preferred_auth_method);
        v(Key{"file_opener", "Editor that links to files open in.", kNoEffect}, &T::file_opener);
        v(Key{"disable_paste_burst", "Terminal interface.", kNoEffect}, &T::disable_paste_burst);
        v(Key{"tui", "Terminal interface.", kProfile | kNoEffect}, &T::tui);
        v(Key{"instructions", "Read by no version.", kNoEffect}, &T::instructions);
        v(Key{"experimental_resume", "Session file to go on with.", kNoEffect},
          &T::experimental_resume);
        v(Key{"experimental_use_exec_command_tool", "Another shell tool.", kNoEffect},
          &T::experimental_use_exec_command_tool);
        v(Key{"experimental_use_unified_exec_tool", "Another shell tool.", kNoEffect},
          &T::experimental_use_unified_exec_tool);
        v(Key{"responses_originator_header_internal_override", "Header of the original program.",
              kNoEffect},
          &T::responses_originator_header_internal_override);
        v(Key{"disable_response_storage", "Responses are never stored.", kNoEffect},
          &T::disable_response_storage);
        v(Key{"codex_linux_sandbox_exe", "Helper of the original program; this one has its own.",
              kNoEffect},
          &T::codex_linux_sandbox_exe);
        v(Key{"features", "Switches of other versions.", kProfile | kNoEffect}, &T::features);
    }
};

}  // namespace codex::config
