#include "tests/support/lib/temp_dir.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace codex::test {

TempDir::TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "codex-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("cannot make a temporary folder");
    path_ = pattern;
    // Sandboxed children run as another user and must be able to pass through.
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
}

TempDir::~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::filesystem::path& path, const std::string& content) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file << content;
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace codex::test
