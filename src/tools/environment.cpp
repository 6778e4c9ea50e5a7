#include "tools/environment.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

#include "base/text.h"

namespace codex::tools {
namespace {

using Names = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kCore[] = {"HOME",  "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH",
                                      "SHELL", "TEMP", "TMP",    "TMPDIR",   "USER",    "USERNAME"};

constexpr std::string_view kDefaultExcludes[] = {"*KEY*", "*SECRET*", "*TOKEN*"};

// Not even with `inherit = "all"` and without the default excludes: what a workflow runner hands to
// every action, and what we authenticate with.
constexpr std::string_view kNeverInherited[] = {
    "ACTIONS_*",           "INPUT_*",       "GITHUB_TOKEN",   "GH_TOKEN",
    "GITHUB_ENV",          "GITHUB_PATH",   "GITHUB_OUTPUT",  "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY", "CODEX_API_KEY", "OPENAI_API_KEY", "CODEX_GITHUB_TOKEN",
    "CODEX_OPENAI_API_KEY"};

constexpr std::pair<std::string_view, std::string_view> kDefaults[] = {
    {"PATH", "/usr/local/bin:/usr/bin:/bin"},
    {"LANG", "C.UTF-8"},
    {"TERM", "dumb"},
    {"NO_COLOR", "1"},
    {"PAGER", "cat"},
    {"GIT_PAGER", "cat"},
    {"GIT_TERMINAL_PROMPT", "0"},
    {"GIT_OPTIONAL_LOCKS", "0"},
    // /etc/gitconfig may hold credentials and is not readable, which git takes for an error.
    {"GIT_CONFIG_NOSYSTEM", "1"}};

bool same_letter(char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
}

bool matches(std::string_view pattern, std::string_view name) {
    // The last `*` may stand for more, if what follows it does not fit.
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    std::size_t p = 0;
    std::size_t n = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || same_letter(pattern[p], name[n]))) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

template <class Patterns>
bool matches_any(const Patterns& patterns, std::string_view name) {
    return std::any_of(std::begin(patterns), std::end(patterns),
                       [&](std::string_view pattern) { return matches(pattern, name); });
}

bool is_inherited(const EnvironmentPolicy& policy, std::string_view name) {
    if (policy.inherit == Inherit::none || matches_any(kNeverInherited, name)) return false;
    if (policy.inherit == Inherit::core &&
        std::find(std::begin(kCore), std::end(kCore), name) == std::end(kCore))
        return false;
    if (!policy.ignore_default_excludes && matches_any(kDefaultExcludes, name)) return false;
    return !matches_any(policy.exclude, name);
}

}  // namespace

std::vector<std::string> command_environment(const EnvironmentPolicy& policy,
                                             const base::Environment& parent) {
    Names names;
    for (const auto& [name, value] : parent.values()) {
        if (is_inherited(policy, name)) names.emplace(name, value);
    }
    for (const auto& [name, value] : policy.set) names.insert_or_assign(name, value);
    if (!policy.include_only.empty()) {
        std::erase_if(names, [&](const auto& variable) {
            return !matches_any(policy.include_only, variable.first);
        });
    }
    for (const auto& [name, value] : kDefaults) names.emplace(name, value);
    std::vector<std::string> environment;
    environment.reserve(names.size());
    for (const auto& [name, value] : names) environment.push_back(name + "=" + value);
    return environment;
}

}  // namespace codex::tools
