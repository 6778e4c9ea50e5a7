#include "config/describe.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/describe_keys.h"
#include "config/origin.h"

namespace codex::config {
namespace {

std::string cell(std::string_view text) {
    return base::replace_all(text, "|", "\\|");
}

bool has_effect(const KeyDescription& key) {
    return (key.key.traits & kNoEffect) == 0;
}

void render_rows(const std::vector<KeyDescription>& keys, const std::string& path, bool effective,
                 std::string& text) {
    for (const KeyDescription& key : keys) {
        const std::string name = path + std::string(key.key.name);
        const bool is_leaf = key.kind != Kind::table;
        if (is_leaf && has_effect(key) == effective) {
            text += fmt::format("| `{}` | {} | {} | {}{} |\n", name, cell(render_kind(key)),
                                key.default_text.empty() || key.default_text == "[]"
                                    ? std::string()
                                    : fmt::format("`{}`", cell(key.default_text)),
                                cell(key.key.help),
                                (key.key.traits & kProfile) != 0 ? " (also in profiles)" : "");
        }
        render_rows(key.members, name + (key.is_map ? ".<name>." : "."), effective, text);
    }
}

}  // namespace

const std::vector<KeyDescription>& describe_config() {
    static const std::vector<KeyDescription> kKeys = [] {
        std::vector<KeyDescription> keys;
        Describer<Config> describer(keys);
        Keys<Config>::list(describer);
        return keys;
    }();
    return kKeys;
}

std::string render_kind(const KeyDescription& key) {
    const auto one = [&]() -> std::string {
        switch (key.kind) {
            case Kind::boolean:
                return "true or false";
            case Kind::integer:
            case Kind::number: {
                std::string what = key.kind == Kind::integer ? "whole number" : "number";
                if (key.key.low == Key().low) return what;
                if (key.key.high == Key().high) return fmt::format("{} from {}", what, key.key.low);
                return fmt::format("{} from {} to {}", what, key.key.low, key.key.high);
            }
            case Kind::text:
                return "text";
            case Kind::choice:
                return fmt::format("{}", fmt::join(key.choices, ", "));
            case Kind::texts:
                return "list of texts";
            case Kind::table:
                return "table";
            case Kind::anything:
                return "anything";
        }
        return {};
    };
    return key.is_map ? "by name: " + one() : one();
}

std::string render_key_table() {
    std::string text = "| Key | Value | Default | Meaning |\n|---|---|---|---|\n";
    text += fmt::format("| `{}` | text | | {} |\n", kProfileKey.name, kProfileKey.help);
    text += fmt::format("| `{}.<name>` | table | | {} |\n", kProfilesKey.name, kProfilesKey.help);
    render_rows(describe_config(), "", true, text);
    text += "\nAccepted and checked, without effect in this program:\n\n";
    text += "| Key | Value | Default | Meaning |\n|---|---|---|---|\n";
    render_rows(describe_config(), "", false, text);
    return text;
}

}  // namespace codex::config
