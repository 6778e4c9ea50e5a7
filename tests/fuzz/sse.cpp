// However the bytes of a stream are cut, the parser gives the same events.
#include "http/sse.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

namespace {

// Small, so that the limit is met too.
constexpr std::size_t kLimit = 256;

struct Outcome {
    std::vector<codex::http::SseEvent> events;
    bool refused = false;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome parse(std::string_view text, std::size_t chunk) {
    codex::http::SseParser parser(kLimit);
    Outcome outcome;
    try {
        for (; !text.empty(); text.remove_prefix(std::min(chunk, text.size()))) {
            parser.feed(text.substr(0, chunk));
        }
    } catch (const codex::base::Error&) {
        outcome.refused = true;
    }
    while (auto event = parser.next()) outcome.events.push_back(std::move(*event));
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t chunk = 1 + data[0] % 16U;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (parse(text, text.size() + 1) != parse(text, chunk)) std::abort();
    return 0;
}
