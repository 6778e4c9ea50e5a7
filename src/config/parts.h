// The tables of a configuration as plain values. What each key means is said once, in keys.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/choices.h"
#include "protocol/environment_policy.h"

namespace codex::config {

using Texts = std::map<std::string, std::string>;

struct SandboxWorkspaceWrite {
    std::vector<std::string> writable_roots;
    bool network_access = false;
    bool exclude_tmpdir_env_var = false;
    bool exclude_slash_tmp = false;
    friend bool operator==(const SandboxWorkspaceWrite&, const SandboxWorkspaceWrite&) = default;
};

/// With what policy of protocol/environment_policy.h a command starts, and whether in a login
/// shell.
struct ShellEnvironmentPolicy : protocol::EnvironmentPolicy {
    bool experimental_use_profile = false;
    friend bool operator==(const ShellEnvironmentPolicy&, const ShellEnvironmentPolicy&) = default;
};

struct SearchLocation {
    std::optional<std::string> country;
    std::optional<std::string> region;
    std::optional<std::string> city;
    std::optional<std::string> timezone;
    friend bool operator==(const SearchLocation&, const SearchLocation&) = default;
};

struct SearchSettings {
    std::optional<SearchContext> context_size;
    std::vector<std::string> allowed_domains;
    SearchLocation location;
    friend bool operator==(const SearchSettings&, const SearchSettings&) = default;
};

struct Tools {
    bool view_image = true;
    SearchSettings web_search;
    friend bool operator==(const Tools&, const Tools&) = default;
};

struct ModelProvider {
    std::string name;
    std::optional<std::string> base_url;
    std::optional<std::string> env_key;
    std::optional<std::string> env_key_instructions;
    std::optional<std::string> experimental_bearer_token;
    bool requires_openai_auth = false;
    WireApi wire_api = WireApi::responses;
    Texts query_params;
    Texts http_headers;
    Texts env_http_headers;  // header to the variable that holds its value
    std::int64_t request_max_retries = 4;
    std::int64_t stream_max_retries = 5;
    std::int64_t stream_idle_timeout_ms = 300'000;
    friend bool operator==(const ModelProvider&, const ModelProvider&) = default;
};

/// Either `command`, a program that speaks over its standard streams, or `url`.
struct McpServer {
    std::optional<std::string> command;
    std::vector<std::string> args;
    Texts env;
    std::vector<std::string> env_vars;
    std::optional<std::string> cwd;
    std::optional<std::string> url;
    std::optional<std::string> bearer_token_env_var;
    Texts http_headers;
    Texts env_http_headers;
    bool enabled = true;
    bool required = false;
    std::optional<std::vector<std::string>> enabled_tools;
    std::vector<std::string> disabled_tools;
    double startup_timeout_sec = 30;
    double tool_timeout_sec = 300;
    friend bool operator==(const McpServer&, const McpServer&) = default;
};

struct Project {
    std::optional<TrustLevel> trust_level;
    friend bool operator==(const Project&, const Project&) = default;
};

struct History {
    HistoryPersistence persistence = HistoryPersistence::save_all;
    std::optional<std::int64_t> max_bytes;
    friend bool operator==(const History&, const History&) = default;
};

}  // namespace codex::config
