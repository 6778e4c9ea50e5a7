// Any text is a config.toml: it is refused with its problems, or what it comes to is printed and
// read again as the same. The first line may hold assignments of the command line.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "config/load.h"
#include "config/show.h"

namespace base = codex::base;
namespace config = codex::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    config::Layers layers{.user_file = config::SourceText{"config.toml", text}};
    if (text.starts_with('#')) {
        for (const std::string_view part :
             base::split(std::string_view(text).substr(1, text.find('\n')), ';'))
            layers.assignments.emplace_back(part);
    }
    try {
        const config::LoadedConfig loaded = config::load_config(layers);
        const std::string shown = config::render_config(loaded, {.is_masked = false});
        if (!base::is_valid_utf8(shown)) std::abort();
        const config::LoadedConfig again = config::load_config(
            {.user_file = config::SourceText{"shown", shown}, .is_strict = true});
        // Compared as text, in which a NaN is what it is.
        if (config::render_config(again, {.is_masked = false}) != shown) std::abort();
    } catch (const config::InvalidConfig& error) {
        if (error.problems().empty() || !base::is_valid_utf8(error.what())) std::abort();
    }
    return 0;
}
