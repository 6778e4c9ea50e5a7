#include "github/types.h"

#include <algorithm>

namespace codex::github {

std::optional<RepositoryName> parse_repository_name(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view owner = text.substr(0, slash);
    const std::string_view name = text.substr(slash + 1);
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    constexpr std::size_t kMaxName = 100;
    const auto is_name = [&](std::string_view part) {
        return !part.empty() && part.size() <= kMaxName && part != "." && part != ".." &&
               std::all_of(part.begin(), part.end(), is_allowed);
    };
    if (!is_name(owner) || !is_name(name)) return std::nullopt;
    return RepositoryName{std::string(owner), std::string(name)};
}

}  // namespace codex::github
