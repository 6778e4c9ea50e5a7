#include "http/url.h"

#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <string>
#include <vector>

using codex::http::origin_of;

TEST_CASE("the origin of a URL is scheme, host and port in one spelling") {
    struct Case {
        std::string url;
        std::optional<std::string> origin;
    };
    const std::vector<Case> cases = {
        {"https://api.github.com/repos?page=2", "https://api.github.com:443"},
        {"HTTPS://API.GitHub.com", "https://api.github.com:443"},
        {"https://api.github.com:443/x#y", "https://api.github.com:443"},
        {"http://127.0.0.1:8080/", "http://127.0.0.1:8080"},
        {"http://localhost", "http://localhost:80"},
        {"http://[::1]:9/", "http://[::1]:9"},
        {"https://api.github.com.evil.example/", "https://api.github.com.evil.example:443"},
        {"https://api.github.com@evil.example/", std::nullopt},
        {"https://user:word@api.github.com/", std::nullopt},
        {"ftp://api.github.com/", std::nullopt},
        {"file:///etc/passwd", std::nullopt},
        {"javascript:alert(1)", std::nullopt},
        {"//api.github.com/", std::nullopt},
        {"/repos?page=2", std::nullopt},
        {"api.github.com", std::nullopt},
        {"https://", std::nullopt},
        {"https://api.github.com:99999/", std::nullopt},
        {"https://api.github.com /", std::nullopt},
        {"https://api.github.com\r\nHost: evil/", std::nullopt},
        {std::string("https://api.github.com\0.evil.example/", 37), std::nullopt},
        {"", std::nullopt},
    };
    for (const Case& one : cases) {
        INFO(one.url);
        CHECK(origin_of(one.url) == one.origin);
    }
}
