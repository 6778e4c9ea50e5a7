// Files beneath the writable roots that steer git, agents or us, and that no command may change.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace codex::tools {

/// What is protected beneath a root: the control files of `.git` (config, hooks, info, HEAD,
/// worktrees, modules, alternates; of the folder that it points to when it is a file), `.codex`,
/// `.agents` and our own `.github/codex-action.yml`. Absolute paths; what is not there is named
/// too.
std::vector<std::string> protected_paths(const std::string& root);

/// The state of protected files before the first command, to which they are put back. Limits are
/// named in the source; base::Error where a repository is over one.
class ControlFiles {
  public:
    /// `roots` are real paths of writable roots.
    explicit ControlFiles(const std::vector<std::string>& roots);

    /// Takes the state of now for the one to be kept.
    void accept();

    /// Compares, puts back what differs and removes what is new. Returns one line for each: what
    /// it was that somebody had done. No command may be running. Links laid in the way are removed,
    /// never followed.
    std::vector<std::string> restore();

  private:
    struct Entry {
        unsigned mode = 0;  // type and permissions, as of stat(2)
        unsigned uid = 0;
        unsigned gid = 0;
        std::string content;  // of a file, or a link's target
        friend bool operator==(const Entry&, const Entry&) = default;
    };
    using Entries = std::map<std::string, Entry>;  // by path relative to the root
    class Scan;

    static void put_back(int root, const std::string& path, const Entry& entry);

    struct Root {
        std::string path;
        std::string git_folder;  // relative; empty: not beneath the root
        Entries before;
    };
    std::vector<Root> roots_;
};

}  // namespace codex::tools
