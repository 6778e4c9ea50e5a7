#include "config/url_rules.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

namespace codex::config {
namespace {

TEST_CASE("an address that may get the key is taken without its last slashes") {
    struct Row {
        std::string given;
        std::string normal;
    };
    const std::vector<Row> rows = {
        {"https://api.openai.com/v1", "https://api.openai.com/v1"},
        {"https://api.openai.com/v1//", "https://api.openai.com/v1"},
        {"https://api.openai.com/", "https://api.openai.com"},
        {"HTTPS://API.example.com/V1", "HTTPS://API.example.com/V1"},
        {"https://e.org:8443/a/b", "https://e.org:8443/a/b"},
        {"https://[2001:db8::1]:443/v1", "https://[2001:db8::1]:443/v1"},
        {"http://localhost:8080/v1", "http://localhost:8080/v1"},
        {"http://LOCALHOST/v1", "http://LOCALHOST/v1"},
        {"http://127.0.0.1:1", "http://127.0.0.1:1"},
        {"http://[::1]:65535/", "http://[::1]:65535"},
        {"https://e.org/a@b", "https://e.org/a@b"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.given);
        std::string problem;
        CHECK(normalise_base_url(row.given, problem) == row.normal);
        CHECK(problem.empty());
    }
}

TEST_CASE("an address that may not get the key is refused with the reason") {
    const std::string scheme = "it does not begin with https://";
    const std::string clear = "http would send the key in clear text";
    const std::string user = "it names a user; the key is a setting of its own";
    const std::string query = "it has a query or fragment";
    const std::string character = "it holds a character that an address cannot have";
    const std::string host = "it names no host";
    const std::string port = "its port is no number from 1 to 65535";
    struct Row {
        std::string given;
        std::string problem;
    };
    const std::vector<Row> rows = {
        {"", scheme},
        {"ftp://e.org", scheme},
        {"file:///etc/passwd", scheme},
        {"//e.org", scheme},
        {"https:/e.org", scheme},
        {"https:e.org", scheme},
        {"http://e.org/v1", clear},
        {"http://10.0.0.1", clear},
        {"http://127.0.0.1.e.org", clear},
        {"http://localhost.e.org", clear},
        {"http://127.0.0.2", clear},
        {"http://0.0.0.0", clear},
        {"http://[::2]", clear},
        {"https://user:pass@e.org", user},
        {"http://localhost@e.org/v1", user},
        {"https://e.org?x=1", query},
        {"https://e.org/v1#f", query},
        {"https://e.org#@localhost", query},
        {"https://e.org/a b", character},
        {"https://e.org\\@localhost/", character},
        {"https://e\xC3\xA4.org", character},
        {"https://e.org/\r\nX: y", character},
        {std::string("https://e.org/\0", 15), character},
        {"https://", host},
        {"https:///v1", host},
        {"https://:443", host},
        {"https://e.org:", port},
        {"https://e.org:0", port},
        {"https://e.org:65536", port},
        {"https://e.org:-1", port},
        {"https://e.org:80x", port},
        {"https://e.org:80:90", port},
        {"https://[::1]x", port},
        {"https://[::1", host},
        {"https://[]", host},
        {"http://[::1", host},
    };
    for (const Row& row : rows) {
        CAPTURE(row.given);
        std::string problem;
        CHECK(normalise_base_url(row.given, problem) == std::nullopt);
        CHECK(problem == row.problem);
    }
}

}  // namespace
}  // namespace codex::config
