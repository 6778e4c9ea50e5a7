#include "review/anchor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>

#include "base/text.h"
#include "review/fold.h"
#include "review/line_index.h"

namespace codex::review {
namespace {

using protocol::Finding;
using protocol::LineRange;
using protocol::Side;

// A longer quote is no quote of some lines but of the file.
constexpr std::size_t kMaxQuotedLines = 500;
// A part of a line says something only from this length on.
constexpr std::size_t kMinPartialQuote = 8;

bool is_blank(std::string_view line) {
    return fold_line(line).empty();
}

bool is_fence(std::string_view line) {
    return base::trim(line).starts_with("```");
}

// The quoted lines without a fence around them and blank lines at the ends.
std::vector<std::string_view> quoted_lines(std::string_view quote) {
    std::vector<std::string_view> lines = base::split_lines(quote);
    const auto trim_blank = [&lines] {
        while (!lines.empty() && is_blank(lines.back())) lines.pop_back();
        const auto first = std::find_if_not(lines.begin(), lines.end(), is_blank);
        lines.erase(lines.begin(), first);
    };
    trim_blank();
    if (lines.size() > 2 && is_fence(lines.front()) && is_fence(lines.back())) {
        lines.pop_back();
        lines.erase(lines.begin());
        trim_blank();
    }
    return lines;
}

// Quoted from a diff, marks and all: every line begins with the mark, which is removed.
std::optional<std::vector<std::string_view>> without_marks(
    const std::vector<std::string_view>& quote, Side side) {
    const char mark = side == Side::left ? '-' : '+';
    bool any_mark = false;
    std::vector<std::string_view> lines;
    for (const std::string_view line : quote) {
        if (line.empty()) {
            lines.push_back(line);
            continue;
        }
        if (line.front() != mark && line.front() != ' ') return std::nullopt;
        any_mark = any_mark || line.front() == mark;
        lines.push_back(line.substr(1));
    }
    if (!any_mark) return std::nullopt;
    return lines;
}

int end_of(int start, std::size_t count) {
    return start + static_cast<int>(count) - 1;
}

std::string render_lines(int start, int end) {
    return start == end ? fmt::format("line {} is", start)
                        : fmt::format("lines {}-{} are", start, end);
}

// All lines of the range, when they stand in one hunk of that side: indices into `lines`.
std::optional<std::vector<std::size_t>> lines_in_hunk(const FileDiff& file, Side side,
                                                      LineRange range) {
    const auto first = find_line(file, side, range.start);
    if (!first) return std::nullopt;
    const Hunk& hunk = file.hunks[first->hunk];
    std::vector<std::size_t> indices;
    int wanted = range.start;
    for (std::size_t i = first->line; i < hunk.first + hunk.count && wanted <= range.end; ++i) {
        const DiffLine& line = file.lines[i];
        const int number = side == Side::left ? line.old_number : line.new_number;
        if (number != wanted) continue;
        indices.push_back(i);
        ++wanted;
    }
    if (wanted <= range.end) return std::nullopt;
    return indices;
}

// GitHub shows unchanged lines as lines of the new text.
InlinePlace prefer_right(const FileDiff& file, InlinePlace place,
                         const std::vector<std::size_t>& indices) {
    if (place.side == Side::right) return place;
    for (std::size_t i = 0; i < indices.size(); ++i) {
        const DiffLine& line = file.lines[indices[i]];
        const int expected = file.lines[indices.front()].new_number + static_cast<int>(i);
        if (line.kind != LineKind::context || line.new_number != expected) return place;
    }
    place.side = Side::right;
    place.lines = {file.lines[indices.front()].new_number, file.lines[indices.back()].new_number};
    return place;
}

bool has_change(const FileDiff& file, const std::vector<std::size_t>& indices) {
    return std::any_of(indices.begin(), indices.end(),
                       [&file](std::size_t i) { return file.lines[i].kind != LineKind::context; });
}

struct IndexedFile {
    const FileDiff* diff = nullptr;
    std::array<std::unique_ptr<LineIndex>, 2> index;  // left, right
    std::array<bool, 2> is_whole = {};                // the file's text, not the diff's lines only
};

struct Located {
    std::optional<LineRange> range;
    std::string reason;  // why there is no range
};

}  // namespace

struct Anchorer::State {
    FileReader read_file;
    std::vector<IndexedFile> files;
    std::unordered_map<std::string, std::size_t> by_new_path;
    std::unordered_map<std::string, std::size_t> by_old_path;

