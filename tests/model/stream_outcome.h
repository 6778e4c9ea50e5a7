// What comes of a stream, however its bytes are cut: for the tests and the fuzzer.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "model/stream.h"

namespace codex::test {

struct StreamOutcome {
    std::optional<model::ModelResponse> response;  // once the last event was seen
    std::optional<model::ModelErrorKind> failure;
    std::string message;  // of the failure
    std::string shown;    // all text deltas
    friend bool operator==(const StreamOutcome&, const StreamOutcome&) = default;
};

inline StreamOutcome read_stream(std::string_view text, std::size_t chunk,
                                 std::size_t max_event_bytes = std::size_t{16} << 20) {
    StreamOutcome outcome;
    const model::TextDelta on_text = [&](std::string_view delta) { outcome.shown += delta; };
    model::StreamReader reader(on_text, max_event_bytes);
    try {
        for (; !text.empty(); text.remove_prefix(std::min(chunk, text.size()))) {
            if (!reader.feed(text.substr(0, chunk))) continue;
            outcome.response = reader.result();
            break;
        }
    } catch (const model::ModelError& error) {
        outcome.failure = error.kind();
        outcome.message = error.what();
    }
    return outcome;
}

inline StreamOutcome read_stream(std::string_view text) {
    return read_stream(text, text.size() + 1);
}

}  // namespace codex::test
