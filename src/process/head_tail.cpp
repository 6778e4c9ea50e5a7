#include "process/head_tail.h"

#include <fmt/format.h>

#include <algorithm>

namespace codex::process {
namespace {

constexpr std::size_t kLongestSequence = 4;

bool continues_sequence(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

std::size_t sequence_length(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    if (byte >= 0xf0) return 4;
    if (byte >= 0xe0) return 3;
    return byte >= 0xc0 ? 2 : 1;
}

}  // namespace

std::string_view without_open_sequence(std::string_view text) {
    for (std::size_t back = 1; back < kLongestSequence && back <= text.size(); ++back) {
        const char byte = text[text.size() - back];
        if (continues_sequence(byte)) continue;
        return sequence_length(byte) > back ? text.substr(0, text.size() - back) : text;
    }
    return text;
}

void HeadTail::append(std::string_view bytes) {
    total_ += bytes.size();
    const std::size_t to_head = std::min(bytes.size(), head_capacity_ - head_.size());
    head_.append(bytes.substr(0, to_head));
    bytes.remove_prefix(to_head);
    if (bytes.size() >= tail_capacity_) {
        tail_.assign(bytes.substr(bytes.size() - tail_capacity_));
        tail_begin_ = 0;
        return;
    }
    const std::size_t to_end = std::min(bytes.size(), tail_capacity_ - tail_.size());
    tail_.append(bytes.substr(0, to_end));
    bytes.remove_prefix(to_end);
    while (!bytes.empty()) {
        const std::size_t piece = std::min(bytes.size(), tail_capacity_ - tail_begin_);
        tail_.replace(tail_begin_, piece, bytes.substr(0, piece));
        tail_begin_ = (tail_begin_ + piece) % tail_capacity_;
        bytes.remove_prefix(piece);
    }
}

std::string_view HeadTail::head() const {
    if (total_ == head_.size() + tail_.size()) return head_;
    return without_open_sequence(head_);
}

std::string HeadTail::tail() const {
    std::string text = tail_.substr(tail_begin_) + tail_.substr(0, tail_begin_);
    if (total_ == head_.size() + tail_.size()) return text;
    std::size_t rest = 0;
    while (rest + 1 < kLongestSequence && rest < text.size() && continues_sequence(text[rest])) {
        ++rest;
    }
    return text.substr(rest);
}

std::size_t HeadTail::omitted_bytes() const {
    return total_ - head().size() - tail().size();
}

std::string HeadTail::text() const {
    const std::string end = tail();
    const std::size_t omitted = total_ - head().size() - end.size();
    if (omitted == 0) return std::string(head()) + end;
    return fmt::format("{}\n… {} bytes omitted …\n{}", head(), omitted, end);
}

}  // namespace codex::process
