// Text compared with a file of tests/data; CODEX_TEST_ACCEPT=1 writes the file anew.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/file.h"

namespace codex::test {

inline void check_golden(const std::string& name, const std::string& actual) {
    const std::filesystem::path path =
        std::filesystem::path(CODEX_SOURCE_DIR) / "tests/data/review" / name;
    const char* accept = std::getenv("CODEX_TEST_ACCEPT");
    if (accept != nullptr && std::string(accept) == "1") {
        std::filesystem::create_directories(path.parent_path());
        base::write_file_atomically(path, actual);
    }
    INFO("golden file " << path << " (CODEX_TEST_ACCEPT=1 rewrites it)");
    const auto expected = base::read_file_if_exists(path);
    REQUIRE(expected.has_value());
    CHECK(actual == *expected);
}

}  // namespace codex::test
