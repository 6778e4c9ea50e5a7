// The events of one streamed answer (spec/codex-observed.md section 2), read into a ModelResponse.
#pragma once

#include <string>

#include "http/sse.h"
#include "model/client.h"

namespace codex::model {

/// Only response.output_item.done and the final event count; everything else is display.
class StreamReader {
  public:
    explicit StreamReader(const TextDelta& on_text,
                          std::size_t max_event_bytes = std::size_t{16} << 20)
        : on_text_(on_text), parser_(max_event_bytes) {}

    /// Bytes as they arrive, cut anywhere. True when the last event was among them: result() is
    /// complete. Throws ModelError on response.failed and `error`, and on an event too large.
    bool feed(std::string_view bytes);
    /// Whether anything came that has the form of an event.
    bool has_events() const { return has_events_; }
    ModelResponse result() { return std::move(response_); }

  private:
    bool take(const http::SseEvent& event);
    void finish(const json::Value& event);
    const TextDelta& on_text_;
    http::SseParser parser_;
    bool has_events_ = false;
    ModelResponse response_;
};

}  // namespace codex::model
