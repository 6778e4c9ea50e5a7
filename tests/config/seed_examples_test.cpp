// The configurations of codex-python's README, as C++ and as TOML: both come to the same, and each
// setting takes effect in the value that requests and commands are made from.
#include <catch2/catch_test_macros.hpp>

#include "config/credentials.h"
#include "config/load.h"
#include "config/show.h"

namespace codex::config {
namespace {

using protocol::ApprovalPolicy;

Config load_both(const ConfigOverrides& overrides, const std::string& toml) {
    Config typed = load_config({.overrides = overrides}).config;
    const LoadedConfig file =
        load_config({.user_file = SourceText{"config.toml", toml}, .is_strict = true});
    CHECK(file.config == typed);
    CHECK(file.warnings.empty());
    return typed;
}

TEST_CASE("README quickstart: a model that may write to the workspace") {
    const Config config = load_both({.model = "gpt-5",
                                     .model_provider = "openai",
                                     .approval_policy = ApprovalPolicy::on_request,
                                     .sandbox_mode = SandboxMode::workspace_write,
                                     .include_apply_patch_tool = false},
                                    "model = \"gpt-5\"\n"
                                    "model_provider = \"openai\"\n"
                                    "approval_policy = \"on-request\"\n"
                                    "sandbox_mode = \"workspace-write\"\n"
                                    "include_apply_patch_tool = false\n");
    const ConfigPreview expected{.model = "gpt-5",
                                 .model_provider_id = "openai",
                                 .approval_policy = ApprovalPolicy::on_request,
                                 .sandbox_mode = SandboxMode::workspace_write,
                                 .cwd = "/here",
                                 .include_view_image_tool = true};
    CHECK(preview_config(config, "/here") == expected);
}

TEST_CASE("README configuration: a folder and the patch tool") {
    const Config config = load_both({.model = "gpt-5",
                                     .model_provider = "openai",
                                     .approval_policy = ApprovalPolicy::on_request,
                                     .sandbox_mode = SandboxMode::workspace_write,
                                     .cwd = "/path/to/project",
                                     .include_apply_patch_tool = true},
                                    "model = \"gpt-5\"\n"
                                    "model_provider = \"openai\"\n"
                                    "approval_policy = \"on-request\"\n"
                                    "sandbox_mode = \"workspace-write\"\n"
                                    "cwd = \"/path/to/project\"\n"
                                    "include_apply_patch_tool = true\n");
    CHECK(preview_config(config, "/here").cwd == "/path/to/project");
    CHECK(config.include_apply_patch_tool);
}

TEST_CASE("README example 1: web search, and what may be written") {
    const Config config =
        load_both({.model = "gpt-5",
                   .review_model = "gpt-5-codex",
                   .model_provider = "openai",
                   .approval_policy = ApprovalPolicy::on_request,
                   .sandbox_mode = SandboxMode::workspace_write,
                   .sandbox_workspace_write = {{.writable_roots = {{"/tmp/my-session"}},
                                                .exclude_tmpdir_env_var = true}},
                   .tools_web_search_request = true},
                  "model = \"gpt-5\"\n"
                  "review_model = \"gpt-5-codex\"\n"
                  "model_provider = \"openai\"\n"
                  "approval_policy = \"on-request\"\n"
                  "sandbox_mode = \"workspace-write\"\n"
                  "[sandbox_workspace_write]\n"
                  "writable_roots = [\"/tmp/my-session\"]\n"
                  "exclude_tmpdir_env_var = true\n"
                  "[tools]\n"
                  "web_search_request = true\n");
    CHECK(config.review_model == "gpt-5-codex");
    CHECK(config.sandbox_workspace_write ==
          SandboxWorkspaceWrite{{"/tmp/my-session"}, false, true, false});
    CHECK(preview_config(config, "/here").tools_web_search_request);
}

TEST_CASE("README example 2: the variables of commands") {
    const Config config =
        load_both({.shell_environment_policy = {{.inherit = protocol::Inherit::core,
                                                 .exclude = {{"*TOKEN*", "*KEY*"}},
                                                 .set = {{{"FOO", "bar"}}},
                                                 .include_only = {{"PATH", "HOME", "FOO"}}}}},
                  "[shell_environment_policy]\n"
                  "inherit = \"core\"\n"
                  "exclude = [\"*TOKEN*\", \"*KEY*\"]\n"
                  "set = { FOO = \"bar\" }\n"
                  "include_only = [\"PATH\", \"HOME\", \"FOO\"]\n");
    const protocol::EnvironmentPolicy expected{.inherit = protocol::Inherit::core,
                                               .exclude = {"*TOKEN*", "*KEY*"},
                                               .set = {{"FOO", "bar"}},
                                               .include_only = {"PATH", "HOME", "FOO"}};
    CHECK(static_cast<const protocol::EnvironmentPolicy&>(config.shell_environment_policy) ==
          expected);
}

// In the original this entry has no effect: entries of users never replaced built-in ones.
TEST_CASE("README example 3: an entry for the built-in provider") {
    const std::map<std::string, ModelProviderOverrides> providers = {
        {"openai",
         {.name = "OpenAI",
          .wire_api = WireApi::responses,
          .request_max_retries = 4,
          .requires_openai_auth = true}}};
    Config config = load_both({.model_provider = "openai", .model_providers = providers},
                              "model_provider = \"openai\"\n"
                              "[model_providers.openai]\n"
                              "name = \"OpenAI\"\n"
                              "wire_api = \"responses\"\n"
                              "requires_openai_auth = true\n"
                              "request_max_retries = 4\n");
    CHECK(config == Config());  // what is built in says the same
    const LoadedConfig changed =
        load_config({.overrides = {.model_providers = {{{"openai", {.request_max_retries = 9}}}}}});
    CHECK(changed.config.model_providers.at("openai").request_max_retries == 9);
    CHECK(changed.config.model_providers.at("openai").base_url == "https://api.openai.com/v1");
    const base::Environment environment(
        std::map<std::string, std::string, std::less<>>{{"OPENAI_API_KEY", "sk"}});
    CHECK(resolve_credential(changed, "openai", environment, {}) ==
          Credential{"sk", "variable OPENAI_API_KEY"});
}

}  // namespace
}  // namespace codex::config
