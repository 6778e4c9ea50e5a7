#include "patch/line_search.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "patch/unicode.h"

namespace codex::patch {
namespace {

using Numbers = std::vector<std::uint32_t>;

// The line without the blanks that do not count in the pass.
std::string_view blank_free(Pass pass, std::string_view line) {
    switch (pass) {
        case Pass::exact:
            return line;
        case Pass::trimmed_behind:
            return trim_spaces_behind(line);
        case Pass::trimmed:
        case Pass::ascii:
            return trim_spaces(line);
    }
    return line;
}

// The key of a line in a pass; `storage` holds it where it is no part of the line.
std::string_view key_of(Pass pass, std::string_view line, std::deque<std::string>& storage) {
    const std::string_view trimmed = blank_free(pass, line);
    if (pass != Pass::ascii) return trimmed;
    std::string mapped = with_ascii_punctuation(trimmed);
    if (mapped == trimmed) return trimmed;
    storage.push_back(std::move(mapped));
    return storage.back();
}

bool stands_at(const Numbers& text, const Numbers& pattern, std::size_t at) {
    return std::equal(pattern.begin(), pattern.end(),
                      text.begin() + static_cast<std::ptrdiff_t>(at));
}

// Knuth, Morris and Pratt: linear, whatever the lines are.
std::optional<std::size_t> find_linear(const Numbers& text, const Numbers& pattern,
                                       std::size_t start) {
    std::vector<std::size_t> border(pattern.size(), 0);
    for (std::size_t i = 1, k = 0; i < pattern.size(); ++i) {
        while (k > 0 && pattern[i] != pattern[k]) k = border[k - 1];
        if (pattern[i] == pattern[k]) ++k;
        border[i] = k;
    }
    for (std::size_t i = start, k = 0; i < text.size(); ++i) {
        while (k > 0 && text[i] != pattern[k]) k = border[k - 1];
        if (text[i] == pattern[k]) ++k;
        if (k == pattern.size()) return i + 1 - k;
    }
    return std::nullopt;
}

}  // namespace

std::span<const std::uint32_t> LineSearch::Index::places_of(std::uint32_t number) const {
    return std::span(places).subspan(first[number], first[number + 1] - first[number]);
}

std::size_t LineSearch::slot_of(const Index& index, Pass pass, std::string_view key) const {
    const std::size_t last = index.slots.size() - 1;
    std::size_t slot = std::hash<std::string_view>()(key) & last;
    for (; index.slots[slot] != 0; slot = (slot + 1) & last) {
        const std::uint32_t line = index.slots[slot] - 1;
        if (key == (pass == Pass::ascii ? index.keys[line] : blank_free(pass, lines_[line]))) break;
    }
    return slot;
}

LineSearch::Index& LineSearch::index(Pass pass) {
    Index& index = indexes_[static_cast<std::size_t>(pass)];
    if (index.is_built) return index;
    index.is_built = true;
    // At most half of it is used, so that a key is near its place.
    index.slots.assign(std::bit_ceil(2 * lines_.size() + 1), 0);
    index.line_numbers.reserve(lines_.size());
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        const std::string_view key = key_of(pass, lines_[i], index.mapped);
        if (pass == Pass::ascii) index.keys.push_back(key);
        std::uint32_t& slot = index.slots[slot_of(index, pass, key)];
        if (slot == 0) slot = static_cast<std::uint32_t>(i + 1);
        index.line_numbers.push_back(slot - 1);
    }
    index.first.assign(lines_.size() + 1, 0);
    for (const std::uint32_t number : index.line_numbers) ++index.first[number + 1];
    for (std::size_t i = 1; i < index.first.size(); ++i) index.first[i] += index.first[i - 1];
    index.places.resize(lines_.size());
    Numbers next = index.first;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        index.places[next[index.line_numbers[i]]++] = static_cast<std::uint32_t>(i);
    }
    return index;
}

std::optional<Numbers> LineSearch::numbers_of(Index& index, Pass pass, Lines pattern) {
    Numbers numbers;
    numbers.reserve(pattern.size());
    std::deque<std::string> storage;
    for (const std::string_view line : pattern) {
        const std::uint32_t known = index.slots[slot_of(index, pass, key_of(pass, line, storage))];
        if (known == 0) return std::nullopt;
        numbers.push_back(known - 1);
    }
    return numbers;
}

std::span<const std::uint32_t> LineSearch::places(Pass pass, std::string_view line) {
    Index& at = index(pass);
    const auto number = numbers_of(at, pass, Lines(&line, 1));
    if (!number) return {};
    return at.places_of(number->front());
}

std::optional<std::size_t> LineSearch::find_in(Pass pass, Lines pattern, std::size_t start) {
    if (pattern.empty()) return start;
    if (pattern.size() > lines_.size() || start > lines_.size() - pattern.size()) {
        return std::nullopt;
    }
    Index& at = index(pass);
    const auto wanted = numbers_of(at, pass, pattern);
    if (!wanted) return std::nullopt;
    // The rarest line of the pattern has the fewest places to try.
    std::size_t rarest = 0;
    for (std::size_t i = 1; i < wanted->size(); ++i) {
        if (at.places_of((*wanted)[i]).size() < at.places_of((*wanted)[rarest]).size()) rarest = i;
    }
    const auto all = at.places_of((*wanted)[rarest]);
    const auto from = std::lower_bound(all.begin(), all.end(), start + rarest);
    const auto tries = static_cast<std::size_t>(all.end() - from);
    if (tries > lines_.size() / pattern.size()) {
        return find_linear(at.line_numbers, *wanted, start);
    }
    const std::size_t last = lines_.size() - pattern.size();
    for (auto place = from; place != all.end() && *place - rarest <= last; ++place) {
        if (stands_at(at.line_numbers, *wanted, *place - rarest)) return *place - rarest;
    }
    return std::nullopt;
}

std::optional<LineSearch::Found> LineSearch::find(Lines pattern, std::size_t start) {
    for (const Pass pass : kPasses) {
        if (const auto at = find_in(pass, pattern, start)) return Found{*at, pass};
    }
    return std::nullopt;
}

std::optional<LineSearch::Found> LineSearch::match_at(Lines pattern, std::size_t at) {
    if (pattern.size() > lines_.size() || at > lines_.size() - pattern.size()) return std::nullopt;
    for (const Pass pass : kPasses) {
        Index& indexed = index(pass);
        const auto wanted = numbers_of(indexed, pass, pattern);
        if (wanted && stands_at(indexed.line_numbers, *wanted, at)) return Found{at, pass};
    }
    return std::nullopt;
}

}  // namespace codex::patch
