// For each key of the configuration a path and sample values, made from the list of keys.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "config/describe.h"
#include "json/value.h"

namespace codex::test {

struct KeyCase {
    std::string path;  // "model_providers.entry.name"
    const config::KeyDescription* key;

    bool is_top() const { return path.find('.') == std::string::npos; }

    /// Differs from that of the next number.
    json::Value sample(std::size_t number) const {
        const auto& description = key->key;
        const std::int64_t low = std::max<std::int64_t>(description.low, 1);
        switch (key->kind) {
            case config::Kind::boolean:
                return number % 2 == 0;
            case config::Kind::integer:
                return low + static_cast<std::int64_t>(number);
            case config::Kind::number:
                return static_cast<double>(low) + static_cast<double>(number) + 0.5;
            case config::Kind::choice:
                return key->choices[number % key->choices.size()];
            case config::Kind::texts:
                return json::Array{fmt::format("/list/{}", number), "/x"};
            case config::Kind::text:
                if ((description.traits & config::kAddress) != 0)
                    return fmt::format("https://host-{}.example/v1", number);
                return fmt::format("text-{}", number);
            case config::Kind::anything:
            case config::Kind::table:
                break;
        }
        return fmt::format("any-{}", number);
    }
};

inline void collect_keys(const std::vector<config::KeyDescription>& keys, const std::string& path,
                         std::vector<KeyCase>& cases) {
    for (const config::KeyDescription& key : keys) {
        const std::string name = path + std::string(key.key.name) + (key.is_map ? ".entry" : "");
        if (key.kind == config::Kind::table) {
            collect_keys(key.members, name + ".", cases);
        } else {
            cases.push_back({name, &key});
        }
    }
}

inline std::vector<KeyCase> every_key() {
    std::vector<KeyCase> cases;
    collect_keys(config::describe_config(), "", cases);
    return cases;
}

/// A system file that the sample of any key goes with: the named entries are complete in it.
inline std::string file_for(const KeyCase& key) {
    std::string text;
    for (int i = 0; i < 10; ++i)
        text += fmt::format("model_providers.text-{}.base_url = \"https://p.example\"\n", i);
    if (key.path.starts_with("model_providers.entry."))
        text += "model_providers.entry.base_url = \"https://entry.example\"\n";
    if (key.path.starts_with("mcp_servers.entry.")) {
        const std::string field = key.path.substr(std::string("mcp_servers.entry.").size());
        const bool is_http = field == "url" || field == "bearer_token_env_var" ||
                             field.starts_with("http_headers") ||
                             field.starts_with("env_http_headers");
        text += is_http ? "mcp_servers.entry.url = \"https://entry.example\"\n"
                        : "mcp_servers.entry.command = \"entry\"\n";
    }
    return text;
}

}  // namespace codex::test
