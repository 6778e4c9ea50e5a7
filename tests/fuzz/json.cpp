// What parses renders to text that parses to the same value; nothing else but JsonError is thrown.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "json/value.h"

namespace json = codex::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    json::Value value;
    try {
        value = json::parse(text);
    } catch (const json::JsonError&) {
        return 0;
    }
    const std::string rendered = json::render(value);
    if (!codex::base::is_valid_utf8(rendered) || json::parse(rendered) != value ||
        json::parse(json::render_pretty(value)) != value) {
        std::abort();
    }
    return 0;
}
