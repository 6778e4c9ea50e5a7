// Output of any size in bounded memory: its beginning and its end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codex::process {

/// `text` without a UTF-8 sequence at its end that more bytes would go on.
std::string_view without_open_sequence(std::string_view text);

/// Keeps the first and last half of what is appended when it exceeds `max_bytes`.
class HeadTail {
  public:
    explicit HeadTail(std::size_t max_bytes)
        : head_capacity_(max_bytes / 2), tail_capacity_(max_bytes - max_bytes / 2) {}
    void append(std::string_view bytes);
    /// Head, then "\n… N bytes omitted …\n" when something was cut, then tail. A cut never leaves a
    /// part of a UTF-8 sequence.
    std::string text() const;
    std::size_t omitted_bytes() const;

  private:
    std::string_view head() const;
    std::string tail() const;

    std::size_t head_capacity_;
    std::size_t tail_capacity_;
    std::size_t total_ = 0;
    std::string head_;
    std::string tail_;            // a ring once it is full
    std::size_t tail_begin_ = 0;  // where the oldest byte of the ring is
};

}  // namespace codex::process
