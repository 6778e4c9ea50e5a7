#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/load.h"

namespace codex::config {
namespace {

constexpr std::string_view kOpenAiAddress = "https://api.openai.com/v1";
constexpr std::string_view kOssAddress = "http://localhost:11434/v1";

class Validator {
  public:
    Validator(const Config& config, const Origins& origins) : config_(config), origins_(origins) {}

    std::vector<Problem> validate() {
        check_model();
        for (const auto& [id, provider] : config_.model_providers)
            check_provider(join_key("model_providers", id), provider);
        for (const auto& [id, server] : config_.mcp_servers)
            check_server(id, join_key("mcp_servers", id), server);
        return std::move(problems_);
    }

  private:
    void fail(const std::string& path, std::string message) {
        problems_.push_back({origin_of(path), path, std::move(message)});
    }

    // That of the setting, or of the first one inside it.
    Origin origin_of(const std::string& path) const {
        if (const auto exact = origins_.find(path); exact != origins_.end()) return exact->second;
        const std::string inside = path + ".";
        const auto first = origins_.lower_bound(inside);
        if (first == origins_.end() || !first->first.starts_with(inside)) return {};
        return first->second;
    }

    void check_model() {
        if (base::trim(config_.model).empty()) fail("model", "is empty");
        if (config_.model_providers.contains(config_.model_provider)) return;
        std::vector<std::string> known;
        for (const auto& [id, provider] : config_.model_providers) known.push_back(id);
        fail("model_provider", fmt::format("there is no provider \"{}\"; known: {}",
                                           config_.model_provider, base::join(known, ", ")));
    }

    void check_headers(const std::string& path, const Texts& headers) {
        constexpr std::string_view kSeparators = "\"(),/:;<=>?@[\\]{} ";
        for (const auto& [name, value] : headers) {
            const bool is_token =
                !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
                    return c > 0x20 && c < 0x7F && kSeparators.find(c) == std::string_view::npos;
                });
            const bool is_one_line = std::all_of(value.begin(), value.end(), [](char c) {
                return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
            });
            if (!is_token) fail(join_key(path, name), "is no name of a header (RFC 9110, 5.1)");
            if (!is_one_line) fail(join_key(path, name), "holds a control character");
        }
    }

    void check_provider(const std::string& path, const ModelProvider& provider) {
        // OpenAI's address as a default would send another provider's key there.
        if (!provider.base_url) fail(path, "has no base_url");
        if (provider.env_key && base::trim(*provider.env_key).empty())
            fail(path + ".env_key", "is empty; leave it out where no key is needed");
        check_headers(path + ".http_headers", provider.http_headers);
        check_headers(path + ".env_http_headers", provider.env_http_headers);
    }

    void check_server(const std::string& id, const std::string& path, const McpServer& server) {
        const bool is_plain = !id.empty() && std::all_of(id.begin(), id.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-' || c == '_';
        });
        if (!is_plain) fail(path, "is no name of a server; allowed: letters, digits, - and _");
        if (server.command && server.url) {
            fail(path, "has both a command and a url");
        } else if (!server.command && !server.url) {
            fail(path, "has neither a command nor a url");
        }
        const auto only = [&](bool is_there, bool is_set, std::string_view field,
                              std::string_view other) {
            if (is_there && is_set)
                fail(fmt::format("{}.{}", path, field), fmt::format("does not go with {}", other));
        };
        only(server.url.has_value() && !server.command, !server.args.empty(), "args", "url");
        only(server.url.has_value() && !server.command, !server.env.empty(), "env", "url");
        only(server.url.has_value() && !server.command, !server.env_vars.empty(), "env_vars",
             "url");
        only(server.url.has_value() && !server.command, server.cwd.has_value(), "cwd", "url");
        only(server.command && !server.url, server.bearer_token_env_var.has_value(),
             "bearer_token_env_var", "command");
        only(server.command && !server.url, !server.http_headers.empty(), "http_headers",
             "command");
        only(server.command && !server.url, !server.env_http_headers.empty(), "env_http_headers",
             "command");
        check_headers(path + ".http_headers", server.http_headers);
        check_headers(path + ".env_http_headers", server.env_http_headers);
    }

    const Config& config_;
    const Origins& origins_;
    std::vector<Problem> problems_;
};

}  // namespace

std::map<std::string, ModelProvider> built_in_providers() {
    // As codex-rs has them (model_provider_info.rs, 2025-10).
    ModelProvider openai;
    openai.name = "OpenAI";
    openai.base_url = kOpenAiAddress;
    openai.requires_openai_auth = true;
    openai.env_http_headers = {{"OpenAI-Organization", "OPENAI_ORGANIZATION"},
                               {"OpenAI-Project", "OPENAI_PROJECT"}};
    ModelProvider oss;
    oss.name = "gpt-oss";
    oss.base_url = kOssAddress;
    oss.wire_api = WireApi::chat;
    return {{"openai", openai}, {"oss", oss}};
}

std::vector<Problem> validate(const Config& config, const Origins& origins) {
    return Validator(config, origins).validate();
}

}  // namespace codex::config
