// The key lists as data: what documentation, suggestions, variables and schemas are made from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/keys.h"

namespace codex::config {

enum class Kind { boolean, integer, number, text, choice, texts, table, anything };

struct KeyDescription {
    Key key;
    Kind kind = Kind::anything;
    bool is_map = false;                    // from names to what `kind` says
    bool is_list = false;                   // of tables
    std::vector<std::string_view> choices;  // of a choice
    std::string default_text;               // as TOML; empty when unset by default
    std::vector<KeyDescription> members;    // of a table, or of each entry of a map of tables
};

/// The keys of config.toml, without `profile` and `profiles`.
const std::vector<KeyDescription>& describe_config();

/// "true or false", "one of a, b", "a list of texts", "a table of numbers by name" …
std::string render_kind(const KeyDescription& key);

/// Markdown: one row a key, tables in sections of their own, those without effect last.
std::string render_key_table();

}  // namespace codex::config
