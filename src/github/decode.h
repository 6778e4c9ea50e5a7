// GitHub's JSON as our values; what is missing or of another type throws JsonError with its path.
// Private.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "github/types.h"
#include "json/value.h"

namespace codex::github {

PullRequest decode_pull_request(const json::Value& value);
/// A list of files.
std::vector<PullRequestFile> decode_files(const json::Value& value);

/// Empty when absent or no string.
std::string optional_string(const json::Value* value);

/// 40 lower-case hexadecimal digits.
bool is_commit_id(std::string_view text);

}  // namespace codex::github
