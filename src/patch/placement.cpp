#include "patch/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "patch/line_search.h"
#include "patch/nearest.h"

namespace codex::patch {
namespace {

using Texts = std::vector<std::string_view>;

Texts old_texts(const std::vector<Line>& lines) {
    Texts texts;
    for (const Line& line : lines) {
        if (line.kind != LineKind::added) texts.push_back(line.text);
    }
    return texts;
}

// The chunk without the last of its old lines, an empty one, and without an empty line at the end
// of its new ones: what the original tries when a chunk is not found.
std::vector<Line> without_last_empty(std::vector<Line> lines) {
    const auto is_old = [](const Line& line) { return line.kind != LineKind::added; };
    const auto is_new = [](const Line& line) { return line.kind != LineKind::removed; };
    const auto last_old = std::find_if(lines.rbegin(), lines.rend(), is_old);
    if (last_old->kind == LineKind::context) {
        last_old->kind = LineKind::added;
    } else {
        lines.erase(std::next(last_old).base());
    }
    const auto last_new = std::find_if(lines.rbegin(), lines.rend(), is_new);
    if (last_new == lines.rend() || !last_new->text.empty()) return lines;
    if (last_new->kind == LineKind::context) {
        last_new->kind = LineKind::removed;
    } else {
        lines.erase(std::next(last_new).base());
    }
    return lines;
}

class Placer {
  public:
    Placer(const FileLines& file, const std::vector<Chunk>& chunks, Mode mode,
           std::string_view path)
        : file_(file), chunks_(chunks), mode_(mode), path_(path), search_(file.texts) {}

    Placement place() {
        for (std::size_t i = 0; i < chunks_.size(); ++i) {
            place(chunks_[i], i + 1);
            if (mode_ == Mode::partial && !placement_.errors.empty()) break;
        }
        std::stable_sort(
            placement_.replacements.begin(), placement_.replacements.end(),
            [](const Replacement& a, const Replacement& b) { return a.start < b.start; });
        return std::move(placement_);
    }

  private:
    std::size_t end() const { return file_.texts.size(); }

    void place(const Chunk& chunk, std::size_t ordinal) {
        std::size_t start = next_;
        for (const std::string& context : chunk.contexts) {
            const std::string_view wanted = context;
            const auto found = search_.find({&wanted, 1}, start);
            if (!found) {
                fail(fmt::format("Failed to find context '{}' in {}", context, path_), chunk,
                     ordinal, {wanted}, start, false);
                return;
            }
            if (&context == &chunk.contexts.front()) note_other({wanted}, *found, ordinal);
            start = found->at + 1;
        }
        const Texts wanted = old_texts(chunk.lines);
        if (wanted.empty()) {
            // The original ignores the context.
            const bool at_end =
                mode_ == Mode::partial || chunk.contexts.empty() || chunk.end_of_file;
            placement_.replacements.push_back({at_end ? end() : start, 0, chunk.lines});
            next_ = start;
            return;
        }
        if (const auto found = find(wanted, chunk.end_of_file, start)) {
            if (chunk.contexts.empty() && !chunk.end_of_file) note_other(wanted, *found, ordinal);
            accept(found->at, wanted.size(), chunk.lines);
            return;
        }
        if (wanted.back().empty()) {
            const Texts shorter(wanted.begin(), wanted.end() - 1);
            std::vector<Line> lines = without_last_empty(chunk.lines);
            if (shorter.empty()) {
                // Nothing but additions is left.
                const bool at_end =
                    mode_ == Mode::whole && (chunk.contexts.empty() || chunk.end_of_file);
                placement_.replacements.push_back({at_end ? end() : start, 0, std::move(lines)});
                next_ = start;
                return;
            }
            if (const auto found = find(shorter, chunk.end_of_file, start)) {
                if (chunk.contexts.empty() && !chunk.end_of_file)
                    note_other(shorter, *found, ordinal);
                accept(found->at, shorter.size(), std::move(lines));
                return;
            }
        }
        std::string message =
            fmt::format("Failed to find expected lines in {}:\n{}", path_, fmt::join(wanted, "\n"));
        // At the end, but behind what is taken already: that is no matter of the marker.
        const bool is_misplaced = chunk.end_of_file && wanted.size() + start <= end();
        fail(std::move(message), chunk, ordinal, wanted, start, is_misplaced);
    }

    std::optional<LineSearch::Found> find(const Texts& wanted, bool at_end, std::size_t start) {
        if (!at_end) return search_.find(wanted, start);
        if (wanted.size() > end() || end() - wanted.size() < start) return std::nullopt;
        return search_.match_at(wanted, end() - wanted.size());
    }

    void accept(std::size_t at, std::size_t count, std::vector<Line> lines) {
        placement_.replacements.push_back({at, count, std::move(lines)});
        next_ = at + count;
    }

    void note_other(const Texts& wanted, const LineSearch::Found& found, std::size_t ordinal) {
        if (mode_ == Mode::partial) return;
        const auto other = search_.find_in(found.pass, wanted, found.at + 1);
        if (!other) return;
        placement_.notes.push_back(fmt::format(
            "{}, hunk {}: what it looks for is at line {} and again at line {}; the first was "
            "taken",
            path_, ordinal, found.at + 1, *other + 1));
    }

    void fail(std::string message, const Chunk& chunk, std::size_t ordinal, const Texts& wanted,
              std::size_t start, bool at_end) {
        if (mode_ == Mode::whole && placement_.errors.size() < kMaxExplained) {
            message += fmt::format("\nThis is hunk {} of {} (line {} of the patch). ", ordinal,
                                   chunks_.size(), chunk.patch_line);
            message += explain_miss(search_, file_, wanted, start, at_end);
        }
        placement_.errors.push_back(std::move(message));
    }

    // Explaining costs a pass over the file.
    static constexpr std::size_t kMaxExplained = 5;

    const FileLines& file_;
    const std::vector<Chunk>& chunks_;
    Mode mode_;
    std::string_view path_;
    LineSearch search_;
    std::size_t next_ = 0;
    Placement placement_;
};

}  // namespace

Placement place_chunks(const FileLines& file, const std::vector<Chunk>& chunks, Mode mode,
                       std::string_view path) {
    return Placer(file, chunks, mode, path).place();
}

}  // namespace codex::patch
