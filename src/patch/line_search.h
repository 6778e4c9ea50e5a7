// Finding a run of lines in a file: four passes from exact to forgiving, each over an index of the
// file's lines, so that a miss costs the length of the pattern and not that of the file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codex::patch {

/// How lines are compared: as they are, without blanks behind, without blanks at both ends, and
/// with ASCII look-alikes for typographic characters.
enum class Pass { exact, trimmed_behind, trimmed, ascii };
inline constexpr std::array kPasses = {Pass::exact, Pass::trimmed_behind, Pass::trimmed,
                                       Pass::ascii};

class LineSearch {
  public:
    struct Found {
        std::size_t at = 0;
        Pass pass = Pass::exact;

        bool operator==(const Found&) const = default;
    };
    using Lines = std::span<const std::string_view>;

    /// `lines` must outlive the search; each without its line end.
    explicit LineSearch(Lines lines) : lines_(lines) {}

    /// The first place at or after `start`: every pass looks at all places before the next begins.
    /// An empty pattern is found at `start`.
    std::optional<Found> find(Lines pattern, std::size_t start);
    /// The same in one pass.
    std::optional<std::size_t> find_in(Pass pass, Lines pattern, std::size_t start);
    /// Whether the pattern stands at `at`, in the first pass in which it does.
    std::optional<Found> match_at(Lines pattern, std::size_t at);
    /// Where the line stands, in ascending order.
    std::span<const std::uint32_t> places(Pass pass, std::string_view line);

  private:
    // Equal lines have one number, that of the first of them; `places` lists each number's lines,
    // `first` where its list is.
    struct Index {
        bool is_built = false;
        std::deque<std::string> mapped;      // keys that are no part of the file
        std::vector<std::string_view> keys;  // by line, where they are costly to make again
        std::vector<std::uint32_t> slots;    // open addressing: a number + 1, or 0
        std::vector<std::uint32_t> line_numbers;
        std::vector<std::uint32_t> first;
        std::vector<std::uint32_t> places;

        std::span<const std::uint32_t> places_of(std::uint32_t number) const;
    };

    Index& index(Pass pass);
    /// The slot of the key, or the free one that it would have.
    std::size_t slot_of(const Index& index, Pass pass, std::string_view key) const;
    std::optional<std::vector<std::uint32_t>> numbers_of(Index& index, Pass pass, Lines pattern);

    Lines lines_;
    std::array<Index, kPasses.size()> indexes_;
};

}  // namespace codex::patch
