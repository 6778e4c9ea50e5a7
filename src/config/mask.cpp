// Which values of a configuration are secrets: by the key, or by a name that says so.
#include <algorithm>

#include "base/text.h"
#include "config/describe.h"
#include "config/encode.h"
#include "config/show.h"

namespace codex::config {
namespace {

constexpr std::string_view kMask = "***";

bool names_secret(std::string_view name) {
    const std::string lower = base::to_lower(name);
    constexpr std::string_view kWords[] = {"key",    "token",      "secret", "password", "passwd",
                                           "cookie", "credential", "auth",   "sig",      "bearer"};
    return std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view word) {
        return lower.find(word) != std::string::npos;
    });
}

// A command line: "--token=x", "--token x" and "Authorization: x" hold secrets.
json::Value mask_list(const json::Array& items) {
    json::Array masked;
    bool is_next_secret = false;
    for (const json::Value& item : items) {
        const std::string text = json::string_or_empty(&item);
        const std::size_t end = text.find_first_of("=: ");
        if (is_next_secret) {
            masked.emplace_back(kMask);
            is_next_secret = false;
        } else if (!names_secret(text.substr(0, end))) {
            masked.push_back(item);
        } else if (end != std::string::npos) {
            masked.emplace_back(text.substr(0, end + 1) + std::string(kMask));
        } else {
            masked.push_back(item);
            is_next_secret = text.starts_with('-');
        }
    }
    return masked;
}

json::Value mask_table(const std::vector<KeyDescription>& keys, const json::Value& table);

json::Value mask_value(const KeyDescription& key, const json::Value& value) {
    if ((key.key.traits & kSecret) != 0) return kMask;
    if (key.kind == Kind::table) return mask_table(key.members, value);
    if (const auto* items = value.as_array()) return mask_list(*items);
    return value;
}

json::Value mask_table(const std::vector<KeyDescription>& keys, const json::Value& table) {
    json::Object masked;
    for (const KeyDescription& key : keys) {
        const json::Value* value = table.find(key.key.name);
        if (value == nullptr) continue;
        if (!key.is_map) {
            masked.set(std::string(key.key.name), mask_value(key, *value));
            continue;
        }
        // Values of `env_http_headers` are names of variables.
        const bool holds_values = key.kind == Kind::text && !key.key.name.starts_with("env_");
        std::vector<json::Object::Member> entries;
        for (const auto& [name, entry] : value->as_object()->members()) {
            const bool is_secret = holds_values && names_secret(name);
            entries.emplace_back(name, is_secret ? json::Value(kMask) : mask_value(key, entry));
        }
        masked.set(std::string(key.key.name), json::Object::from_members(std::move(entries)));
    }
    return masked;
}

}  // namespace

json::Value masked(const Config& config) {
    return mask_table(describe_config(), json::encode(config));
}

}  // namespace codex::config
