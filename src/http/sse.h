// Server-sent events from bytes that may be cut anywhere (WHATWG HTML, section 9.2.6).
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace codex::http {

struct SseEvent {
    std::string type;  // "event:" field; empty when absent
    std::string data;  // "data:" lines joined by "\n"
    friend bool operator==(const SseEvent&, const SseEvent&) = default;
};

/// Accepts CR, LF, CRLF and a BOM; ignores comments and unknown fields; an event without its
/// closing blank line is not delivered. One scan over each byte. Throws base::Error when one event
/// exceeds `max_event_bytes`.
class SseParser {
  public:
    explicit SseParser(std::size_t max_event_bytes = std::size_t{16} << 20)
        : max_event_bytes_(max_event_bytes) {}
    void feed(std::string_view bytes);
    /// The next complete event, in order.
    std::optional<SseEvent> next();

  private:
    void end_line();
    std::size_t max_event_bytes_;
    std::string line_;
    SseEvent event_;
    bool has_data_ = false;
    bool after_cr_ = false;
    bool at_start_ = true;
    std::deque<SseEvent> ready_;
};

}  // namespace codex::http
