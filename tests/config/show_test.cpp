#include "config/show.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

#include "base/file.h"
#include "config/describe.h"
#include "config/encode.h"
#include "every_key.h"
#include "tests/json/random_value.h"

namespace codex::config {
namespace {

const std::filesystem::path kData = std::filesystem::path(CODEX_SOURCE_DIR) / "tests/data/config";

void check_golden(const std::string& name, const std::string& actual) {
    const std::filesystem::path path = kData / name;
    const char* accept = std::getenv("CODEX_TEST_ACCEPT");
    if (accept != nullptr && std::string(accept) == "1") base::write_file_atomically(path, actual);
    INFO("golden file " << path << " (CODEX_TEST_ACCEPT=1 rewrites it)");
    const auto expected = base::read_file_if_exists(path);
    REQUIRE(expected.has_value());
    CHECK(actual == *expected);
}

LoadedConfig load_example() {
    return load_config(
        {.system_file =
             SourceText{"/etc/codex/config.toml", base::read_file(kData / "show" / "system.toml")},
         .user_file = SourceText{"/home/u/.codex/config.toml",
                                 base::read_file(kData / "show" / "user.toml")},
         .environment = base::Environment(
             std::map<std::string, std::string, std::less<>>{{"CODEX_REASONING_EFFORT", "high"}}),
         .assignments = {"projects.\"/srv/a.b\".trust_level=trusted", "web_search=live"}});
}

TEST_CASE("config show prints each value, its origin, and no secret") {
    const LoadedConfig loaded = load_example();
    check_golden("show/plain.toml", render_config(loaded, {}));
    check_golden("show/origin.toml", render_config(loaded, {.with_origins = true}));
    check_golden("show/plain.json", render_config(loaded, {.format = ShowFormat::json}));
    check_golden("show/origin.json",
                 render_config(loaded, {.format = ShowFormat::json, .with_origins = true}));
    for (const ShowFormat format : {ShowFormat::toml, ShowFormat::json})
        CHECK(render_config(loaded, {.format = format}).find("s3cr3t") == std::string::npos);
}

// Any text for any text, and so on; the named entries get names of every kind.
class RandomConfig {
  public:
    explicit RandomConfig(unsigned seed) : random_(seed) {}

    json::Value table(const std::vector<KeyDescription>& keys, const std::string& path) {
        json::Object object;
        for (const KeyDescription& key : keys) {
            if (path.empty() && key.key.name == "model_provider") continue;
            // Which of a server's fields go together is not what this is about.
            if (path == "mcp_servers" &&
                (key.key.name == "url" || key.key.name.ends_with("headers") ||
                 key.key.name == "bearer_token_env_var"))
                continue;
            const bool is_needed = key.key.name == "base_url" || key.key.name == "command";
            if (!is_needed && random_.number(0, 2) == 0) continue;
            const std::string name(key.key.name);
            if (!key.is_map) {
                object.set(name, value(key, name));
                continue;
            }
            json::Object entries;
            for (std::size_t left = random_.number(0, 3); left > 0; --left) {
                const bool is_plain = name == "mcp_servers" || name.ends_with("headers");
                entries.set(is_plain ? "Name-" + std::to_string(left) : random_.text(),
                            value(key, name));
            }
            object.set(name, std::move(entries));
        }
        return object;
    }

  private:
    std::string text() {
        std::string text = random_.text();
        std::erase(text, '\0');
        return text;
    }

    json::Value value(const KeyDescription& key, const std::string& name) {
        if (key.kind == Kind::table) return table(key.members, name);
        if (key.kind == Kind::anything) return json::Value::object({{"x", json::Array{1.5, "y"}}});
        if (key.kind == Kind::texts) return json::Array{"/" + text(), "/"};
        const bool is_free = key.kind == Kind::text && (key.key.traits & kAddress) == 0;
        if (is_free && name != "model" && name != "env_key" && !name.ends_with("headers"))
            return text();
        return test::KeyCase{name, &key}.sample(random_.number(0, 9));
    }

