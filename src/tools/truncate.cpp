#include "tools/truncate.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace codex::tools {
namespace {

// Room for the note between head and tail, with numbers of any size.
constexpr std::size_t kNoteBytes = 120;

std::string_view utf8_suffix(std::string_view text, std::size_t max_bytes) {
    if (text.size() <= max_bytes) return text;
    text.remove_prefix(text.size() - max_bytes);
    // Continuation bytes of a sequence that began before.
    for (int i = 0;
         i < 3 && !text.empty() && (static_cast<unsigned char>(text[0]) & 0xC0U) == 0x80U; ++i)
        text.remove_prefix(1);
    return text;
}

// The beginning that fits, up to the end of a line where at least half of it is left then.
std::string_view fitting_head(std::string_view text, std::size_t max_bytes) {
    if (text.size() <= max_bytes) return text;
    const std::string_view head = base::utf8_prefix(text, max_bytes);
    const std::size_t end = head.rfind('\n');
    return end != std::string_view::npos && end + 1 >= head.size() / 2 ? head.substr(0, end + 1)
                                                                       : head;
}

std::string_view fitting_tail(std::string_view text, std::size_t max_bytes) {
    if (text.size() <= max_bytes) return text;
    const std::string_view tail = utf8_suffix(text, max_bytes);
    if (tail.size() < text.size() && text[text.size() - tail.size() - 1] == '\n') return tail;
    const std::size_t end = tail.find('\n');
    return end != std::string_view::npos && end + 1 <= tail.size() / 2 ? tail.substr(end + 1)
                                                                       : tail;
}

// Byte offset at which line `index` (from 0) begins.
std::size_t begin_of_line(const std::vector<std::string_view>& lines, std::size_t index,
                          std::string_view text) {
    return index < lines.size() ? static_cast<std::size_t>(lines[index].data() - text.data())
                                : text.size();
}

std::size_t count_lines(std::string_view text) {
    return base::split_lines(text).size();
}

}  // namespace

std::string truncate_output(std::string_view text, const OutputLimits& limits) {
    const std::vector<std::string_view> lines = base::split_lines(text);
    if (text.size() <= limits.max_bytes && lines.size() <= limits.max_lines)
        return std::string(text);

    std::string_view head = text;
    std::string_view tail = text;
    if (lines.size() > limits.max_lines) {
        const std::size_t head_lines = limits.max_lines / 2;
        const std::size_t tail_lines = limits.max_lines - head_lines;
        head = text.substr(0, begin_of_line(lines, head_lines, text));
        tail = text.substr(begin_of_line(lines, lines.size() - tail_lines, text));
    }
    const std::size_t budget = limits.max_bytes - std::min(kNoteBytes, limits.max_bytes);
    head = fitting_head(head, budget / 2);
    tail = fitting_tail(tail, budget - budget / 2);
    const std::string_view middle =
        text.substr(head.size(), text.size() - head.size() - tail.size());
    const bool ends_line = head.empty() || head.back() == '\n';
    const bool begins_line = middle.empty() || middle.back() == '\n';
    // A line of which a part is shown is not among the omitted ones.
    std::size_t omitted = count_lines(middle);
    if (!ends_line && omitted > 0) --omitted;
    if (!begins_line && omitted > 0) --omitted;
    const std::string note =
        ends_line && begins_line
            ? fmt::format("[... omitted {} of {} lines ...]", omitted, lines.size())
            : fmt::format("[... omitted {} of {} lines, {} bytes ...]", omitted, lines.size(),
                          middle.size());
    return fmt::format("{}\n{}\n\n{}", head, note, tail);
}

std::string truncate_middle(std::string_view text, std::size_t max_bytes) {
    if (text.size() <= max_bytes) return std::string(text);
    const std::string_view head = fitting_head(text, max_bytes / 2);
    const std::string_view tail = fitting_tail(text, max_bytes - max_bytes / 2);
    const std::size_t removed = text.size() - head.size() - tail.size();
    return fmt::format("{}…{} tokens truncated…\n{}", head,
                       (removed + kBytesPerToken - 1) / kBytesPerToken, tail);
}

std::int64_t approximate_tokens(std::string_view text) {
    return static_cast<std::int64_t>((text.size() + kBytesPerToken - 1) / kBytesPerToken);
}

}  // namespace codex::tools
