// A folder that is gone with its scope.
#pragma once

#include <filesystem>
#include <string>

namespace codex::test {

class TempDir {
  public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

/// Writes `content`, making the folders above.
void write_file(const std::filesystem::path& path, const std::string& content);

}  // namespace codex::test
