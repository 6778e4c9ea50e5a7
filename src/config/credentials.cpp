#include "config/credentials.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace codex::config {
namespace {

using base::ConfigError;

struct Address {
    bool is_https = false;
    std::string host;  // in lower case, without the port
};

Address parse_address(std::string_view url) {
    Address address;
    const std::string lower = base::to_lower(url);
    std::string_view rest = lower;
    const std::size_t scheme = rest.find("://");
    if (scheme == std::string_view::npos) return address;
    address.is_https = rest.substr(0, scheme) == "https";
    rest.remove_prefix(scheme + 3);
    rest = rest.substr(0, rest.find_first_of("/?#"));
    // With a user in it the host is not what it seems to be.
    if (rest.find('@') != std::string_view::npos) return address;
    if (rest.starts_with('[')) {
        address.host = rest.substr(0, rest.find(']') + 1);
    } else {
        address.host = rest.substr(0, rest.find(':'));
    }
    return address;
}

bool is_this_machine(const Address& address) {
    return address.host == "localhost" || address.host == "127.0.0.1" || address.host == "[::1]";
}

std::optional<std::string> nonblank(const base::Environment& environment, std::string_view name) {
    const auto value = environment.find(name);
    if (!value || base::trim(*value).empty()) return std::nullopt;
    return std::string(base::trim(*value));
}

// A header's value cannot hold line breaks, and a key with one in it was copied badly.
Credential check(Credential credential) {
    const bool is_token = std::all_of(credential.token.begin(), credential.token.end(), [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c < 0x7F;
    });
    if (!is_token) {
        throw ConfigError(fmt::format("the key in {} holds blanks or characters that are not ASCII",
                                      credential.source));
    }
    return credential;
}

std::optional<Credential> from_variables(const base::Environment& environment) {
    for (const char* name : {"OPENAI_API_KEY", "CODEX_API_KEY"}) {
        if (auto value = nonblank(environment, name))
            return Credential{std::move(*value), fmt::format("variable {}", name)};
    }
    return std::nullopt;
}

std::optional<Credential> from_auth(const std::optional<StoredAuth>& auth) {
    if (!auth) return std::nullopt;
    if (auth->api_key) return Credential{*auth->api_key, std::string(kAuthFile)};
    if (!auth->tokens) return std::nullopt;
    return Credential{auth->tokens->access_token, std::string(kAuthFile), auth->tokens->account_id};
}

class Resolver {
  public:
    Resolver(const LoadedConfig& loaded, std::string_view id, const base::Environment& environment,
             const std::optional<StoredAuth>& auth)
        : loaded_(loaded), id_(id), environment_(environment), auth_(auth) {
        const auto found = loaded.config.model_providers.find(id_);
        if (found == loaded.config.model_providers.end())
            throw ConfigError(fmt::format("there is no provider \"{}\"", id_));
        provider_ = &found->second;
        url_ = provider_->base_url.value_or("");
        address_ = parse_address(url_);
    }

    std::optional<Credential> resolve() const {
        std::optional<Credential> credential = find();
        if (!credential) return std::nullopt;
        if (!address_.is_https && !is_this_machine(address_)) {
            throw ConfigError(fmt::format(
                "provider \"{}\": the key from {} would go to {} in clear text; use https", id_,
                credential->source, address_.host));
        }
        return check(std::move(*credential));
    }

  private:
    std::optional<Credential> find() const {
        if (provider_->env_key) {
            if (auto value = nonblank(environment_, *provider_->env_key))
                return Credential{std::move(*value), "variable " + *provider_->env_key};
            if (!provider_->requires_openai_auth) throw missing(*provider_->env_key);
        }
        if (provider_->experimental_bearer_token)
            return Credential{*provider_->experimental_bearer_token,
                              fmt::format("model_providers.{}.experimental_bearer_token", id_)};
        if (!provider_->requires_openai_auth) return std::nullopt;
        return find_openai();
    }

    std::optional<Credential> find_openai() const {
        const bool is_openai = is_openai_address(url_);
        auto credential = from_variables(environment_);
        if (credential && (is_openai || is_this_machine(address_) || is_chosen_here()))
            return credential;
        if (!credential) credential = from_auth(auth_);
        if (credential && is_openai) return credential;
        if (credential) {
            throw ConfigError(
                fmt::format("provider \"{}\": the key from {} is OpenAI's and is not sent to {}; "
                            "name the variable "
                            "with that host's key in model_providers.{}.env_key",
                            id_, credential->source, address_.host, id_));
        }
        // A local server seldom wants a key.
        if (is_this_machine(address_)) return std::nullopt;
        throw missing("OPENAI_API_KEY");
    }

    // Whoever sets the variables has set the address with them.
    bool is_chosen_here() const {
        const auto origin = loaded_.origins.find(join_key("model_providers", id_) + ".base_url");
        return origin != loaded_.origins.end() && origin->second.layer >= Layer::environment;
    }

    ConfigError missing(std::string_view variable) const {
        return ConfigError(
            fmt::format("provider \"{}\" needs a key: the variable {} is not set{}{}", id_,
                        variable, provider_->env_key_instructions ? "; " : "",
                        provider_->env_key_instructions.value_or("")));
    }

    const LoadedConfig& loaded_;
    std::string id_;
    const base::Environment& environment_;
    const std::optional<StoredAuth>& auth_;
    const ModelProvider* provider_ = nullptr;
    std::string url_;
    Address address_;
};

}  // namespace

bool is_openai_address(std::string_view base_url) {
    const Address address = parse_address(base_url);
    if (!address.is_https) return false;
    for (const std::string_view domain : {"openai.com", "chatgpt.com"}) {
        if (address.host == domain || address.host.ends_with("." + std::string(domain)))
            return true;
    }
    return false;
}

std::optional<Credential> resolve_credential(const LoadedConfig& loaded, std::string_view id,
                                             const base::Environment& environment,
                                             const std::optional<StoredAuth>& auth) {
    return Resolver(loaded, id, environment, auth).resolve();
}

std::vector<std::pair<std::string, std::string>> request_headers(
    const ModelProvider& provider, const base::Environment& environment) {
    std::vector<std::pair<std::string, std::string>> headers(provider.http_headers.begin(),
                                                             provider.http_headers.end());
    for (const auto& [name, variable] : provider.env_http_headers) {
        const auto value = nonblank(environment, variable);
        if (!value) continue;
        const bool is_one_line = std::all_of(value->begin(), value->end(), [](char c) {
            return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
        });
        if (!is_one_line)
            throw ConfigError(
                fmt::format("variable {} holds a control character, and is the header "
                            "{}",
                            variable, name));
        headers.emplace_back(name, *value);
    }
    return headers;
}

}  // namespace codex::config
