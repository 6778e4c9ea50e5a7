#include "patch/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <iterator>
#include <map>
#include <optional>

#include "base/text.h"
#include "patch/unicode.h"

namespace codex::patch {
namespace {

constexpr std::size_t kMaxShownLines = 12;
constexpr std::size_t kMaxShownBytes = 200;
constexpr std::size_t kMaxVotingLines = 200;
constexpr std::size_t kMaxVotesPerLine = 256;  // lines that are everywhere say little
constexpr std::size_t kMaxLineWeight = 60;
constexpr double kLeastLikeness = 0.35;

using Texts = std::vector<std::string_view>;
using Pairs = std::bitset<512>;

// Which pairs of neighbouring bytes a line has, roughly.
Pairs pairs_of(std::string_view line) {
    Pairs pairs;
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        const unsigned a = static_cast<unsigned char>(line[i]);
        const unsigned b = static_cast<unsigned char>(line[i + 1]);
        pairs.set((a * 31 + b * 7) % pairs.size());
    }
    return pairs;
}

// The first line of the place at which most of the wanted lines, by their length, stand.
std::optional<std::size_t> place_by_votes(LineSearch& search, const Texts& wanted) {
    std::map<std::size_t, std::size_t> votes;
    for (std::size_t i = 0; i < std::min(wanted.size(), kMaxVotingLines); ++i) {
        const std::size_t weight = std::min(trim_spaces(wanted[i]).size(), kMaxLineWeight);
        if (weight == 0) continue;
        const auto places = search.places(Pass::ascii, wanted[i]);
        if (places.size() > kMaxVotesPerLine) continue;
        for (const std::uint32_t place : places) {
            if (place >= i) votes[place - i] += weight;
        }
    }
    const auto best =
        std::max_element(votes.begin(), votes.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (best == votes.end()) return std::nullopt;
    return best->first;
}

// The place where the longest wanted line has the line most like it.
std::optional<std::size_t> place_by_likeness(const Texts& lines, const Texts& wanted) {
    const auto longest =
        std::max_element(wanted.begin(), wanted.end(), [](std::string_view a, std::string_view b) {
            return trim_spaces(a).size() < trim_spaces(b).size();
        });
    const Pairs pattern = pairs_of(trim_spaces(*longest));
    if (pattern.none()) return std::nullopt;
    double best = kLeastLikeness;
    std::optional<std::size_t> at;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const Pairs pairs = pairs_of(trim_spaces(lines[i]));
        const double likeness = 2.0 * static_cast<double>((pairs & pattern).count()) /
                                static_cast<double>(pairs.count() + pattern.count());
        if (likeness > best) {
            best = likeness;
            at = i;
        }
    }
    if (!at) return std::nullopt;
    return *at - std::min(*at, static_cast<std::size_t>(longest - wanted.begin()));
}

std::string show_lines(const Texts& lines, std::size_t begin, std::size_t count) {
    const std::size_t end = std::min({lines.size(), begin + count + 1, begin + kMaxShownLines});
    std::string shown;
    for (std::size_t i = begin - std::min<std::size_t>(begin, 1); i < end; ++i) {
        fmt::format_to(std::back_inserter(shown), "\n{:>6}: {}", i + 1,
                       base::cut(base::to_valid_utf8(lines[i]), kMaxShownBytes));
    }
    return shown;
}

}  // namespace

std::string explain_miss(LineSearch& search, const FileLines& file, const Texts& wanted,
                         std::size_t start, bool at_end) {
    const Texts& lines = file.texts;
    if (lines.empty()) return "The file is empty.";
    if (wanted.size() == 1 && wanted.front().starts_with('-') &&
        wanted.front().find(" @@") != std::string_view::npos) {
        return "Line numbers are not used here: write @@ alone, or @@ and a whole line of the file "
               "above the change.";
    }
    if (at_end) {
        if (const auto found = search.find(wanted, 0)) {
            return fmt::format(
                "These lines are at line {}, which is not the end of the file ({} lines): leave "
                "out *** End of File, or give the last lines.",
                found->at + 1, lines.size());
        }
    } else if (const auto earlier = search.find(wanted, 0)) {
        return fmt::format(
            "It is at line {}, but the search began at line {}, behind the hunk or the @@ line "
            "before: hunks go in the order of the file and do not overlap.",
            earlier->at + 1, start + 1);
    }
    auto place = place_by_votes(search, wanted);
    if (!place) place = place_by_likeness(lines, wanted);
    if (!place) return fmt::format("None of the {} lines of the file is like it.", lines.size());
    return "The nearest lines of the file:" + show_lines(lines, *place, wanted.size());
}

}  // namespace codex::patch
