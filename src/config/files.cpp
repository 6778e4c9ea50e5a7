#include "config/files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/printable.h"
#include "base/text.h"
#include "config/tree.h"

namespace codex::config {
namespace {

constexpr std::size_t kMaxDotenvBytes = std::size_t{64} << 10;

std::optional<std::string> read_if_exists(const std::filesystem::path& path,
                                          std::size_t max_bytes = kMaxTomlBytes) {
    try {
        return base::read_file_if_exists(path, max_bytes);
    } catch (const base::Error& error) {
        throw base::ConfigError(error.what());
    }
}

std::optional<SourceText> read_source(const std::filesystem::path& path) {
    auto text = read_if_exists(path);
    if (!text) return std::nullopt;
    return SourceText{path.string(), std::move(*text)};
}

bool is_variable_name(std::string_view name) {
    const auto is_part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
           std::all_of(name.begin(), name.end(), is_part);
}

// 'as it is', "with \n, \", \\ and \$", or bare up to " #".
std::optional<std::string> parse_dotenv_value(std::string_view text) {
    if (text.empty() || (text.front() != '"' && text.front() != '\''))
        return std::string(base::trim(text.substr(0, text.find(" #"))));
    const char quote = text.front();
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == quote) return value;
        if (quote == '"' && text[i] == '\\' && i + 1 < text.size()) {
            ++i;
            value += text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : text[i];
        } else {
            value += text[i];
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::filesystem::path> codex_home(const base::Environment& environment) {
    if (const auto home = environment.find_nonempty("CODEX_HOME")) {
        std::error_code error;
        std::filesystem::path real = std::filesystem::canonical(*home, error);
        if (error || !std::filesystem::is_directory(real, error)) {
            throw base::ConfigError(fmt::format(
                "CODEX_HOME is \"{}\", which is no folder; make it, or unset the variable",
                base::render_controls(*home)));
        }
        return real;
    }
    const auto home = environment.find_nonempty("HOME");
    if (!home) return std::nullopt;
    return std::filesystem::path(*home) / ".codex";
}

base::Environment with_dotenv(const base::Environment& environment, std::string_view dotenv) {
    auto values = environment.values();
    for (const std::string_view whole : base::split(dotenv, '\n')) {
        std::string_view line = base::trim(whole);
        if (line.starts_with("export ")) line = base::trim(line.substr(7));
        const std::size_t equals = line.find('=');
        if (line.starts_with('#') || equals == std::string_view::npos) continue;
        const std::string_view name = base::trim(line.substr(0, equals));
        if (!is_variable_name(name) || base::to_upper(name).starts_with("CODEX_")) continue;
        if (auto value = parse_dotenv_value(base::trim(line.substr(equals + 1))))
            values.emplace(name, std::move(*value));
    }
    return base::Environment(std::move(values));
}

Layers read_layers(const LoadOptions& options) {
    Layers layers{.environment = options.environment,
                  .assignments = options.assignments,
                  .overrides = options.overrides,
                  .is_strict = options.is_strict};
    if (!options.load_default_config) return layers;
    layers.system_file = read_source(options.system_file);
    const auto home = codex_home(options.environment);
    if (!home) return layers;
    layers.user_file = read_source(*home / "config.toml");
    if (const auto dotenv = read_if_exists(*home / ".env", kMaxDotenvBytes))
        layers.environment = with_dotenv(options.environment, *dotenv);
    layers.profile_file = [home = *home](std::string_view profile) -> std::optional<SourceText> {
        // A name with a slash in it is the name of another folder's file.
        if (profile.empty() || profile.front() == '.' ||
            profile.find_first_of(std::string_view("/\0", 2)) != std::string_view::npos)
            return std::nullopt;
        return read_source(home / (std::string(profile) + ".config.toml"));
    };
    return layers;
}

}  // namespace codex::config
