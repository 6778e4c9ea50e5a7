#include "config/credentials.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <thread>

#include "base/file.h"
#include "tests/support/lib/temp_dir.h"

namespace codex::config {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kFiles =
    "[model_providers.openai]\nenv_key_instructions = \"see the wiki\"\n"
    "[model_providers.mine]\nbase_url = \"https://mine.example\"\nenv_key = \"MINE_KEY\"\n"
    "env_key_instructions = \"ask the admins\"\n"
    "[model_providers.free]\nbase_url = \"http://10.0.0.1:1234/v1\"\n"
    "[model_providers.clear]\nbase_url = \"http://10.0.0.1:1234/v1\"\nenv_key = \"MINE_KEY\"\n"
    "[model_providers.inline]\nbase_url = \"https://i.example\"\nexperimental_bearer_token = "
    "\"t-1\"\n"
    "[model_providers.leak]\nbase_url = \"https://openai.com.evil.example\"\n"
    "requires_openai_auth = true\n"
    "[model_providers.local]\nbase_url = \"http://localhost:1/v1\"\nrequires_openai_auth = true\n"
    "[model_providers.both]\nbase_url = \"https://api.openai.com/v1\"\nenv_key = \"MINE_KEY\"\n"
    "requires_openai_auth = true\n";

TEST_CASE("A credential goes only where it belongs, and a missing one is named") {
    const StoredAuth key{.api_key = "stored", .tokens = {}, .last_refresh = {}, .other = {}};
    const StoredAuth tokens{.api_key = {},
                            .tokens = AuthTokens{"i", "access", "r", "acct"},
                            .last_refresh = {},
                            .other = {}};
    const std::string evil =
        "provider \"leak\": the key from {} is OpenAI's and is not sent to "
        "openai.com.evil.example; "
        "name the variable with that host's key in model_providers.leak.env_key";
    struct Row {
        std::string provider;
        Variables variables;
        std::optional<StoredAuth> auth;
        std::string expected;  // "token from source", or the error
    };
    const std::vector<Row> rows = {
        {"openai", {{"OPENAI_API_KEY", " sk-1 "}}, {}, "sk-1 from variable OPENAI_API_KEY"},
        {"openai", {{"CODEX_API_KEY", "c"}}, key, "c from variable CODEX_API_KEY"},
        {"openai",
         {{"OPENAI_API_KEY", "o"}, {"CODEX_API_KEY", "c"}},
         {},
         "o from variable OPENAI_API_KEY"},
        {"openai", {{"OPENAI_API_KEY", " "}}, key, "stored from auth.json"},
        {"openai", {}, tokens, "access from auth.json of acct"},
        {"openai",
         {},
         {},
         "provider \"openai\" needs a key: the variable OPENAI_API_KEY is not set; see the wiki"},
        {"openai",
         {{"OPENAI_API_KEY", "o"}, {"OPENAI_BASE_URL", "https://proxy.example/v1"}},
         {},
         "o from variable OPENAI_API_KEY"},
        {"openai",
         {{"OPENAI_BASE_URL", "https://proxy.example/v1"}},
         key,
         "provider \"openai\": the key from auth.json is OpenAI's and is not sent to "
         "proxy.example; "
         "name the variable with that host's key in model_providers.openai.env_key"},
        {"openai",
         {{"OPENAI_API_KEY", "o"}, {"OPENAI_BASE_URL", "http://proxy.example/v1"}},
         {},
         "provider \"openai\": the key from variable OPENAI_API_KEY would go to proxy.example in "
         "clear text; use https"},
        {"openai",
         {{"OPENAI_API_KEY", "a\nb"}},
         {},
         "the key in variable OPENAI_API_KEY holds blanks or characters that are not ASCII"},
        {"mine", {{"MINE_KEY", "m"}, {"OPENAI_API_KEY", "o"}}, {}, "m from variable MINE_KEY"},
        {"mine",
         {{"OPENAI_API_KEY", "o"}},
         key,
         "provider \"mine\" needs a key: the variable MINE_KEY is not set; ask the admins"},
        {"free", {{"OPENAI_API_KEY", "o"}}, key, "none"},
        {"clear",
         {{"MINE_KEY", "m"}},
         {},
         "provider \"clear\": the key from variable MINE_KEY would go to 10.0.0.1 in clear text; "
         "use "
         "https"},
        {"inline",
         {{"OPENAI_API_KEY", "o"}},
         key,
         "t-1 from model_providers.inline.experimental_bearer_token"},
        {"leak",
         {{"OPENAI_API_KEY", "o"}},
         key,
         fmt::format(fmt::runtime(evil), "variable OPENAI_API_KEY")},
        {"leak", {}, tokens, fmt::format(fmt::runtime(evil), "auth.json")},
        {"local", {{"OPENAI_API_KEY", "o"}}, {}, "o from variable OPENAI_API_KEY"},
        {"local", {}, {}, "none"},
        {"oss", {{"OPENAI_API_KEY", "o"}}, key, "none"},
        {"both", {{"MINE_KEY", "m"}}, key, "m from variable MINE_KEY"},
        {"both", {}, key, "stored from auth.json"},
        {"nobody", {}, {}, "there is no provider \"nobody\""},
    };
    for (const Row& row : rows) {
        const base::Environment environment(row.variables);
        const LoadedConfig loaded = load_config(
            {.user_file = SourceText{"u", std::string(kFiles)}, .environment = environment});
        std::string found = "none";
        try {
            if (const auto credential =
                    resolve_credential(loaded, row.provider, environment, row.auth)) {
                found = credential->token + " from " + credential->source;
                if (credential->account_id) found += " of " + *credential->account_id;
            }
        } catch (const base::ConfigError& error) {
            found = error.what();
        }
        CHECK(found == row.expected);
    }
}

TEST_CASE("OpenAI's addresses are those of its hosts, over https") {
    for (const std::string yes :
         {"https://api.openai.com/v1", "https://chatgpt.com/backend-api/codex",
          "HTTPS://EU.API.OpenAI.com:443/v1", "https://openai.com"})
        CHECK(is_openai_address(yes));
    for (const std::string no :
         {"http://api.openai.com/v1", "https://openai.com.evil.example", "https://notopenai.com",
          "https://api.openai.com@evil.example", "https://evil.example/api.openai.com",
          "https://evil.example#api.openai.com", "https://evil.example?.openai.com",
          "api.openai.com", ""})
        CHECK_FALSE(is_openai_address(no));
}

TEST_CASE("Headers come from the file and from variables that are set") {
    ModelProvider provider;
    provider.http_headers = {{"A", "1"}};
    provider.env_http_headers = {{"B", "SET"}, {"C", "BLANK"}, {"D", "UNSET"}};
    using Headers = std::vector<std::pair<std::string, std::string>>;
    CHECK(request_headers(provider, base::Environment(Variables{{"SET", "2"}, {"BLANK", " "}})) ==
          Headers{{"A", "1"}, {"B", "2"}});
    CHECK_THROWS_WITH(request_headers(provider, base::Environment(Variables{{"SET", "2\r\nX: y"}})),
                      "variable SET holds a control character, and is the header B");
}

TEST_CASE("auth.json is read when it is its owner's alone, and written so") {
    const test::TempDir home;
    CHECK(read_auth_file(home.path()) == std::nullopt);
    const std::filesystem::path file = home / "auth.json";
    const std::string text =
        R"({"OPENAI_API_KEY":null,"tokens":{"id_token":"i","access_token":"a","refresh_token":"r",)"
        R"("account_id":null},"last_refresh":"2026-01-02T03:04:05Z","auth_mode":"chatgpt"})";
    base::write_file_atomically(file, text, 0644);
    CHECK_THROWS_AS(read_auth_file(home.path()), base::ConfigError);
    CHECK_THROWS_WITH(read_auth_file(home.path()),
                      "cannot use " + file.string() +
                          ": others than its owner have rights to it; run chmod 600 on it");
    base::write_file_atomically(file, text, 0600);
    StoredAuth expected{.api_key = {},
                        .tokens = AuthTokens{"i", "a", "r", std::nullopt},
                        .last_refresh = "2026-01-02T03:04:05Z",
                        .other = {}};
    expected.other.set("auth_mode", "chatgpt");
    CHECK(read_auth_file(home.path()) == expected);

    update_auth_file(home.path(), [](StoredAuth& auth) { auth.api_key = "k"; });
    expected.api_key = "k";
    CHECK(read_auth_file(home.path()) == expected);
    struct stat info = {};
    REQUIRE(::stat(file.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);

    for (const std::string bad : {"{\"tokens\": \"secret", "[]", "{\"OPENAI_API_KEY\": 5}",
                                  "{\"tokens\": {\"access_token\": \"\"}}", "{\"tokens\": 1}"}) {
        base::write_file_atomically(file, bad, 0600);
        try {
            read_auth_file(home.path());
            FAIL("no error for " << bad);
        } catch (const base::ConfigError& error) {
            CHECK(std::string(error.what()).starts_with(file.string() + ": "));
            CHECK(std::string(error.what()).find("secret") == std::string::npos);
        }
    }
}

TEST_CASE("Changes of auth.json by several at once are all kept") {
    const test::TempDir home;
    constexpr std::size_t kEach = 10;
    const auto work = [&](const std::string& name) {
        for (std::size_t i = 0; i < kEach; ++i) {
            update_auth_file(home.path(), [&](StoredAuth& auth) {
                auth.other.set(name + std::to_string(i), true);
            });
        }
    };
    {
        const std::jthread one(work, "a");
        const std::jthread two(work, "b");
    }
    CHECK(read_auth_file(home.path())->other.members().size() == 2 * kEach);
}

TEST_CASE("Tokens are renewed once, by whoever comes first") {
    const test::TempDir home;
    const base::Wall now{std::chrono::seconds(1'800'000'000)};
    const AuthTokens stale{"i", "a", "r1", "acct"};
    update_auth_file(home.path(), [&](StoredAuth& auth) {
        auth.tokens = stale;
        auth.other.set("kept", 1);
    });
    CHECK(needs_refresh(*read_auth_file(home.path()), now));
    std::vector<std::string> posts;
    RefreshAnswer answer{200, R"({"access_token":"a2","refresh_token":"r2"})"};
    const PostJson post = [&](const std::string& url, const std::string& body) {
        posts.push_back(url + " " + body);
        return answer;
    };
    const StoredAuth renewed = refresh_tokens(home.path(), stale, "http://localhost:9/", now, post);
    CHECK(posts ==
          std::vector<std::string>{
              R"(http://localhost:9/oauth/token {"client_id":"app_EMoamEEZ73f0CkXaXp7hrann",)"
              R"("grant_type":"refresh_token","refresh_token":"r1","scope":"openid profile )"
              R"(email"})"});
    CHECK(renewed.tokens == AuthTokens{"i", "a2", "r2", "acct"});
    CHECK(renewed.last_refresh == base::render_time(now));
    CHECK(read_auth_file(home.path()) == renewed);
    CHECK_FALSE(needs_refresh(renewed, now + std::chrono::hours(24)));
    CHECK(needs_refresh(renewed, now + kTokenAge + std::chrono::seconds(1)));

    // Another process with the old token finds the new ones.
    CHECK(refresh_tokens(home.path(), stale, kIssuer, now, post) == renewed);
    CHECK(posts.size() == 1);

    answer = {400, R"({"error":{"code":"refresh_token_reused"}})"};
    CHECK_THROWS_WITH(refresh_tokens(home.path(), *renewed.tokens, kIssuer, now, post),
                      "the login has ended (400, refresh_token_reused); sign in again");
    CHECK_THROWS_AS(refresh_tokens(home.path(), *renewed.tokens, kIssuer, now, post),
                    LoginRequired);
    for (const RefreshAnswer& bad : {RefreshAnswer{503, "{}"}, RefreshAnswer{200, "{}"},
                                     RefreshAnswer{200, "no JSON"}, RefreshAnswer{0, ""}}) {
        answer = bad;
        CHECK_THROWS_AS(refresh_tokens(home.path(), *renewed.tokens, kIssuer, now, post),
                        base::Error);
    }
    CHECK_THROWS_AS(refresh_tokens(home.path(), *renewed.tokens, "http://evil.example", now, post),
                    base::ConfigError);
    CHECK(read_auth_file(home.path()) == renewed);
}

}  // namespace
}  // namespace codex::config
