// The apply-patch command line: for people, and for scripts of a model that call `apply_patch`.
#pragma once

#include <string>
#include <vector>

namespace codex::worker {

/// The rest of a command line behind "apply-patch": [--dry-run] [--root DIR] [--partial] [--fsync]
/// [PATCH|-]. Runs without any sandbox of its own, with the rights of the caller, beneath DIR or
/// the current folder. Returns the exit code: 0 applied, 1 not, 2 wrong usage.
int run_apply_patch(const std::vector<std::string>& arguments);

/// The same started under the name `apply_patch` or `applypatch`: the one argument is the patch,
/// whatever it looks like; without one it is read from standard input.
int run_as_apply_patch(const std::vector<std::string>& arguments);

}  // namespace codex::worker
