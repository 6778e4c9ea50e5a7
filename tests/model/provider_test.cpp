#include "model/provider.h"

#include <catch2/catch_test_macros.hpp>

using namespace codex::model;
using codex::http::Header;

namespace {

Provider at(std::string base_url) {
    Provider provider;
    provider.base_url = std::move(base_url);
    return provider;
}

}  // namespace

TEST_CASE("a request's URL is the base, the wire's path, and both queries") {
    struct Row {
        const char* base_url;
        WireApi wire;
        std::vector<std::pair<std::string, std::string>> params;
        const char* url;
    };
    const auto responses = WireApi::responses;
    const auto chat = WireApi::chat;
    const Row rows[] = {
        {"https://api.openai.com/v1", responses, {}, "https://api.openai.com/v1/responses"},
        {"https://api.openai.com/v1/", responses, {}, "https://api.openai.com/v1/responses"},
        {"http://localhost:11434/v1//", chat, {}, "http://localhost:11434/v1/chat/completions"},
        {"https://x.openai.azure.com/openai",
         responses,
         {{"api-version", "2025-04-01-preview"}},
         "https://x.openai.azure.com/openai/responses?api-version=2025-04-01-preview"},
        {"https://x.openai.azure.com/openai/deployments/my-gpt?api-version=1",
         chat,
         {},
         "https://x.openai.azure.com/openai/deployments/my-gpt/chat/completions?api-version=1"},
        {"https://x.openai.azure.com/openai/v1",
         responses,
         {{"api-version", "preview"}},
         "https://x.openai.azure.com/openai/v1/responses?api-version=preview"},
        {"https://h/v1?a=1&",
         responses,
         {{"b c", "d&e=f/\u00e4"}, {"g", ""}},
         "https://h/v1/responses?a=1&b%20c=d%26e%3Df%2F%C3%A4&g="},
        {"https://h/v1?", responses, {}, "https://h/v1/responses"},
        {"https://h/v1#part", responses, {}, "https://h/v1/responses"},
        // What a portal shows to copy is the whole address.
        {"https://h/v1/chat/completions?api-version=1",
         chat,
         {},
         "https://h/v1/chat/completions?api-version=1"},
        {"https://h/v1/responses/", responses, {}, "https://h/v1/responses"},
    };
    for (const Row& row : rows) {
        INFO(row.base_url);
        Provider provider = at(row.base_url);
        provider.wire_api = row.wire;
        provider.query_params = row.params;
        CHECK(request_url(provider) == row.url);
    }
}

TEST_CASE("Azure is known by its name and by its addresses") {
    struct Row {
        const char* name;
        const char* base_url;
        bool azure;
    };
    const Row rows[] = {
        {"Azure", "https://proxy.example/v1", true},
        {"azure", "https://proxy.example/v1", true},
        {"Azure OpenAI", "https://proxy.example/v1", false},
        {"", "https://x.openai.azure.com/openai/v1", true},
        {"", "https://x.OpenAI.Azure.us/openai/deployments/d", true},
        {"", "https://x.cognitiveservices.azure.com/openai", true},
        {"", "https://x.aoai.azure.com/openai", true},
        {"", "https://gateway.azure-api.net/openai", true},
        {"", "https://x.azurefd.net/openai", true},
        {"", "https://x.windows.net/openai", true},
        {"", "https://api.openai.com/v1", false},
        {"", "https://proxy.example/v1?to=x.openai.azure.com", false},
        {"", "https://azure.example/v1", false},
    };
    for (const Row& row : rows) {
        INFO(row.name << " " << row.base_url);
        Provider provider = at(row.base_url);
        provider.name = row.name;
        CHECK(is_azure(provider) == row.azure);
    }
}

TEST_CASE("only OpenAI's own servers are OpenAI") {
    CHECK(is_openai(at("https://api.openai.com/v1")));
    CHECK(is_openai(at("https://EU.api.openai.com/v1")));
    CHECK_FALSE(is_openai(at("https://api.openai.com.evil.example/v1")));
    CHECK_FALSE(is_openai(at("https://evilopenai.com/v1")));
    CHECK_FALSE(is_openai(at("https://x.example/api.openai.com")));
    CHECK_FALSE(is_openai(at("no url")));
}

TEST_CASE("the key goes into the header that the server knows, once") {
    struct Row {
        const char* base_url;
        Auth auth;
        std::vector<Header> own;
        std::vector<Header> sent;
    };
    const Row rows[] = {
        {"https://h/v1", {"k", ""}, {}, {{"Authorization", "Bearer k"}}},
        {"https://h/v1", {"", ""}, {}, {}},
        {"https://h/v1",
         {"k", "acc"},
         {},
         {{"Authorization", "Bearer k"}, {"chatgpt-account-id", "acc"}}},
        {"https://x.openai.azure.com/openai/v1", {"k", ""}, {}, {{"Authorization", "Bearer k"}}},
        {"https://x.openai.azure.com/openai", {"k", ""}, {}, {{"api-key", "k"}}},
        {"https://x.openai.azure.com/openai/deployments/d", {"k", ""}, {}, {{"api-key", "k"}}},
        // What the user set by hand is not doubled.
        {"https://x.openai.azure.com/openai", {"k", ""}, {{"Api-Key", "own"}}, {}},
        {"https://h/v1", {"k", ""}, {{"authorization", "Basic own"}}, {}},
    };
    for (const Row& row : rows) {
        INFO(row.base_url);
        Provider provider = at(row.base_url);
        provider.http_headers = row.own;
        CHECK(auth_headers(provider, row.auth) == row.sent);
    }
}

TEST_CASE("messages name a server without its query") {
    CHECK(shown_url(at("https://h/v1?key=secret")) == "https://h/v1");
    CHECK(shown_url(at("https://h/v1#x")) == "https://h/v1");
    CHECK(shown_url(at("https://h/v1")) == "https://h/v1");
}

TEST_CASE("providers that need no configuration are known by name") {
    struct Row {
        const char* id;
        const char* url;
    };
    const Row rows[] = {
        {"openai", "https://api.openai.com/v1/responses"},
        {"openrouter", "https://openrouter.ai/api/v1/chat/completions"},
        {"oss", "http://localhost:11434/v1/chat/completions"},
        {"ollama", "http://localhost:11434/v1/chat/completions"},
        {"lmstudio", "http://localhost:1234/v1/chat/completions"},
    };
    for (const Row& row : rows) {
        INFO(row.id);
        const auto provider = builtin_provider(row.id);
        REQUIRE(provider);
        CHECK(provider->id == row.id);
        CHECK_FALSE(provider->name.empty());
        CHECK(request_url(*provider) == row.url);
    }
    CHECK_FALSE(builtin_provider("azure"));
    CHECK_FALSE(builtin_provider(""));
}

TEST_CASE("wire forms read as they are written") {
    for (const WireApi wire : {WireApi::responses, WireApi::chat})
        CHECK(parse_wire_api(render_wire_api(wire)) == wire);
    CHECK_FALSE(parse_wire_api("Chat"));
    CHECK_FALSE(parse_wire_api(""));
}
