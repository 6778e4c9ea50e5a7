#include "http/sse.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace codex::http {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Where the next line of a chunk ends. Looks for either sign on its own, which is several times
// faster than for both at once, and never twice at the same place.
class LineEnds {
  public:
    explicit LineEnds(std::string_view chunk) : chunk_(chunk) {}

    /// Within `rest`, the end of the chunk; npos when no line ends there.
    std::size_t next(std::string_view rest) {
        const std::size_t begin = chunk_.size() - rest.size();
        const std::size_t end = std::min(after(lf_, '\n', begin), after(cr_, '\r', begin));
        return end == std::string_view::npos ? end : end - begin;
    }

  private:
    std::size_t after(std::size_t& known, char sign, std::size_t begin) const {
        if (known == kUnknown || known < begin) known = chunk_.find(sign, begin);
        return known;
    }

    static constexpr std::size_t kUnknown = std::string_view::npos - 1;
    std::string_view chunk_;
    std::size_t lf_ = kUnknown;
    std::size_t cr_ = kUnknown;
};

}  // namespace

void SseParser::feed(std::string_view bytes) {
    LineEnds ends(bytes);
    while (!bytes.empty()) {
        if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }
        const std::size_t end = ends.next(bytes);
        const std::string_view part = bytes.substr(0, end);
        if (line_.size() + event_.data.size() + event_.type.size() + part.size() >
            max_event_bytes_) {
            throw base::Error(fmt::format(
                "one event of the stream is larger than the limit of {} bytes", max_event_bytes_));
        }
        line_ += part;
        if (end == std::string_view::npos) return;
        after_cr_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        end_line();
        line_.clear();
    }
}

void SseParser::end_line() {
    std::string_view line = line_;
    if (std::exchange(at_start_, false) && line.starts_with(kByteOrderMark)) {
        line.remove_prefix(kByteOrderMark.size());
    }
    if (line.empty()) {
        if (has_data_) ready_.push_back(std::move(event_));
        event_ = {};
        has_data_ = false;
        return;
    }
    // A comment has an empty field name and is ignored like any unknown field.
    const std::size_t colon = line.find(':');
    const std::string_view field = line.substr(0, colon);
    std::string_view value;
    if (colon != std::string_view::npos) value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "data") {
        if (std::exchange(has_data_, true)) event_.data += '\n';
        event_.data += value;
    } else if (field == "event") {
        event_.type = value;
    }
}

std::optional<SseEvent> SseParser::next() {
    if (ready_.empty()) return std::nullopt;
    SseEvent event = std::move(ready_.front());
    ready_.pop_front();
    return event;
}

}  // namespace codex::http
