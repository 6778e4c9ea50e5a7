// What comes of a stream, however its bytes are cut: for the tests and the fuzzer.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/model_error.h"
#include "model/stream.h"

namespace codex::test {

struct StreamOutcome {
    std::optional<model::ModelResponse> response;  // once the last event was seen
    std::optional<model::ModelErrorKind> failure;
    std::string message;  // of the failure
    std::string shown;    // all text deltas
    std::string thought;  // all deltas of reasoning, "|" at each section break
    friend bool operator==(const StreamOutcome&, const StreamOutcome&) = default;
};

/// `make` gives the reader for its events.
template <class Make>
StreamOutcome read_with(std::string_view text, std::size_t chunk, Make make) {
    StreamOutcome outcome;
    model::StreamEvents events;
    events.on_text = [&](const model::Delta& delta) { outcome.shown += delta.text; };
    events.on_reasoning_summary = [&](const model::Delta& delta) { outcome.thought += delta.text; };
    events.on_reasoning_raw = events.on_reasoning_summary;
    events.on_section_break = [&](std::string_view) { outcome.thought += '|'; };
    const std::unique_ptr<model::StreamReader> reader = make(events);
    try {
        bool whole = false;
        for (; !whole && !text.empty(); text.remove_prefix(std::min(chunk, text.size())))
            whole = reader->feed(text.substr(0, chunk));
        if (whole || reader->end()) outcome.response = reader->result();
    } catch (const model::ModelError& error) {
        outcome.failure = error.kind();
        outcome.message = error.what();
    }
    return outcome;
}

inline StreamOutcome read_stream(std::string_view text, std::size_t chunk,
                                 std::size_t max_event_bytes = model::kMaxEventBytes) {
    return read_with(text, chunk, [=](const model::StreamEvents& events) {
        return std::make_unique<model::ResponsesReader>(events, protocol::ItemIds::dropped,
                                                        max_event_bytes);
    });
}

/// The chat wire; "apply_patch" is a custom tool there, and calls without ids are "call_x_0"….
inline StreamOutcome read_chat(std::string_view text, std::size_t chunk,
                               std::size_t max_event_bytes = model::kMaxEventBytes) {
    return read_with(text, chunk, [=](const model::StreamEvents& events) {
        return std::make_unique<model::ChatReader>(events, std::set<std::string>{"apply_patch"},
                                                   "call_x", max_event_bytes);
    });
}

inline StreamOutcome read_chat(std::string_view text) {
    return read_chat(text, text.size() + 1);
}

inline StreamOutcome read_stream(std::string_view text) {
    return read_stream(text, text.size() + 1);
}

}  // namespace codex::test
