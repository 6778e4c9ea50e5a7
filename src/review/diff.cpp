#include "review/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "review/diff_header.h"
#include "review/fold.h"

namespace codex::review {
namespace {

using protocol::Side;

// Lines of a patch with their numbers; only "\n" ends one.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : text_(text) {}

    bool at_end() const { return at_ >= text_.size(); }
    std::size_t number() const { return number_; }
    std::size_t offset() const { return at_; }

    std::string_view peek() const {
        const std::string_view rest = text_.substr(at_);
        return rest.substr(0, rest.find('\n'));
    }
    // Moves behind the line that peek() gave.
    void skip(std::string_view line) {
        at_ += line.size() + 1;
        ++number_;
    }
    [[noreturn]] void fail(std::string_view message) const {
        throw base::Error(fmt::format("line {} of the patch: {}", number_, message));
    }

  private:
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t number_ = 1;
};

// "12" or "12,3" of a hunk header; moves `text` behind it.
bool take_range(std::string_view& text, int& start, int& count) {
    const auto take_number = [&text](int& number) {
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, number);
        if (error != std::errc() || stop == text.data() || text.front() == '-') return false;
        text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
        return true;
    };
    if (text.empty() || !take_number(start)) return false;
    count = 1;
    if (!text.empty() && text.front() == ',') {
        text.remove_prefix(1);
        if (text.empty() || !take_number(count)) return false;
    }
    return true;
}

std::optional<Hunk> parse_hunk_header(std::string_view line) {
    Hunk hunk;
    if (!line.starts_with("@@ -")) return std::nullopt;
    line.remove_prefix(4);
    if (!take_range(line, hunk.old_start, hunk.old_count) || !line.starts_with(" +"))
        return std::nullopt;
    line.remove_prefix(2);
    if (!take_range(line, hunk.new_start, hunk.new_count) || !line.starts_with(" @@"))
        return std::nullopt;
    line.remove_prefix(3);
    hunk.heading = base::trim(line);
    return hunk;
}

// The number of the first line of a side; an empty side is named by the line before it.
std::int64_t first_number(int start, int count) {
    return std::int64_t{start} + (count == 0 ? 1 : 0);
}

void check_hunk(const Cursor& cursor, const Hunk& hunk, const Hunk* previous) {
    constexpr std::int64_t kMax = std::numeric_limits<int>::max();
    if ((hunk.old_start == 0 && hunk.old_count > 0) ||
        (hunk.new_start == 0 && hunk.new_count > 0)) {
        cursor.fail("a hunk starts at line 0");
    }
    if (std::int64_t{hunk.old_start} + hunk.old_count > kMax ||
        std::int64_t{hunk.new_start} + hunk.new_count > kMax) {
        cursor.fail("a line number is too large");
    }
    if (previous != nullptr &&
        (first_number(hunk.old_start, hunk.old_count) <
             first_number(previous->old_start, previous->old_count) + previous->old_count ||
         first_number(hunk.new_start, hunk.new_count) <
             first_number(previous->new_start, previous->new_count) + previous->new_count)) {
        cursor.fail("hunks overlap or are out of order");
    }
}

// Git's "\ No newline at end of file", in whatever language: a mark, not a line.
bool is_no_newline_mark(std::string_view line) {
    return line.starts_with("\\ ");
}

