// GitHub's JSON as our values; what is missing or of another type throws JsonError with its path.
// Private.
#pragma once

#include <vector>

#include "github/types.h"
#include "json/value.h"

namespace codex::github {

PullRequest decode_pull_request(const json::Value& value);
/// A list of files.
std::vector<PullRequestFile> decode_files(const json::Value& value);

}  // namespace codex::github
