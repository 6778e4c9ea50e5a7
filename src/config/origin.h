// Where a setting comes from, and what is wrong with one: the same place in both.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "config/tree.h"
#include "json/codec.h"

namespace codex::config {

/// From weakest to strongest.
enum class Layer {
    defaults,
    system_file,      // /etc/codex/config.toml
    user_file,        // $CODEX_HOME/config.toml
    profile,          // a table of these files, or $CODEX_HOME/<name>.config.toml
    repository_file,  // .github/codex-action.yml
    environment,      // action inputs and variables
    assignment,       // -c key=value
    overrides,        // typed, of the program that calls us
};

struct Origin {
    Layer layer = Layer::defaults;
    std::string source;  // "/etc/codex/config.toml", "variable CODEX_MODEL", "-c model=x"
    Position position = {};
    friend bool operator==(const Origin&, const Origin&) = default;
};

/// "file:line:column", or the source alone.
std::string render(const Origin& origin);

/// By dotted key, "model_providers.oss.base_url"; what is not in it has its default.
using Origins = std::map<std::string, Origin, std::less<>>;

struct Problem {
    Origin origin;
    std::string path;  // dotted key, or empty
    std::string message;
    friend bool operator==(const Problem&, const Problem&) = default;
};

/// "file:line:column: key: message", fit for one line.
std::string render(const Problem& problem);

/// Everything that is wrong with a configuration, one line each.
class InvalidConfig : public base::ConfigError {
  public:
    explicit InvalidConfig(std::vector<Problem> problems);
    const std::vector<Problem>& problems() const { return problems_; }

  private:
    std::vector<Problem> problems_;
};

/// `path` + "." + `name`, with quotes where TOML wants them.
std::string join_key(std::string_view path, std::string_view name);
/// The parts of a dotted key, quoted ones taken as they are; ConfigError when it is none. Bare
/// parts may hold anything but blanks, quotes and '='.
std::vector<std::string> parse_key(std::string_view text);

/// Of `names` the one that `name` was probably meant to be; empty when none is near.
std::string nearest_name(std::string_view name, const std::vector<std::string>& names);

}  // namespace codex::config

template <>
struct codex::json::EnumNames<codex::config::Layer> {
    using Layer = codex::config::Layer;
    static constexpr std::pair<Layer, std::string_view> names[] = {
        {Layer::defaults, "default"},
        {Layer::system_file, "system file"},
        {Layer::user_file, "user file"},
        {Layer::profile, "profile"},
        {Layer::repository_file, "repository file"},
        {Layer::environment, "environment"},
        {Layer::assignment, "command line"},
        {Layer::overrides, "override"}};
};