    const LineIndex& index(IndexedFile& file, Side side) {
        const auto at = static_cast<std::size_t>(side == Side::right);
        if (!file.index[at]) {
            const std::string& path =
                side == Side::left ? file.diff->old_path : file.diff->new_path;
            auto text = path.empty() || !read_file ? std::nullopt : read_file(side, path);
            file.is_whole[at] = text.has_value();
            file.index[at] = text ? std::make_unique<LineIndex>(std::move(*text))
                                  : std::make_unique<LineIndex>(*file.diff, side);
        }
        return *file.index[at];
    }

    IndexedFile* find_exactly(Side side, const std::string& path) {
        const auto& first = side == Side::left ? by_old_path : by_new_path;
        const auto& second = side == Side::left ? by_new_path : by_old_path;
        for (const auto* paths : {&first, &second}) {
            if (const auto found = paths->find(path); found != paths->end())
                return &files[found->second];
        }
        return nullptr;
    }

    // `*is_guess`: only the end of an absolute path names a file of the diff.
    IndexedFile* find_file(Side side, std::string path, bool* is_guess) {
        *is_guess = false;
        if (IndexedFile* file = find_exactly(side, path)) return file;
        while (path.starts_with("./")) path.erase(0, 2);
        if (IndexedFile* file = find_exactly(side, path)) return file;
        if (path.starts_with("a/") || path.starts_with("b/")) {
            if (IndexedFile* file = find_exactly(side, path.substr(2))) return file;
        }
        if (path.substr(0, 1) != "/") return nullptr;
        if (IndexedFile* file = find_exactly(side, path.substr(1))) return file;
        *is_guess = true;
        for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
             slash = path.find('/', slash + 1)) {
            if (IndexedFile* file = find_exactly(side, path.substr(slash + 1))) return file;
        }
        return nullptr;
    }

    Located locate(IndexedFile& file, Side side, const std::vector<std::string_view>& quote,
                   const Finding& finding);
    std::optional<LineRange> locate_part(IndexedFile& file, Side side,
                                         const std::vector<std::string_view>& quote, int line);
    std::optional<Place> try_side(IndexedFile& file, Side side,
                                  const std::vector<std::string_view>& quote,
                                  const Finding& finding, std::string* reason);
    Place place_stated(IndexedFile& file, const Finding& finding);
    Place place_quoted(IndexedFile& file, const Finding& finding,
                       const std::vector<std::string_view>& quote);
};

// Exactly where the model says, else the only place, else the nearest of the stated line's hunk.
Located Anchorer::State::locate(IndexedFile& file, Side side,
                                const std::vector<std::string_view>& quote,
                                const Finding& finding) {
    const int stated = finding.code_location.line_range.start;
    const LineIndex::Matches matches = index(file, side).find(quote, stated);
    if (matches.lines.empty()) return {std::nullopt, "the quoted code is not in the file"};
    const auto range = [&](int start) { return LineRange{start, end_of(start, quote.size())}; };
    const int nearest = matches.lines.front();
    if (nearest == stated) return {range(nearest), {}};
    const bool is_whole = file.is_whole[static_cast<std::size_t>(side == Side::right)];
    // What a diff shows may stand elsewhere in the file, too: then the hunk decides.
    if (matches.lines.size() == 1 && matches.complete && is_whole) return {range(nearest), {}};
    if (const auto hunk = find_line(*file.diff, side, stated)) {
        for (const int start : matches.lines) {
            const auto found = find_line(*file.diff, side, start);
            if (found && found->hunk == hunk->hunk) return {range(start), {}};
        }
    }
    if (matches.lines.size() == 1 && matches.complete && find_line(*file.diff, side, nearest))
        return {range(nearest), {}};
    return {std::nullopt,
            fmt::format("the quoted code stands {}{} times in the file, none of them near line {}",
                        matches.complete ? "" : "more than ", matches.lines.size(), stated)};
}

// One line quoted in part: it holds the quoted code when it is the stated line.
std::optional<LineRange> Anchorer::State::locate_part(IndexedFile& file, Side side,
                                                      const std::vector<std::string_view>& quote,
                                                      int line) {
    if (quote.size() != 1) return std::nullopt;
    const std::string part = fold_line(quote.front());
    if (part.size() < kMinPartialQuote) return std::nullopt;
    const std::string whole = fold_line(index(file, side).line(line));
    if (whole.find(part) == std::string::npos) return std::nullopt;
    return LineRange{line, line};
}

