// Instructions that a repository and its user give every conversation: AGENTS.md files
// (spec/codex-core.md 1.6).
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace codex::agent {

struct ProjectDocOptions {
    std::size_t max_bytes = 32'768;                // of all files together; 0 means none
    std::vector<std::string> fallback_names = {};  // tried in a folder that has no AGENTS.md
};

struct ProjectDoc {
    std::string text = {};  // the files' texts, from the root down, between blank lines
    std::vector<std::string> paths = {};  // of the files in it, in the same order
    bool is_cut = false;  // the last one did not fit whole; later ones may be missing
    friend bool operator==(const ProjectDoc&, const ProjectDoc&) = default;
};

/// The beginning of the file at a path ("AGENTS.md", "src/AGENTS.md"): at least `bytes` of it where
/// it has so many; nullopt when no file is there.
using ReadProjectFile =
    std::function<std::optional<std::string>(const std::string& path, std::size_t bytes)>;

/// From each folder the first file of AGENTS.override.md, AGENTS.md and the fallback names that is
/// there. `folders` go from the root to the working folder, "" being the root. Bytes that are no
/// UTF-8 become U+FFFD; blank files count for nothing. Throws what `read` throws.
ProjectDoc collect_project_doc(const std::vector<std::string>& folders,
                               const ProjectDocOptions& options, const ReadProjectFile& read);

/// The folders from "" to `path` ("a/b" gives "", "a", "a/b"), for a reader of a commit.
std::vector<std::string> folders_down_to(std::string_view path);

/// Reads the disk, from the nearest folder with a .git above `cwd` (or `cwd` itself where none has)
/// down to `cwd`; the paths are absolute. Throws SystemError when a file cannot be read.
ProjectDoc load_project_doc(const std::filesystem::path& cwd, const ProjectDocOptions& options);

/// $CODEX_HOME/AGENTS.override.md or AGENTS.md, trimmed; nullopt when it is blank or not there.
std::optional<std::string> load_user_instructions(const std::filesystem::path& codex_home);

/// Both, the user's first, with a line between that says where the project's begin.
std::optional<std::string> join_instructions(const std::optional<std::string>& user,
                                             const ProjectDoc& project);

}  // namespace codex::agent
