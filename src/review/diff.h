// Unified diffs as data: which lines of which side a comment may stand on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/review_output.h"

namespace codex::review {

enum class LineKind : std::uint8_t { context, added, deleted };

struct DiffLine {
    LineKind kind = LineKind::context;
    int old_number = 0;  // 0 for added lines
    int new_number = 0;  // 0 for deleted lines
    /// Without the mark and the line end (a CR is kept); points into the file's patch.
    std::string_view text;
};

/// Lines [first, first + count) of the file's `lines`.
struct Hunk {
    int old_start = 0;
    int old_count = 0;
    int new_start = 0;
    int new_count = 0;
    std::size_t first = 0;
    std::size_t count = 0;
    std::string_view heading;  // what git names behind the second "@@"; points into the patch
};

/// A file's part of a diff. Movable; `lines` view into `patch`, which is why it is held by
/// pointer-stable storage.
struct FileDiff {
    std::string old_path;  // equal to new_path unless renamed; empty for added files
    std::string new_path;  // empty for deleted files
    /// Owners: this file and its copies, whose lines view into it.
    std::shared_ptr<const std::string> patch;
    std::vector<Hunk> hunks;
    std::vector<DiffLine> lines;

    const std::string& path() const { return new_path.empty() ? old_path : new_path; }
};

/// Reads the hunks of one file's patch (with or without "---"/"+++" headers). Only "\n" ends a
/// line. Throws base::Error naming the line of the patch when a hunk's counts and its lines
/// disagree.
FileDiff parse_file_patch(std::string old_path, std::string new_path, std::string patch);

/// Splits a whole `git diff` text into files ("diff --git" lines) and parses each.
std::vector<FileDiff> parse_unified_diff(std::string_view text);

/// The hunk that shows line `number` of `side`, and the index of that line in `lines`; nullopt when
/// it is not shown.
struct DiffPosition {
    std::size_t hunk = 0;
    std::size_t line = 0;
};
std::optional<DiffPosition> find_line(const FileDiff& file, protocol::Side side, int number);

/// A longer line is cut in a numbered diff, with a note that says how much is missing.
inline constexpr std::size_t kMaxNumberedLine = 1'000;

/// The file's diff for a prompt: each line with its old and new number, hunk headers kept.
std::string render_numbered(const FileDiff& file);

/// Bytes that a hunk takes in the numbered diff, without rendering it.
std::size_t numbered_size(const FileDiff& file, const Hunk& hunk);

}  // namespace codex::review
