// The process environment as a value: main() takes it once and hands it down.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace codex::base {

class Environment {
  public:
    Environment() = default;
    explicit Environment(std::map<std::string, std::string, std::less<>> values)
        : values_(std::move(values)) {}

    /// The process's own environment, names without '=' left out. Called in main() only.
    static Environment take_from_process(char** environ);

    /// Set, possibly empty; nullopt when not set.
    std::optional<std::string> find(std::string_view name) const;
    /// As find, but an empty value counts as not set.
    std::optional<std::string> find_nonempty(std::string_view name) const;

    const std::map<std::string, std::string, std::less<>>& values() const { return values_; }

  private:
    std::map<std::string, std::string, std::less<>> values_;
};

/// Overwrites the texts of a NULL-terminated list: of the environment, which /proc/<pid>/environ
/// shows, once it has been taken.
void wipe(char** strings);

}  // namespace codex::base
