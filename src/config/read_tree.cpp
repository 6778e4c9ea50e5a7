#include "config/read_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/overloaded.h"
#include "config/url_rules.h"

namespace codex::config {
namespace {

// Keys of codex-rs up to 2026 that nothing here reads.
constexpr std::string_view kOtherKeys[] = {
    "agents",
    "allow_login_shell",
    "analytics",
    "approvals_reviewer",
    "apps",
    "audio",
    "auto_review",
    "background_terminal_max_timeout",
    "check_for_update_on_startup",
    "cli_auth_credentials_store",
    "compact_prompt",
    "default_permissions",
    "desktop",
    "experimental_compact_prompt_file",
    "experimental_use_rmcp_client",
    "feedback",
    "forced_chatgpt_workspace_id",
    "forced_login_method",
    "goals",
    "hooks",
    "include_apps_instructions",
    "include_collaboration_mode_instructions",
    "include_environment_context",
    "include_permissions_instructions",
    "log_dir",
    "marketplaces",
    "mcp_oauth_callback_port",
    "mcp_oauth_callback_url",
    "mcp_oauth_credentials_store",
    "memories",
    "model_auto_compact_token_limit_scope",
    "model_catalog_json",
    "notice",
    "oss_provider",
    "otel",
    "permissions",
    "personality",
    "plan_mode_reasoning_effort",
    "plugins",
    "responses_api_metadata",
    "shell_environment_policy.filters",
    "skills",
    "sqlite_home",
    "suppress_unstable_features_warning",
    "windows",
    "windows_wsl_setup_acknowledged",
};

// Fields of named entries, the name left out.
constexpr std::pair<std::string_view, std::string_view> kOtherFields[] = {
    {"model_providers.", "auth"},
    {"model_providers.", "aws"},
    {"model_providers.", "supports_standalone_web_search"},
    {"model_providers.", "supports_websockets"},
    {"model_providers.", "websocket_connect_timeout_ms"},
    {"mcp_servers.", "auth"},
    {"mcp_servers.", "default_tools_approval_mode"},
    {"mcp_servers.", "environment_id"},
    {"mcp_servers.", "http_headers_helper"},
    {"mcp_servers.", "oauth"},
    {"mcp_servers.", "oauth_resource"},
    {"mcp_servers.", "omit_tools_from"},
    {"mcp_servers.", "scopes"},
    {"mcp_servers.", "supports_parallel_tool_calls"},
    {"mcp_servers.", "tools"},
};

// Whether git understands it is git's to say (gitglossary(7), "pathspec").
bool is_pathspec(std::string_view text) {
    if (base::trim(text).empty() || text.starts_with('/')) return false;
    const auto parts = base::split(text, '/');
    return std::find(parts.begin(), parts.end(), "..") == parts.end() &&
           std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

constexpr std::size_t kMaxShown = 80;
constexpr std::size_t kMostSuggestions = 100;  // each takes time

}  // namespace

bool is_key_of_other_versions(std::string_view path) {
    if (std::find(std::begin(kOtherKeys), std::end(kOtherKeys), path) != std::end(kOtherKeys))
        return true;
    return std::any_of(std::begin(kOtherFields), std::end(kOtherFields), [&](const auto& field) {
        return path.starts_with(field.first) && path.ends_with(field.second) &&
               path[path.size() - field.second.size() - 1] == '.';
    });
}

std::string describe_value(const Node& node, bool is_secret) {
    if (is_secret) return "a value that is not shown";
    return std::visit(
        base::Overloaded{
            [](const std::string& text) {
                return "the text \"" + base::cut(base::to_valid_utf8(text), kMaxShown) + "\"";
            },
            [](bool flag) { return std::string(flag ? "true" : "false"); },
            [](std::int64_t number) { return fmt::format("the whole number {}", number); },
            [](double number) { return fmt::format("the number {}", number); },
            [&](const auto&) { return std::string(kind(node)); }},
        node.data);
}

std::string check_address(std::string_view text) {
    std::string problem;
    if (normalise_base_url(text, problem)) return {};
    // The rules for plain http ask whether a key would be sent; whether the rest is well-formed
    // they say for https.
    const std::string_view scheme = text.substr(0, 7);
    if (base::equals_ignoring_case(scheme, "http://") &&
        normalise_base_url("https://" + std::string(text.substr(scheme.size())), problem))
        return {};
    return problem;
}

void TreeReader::fail(const Node& node, const std::string& path, std::string message) {
    Origin origin = origin_;
    origin.position = node.position;
    findings_.problems.push_back({std::move(origin), path, std::move(message)});
}

const std::string* TreeReader::text_of(const Node& node) {
    if (const auto* text = node.as<std::string>()) return text;
    const bool is_scalar = node.as<Sequence>() == nullptr && node.as<Table>() == nullptr;
    return is_scalar && !node.raw.empty() ? &node.raw : nullptr;
}

bool TreeReader::expected(std::string_view what, const Node& node, const std::string& path,
                          const Key& key) {
    // An address may hold a password before its '@'.
    const bool is_secret = (key.traits & (kSecret | kAddress)) != 0;
    fail(node, path, fmt::format("expected {}, found {}", what, describe_value(node, is_secret)));
    return false;
}

bool TreeReader::read_leaf(const Node& node, const std::string& path, const Key& key, bool& into) {
    const auto* flag = node.as<bool>();
    if (flag == nullptr) return expected("true or false", node, path, key);
    into = *flag;
    return true;
}

bool TreeReader::check_range(double number, const Node& node, const std::string& path,
                             const Key& key) {
    if (number >= static_cast<double>(key.low) && number <= static_cast<double>(key.high))
        return true;
    const std::string what = key.high == Key().high
                                 ? fmt::format("a number of at least {}", key.low)
                                 : fmt::format("a number from {} to {}", key.low, key.high);
    return expected(what, node, path, key);
}

bool TreeReader::read_leaf(const Node& node, const std::string& path, const Key& key,
                           std::int64_t& into) {
    const auto* number = node.as<std::int64_t>();
    if (number == nullptr) return expected("a whole number", node, path, key);
    if (!check_range(static_cast<double>(*number), node, path, key)) return false;
    into = *number;
    return true;
}

bool TreeReader::read_leaf(const Node& node, const std::string& path, const Key& key,
                           double& into) {
    const auto* whole = node.as<std::int64_t>();
    const auto* number = node.as<double>();
    if (whole == nullptr && (number == nullptr || !std::isfinite(*number)))
        return expected("a number", node, path, key);
    const double value = whole != nullptr ? static_cast<double>(*whole) : *number;
    if (!check_range(value, node, path, key)) return false;
    into = value;
    return true;
}

bool TreeReader::read_leaf(const Node& node, const std::string& path, const Key& key,
                           std::string& into) {
    const std::string* text = text_of(node);
    if (text == nullptr) return expected("text", node, path, key);
    if (text->find('\0') != std::string::npos) {
        fail(node, path, "expected text without a zero byte");
        return false;
    }
    if ((key.traits & kAddress) != 0) {
        if (const std::string problem = check_address(*text); !problem.empty()) {
            fail(node, path, "expected an address: " + problem);
            return false;
        }
    }
    into = *text;
    return true;
}

bool TreeReader::read_leaf(const Node& node, const std::string& path, const Key& key,
                           std::vector<std::string>& into) {
    const auto* sequence = node.as<Sequence>();
    if (sequence == nullptr) return expected("a list of texts", node, path, key);
    std::vector<std::string> texts;
    for (const Node& item : *sequence) {
        const auto* text = item.as<std::string>();
        if (text == nullptr) {
            expected("a list of texts", item, path, key);
        } else if ((key.traits & kAbsolutePaths) != 0 && !text->starts_with('/')) {
            expected("absolute paths", item, path, key);
        } else if ((key.traits & kPathspecs) != 0 && !is_pathspec(*text)) {
            expected("pathspecs within the repository", item, path, key);
        } else {
            texts.push_back(*text);
        }
    }
    if (texts.size() != sequence->size()) return false;
    into = std::move(texts);
    return true;
}

bool TreeReader::read_leaf(const Node& node, const std::string&, const Key&, json::Value& into) {
    into = to_json(node);
    return true;
}

void TreeReader::set_origin(const std::string& path, const Node& node) {
    Origin origin = origin_;
    origin.position = node.position;
    origins_.insert_or_assign(path, std::move(origin));
}

void TreeReader::forget(const std::string& path, const Node& node) {
    const std::string inside = path + ".";
    const auto first = origins_.lower_bound(inside);
    auto last = first;
    while (last != origins_.end() && last->first.starts_with(inside)) ++last;
    origins_.erase(first, last);
    set_origin(path, node);
}

void TreeReader::note_unknown(const Entry& entry, const std::string& path,
                              const std::vector<std::string_view>& names) {
    const std::string name = join_key(path, entry.key);
    Origin origin = origin_;
    origin.position = entry.position;
    std::string message = "unknown key";
    const bool is_misplaced = std::find(names.begin(), names.end(), entry.key) != names.end();
    const bool is_other = !is_misplaced && is_key_of_other_versions(name);
    if (is_misplaced) {
        message = "cannot be set in a profile";
    } else if (is_other) {
        message = "has no effect in this program";
    } else if (findings_.unknown.size() < kMostSuggestions) {
        const std::string nearest = nearest_name(entry.key, {names.begin(), names.end()});
        if (!nearest.empty()) message += "; did you mean \"" + nearest + "\"?";
    }
    findings_.unknown.push_back({{std::move(origin), name, std::move(message)}, is_other});
}

}  // namespace codex::config
