#include "config/auth_file.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "config/url_rules.h"
#include "json/codec.h"

namespace codex::config {
namespace {

using base::ConfigError;

constexpr std::size_t kMaxAuthBytes = std::size_t{256} << 10;
// codex-rs login/src (2025-10): the id of its client, and the scopes that it asks for.
constexpr std::string_view kClientId = "app_EMoamEEZ73f0CkXaXp7hrann";
constexpr std::string_view kScopes = "openid profile email";
constexpr int kOk = 200;
constexpr int kBadRequest = 400;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;

std::optional<std::string> text_member(const json::Value& object, std::string_view name) {
    const json::Value* member = object.find(name);
    if (member == nullptr || member->is_null()) return std::nullopt;
    if (member->as_string() == nullptr)
        throw ConfigError(fmt::format("$.{}: expected a string or null", name));
    return *member->as_string();
}

std::optional<AuthTokens> decode_tokens(const json::Value* value) {
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (value->as_object() == nullptr) throw ConfigError("$.tokens: expected an object or null");
    AuthTokens tokens;
    tokens.id_token = text_member(*value, "id_token").value_or("");
    tokens.access_token = text_member(*value, "access_token").value_or("");
    tokens.refresh_token = text_member(*value, "refresh_token").value_or("");
    tokens.account_id = text_member(*value, "account_id");
    if (tokens.access_token.empty()) throw ConfigError("$.tokens.access_token: is missing");
    return tokens;
}

StoredAuth decode(const std::string& text) {
    const json::Value value = json::parse(text, kAuthFile, kMaxAuthBytes);
    if (value.as_object() == nullptr) throw ConfigError("expected an object");
    StoredAuth auth;
    auth.api_key = text_member(value, "OPENAI_API_KEY");
    if (auth.api_key && base::trim(*auth.api_key).empty()) auth.api_key.reset();
    auth.tokens = decode_tokens(value.find("tokens"));
    auth.last_refresh = text_member(value, "last_refresh");
    for (const auto& [name, member] : value.as_object()->members()) {
        if (name != "OPENAI_API_KEY" && name != "tokens" && name != "last_refresh")
            auth.other.set(name, member);
    }
    return auth;
}

json::Value or_null(const std::optional<std::string>& text) {
    return text ? json::Value(*text) : json::Value(nullptr);
}

std::string render(const StoredAuth& auth) {
    json::Value tokens;
    if (auth.tokens) {
        tokens = json::Value::object({{"id_token", auth.tokens->id_token},
                                      {"access_token", auth.tokens->access_token},
                                      {"refresh_token", auth.tokens->refresh_token},
                                      {"account_id", or_null(auth.tokens->account_id)}});
    }
    json::Value value = json::Value::object({{"OPENAI_API_KEY", or_null(auth.api_key)},
                                             {"tokens", std::move(tokens)},
                                             {"last_refresh", or_null(auth.last_refresh)}});
    for (const auto& [name, member] : auth.other.members()) value.as_object()->set(name, member);
    return json::render_pretty(value) + "\n";
}

std::filesystem::path lock_path(const std::filesystem::path& codex_home) {
    return codex_home / (std::string(kAuthFile) + ".lock");
}

void write(const std::filesystem::path& codex_home, const StoredAuth& auth) {
    constexpr unsigned kOwnerOnly = 0600;
    base::write_file_atomically(codex_home / kAuthFile, render(auth), kOwnerOnly);
}

std::string error_code(const std::string& body) {
    try {
        const json::Value value = json::parse(body, "the answer", kMaxAuthBytes);
        if (const json::Value* code = value.at("error", "code")) return json::string_or_empty(code);
        return json::string_or_empty(value.find("error"));
    } catch (const json::JsonError&) {
        return {};
    }
}

// The answer never goes into a message as a whole: it holds tokens when it is a good one.
void apply_answer(const RefreshAnswer& answer, AuthTokens& tokens) {
    if (answer.status == kBadRequest || answer.status == kUnauthorized ||
        answer.status == kForbidden) {
        const std::string code = base::cut(error_code(answer.body), 80);
        throw LoginRequired(fmt::format("the login has ended ({}{}); sign in again", answer.status,
                                        code.empty() ? "" : ", " + code));
    }
    if (answer.status != kOk)
        throw base::Error(fmt::format("the tokens could not be renewed: status {}", answer.status));
    const json::Value value = json::parse(answer.body, "the issuer's answer", kMaxAuthBytes);
    const std::string access = json::string_or_empty(value.find("access_token"));
    const std::string refresh = json::string_or_empty(value.find("refresh_token"));
    const std::string id = json::string_or_empty(value.find("id_token"));
    if (access.empty() && id.empty())
        throw base::Error("the tokens could not be renewed: the answer holds none");
    if (!access.empty()) tokens.access_token = access;
    if (!refresh.empty()) tokens.refresh_token = refresh;
    if (!id.empty()) tokens.id_token = id;
}

}  // namespace

std::optional<StoredAuth> read_auth_file(const std::filesystem::path& codex_home) {
    const std::filesystem::path path = codex_home / kAuthFile;
    try {
        const auto text = base::read_private_file_if_exists(path, kMaxAuthBytes);
        if (!text) return std::nullopt;
        return decode(*text);
    } catch (const json::JsonError&) {
        // Its message may quote the text.
        throw ConfigError(path.string() + ": it is no JSON");
    } catch (ConfigError& error) {
        error.add_context(path.string());
        throw;
    } catch (const base::Error& error) {
        throw ConfigError(error.what());
    }
}

StoredAuth update_auth_file(const std::filesystem::path& codex_home,
                            const std::function<void(StoredAuth&)>& change) {
    const base::FileLock lock(lock_path(codex_home));
    StoredAuth auth = read_auth_file(codex_home).value_or(StoredAuth());
    change(auth);
    write(codex_home, auth);
    return auth;
}

bool needs_refresh(const StoredAuth& auth, base::Wall now) {
    if (auth.api_key || !auth.tokens || auth.tokens->refresh_token.empty()) return false;
    // RFC 3339 in UTC and whole seconds sorts as text.
    return !auth.last_refresh || *auth.last_refresh < base::render_time(now - kTokenAge);
}

StoredAuth refresh_tokens(const std::filesystem::path& codex_home, const AuthTokens& stale,
                          std::string_view issuer, base::Wall now, const PostJson& post) {
    std::string problem;
    const auto address = normalise_base_url(issuer, problem);
    if (!address) throw ConfigError("the issuer's address cannot be used: " + problem);
    if (stale.refresh_token.empty())
        throw LoginRequired("there is no refresh token; sign in again");
    return update_auth_file(codex_home, [&](StoredAuth& auth) {
        if (auth.tokens && auth.tokens->refresh_token != stale.refresh_token) return;
        AuthTokens tokens = stale;
        const json::Value request = json::Value::object({{"client_id", json::Value(kClientId)},
                                                         {"grant_type", "refresh_token"},
                                                         {"refresh_token", stale.refresh_token},
                                                         {"scope", json::Value(kScopes)}});
        apply_answer(post(*address + "/oauth/token", json::render(request)), tokens);
        auth.tokens = std::move(tokens);
        auth.last_refresh = base::render_time(now);
    });
}

}  // namespace codex::config
