#include "model/provider.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/url.h"

namespace codex::model {
namespace {

// Parts of Azure's addresses (spec/codex-core.md 1.4); azure-api.net and azurefd.net are gateways.
constexpr std::array<std::string_view, 6> kAzureMarks = {
    "openai.azure.", "cognitiveservices.azure.", "aoai.azure.", "azure-api.",
    "azurefd.",      "windows.net/openai"};

struct SplitUrl {
    std::string path;   // scheme, host and path, without slashes at the end
    std::string query;  // without "?"
};

SplitUrl split_url(std::string_view url) {
    url = url.substr(0, url.find('#'));
    const std::size_t mark = url.find('?');
    SplitUrl split;
    if (mark != std::string_view::npos) split.query = url.substr(mark + 1);
    std::string_view path = url.substr(0, mark);
    while (path.ends_with('/')) path.remove_suffix(1);
    split.path = path;
    while (split.query.ends_with('&')) split.query.pop_back();
    return split;
}

bool has_header(const Provider& provider, std::string_view name) {
    return std::any_of(
        provider.http_headers.begin(), provider.http_headers.end(),
        [&](const http::Header& header) { return base::equals_ignoring_case(header.name, name); });
}

// Azure's older addresses know the key by another header than OpenAI's; its /openai/v1 takes both
// (https://learn.microsoft.com/azure/ai-services/openai/reference, "Authentication").
bool wants_api_key_header(const Provider& provider) {
    if (!is_azure(provider)) return false;
    const std::string path = base::to_lower(split_url(provider.base_url).path);
    return path.find("/openai/v1") == std::string::npos;
}

}  // namespace

std::optional<WireApi> parse_wire_api(std::string_view text) {
    if (text == "responses") return WireApi::responses;
    if (text == "chat") return WireApi::chat;
    return std::nullopt;
}

std::string_view render_wire_api(WireApi wire) {
    switch (wire) {
        case WireApi::responses:
            return "responses";
        case WireApi::chat:
            return "chat";
    }
    return "responses";
}

std::optional<Provider> builtin_provider(std::string_view id) {
    Provider provider;
    provider.id = id;
    if (id == "openai") {
        provider.name = "OpenAI";
        return provider;
    }
    provider.wire_api = WireApi::chat;
    if (id == "openrouter") {
        provider.name = "OpenRouter";
        provider.base_url = "https://openrouter.ai/api/v1";
        return provider;
    }
    provider.key_source = "whether the local server wants a key";
    if (id == "oss" || id == "ollama") {
        provider.name = id == "oss" ? "gpt-oss" : "Ollama";
        provider.base_url = "http://localhost:11434/v1";
        return provider;
    }
    if (id == "lmstudio") {
        provider.name = "LM Studio";
        provider.base_url = "http://localhost:1234/v1";
        return provider;
    }
    return std::nullopt;
}

bool is_azure(const Provider& provider) {
    if (base::equals_ignoring_case(provider.name, "azure")) return true;
    // A query may name anything.
    const std::string path = base::to_lower(split_url(provider.base_url).path);
    return std::any_of(kAzureMarks.begin(), kAzureMarks.end(),
                       [&](std::string_view mark) { return path.find(mark) != std::string::npos; });
}

bool is_openai(const Provider& provider) {
    const auto origin = http::parse_origin(provider.base_url);
    return origin && (origin->host == "api.openai.com" || origin->host.ends_with(".openai.com"));
}

std::string request_url(const Provider& provider) {
    const std::string_view end =
        provider.wire_api == WireApi::chat ? "/chat/completions" : "/responses";
    SplitUrl url = split_url(provider.base_url);
    if (!url.path.ends_with(end)) url.path += end;
    for (const auto& [name, value] : provider.query_params) {
        if (!url.query.empty()) url.query += '&';
        url.query += base::percent_encode(name) + "=" + base::percent_encode(value);
    }
    return url.query.empty() ? url.path : url.path + "?" + url.query;
}

std::string shown_url(const Provider& provider) {
    return provider.base_url.substr(0, provider.base_url.find_first_of("?#"));
}

std::vector<http::Header> auth_headers(const Provider& provider, const Auth& auth) {
    std::vector<http::Header> headers;
    // A secret that was read from a file ends in a line break.
    const std::string key(base::trim(auth.key));
    if (!key.empty() && !has_header(provider, "Authorization") &&
        !has_header(provider, "api-key")) {
        if (wants_api_key_header(provider)) {
            headers.push_back({"api-key", key});
        } else {
            headers.push_back({"Authorization", "Bearer " + key});
        }
    }
    if (!auth.account_id.empty()) headers.push_back({"chatgpt-account-id", auth.account_id});
    return headers;
}

}  // namespace codex::model
