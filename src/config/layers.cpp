#include "config/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "config/describe.h"
#include "config/options.h"

namespace codex::config {
namespace {

// Inputs and variables whose names are not those of their keys; the first set one of a key counts.
struct Named {
    std::string_view variable;
    std::string_view key;
};
constexpr Named kNamed[] = {
    {"INPUT_REASONING_EFFORT", "model_reasoning_effort"},
    {"CODEX_REASONING_EFFORT", "model_reasoning_effort"},
    {"INPUT_BASE_URL", "model_providers.openai.base_url"},
    {"CODEX_BASE_URL", "model_providers.openai.base_url"},
    {"OPENAI_BASE_URL", "model_providers.openai.base_url"},
    {"CODEX_OSS_BASE_URL", "model_providers.oss.base_url"},
};

constexpr std::string_view kOssPort = "CODEX_OSS_PORT";

std::optional<std::string> nonblank(const base::Environment& environment, std::string_view name) {
    auto value = environment.find(name);
    if (!value || base::trim(*value).empty()) return std::nullopt;
    return std::string(base::trim(*value));
}

Table nest(const std::vector<std::string>& parts, Node value) {
    for (std::size_t i = parts.size(); i-- > 1;) {
        Table table;
        table.push_back({parts[i], {}, std::move(value)});
        value = Node();
        value.data = std::move(table);
    }
    Table table;
    table.push_back({parts.front(), {}, std::move(value)});
    return table;
}

bool is_scalar(Kind kind) {
    return kind == Kind::boolean || kind == Kind::integer || kind == Kind::number ||
           kind == Kind::text || kind == Kind::choice;
}

// The spellings that the action's other inputs allow, too; what is none of them stays a text, for
// the reader to complain about.
Node read_scalar(Kind kind, std::string text) {
    Node node;
    const std::string lower = base::to_lower(text);
    double number = 0;
    if (kind == Kind::boolean) {
        for (const std::string_view yes : {"true", "1", "yes", "on"}) {
            if (lower == yes) node.data = true;
        }
        for (const std::string_view no : {"false", "0", "no", "off"}) {
            if (lower == no) node.data = false;
        }
    } else if (const auto integer = base::parse_integer(text); kind == Kind::integer && integer) {
        node.data = *integer;
    } else if (kind == Kind::number &&
               std::from_chars(text.data(), text.data() + text.size(), number).ptr ==
                   text.data() + text.size()) {
        node.data = number;
    }
    if (node.as<std::nullptr_t>() != nullptr) node.data = std::move(text);
    return node;
}

Origin origin_of(const std::string& variable) {
    const bool is_input = variable.starts_with("INPUT_");
    return {Layer::environment,
            is_input ? "input " + base::to_lower(variable.substr(6)) : "variable " + variable,
            {}};
}

// Behind the first '=' that is not inside quotes.
std::size_t find_equals(std::string_view text) {
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0) {
            if (c == '\\' && quote == '"') ++i;
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '=') {
            return i;
        }
    }
    return std::string_view::npos;
}

Node parse_value(std::string_view text) {
    Node node;
    try {
        node = parse_toml_value(text);
    } catch (const SyntaxError& error) {
        if (!text.empty() && std::string_view("[{\"'").find(text.front()) != std::string_view::npos)
            throw base::ConfigError(fmt::format("the value is not TOML: {}", error.what()));
        node.data = std::string(text);
    }
    node.position = {};
    if (node.as<std::string>() == nullptr) node.raw = text;
    return node;
}

}  // namespace

SourceTable parse_assignment(std::string_view text) {
    const std::size_t equals = find_equals(text);
    if (equals == std::string_view::npos) {
        throw base::ConfigError(
            fmt::format("-c {}: expected key=value", base::cut(base::to_valid_utf8(text), 40)));
    }
    const std::string key(base::trim(text.substr(0, equals)));
    try {
        const std::vector<std::string> parts = parse_key(key);
        return {{Layer::assignment, "-c " + key, {}},
                nest(parts, parse_value(base::trim(text.substr(equals + 1))))};
    } catch (base::ConfigError& error) {
        error.add_context("-c " + base::to_valid_utf8(key));
        throw;
    }
}

std::vector<std::string> variables_of(std::string_view key) {
    std::vector<std::string> names = {input_variable(key), "CODEX_" + base::to_upper(key)};
    if (key.find('.') != std::string_view::npos) names.clear();
    for (const Named& named : kNamed) {
        if (named.key == key) names.emplace_back(named.variable);
    }
    return names;
}

std::vector<SourceTable> read_environment(const base::Environment& environment) {
    std::vector<SourceTable> sources;
    const auto take = [&](std::string_view key, Kind kind) {
        for (const std::string& name : variables_of(key)) {
            auto value = nonblank(environment, name);
            if (!value) continue;
            sources.push_back(
                {origin_of(name), nest(parse_key(key), read_scalar(kind, std::move(*value)))});
            return;
        }
    };
    if (const auto port = nonblank(environment, kOssPort)) {
        Node url;
        url.data = fmt::format("http://localhost:{}/v1", *port);
        sources.push_back({origin_of(std::string(kOssPort)),
                           nest({"model_providers", "oss", "base_url"}, std::move(url))});
    }
    take("model_providers.openai.base_url", Kind::text);
    take("model_providers.oss.base_url", Kind::text);
    take(kProfileKey.name, Kind::text);
    for (const KeyDescription& key : describe_config()) {
        if (!key.is_map && is_scalar(key.kind) && (key.key.traits & kNoEffect) == 0)
            take(key.key.name, key.kind);
    }
    return sources;
}

}  // namespace codex::config