    test::RandomJson random_;
};

TEST_CASE("What config show prints is read back as the same configuration") {
    for (unsigned seed = 0; seed < 200; ++seed) {
        INFO("seed " << seed);
        RandomConfig random(seed);
        Layers layers;
        layers.overrides.other = *random.table(describe_config(), "").as_object();
        const LoadedConfig loaded = load_config(layers);
        const std::string shown =
            render_config(loaded, {.with_origins = seed % 2 == 0, .is_masked = false});
        INFO(shown);
        const LoadedConfig again =
            load_config({.user_file = SourceText{"shown", shown}, .is_strict = true});
        CHECK(again.config == loaded.config);
        CHECK(render_config(again, {.is_masked = false}) ==
              render_config(loaded, {.is_masked = false}));
    }
}

TEST_CASE("The example is read back as the same configuration, the profile applied") {
    const LoadedConfig loaded = load_example();
    CHECK(loaded.profile == "ci");
    const std::string shown = render_config(loaded, {.is_masked = false});
    const LoadedConfig again = load_config({.user_file = SourceText{"shown", shown}});
    CHECK(again.config == loaded.config);
    CHECK(again.warnings == loaded.warnings);
}

TEST_CASE("Secrets are masked by key and by name") {
    Config config;
    ModelProvider& provider = config.model_providers["p"];
    provider.experimental_bearer_token = "s3cr3t";
    provider.env_key = "P_KEY";
    provider.http_headers = {{"X-Any", "s3cr3t"}};
    provider.env_http_headers = {{"X-Api-Key", "P_KEY_VARIABLE"}};
    provider.query_params = {{"api-version", "1"}, {"api-key", "s3cr3t"}};
    config.mcp_servers["s"].env = {{"ANY", "s3cr3t"}};
    config.mcp_servers["s"].args = {"--token=s3cr3t",        "--api-key", "s3cr3t", "-v",
                                    "Authorization: s3cr3t", "keyboard"};
    config.shell_environment_policy.set = {{"MY_TOKEN", "s3cr3t"}, {"FOO", "bar"}};
    const json::Value shown = masked(config);
    CHECK(json::render(shown).find("s3cr3t") == std::string::npos);
    CHECK(json::render(*shown.at("mcp_servers", "s", "args")) ==
          R"(["--token=***","--api-key","***","-v","Authorization:***","keyboard"])");
    CHECK(json::render(*shown.at("model_providers", "p", "query_params")) ==
          R"({"api-key":"***","api-version":"1"})");
    CHECK(json::render(*shown.at("model_providers", "p", "env_http_headers")) ==
          R"({"X-Api-Key":"P_KEY_VARIABLE"})");
    CHECK(json::render(*shown.at("shell_environment_policy", "set")) ==
          R"({"FOO":"bar","MY_TOKEN":"***"})");
}

TEST_CASE("The preview has the ten fields of codex-python's") {
    Config config;
    config.model = "m";
    config.web_search = WebSearch::cached;
    config.cwd = "sub";
    CHECK(json::render(json::encode(preview_config(config, "/srv"))) ==
          R"({"model":"m","model_provider_id":"openai","approval_policy":"on-request",)"
          R"("sandbox_mode":"read-only","cwd":"/srv/sub","include_plan_tool":false,)"
          R"("include_apply_patch_tool":false,"include_view_image_tool":true,)"
          R"("show_raw_agent_reasoning":false,"tools_web_search_request":true})");
    config.cwd = "/elsewhere";
    CHECK(preview_config(config, "/srv").cwd == "/elsewhere");
    config.cwd.reset();
    CHECK(preview_config(config, "/srv").cwd == "/srv");
}

TEST_CASE("The table of keys in the documentation is the one that the program has") {
    const std::string readme =
        base::read_file(std::filesystem::path(CODEX_SOURCE_DIR) / "src/config/README.md");
    const std::string begin = "<!-- keys: begin -->\n";
    const std::string end = "<!-- keys: end -->\n";
    const std::size_t from = readme.find(begin);
    const std::size_t to = readme.find(end);
    REQUIRE(from != std::string::npos);
    REQUIRE(to != std::string::npos);
    const std::string table = render_key_table();
    const char* accept = std::getenv("CODEX_TEST_ACCEPT");
    if (accept != nullptr && std::string(accept) == "1") {
        base::write_file_atomically(
            std::filesystem::path(CODEX_SOURCE_DIR) / "src/config/README.md",
            readme.substr(0, from + begin.size()) + table + readme.substr(to));
        return;
    }
    INFO("CODEX_TEST_ACCEPT=1 rewrites it");
    CHECK(readme.substr(from + begin.size(), to - from - begin.size()) == table);
}

}  // namespace
}  // namespace codex::config
