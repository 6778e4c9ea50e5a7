// Any text is parsed or refused; what was parsed keeps its promises, and a finding is placed only
// on a line of the diff that holds its quoted code.
#include "review/diff.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "protocol/review_output.h"
#include "review/anchor.h"
#include "review/fold.h"
#include "review/markdown.h"
#include "review/selection.h"

namespace {

using codex::protocol::Side;
using codex::review::FileDiff;

void require(bool condition) {
    if (!condition) std::abort();
}

int number_of(const codex::review::DiffLine& line, Side side) {
    return side == Side::left ? line.old_number : line.new_number;
}

void check_lines(const FileDiff& file) {
    std::size_t next = 0;
    std::size_t size = 0;
    for (const auto& hunk : file.hunks) {
        require(hunk.first == next);
        next += hunk.count;
        size += numbered_size(file, hunk);
    }
    require(next == file.lines.size());
    require(render_numbered(file).size() <= size);
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        for (const Side side : {Side::left, Side::right}) {
            const int number = number_of(file.lines[i], side);
            if (number == 0) continue;
            const auto found = find_line(file, side, number);
            require(found && found->line == i);
        }
    }
}

// Quotes a line of the diff, or the text that follows it, and looks where that is placed.
void check_place(const std::vector<FileDiff>& files, const FileDiff& file, std::uint8_t choice) {
    if (file.lines.empty()) return;
    const auto& line = file.lines[choice % file.lines.size()];
    codex::protocol::Finding finding;
    finding.quoted_code = std::string(line.text);
    const Side side = line.kind == codex::review::LineKind::deleted ? Side::left : Side::right;
    finding.code_location = {file.path(), side, {1 + choice / 2, 1 + choice / 2}};
    codex::review::Anchorer anchorer(files, nullptr);
    const auto place = anchorer.place(finding);
    const auto* on_line = std::get_if<codex::review::InlinePlace>(&place);
    if (on_line == nullptr || codex::review::fold_line(line.text).empty()) return;
    for (const FileDiff& candidate : files) {
        if (candidate.path() != on_line->path) continue;
        const auto found = find_line(candidate, on_line->side, on_line->lines.start);
        if (!found) continue;
        const std::string held = codex::review::fold_line(candidate.lines[found->line].text);
        if (held.find(codex::review::fold_line(line.text)) != std::string::npos) return;
        // A quoted mark of the diff, or a fence, is no part of the code.
        if (codex::review::fold_line(line.text).find(held) != std::string::npos) return;
    }
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    try {
        const std::vector<FileDiff> files = codex::review::parse_unified_diff(text);
        for (const FileDiff& file : files) {
            check_lines(file);
            check_place(files, file, data[0]);
        }
        codex::review::Budget budget;
        budget.max_total = 200;
        budget.max_file = 120;
        const auto fitted = codex::review::fit_budget(files, budget);
        require(fitted.files.size() + fitted.left_out.size() == files.size());
    } catch (const codex::base::Error&) {
        // Refused.
    }
    const auto parsed = codex::protocol::parse_review_output(text, "/r");
    require(parsed.is_structured || parsed.output.findings.empty());
    const std::string safe = codex::review::neutralise_markdown(text);
    require(safe.find("<!--") == std::string::npos && safe.find("-->") == std::string::npos);
    require(codex::base::is_valid_utf8(safe));
    return 0;
}