void parse_hunk_lines(Cursor& cursor, FileDiff& file, Hunk& hunk) {
    hunk.first = file.lines.size();
    int old_number = hunk.old_start;
    int new_number = hunk.new_start;
    int old_left = hunk.old_count;
    int new_left = hunk.new_count;
    const std::size_t header_line = cursor.number() - 1;
    const auto fail = [&](std::string_view what) {
        cursor.fail(fmt::format("{} in the hunk of line {} ({} old and {} new lines are missing)",
                                what, header_line, old_left, new_left));
    };
    while (old_left > 0 || new_left > 0) {
        if (cursor.at_end()) fail("the patch ends");
        const std::string_view line = cursor.peek();
        // Some tools strip the blank of an empty context line.
        const char mark = line.empty() ? ' ' : line.front();
        const std::string_view text = line.substr(line.empty() ? 0 : 1);
        if (mark == ' ') {
            if (old_left == 0 || new_left == 0) fail("a context line too many");
            file.lines.push_back({LineKind::context, old_number++, new_number++, text});
            --old_left;
            --new_left;
        } else if (mark == '+') {
            if (new_left == 0) fail("an added line too many");
            file.lines.push_back({LineKind::added, 0, new_number++, text});
            --new_left;
        } else if (mark == '-') {
            if (old_left == 0) fail("a deleted line too many");
            file.lines.push_back({LineKind::deleted, old_number++, 0, text});
            --old_left;
        } else if (!is_no_newline_mark(line)) {
            fail("a line without a mark");
        }
        cursor.skip(line);
    }
    hunk.count = file.lines.size() - hunk.first;
    if (cursor.at_end()) return;
    if (const std::string_view next = cursor.peek(); is_no_newline_mark(next)) cursor.skip(next);
}

bool is_file_start(std::string_view line) {
    return line.starts_with("diff --git ");
}

// All hunks up to the next file or the end.
void parse_hunks(Cursor& cursor, FileDiff& file) {
    while (!cursor.at_end()) {
        const std::string_view line = cursor.peek();
        if (is_file_start(line)) return;
        if (line.empty()) {  // GitHub's patches and some pagers end in one
            cursor.skip(line);
            continue;
        }
        auto hunk = parse_hunk_header(line);
        if (!hunk) cursor.fail("expected a hunk header");
        check_hunk(cursor, *hunk, file.hunks.empty() ? nullptr : &file.hunks.back());
        cursor.skip(line);
        parse_hunk_lines(cursor, file, *hunk);
        file.hunks.push_back(*hunk);
    }
}

// The line count is known before: a million lines are not copied while a vector grows.
void reserve_lines(FileDiff& file) {
    file.lines.reserve(
        static_cast<std::size_t>(std::count(file.patch->begin(), file.patch->end(), '\n') + 1));
}

// Binary data and headers have no lines to comment on.
bool skip_to_hunks(Cursor& cursor) {
    while (!cursor.at_end()) {
        const std::string_view line = cursor.peek();
        if (line.starts_with("@@ -")) return true;
        if (line.starts_with("@@@")) cursor.fail("a combined diff of a merge has no single side");
        cursor.skip(line);
    }
    return false;
}

void parse_patch(FileDiff& file) {
    reserve_lines(file);
    Cursor cursor(*file.patch);
    if (skip_to_hunks(cursor)) parse_hunks(cursor, file);
    if (!cursor.at_end()) cursor.fail("the patch holds a second file");
}

std::shared_ptr<const std::string> share_valid(std::string patch) {
    return std::make_shared<const std::string>(make_valid_utf8(std::move(patch)));
}

int number_of(const DiffLine& line, Side side) {
    return side == Side::left ? line.old_number : line.new_number;
}

// Ends of the sections: a content line always has a mark, so "diff --git" at a line's start is a
// header.
std::size_t next_file_start(std::string_view text, std::size_t from) {
    const std::size_t found = text.find("\ndiff --git ", from);
    return found == std::string_view::npos ? text.size() : found + 1;
}

std::size_t digits(int number) {
    std::size_t count = 1;
    for (; number >= 10; number /= 10) ++count;
    return count;
}

constexpr std::size_t kNumberWidth = 6;

}  // namespace

FileDiff parse_file_patch(std::string old_path, std::string new_path, std::string patch) {
    FileDiff file;
    file.old_path = std::move(old_path);
    file.new_path = std::move(new_path);
    file.patch = share_valid(std::move(patch));
    try {
        parse_patch(file);
    } catch (base::Error& error) {
        error.add_context(file.path());
        throw;
    }
    return file;
}

