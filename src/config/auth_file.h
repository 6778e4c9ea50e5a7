// auth.json: what a user signed in with. Read only when nobody else can, written whole, under a
// lock, and only for its owner.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "json/value.h"

namespace codex::config {

struct AuthTokens {
    std::string id_token;
    std::string access_token;
    std::string refresh_token;
    std::optional<std::string> account_id;
    friend bool operator==(const AuthTokens&, const AuthTokens&) = default;
};

/// An API key wins over tokens.
struct StoredAuth {
    std::optional<std::string> api_key;
    std::optional<AuthTokens> tokens;
    std::optional<std::string> last_refresh;  // RFC 3339
    json::Object other;                       // members of other versions, kept
    friend bool operator==(const StoredAuth&, const StoredAuth&) = default;
};

inline constexpr std::string_view kAuthFile = "auth.json";

/// nullopt when there is none. Throws ConfigError, never with a value of the file.
std::optional<StoredAuth> read_auth_file(const std::filesystem::path& codex_home);

/// Takes the lock, reads what is there now, lets `change` have it, and writes the result.
StoredAuth update_auth_file(const std::filesystem::path& codex_home,
                            const std::function<void(StoredAuth&)>& change);

inline constexpr std::string_view kIssuer = "https://auth.openai.com";

/// Signing in again is the only way out.
class LoginRequired : public base::ConfigError {
  public:
    using ConfigError::ConfigError;
};

struct RefreshAnswer {
    int status = 0;
    std::string body;
};
/// Posts JSON and waits for the answer.
using PostJson = std::function<RefreshAnswer(const std::string& url, const std::string& body)>;

/// Tokens are renewed when they are this old (as codex-rs does, 2026).
inline constexpr std::chrono::hours kTokenAge{8 * 24};
bool needs_refresh(const StoredAuth& auth, base::Wall now);

/// New tokens for `stale`, written to the file. A refresh token is good for one use: under the lock
/// the file is read again, and when another process has renewed it by now, its tokens are taken.
/// Throws LoginRequired, or Error when the issuer cannot be used now.
StoredAuth refresh_tokens(const std::filesystem::path& codex_home, const AuthTokens& stale,
                          std::string_view issuer, base::Wall now, const PostJson& post);

}  // namespace codex::config
