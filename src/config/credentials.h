// Which credential goes with a request to a provider, and to which hosts it may go at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/environment.h"
#include "config/auth_file.h"
#include "config/load.h"

namespace codex::config {

struct Credential {
    std::string token;   // for Authorization: Bearer
    std::string source;  // "variable OPENAI_API_KEY", "auth.json", for messages
    std::optional<std::string> account_id = {};  // of ChatGPT's tokens
    friend bool operator==(const Credential&, const Credential&) = default;
};

/// For the provider of this id, in this order: the variable that `env_key` names; the key that
/// stands in the file; and, where the provider asks for OpenAI's, OPENAI_API_KEY, CODEX_API_KEY and
/// what `auth` holds. The last three go to OpenAI's hosts only; the two variables also to this
/// machine, and to where the same environment or command line has pointed the provider. nullopt:
/// the provider wants none. Throws ConfigError, which names the variable and the provider's
/// instructions, when one is wanted and missing, and when it would go over a network in clear text.
std::optional<Credential> resolve_credential(const LoadedConfig& loaded, std::string_view id,
                                             const base::Environment& environment,
                                             const std::optional<StoredAuth>& auth);

/// `http_headers` and those of `env_http_headers` whose variables are set and not blank.
std::vector<std::pair<std::string, std::string>> request_headers(
    const ModelProvider& provider, const base::Environment& environment);

/// Whether this is an address of OpenAI: https, and a host of openai.com or chatgpt.com.
bool is_openai_address(std::string_view base_url);

}  // namespace codex::config