std::vector<FileDiff> parse_unified_diff(std::string_view text) {
    std::vector<FileDiff> files;
    std::size_t at = is_file_start(text) ? 0 : next_file_start(text, 0);
    if (at == text.size() && !base::trim(text).empty()) {
        // Without git's own header there is one file at most.
        const std::size_t header = text.starts_with("--- ") ? 0 : text.find("\n--- ");
        if (header == std::string_view::npos) throw base::Error("the text is no unified diff");
        at = header;
    }
    while (at < text.size()) {
        const std::size_t end = next_file_start(text, at);
        const std::string_view section = text.substr(at, end - at);
        const PatchPaths paths = parse_patch_paths(section);
        files.push_back(parse_file_patch(paths.old_path, paths.new_path, std::string(section)));
        at = end;
    }
    return files;
}

std::optional<DiffPosition> find_line(const FileDiff& file, Side side, int number) {
    if (number <= 0) return std::nullopt;
    const auto start = [side](const Hunk& hunk) {
        return side == Side::left ? hunk.old_start : hunk.new_start;
    };
    // The last hunk that starts at or before the line.
    auto hunk = std::upper_bound(file.hunks.begin(), file.hunks.end(), number,
                                 [&](int wanted, const Hunk& h) { return wanted < start(h); });
    // A hunk without lines of this side may stand between.
    while (hunk != file.hunks.begin()) {
        --hunk;
        const int count = side == Side::left ? hunk->old_count : hunk->new_count;
        if (count == 0) continue;
        if (number >= start(*hunk) + count) return std::nullopt;
        // The n-th line of a side is at index n of the hunk or behind it.
        const auto begin = file.lines.begin() + static_cast<std::ptrdiff_t>(hunk->first);
        const auto end = begin + static_cast<std::ptrdiff_t>(hunk->count);
        const auto found =
            std::find_if(begin + (number - start(*hunk)), end,
                         [&](const DiffLine& line) { return number_of(line, side) == number; });
        if (found == end) return std::nullopt;
        return DiffPosition{static_cast<std::size_t>(hunk - file.hunks.begin()),
                            static_cast<std::size_t>(found - file.lines.begin())};
    }
    return std::nullopt;
}

std::string render_numbered(const FileDiff& file) {
    std::string text;
    for (const Hunk& hunk : file.hunks) {
        text +=
            fmt::format("@@ -{},{} +{},{} @@{}{}\n", hunk.old_start, hunk.old_count, hunk.new_start,
                        hunk.new_count, hunk.heading.empty() ? "" : " ", hunk.heading);
        for (std::size_t i = hunk.first; i < hunk.first + hunk.count; ++i) {
            const DiffLine& line = file.lines[i];
            const auto number = [](int n) { return n == 0 ? std::string() : std::to_string(n); };
            const char mark = line.kind == LineKind::added     ? '+'
                              : line.kind == LineKind::deleted ? '-'
                                                               : ' ';
            const std::string_view shown = base::utf8_prefix(line.text, kMaxNumberedLine);
            text += fmt::format("{:>{}} {:>{}} {} {}", number(line.old_number), kNumberWidth,
                                number(line.new_number), kNumberWidth, mark, shown);
            if (shown.size() < line.text.size()) {
                text += fmt::format(" [… {} more bytes of this line are not shown]",
                                    line.text.size() - shown.size());
            }
            text += '\n';
        }
    }
    return text;
}

std::size_t numbered_size(const FileDiff& file, const Hunk& hunk) {
    constexpr std::size_t kHeader = 48;
    constexpr std::size_t kCutNote = 64;
    std::size_t size = kHeader + hunk.heading.size();
    for (std::size_t i = hunk.first; i < hunk.first + hunk.count; ++i) {
        const DiffLine& line = file.lines[i];
        size += std::max(kNumberWidth, digits(line.old_number)) +
                std::max(kNumberWidth, digits(line.new_number)) + 5;
        size +=
            line.text.size() > kMaxNumberedLine ? kMaxNumberedLine + kCutNote : line.text.size();
    }
    return size;
}

}  // namespace codex::review