std::optional<Place> Anchorer::State::try_side(IndexedFile& file, Side side,
                                               const std::vector<std::string_view>& quote,
                                               const Finding& finding, std::string* reason) {
    Located located = locate(file, side, quote, finding);
    const int stated = finding.code_location.line_range.start;
    if (!located.range || located.range->start != stated) {
        if (const auto part = locate_part(file, side, quote, stated)) located.range = part;
    }
    if (!located.range) {
        *reason = std::move(located.reason);
        return std::nullopt;
    }
    const auto indices = lines_in_hunk(*file.diff, side, *located.range);
    if (!indices) {
        *reason = fmt::format("{} outside the diff",
                              render_lines(located.range->start, located.range->end));
        return std::nullopt;
    }
    // The text may be of another commit than the diff: only a line that shows the code is right.
    const LineIndex& text = index(file, side);
    for (std::size_t i = 0; i < indices->size(); ++i) {
        const int number = located.range->start + static_cast<int>(i);
        if (fold_line(text.line(number)) != fold_line(file.diff->lines[(*indices)[i]].text)) {
            *reason = "the file's text and the diff disagree";
            return std::nullopt;
        }
    }
    if (side != finding.code_location.side && !has_change(*file.diff, *indices)) {
        return std::nullopt;
    }
    return prefer_right(*file.diff, {file.diff->path(), side, *located.range}, *indices);
}

Place Anchorer::State::place_quoted(IndexedFile& file, const Finding& finding,
                                    const std::vector<std::string_view>& quote) {
    if (quote.size() > kMaxQuotedLines) {
        return FilePlace{
            file.diff->path(),
            fmt::format("{} lines are quoted, more than a comment can stand on", quote.size())};
    }
    const Side stated = finding.code_location.side;
    const Side other = stated == Side::left ? Side::right : Side::left;
    std::string reason;
    if (auto place = try_side(file, stated, quote, finding, &reason)) return *place;
    std::string ignored;
    // Marks of the diff copied with the code.
    for (const Side side : {stated, other}) {
        if (const auto bare = without_marks(quote, side)) {
            if (auto place = try_side(file, side, *bare, finding, &ignored)) return *place;
        }
    }
    // Deleted lines called RIGHT, or added ones LEFT.
    if (auto place = try_side(file, other, quote, finding, &ignored)) return *place;
    return FilePlace{file.diff->path(), std::move(reason)};
}

Place Anchorer::State::place_stated(IndexedFile& file, const Finding& finding) {
    const LineRange range = finding.code_location.line_range;
    const Side side = finding.code_location.side;
    if (const auto indices = lines_in_hunk(*file.diff, side, range)) {
        return prefer_right(*file.diff, {file.diff->path(), side, range}, *indices);
    }
    return FilePlace{file.diff->path(),
                     fmt::format("{} outside the diff", render_lines(range.start, range.end))};
}

Anchorer::Anchorer(const std::vector<FileDiff>& files, FileReader read_file)
    : state_(std::make_unique<State>()) {
    state_->read_file = std::move(read_file);
    state_->files.resize(files.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        state_->files[i].diff = &files[i];
        const auto& [old_path, new_path] = std::tie(files[i].old_path, files[i].new_path);
        if (!new_path.empty()) state_->by_new_path.emplace(new_path, i);
        // A copy names the same old path as the file itself, whose changes go first.
        if (old_path == new_path) {
            state_->by_old_path[old_path] = i;
        } else if (!old_path.empty()) {
            state_->by_old_path.emplace(old_path, i);
        }
    }
}

Anchorer::~Anchorer() = default;

Place Anchorer::place(const Finding& finding) {
    const std::string& path = finding.code_location.path;
    bool is_guess = false;
    IndexedFile* file = state_->find_file(finding.code_location.side, path, &is_guess);
    const SummaryPlace unknown{fmt::format("{} is not in the diff", path)};
    if (file == nullptr) return unknown;
    const auto quote = quoted_lines(finding.quoted_code);
    if (is_guess && quote.empty()) return unknown;
    Place place = quote.empty() ? state_->place_stated(*file, finding)
                                : state_->place_quoted(*file, finding, quote);
    if (is_guess && !std::holds_alternative<InlinePlace>(place)) return unknown;
    return place;
}

}  // namespace codex::review
