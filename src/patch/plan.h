// What a patch would do: every hunk of every file is placed in memory before a byte is written.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "patch/patch.h"

namespace codex::patch {

/// The whole text of the file at a path as path_beneath() makes it; nullopt when nothing is there.
/// Throws base::Error when it cannot be read or is no regular file.
using Reader = std::function<std::optional<std::string>(const std::string& path)>;

/// What a path names, for telling whether two paths name one file.
struct FileSpot {
    std::string own;     // the name's place, folders resolved
    std::string target;  // the same, unless the name is a link
    bool is_link = false;
};
using Locator = std::function<FileSpot(const std::string& path)>;

struct PlanOptions {
    /// Absolute and real. Relative paths count from the first, absolute ones must lie beneath one.
    std::vector<std::string> roots;
    std::string folder;  // where relative paths count from: clean, relative to the first root
    Mode mode = Mode::whole;
    Locator locate = {};  // without it, paths that differ name different files
    bool diffs = true;    // they cost another look at the texts
};

struct FileChange {
    Operation operation = Operation::update;
    std::string path;                          // see path_beneath()
    std::optional<std::string> move_to;        // likewise; never the path itself
    std::string shown_path;                    // of the result, as the patch writes it
    std::optional<std::string> old_text;       // nullopt: nothing is there
    std::optional<std::string> new_text;       // nullopt: removed
    std::optional<std::string> replaced_text;  // of what lies at `move_to` now
    std::string unified_diff;  // hunks without file headers (patch/diff.h), where asked for

    bool operator==(const FileChange&) const = default;
};

/// The changes in the order of the patch; each sees what those before it have done.
struct Plan {
    Mode mode = Mode::whole;
    std::vector<FileChange> changes;
    std::vector<std::string> notes;      // ambiguous places, overwritten files: for the model
    std::optional<std::string> failure;  // partial only: why the changes end where they end

    bool operator==(const Plan&) const = default;
};

/// Throws base::Error that names every file and hunk that has no place, what was looked for, and
/// the nearest lines of the file, or two paths that name one file; `partial` returns the changes
/// before the first failure instead. A patch without files is an error in both.
Plan plan(const Patch& patch, const Reader& reader, const PlanOptions& options = {});

/// A path as a patch writes it, without "." and "..", which are taken out by the text alone:
/// relative to the first root, or absolute beneath another. Throws base::Error when it leads out of
/// the roots, names one, or is refused (base/model_path.h).
std::string path_beneath(const std::string& written, const PlanOptions& options);

}  // namespace codex::patch
