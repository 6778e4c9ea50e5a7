// What is said about a patch: on stdout, to a model, and as a diff that other tools read.
#pragma once

#include <string>

#include "patch/patch.h"
#include "patch/plan.h"

namespace codex::patch {

/// "Success. Updated the following files:" and a line "A path", "M path" or "D path" for each
/// change: first all added files, then the changed, then the removed ones. A move names its target.
std::string render_summary(const Plan& plan);

/// The diff of one change with git's headers, as git apply and patch(1) read it; modes are not
/// known here, so that files come and go as 100644. Empty when nothing differs.
std::string render_diff(const FileChange& change);
/// Of all changes, one behind the other.
std::string render_diff(const Plan& plan);

/// The error as the apply_patch program prints it: "Invalid patch: …", "Invalid patch hunk on line
/// N: …".
std::string render_error(const ParseError& error);

}  // namespace codex::patch
