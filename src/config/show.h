// The effective configuration as text, each value with its origin, and without secrets.
#pragma once

#include <filesystem>
#include <string>

#include "config/load.h"
#include "json/value.h"

namespace codex::config {

enum class ShowFormat { toml, json };

struct ShowOptions {
    ShowFormat format = ShowFormat::toml;
    bool with_origins = false;
    bool is_masked = true;  // "***" for secrets, and for what has a name like one
};

/// Text that, unless secrets are masked, load_config() reads back to the same configuration. The
/// profile is not in it: what it set is. JSON with origins is {"config": …, "origins": {key:
/// {layer, source, line, column}}}.
std::string render_config(const LoadedConfig& loaded, const ShowOptions& options);

/// The configuration as JSON, with "***" for secrets.
json::Value masked(const Config& config);

/// What codex-python's helper of this name returns, with its names.
struct ConfigPreview {
    std::string model;
    std::string model_provider_id;
    protocol::ApprovalPolicy approval_policy = protocol::ApprovalPolicy::on_request;
    SandboxMode sandbox_mode = SandboxMode::read_only;
    std::string cwd;
    bool include_plan_tool = false;
    bool include_apply_patch_tool = false;
    bool include_view_image_tool = false;
    bool show_raw_agent_reasoning = false;
    bool tools_web_search_request = false;
    friend bool operator==(const ConfigPreview&, const ConfigPreview&) = default;
};

/// A relative `cwd` is one in `current_folder`. Throws nothing and reads nothing.
ConfigPreview preview_config(const Config& config, const std::filesystem::path& current_folder);

}  // namespace codex::config

template <>
struct codex::json::EnumNames<codex::config::ShowFormat> {
    using Format = codex::config::ShowFormat;
    static constexpr std::pair<Format, std::string_view> names[] = {{Format::toml, "toml"},
                                                                    {Format::json, "json"}};
};
template <>
struct codex::json::Describe<codex::config::ConfigPreview> {
    template <class V>
    static void fields(V& v) {
        using T = codex::config::ConfigPreview;
        v("model", &T::model);
        v("model_provider_id", &T::model_provider_id);
        v("approval_policy", &T::approval_policy);
        v("sandbox_mode", &T::sandbox_mode);
        v("cwd", &T::cwd);
        v("include_plan_tool", &T::include_plan_tool);
        v("include_apply_patch_tool", &T::include_apply_patch_tool);
        v("include_view_image_tool", &T::include_view_image_tool);
        v("show_raw_agent_reasoning", &T::show_raw_agent_reasoning);
        v("tools_web_search_request", &T::tools_web_search_request);
    }
};
