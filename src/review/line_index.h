// The lines of one side of a file, found by their content.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/review_output.h"
#include "review/diff.h"

namespace codex::review {

/// Lines with their numbers: of a whole text, or, where that is not to be had, those that a diff
/// shows. Built once; a search costs a look-up and the comparison of the places it finds.
class LineIndex {
  public:
    /// All lines of `text`, numbered from 1. The index owns the text; bytes that are no UTF-8 are
    /// repaired.
    explicit LineIndex(std::string text);
    /// The lines of `side` that `file` shows. `file` must outlive the index.
    LineIndex(const FileDiff& file, protocol::Side side);

    LineIndex(const LineIndex&) = delete;  // views point into the own text
    LineIndex& operator=(const LineIndex&) = delete;

    /// Where `quote` (at least one line that is not blank) stands: numbers of its first line,
    /// nearest to `near` first, at most `kMaxMatches`. All exact places, or, when there is none,
    /// all that differ in white space and invisible characters only.
    struct Matches {
        std::vector<int> lines;
        bool complete = true;  // false: there may be more
    };
    Matches find(const std::vector<std::string_view>& quote, int near) const;

    /// The text of a line; empty when the index has no such line.
    std::string_view line(int number) const;

    static constexpr std::size_t kMaxMatches = 64;

  private:
    struct Entry {
        std::uint32_t hash;
        std::uint32_t position;  // in views_
    };
    void add_lines();
    std::size_t position(int number) const;
    bool matches(const std::vector<std::string_view>& quote, std::size_t first, bool exact) const;

    std::string text_;
    std::vector<std::string_view> views_;
    std::vector<int> numbers_;    // empty: line n is at n - 1
    std::vector<Entry> entries_;  // by hash, then position
};

}  // namespace codex::review
