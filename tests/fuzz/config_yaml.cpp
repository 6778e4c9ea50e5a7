// Any text is a repository's file: it is refused with its problems, or its rules are within the
// limits.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "config/repository_file.h"

namespace base = codex::base;
namespace config = codex::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const config::RepositoryFile file = config::parse_repository_file("f.yml", text);
        config::Options options;
        options.max_comments = 5;
        options.fail_on = config::FailOn::p1;
        config::narrow(options, file);
        if (options.max_comments < 0 || options.max_comments > 5 ||
            options.fail_on < config::FailOn::p1)
            std::abort();
        for (const auto& path : file.review.include) {
            if (path.starts_with('/') || !base::is_valid_utf8(path)) std::abort();
        }
    } catch (const config::InvalidConfig& error) {
        if (error.problems().empty() || !base::is_valid_utf8(error.what())) std::abort();
    }
    return 0;
}
