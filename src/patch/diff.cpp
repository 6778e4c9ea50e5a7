#include "patch/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "patch/file_lines.h"

namespace codex::patch {
namespace {

using Lines = std::vector<std::string_view>;

// Lines that an edit names and that are equal in both texts are no part of it.
void narrow(Edit& edit, const Lines& before, const Lines& after) {
    while (edit.old_count > 0 && edit.new_count > 0 &&
           before[edit.old_begin] == after[edit.new_begin]) {
        ++edit.old_begin, ++edit.new_begin, --edit.old_count, --edit.new_count;
    }
    while (edit.old_count > 0 && edit.new_count > 0 &&
           before[edit.old_begin + edit.old_count - 1] ==
               after[edit.new_begin + edit.new_count - 1]) {
        --edit.old_count, --edit.new_count;
    }
}

// The last old line may have got an end, or lost it, without being part of an edit.
void add_last_line(std::vector<Edit>& edits, const Lines& before, const Lines& after) {
    if (before.empty()) return;
    const Edit last = edits.empty() ? Edit{} : edits.back();
    const std::size_t old_end = last.old_begin + last.old_count;
    const std::size_t new_end = last.new_begin + last.new_count;
    if (old_end < before.size()) {
        if (!after.empty() && before.back() != after.back()) {
            edits.push_back({before.size() - 1, 1, after.size() - 1, 1});
        }
    } else if (last.old_count == 0 && last.new_begin > 0 && last.old_begin == before.size() &&
               before.back() != after[last.new_begin - 1] && new_end == after.size()) {
        edits.back() = {last.old_begin - 1, 1, last.new_begin - 1, last.new_count + 1};
    }
}

std::string range(std::size_t begin, std::size_t count) {
    if (count == 0) return fmt::format("{},0", begin);
    if (count == 1) return fmt::format("{}", begin + 1);
    return fmt::format("{},{}", begin + 1, count);
}

void append_lines(std::string& out, char mark, const Lines& lines, std::size_t begin,
                  std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
        out += mark;
        out += lines[i];
        if (!lines[i].ends_with('\n')) out += "\n\\ No newline at end of file\n";
    }
}

void append_hunk(std::string& out, const Lines& before, const Lines& after,
                 const std::vector<Edit>& edits, std::size_t first, std::size_t behind,
                 std::size_t context) {
    const Edit& head = edits[first];
    const Edit& tail = edits[behind - 1];
    const std::size_t lead = std::min(context, head.old_begin);
    const std::size_t old_tail = tail.old_begin + tail.old_count;
    const std::size_t trail = std::min(context, before.size() - old_tail);
    const std::size_t old_begin = head.old_begin - lead;
    const std::size_t new_begin = head.new_begin - lead;
    const std::size_t new_end = tail.new_begin + tail.new_count + trail;
    fmt::format_to(std::back_inserter(out), "@@ -{} +{} @@\n",
                   range(old_begin, old_tail + trail - old_begin),
                   range(new_begin, new_end - new_begin));
    std::size_t at = old_begin;
    for (std::size_t i = first; i < behind; ++i) {
        const Edit& edit = edits[i];
        append_lines(out, ' ', before, at, edit.old_begin);
        at = edit.old_begin + edit.old_count;
        append_lines(out, '-', before, edit.old_begin, at);
        append_lines(out, '+', after, edit.new_begin, edit.new_begin + edit.new_count);
    }
    append_lines(out, ' ', before, at, at + trail);
}

}  // namespace

std::vector<Edit> edits_between(std::string_view old_text, std::string_view new_text) {
    const Lines before = split_keeping_ends(old_text);
    const Lines after = split_keeping_ends(new_text);
    Edit edit{0, before.size(), 0, after.size()};
    narrow(edit, before, after);
    if (edit.old_count == 0 && edit.new_count == 0) return {};
    return {edit};
}

std::string render_hunks(std::string_view old_text, std::string_view new_text,
                         std::vector<Edit> edits, std::size_t context) {
    if (old_text == new_text) return {};  // edits may make up for each other
    const Lines before = split_keeping_ends(old_text);
    const Lines after = split_keeping_ends(new_text);
    add_last_line(edits, before, after);
    for (Edit& edit : edits) narrow(edit, before, after);
    std::erase_if(edits, [](const Edit& e) { return e.old_count == 0 && e.new_count == 0; });
    std::string out;
    for (std::size_t first = 0; first < edits.size();) {
        std::size_t behind = first + 1;
        while (behind < edits.size() && edits[behind].old_begin - edits[behind - 1].old_begin -
                                                edits[behind - 1].old_count <=
                                            2 * context) {
            ++behind;
        }
        append_hunk(out, before, after, edits, first, behind, context);
        first = behind;
    }
    return out;
}

}  // namespace codex::patch
