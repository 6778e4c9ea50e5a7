// Who a URL talks to, read by the same parser that libcurl connects with.
#pragma once

#include <optional>
#include <string>

namespace codex::http {

struct Origin {
    std::string scheme;  // "http" or "https"
    std::string host;    // lower case; an IPv6 address keeps its brackets
    std::string port;    // always given: the scheme's own when the URL names none
    friend bool operator==(const Origin&, const Origin&) = default;
};

/// nullopt for what is no absolute http(s) URL, and for one that holds a user name.
std::optional<Origin> parse_origin(const std::string& url);

/// "https://api.github.com:443": equal for two URLs exactly when they talk to the same server.
std::optional<std::string> origin_of(const std::string& url);

}  // namespace codex::http
