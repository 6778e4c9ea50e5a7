// Several files changed together: staged beside the old ones, renamed into place, undone on demand.
#pragma once

#include <sys/stat.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "patch/place.h"

namespace codex::patch {

/// What becomes of one path; the texts are borrowed. Both alike: nothing is done.
struct FileGoal {
    std::string path;                     // see path_beneath() of patch/plan.h
    const std::string* before = nullptr;  // what must be there now; null: nothing
    const std::string* after = nullptr;   // what shall be there; null: nothing
    std::string mode_from;  // the path whose mode the file takes, if it is there; empty: a new one
};

/// Undoes what it has done unless finish() was reached.
class Transaction {
  public:
    Transaction(const Roots& roots, bool fsync) : roots_(roots), fsync_(fsync) {}
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    /// Stages all goals, then renames, then removes. Throws base::Error; roll_back() undoes it.
    void run(const std::vector<FileGoal>& goals);
    /// Removes what the old files were kept under: nothing can be undone any more.
    void finish();
    /// Undoes what was done; returns what could not be undone, for people.
    std::vector<std::string> roll_back();

  private:
    enum class State { staged, created, replaced, removed };
    struct Step {
        const FileGoal* goal = nullptr;
        int folder = -1;  // of folders_
        std::string name;
        std::string other_name;  // of the new file while staged, then of the old one
        State state = State::staged;
    };

    void stage(const FileGoal& goal);
    void write_new(Step& step, const std::string& text, const struct stat* like);
    int keep_folder(base::UniqueFd folder);
    void put_in_place(Step& step);
    void remove(Step& step);
    void sync_folders();
    bool undo(Step& step);

    const Roots& roots_;
    bool fsync_;
    std::map<std::pair<dev_t, ino_t>, base::UniqueFd> folders_;
    std::set<std::pair<int, std::string>> names_;  // in their folders: no file twice
    std::vector<MadeFolder> made_;
    std::vector<Step> steps_;
};

/// The whole regular file, its links resolved; nullopt when nothing is there. Throws base::Error.
std::optional<std::string> read_file_beneath(const Roots& roots, const std::string& path);

}  // namespace codex::patch
