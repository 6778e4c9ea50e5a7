// The change under review as the pure review logic wants it: diffs, what is skipped and why,
// guidance of the base.
#pragma once

#include <string>
#include <vector>

#include "action/checkout.h"
#include "git/repository.h"
#include "github/types.h"
#include "review/diff.h"
#include "review/outcome.h"
#include "review/prompt.h"

namespace codex::action {

struct Change {
    std::vector<review::FileDiff> files;  // everything that has a diff and is reviewed
    std::vector<review::SkippedFile> skipped;
    std::vector<review::Guidance> guidance;  // AGENTS.md files of the base that apply, root first
    std::vector<std::string> notes;          // for the report
};

/// From the checkout's own objects. `base` is where guidance and attributes come from.
Change read_change(const git::Repository& repository, const std::string& merge_base,
                   const std::string& head);

/// From GitHub's patch fields, where the checkout lacks the objects; guidance from `base` if it is
/// there.
Change read_change(const git::Repository& repository, const std::string& base,
                   const std::vector<github::PullRequestFile>& files);

}  // namespace codex::action
