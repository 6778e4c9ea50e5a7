// GitHub's JSON as our values; what is missing or of another type throws JsonError with its path.
// Private.
#pragma once

#include "github/types.h"
#include "json/value.h"

namespace codex::github {

PullRequest decode_pull_request(const json::Value& value);
PullRequestFile decode_file(const json::Value& value);

/// Empty when absent or no string.
std::string optional_string(const json::Value* value);

}  // namespace codex::github
