#include "review/line_index.h"

#include <algorithm>

#include "base/text.h"
#include "review/fold.h"

namespace codex::review {
namespace {

// Places that one search compares at most: a file may consist of one line a million times.
constexpr std::size_t kMaxCompared = 4'096;

}  // namespace

LineIndex::LineIndex(std::string text)
    : text_(make_valid_utf8(std::move(text))), views_(base::split_lines(text_)) {
    add_lines();
}

LineIndex::LineIndex(const FileDiff& file, protocol::Side side) {
    for (const DiffLine& line : file.lines) {
        const int number = side == protocol::Side::left ? line.old_number : line.new_number;
        if (number == 0) continue;
        views_.push_back(line.text);
        numbers_.push_back(number);
    }
    add_lines();
}

void LineIndex::add_lines() {
    entries_.reserve(views_.size());
    for (std::size_t i = 0; i < views_.size(); ++i) {
        entries_.push_back({hash_folded(views_[i]), static_cast<std::uint32_t>(i)});
    }
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return a.hash != b.hash ? a.hash < b.hash : a.position < b.position;
    });
}

std::size_t LineIndex::position(int number) const {
    if (number < 1) return views_.size();
    if (numbers_.empty()) return std::min(views_.size(), static_cast<std::size_t>(number) - 1);
    const auto found = std::lower_bound(numbers_.begin(), numbers_.end(), number);
    if (found == numbers_.end() || *found != number) return views_.size();
    return static_cast<std::size_t>(found - numbers_.begin());
}

std::string_view LineIndex::line(int number) const {
    const std::size_t at = position(number);
    return at < views_.size() ? views_[at] : std::string_view();
}

bool LineIndex::matches(const std::vector<std::string_view>& quote, std::size_t first,
                        bool exact) const {
    if (first + quote.size() > views_.size()) return false;
    // Lines of a diff may have a gap between hunks.
    if (!numbers_.empty() &&
        numbers_[first + quote.size() - 1] - numbers_[first] + 1 != static_cast<int>(quote.size()))
        return false;
    for (std::size_t i = 0; i < quote.size(); ++i) {
        const std::string_view line = views_[first + i];
        if (base::without_cr(line) == base::without_cr(quote[i])) continue;
        if (exact || fold_line(line) != fold_line(quote[i])) return false;
    }
    return true;
}

LineIndex::Matches LineIndex::find(const std::vector<std::string_view>& quote, int near) const {
    // Search by the quote's rarest line: a closing brace stands everywhere.
    auto first = entries_.end();
    auto last = entries_.end();
    std::size_t probe = quote.size();
    for (std::size_t i = 0; i < quote.size(); ++i) {
        bool is_blank = false;
        const std::uint32_t hash = hash_folded(quote[i], &is_blank);
        if (is_blank) continue;
        const auto range =
            std::equal_range(entries_.begin(), entries_.end(), Entry{hash, 0},
                             [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
        if (probe == quote.size() || range.second - range.first < last - first) {
            first = range.first;
            last = range.second;
            probe = i;
        }
        if (first == last) return {};
    }
    if (probe == quote.size()) return {};

    const auto number_at = [&](std::size_t at) {
        return numbers_.empty() ? static_cast<int>(at) + 1 : numbers_[at];
    };
    const std::int64_t wanted = std::int64_t{near} + static_cast<std::int64_t>(probe);
    const auto distance = [&](const Entry& entry) {
        return std::abs(std::int64_t{number_at(entry.position)} - wanted);
    };
    // From the wanted line outwards; of two as near the earlier comes first.
    auto after = std::partition_point(
        first, last, [&](const Entry& entry) { return number_at(entry.position) < wanted; });
    auto before = after;
    Matches exact;
    Matches folded;
    for (std::size_t compared = 0; before != first || after != last; ++compared) {
        if (compared == kMaxCompared || exact.lines.size() == kMaxMatches) {
            exact.complete = false;
            folded.complete = false;
            break;
        }
        const bool take_before =
            after == last || (before != first && distance(*(before - 1)) <= distance(*after));
        const Entry entry = take_before ? *--before : *after++;
        if (entry.position < probe) continue;
        const std::size_t start = entry.position - probe;
        if (matches(quote, start, true)) {
            exact.lines.push_back(number_at(start));
        } else if (exact.lines.empty() && matches(quote, start, false)) {
            if (folded.lines.size() < kMaxMatches) {
                folded.lines.push_back(number_at(start));
            } else {
                folded.complete = false;
            }
        }
    }
    // Where the model says it stands, it stands: other white space there beats the same elsewhere.
    const bool is_at_near = !folded.lines.empty() && folded.lines.front() == near;
    return exact.lines.empty() || is_at_near ? folded : exact;
}

}  // namespace codex::review
