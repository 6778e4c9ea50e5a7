#include "cli/print.h"

#include <cstdio>

#include "base/error.h"

namespace codex::cli {

void print(std::string_view text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (!written || std::fflush(stdout) != 0) base::throw_errno("cannot write to standard output");
}

std::filesystem::path current_folder() {
    std::error_code error;
    auto folder = std::filesystem::current_path(error);
    if (error) throw base::ConfigError("the current folder is gone; start in a checkout");
    return folder;
}

}  // namespace codex::cli
