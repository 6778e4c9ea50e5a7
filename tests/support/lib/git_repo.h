// Real repositories, made with the git program: fixed dates and names, no configuration of the
// machine.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace codex::test {

class GitRepo {
  public:
    /// Initialises a repository with branch "main" at `path` (an existing or new folder).
    explicit GitRepo(std::filesystem::path path);
    /// Runs git in the work tree; throws when it fails; returns stdout without the last newline.
    std::string git(const std::vector<std::string>& arguments) const;
    void write(const std::string& name, const std::string& content) const;
    /// Adds everything and commits; returns the SHA.
    std::string commit(const std::string& message) const;
    std::string head() const { return git({"rev-parse", "HEAD"}); }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// git in any folder, with the same environment.
std::string run_git(const std::filesystem::path& folder, const std::vector<std::string>& arguments);

}  // namespace codex::test
