// .github/codex-action.yml: what a repository says about its reviews, within what the workflow
// allows. Its text is handed in, and comes from the base commit, never from a pull request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/choices.h"
#include "config/keys.h"
#include "config/options.h"
#include "config/origin.h"

namespace codex::config {

inline constexpr std::string_view kRepositoryFile = ".github/codex-action.yml";

inline constexpr std::int64_t kMostComments = 100;  // as of the input of that name

enum class Priority { p0, p1, p2, p3 };

struct PathGuidance {
    std::vector<std::string> paths;
    std::string guidance;
    friend bool operator==(const PathGuidance&, const PathGuidance&) = default;
};

struct ReviewRules {
    std::vector<std::string> include;  // pathspecs; empty: everything
    std::vector<std::string> exclude;
    std::string guidance;
    std::vector<PathGuidance> path_guidance;
    std::vector<std::string> languages;
    std::optional<Priority> min_priority;
    std::optional<std::int64_t> max_comments;
    std::optional<FailOn> fail_on;
    friend bool operator==(const ReviewRules&, const ReviewRules&) = default;
};

/// What commenters may ask for, by their permission on the repository; unset: what the workflow
/// says.
struct AllowedCommands {
    std::optional<std::vector<std::string>> triage;
    std::optional<std::vector<std::string>> write;
    std::optional<std::vector<std::string>> maintain;
    std::optional<std::vector<std::string>> admin;
    friend bool operator==(const AllowedCommands&, const AllowedCommands&) = default;
};

struct ActRules {
    std::optional<std::string> test_command;
    std::vector<std::string> protected_paths;
    AllowedCommands allowed_commands;
    std::optional<std::string> commit_message;
    friend bool operator==(const ActRules&, const ActRules&) = default;
};

struct RepositoryFile {
    std::optional<std::string> model;
    std::optional<ReasoningEffort> reasoning_effort;
    ReviewRules review;
    ActRules act;
    friend bool operator==(const RepositoryFile&, const RepositoryFile&) = default;
};

/// What a workflow lets the repository's file choose.
struct RepositoryLimits {
    std::vector<std::string> models = {};  // besides the one that is configured
    ReasoningEffort max_effort = ReasoningEffort::medium;
};

/// Everything that is wrong, unknown keys too, goes to `problems`, with the place. `origins` may be
/// the whole configuration's; keys are those of the file.
RepositoryFile read_repository_file(std::string_view name, std::string_view text, Origins& origins,
                                    std::vector<Problem>& problems);

/// The file alone; throws InvalidConfig with all problems.
RepositoryFile parse_repository_file(std::string_view name, std::string_view text);

/// Makes the options of a run stricter where the file says so; what would make them laxer is
/// returned, one line each, and not done.
std::vector<std::string> narrow(Options& options, const RepositoryFile& file);

/// JSON Schema (2020-12) of the file, for editors; made from its key lists.
json::Value repository_file_schema();

}  // namespace codex::config

template <>
struct codex::json::EnumNames<codex::config::Priority> {
    using P = codex::config::Priority;
    static constexpr std::pair<P, std::string_view> names[] = {
        {P::p0, "p0"}, {P::p1, "p1"}, {P::p2, "p2"}, {P::p3, "p3"}};
};
template <>
struct codex::json::EnumNames<codex::config::FailOn> {
    using F = codex::config::FailOn;
    static constexpr std::pair<F, std::string_view> names[] = {
        {F::none, "none"}, {F::p0, "p0"}, {F::p1, "p1"}, {F::p2, "p2"}, {F::p3, "p3"}};
};
