// Where a model is asked, and in which dialect; and the key for it, which is kept apart.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/transport.h"

namespace codex::model {

/// The Responses API, or Chat Completions, which most compatible servers speak.
enum class WireApi { responses, chat };

/// "responses" and "chat", as in a configuration; nullopt for anything else.
std::optional<WireApi> parse_wire_api(std::string_view text);
std::string_view render_wire_api(WireApi wire);

/// A model endpoint. Holds no secret but what the user puts into headers or query parameters.
struct Provider {
    std::string id = "openai";
    std::string name = {};  // for people; "azure" in any case makes it an Azure endpoint
    std::string base_url = "https://api.openai.com/v1";  // may have a query of its own
    WireApi wire_api = WireApi::responses;
    std::vector<std::pair<std::string, std::string>> query_params = {};
    std::vector<http::Header> http_headers = {};
    int request_max_retries = 4;  // both at most kMaxRetries
    int stream_max_retries = 5;
    std::chrono::milliseconds stream_idle_timeout{300'000};
    /// What a user mends when the key is refused, as it stands behind "check".
    std::string key_source = "the secret behind openai_api_key";
    friend bool operator==(const Provider&, const Provider&) = default;
};

inline constexpr int kMaxRetries = 100;

/// Never part of a Provider: those are logged, compared and taken from files.
struct Auth {
    std::string key;         // empty: nothing is sent
    std::string account_id;  // of a ChatGPT login; empty with an API key
};

/// "openai", "openrouter", and the local "oss", "ollama" and "lmstudio"; nullopt for another name.
std::optional<Provider> builtin_provider(std::string_view id);

/// Azure OpenAI, by its name or by the address (spec/codex-core.md 1.4): it stores what it answers
/// and wants items back under their ids.
bool is_azure(const Provider& provider);

/// OpenAI's own servers, which take fields that compatible ones refuse.
bool is_openai(const Provider& provider);

/// The URL of a request: the path of the wire API behind that of base_url, whose query stays and is
/// followed by the escaped query_params. A base_url that names the whole path already is kept.
std::string request_url(const Provider& provider);

/// base_url for messages: without the query, which may hold a key.
std::string shown_url(const Provider& provider);

/// The headers that carry the key: "Authorization: Bearer", or Azure's "api-key" where a deployment
/// or an api-version is addressed. A header of the provider's own with the same name wins.
std::vector<http::Header> auth_headers(const Provider& provider, const Auth& auth);

}  // namespace codex::model
