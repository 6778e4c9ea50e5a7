#include "review/suggestion.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "review/fold.h"
#include "review/markdown.h"
#include "review/sanitize.h"

namespace codex::review {
namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t kMaxSuggestion = 16'000;

Lines to_lines(std::string_view text) {
    Lines lines;
    for (const std::string_view line : base::split_lines(text))
        lines.emplace_back(base::without_cr(line));
    return lines;
}

bool is_blank(std::string_view line) {
    return base::trim(line).empty();
}

std::string_view indentation(std::string_view line) {
    const std::size_t end = line.find_first_not_of(" \t");
    return end == std::string_view::npos ? line : line.substr(0, end);
}

// What all lines that are not blank begin with.
std::string common_indentation(const Lines& lines) {
    std::optional<std::string> common;
    for (const std::string& line : lines) {
        if (is_blank(line)) continue;
        const std::string_view own = indentation(line);
        if (!common) {
            common = std::string(own);
            continue;
        }
        const auto [end, ignored] =
            std::mismatch(common->begin(), common->end(), own.begin(), own.end());
        common->erase(end, common->end());
    }
    return common.value_or("");
}

// The deepest indentation, in characters.
std::size_t depth(const Lines& lines) {
    std::size_t deepest = 0;
    for (const std::string& line : lines) {
        if (!is_blank(line)) deepest = std::max(deepest, indentation(line).size());
    }
    return deepest;
}

// Removes blank lines at the ends of the quote, and the same ones of the replacement.
void trim_together(Lines& quote, Lines& replacement) {
    while (!quote.empty() && is_blank(quote.back())) {
        quote.pop_back();
        if (!replacement.empty() && is_blank(replacement.back())) replacement.pop_back();
    }
    while (!quote.empty() && is_blank(quote.front())) {
        quote.erase(quote.begin());
        if (!replacement.empty() && is_blank(replacement.front()))
            replacement.erase(replacement.begin());
    }
}

// Puts the replacement at the indentation of the original. False when what was quoted is not the
// original moved as a whole: nobody can tell then where the replacement belongs.
bool restore_indentation(const Lines& original, const Lines& quote, Lines& replacement) {
    const std::string original_common = common_indentation(original);
    const std::string quote_common = common_indentation(quote);
    for (std::size_t i = 0; i < original.size(); ++i) {
        if (is_blank(original[i])) continue;
        if (original[i].substr(original_common.size()) != quote[i].substr(quote_common.size()))
            return false;
    }
    const std::string replacement_common = common_indentation(replacement);
    const auto is_at_original = [&](const std::string& line) {
        return !is_blank(line) && line.starts_with(original_common);
    };
    if (quote_common != original_common) {
        // Quoted at another depth, but written as the file has it.
        if (original_common.starts_with(quote_common) &&
            replacement_common.starts_with(original_common))
            return true;
        // Else the replacement is written at the quote's depth, too.
        if (!replacement_common.starts_with(quote_common)) return false;
        for (std::string& line : replacement) {
            if (!is_blank(line)) line.replace(0, quote_common.size(), original_common);
        }
    } else if (replacement_common.empty() && !original_common.empty()) {
        // Quoted with the indentation but written without. Where it is deeper than the quote, a
        // line may as well stand at the margin on purpose (a label, "#ifdef", a target of make).
        if (std::any_of(replacement.begin(), replacement.end(), is_at_original) &&
            depth(replacement) > depth(quote) - quote_common.size())
            return false;
        for (std::string& line : replacement) {
            if (!is_blank(line)) line.insert(0, original_common);
        }
    }
    return true;
}

bool starts_a_command(const std::string& line) {
    return base::trim(line).starts_with("/codex");
}

std::size_t count_hidden(const Lines& lines) {
    std::size_t count = 0;
    for (const std::string& line : lines) count += show_hidden(line).removed_characters;
    return count;
}

// Why the replacement may not be offered at all; empty when it may.
std::string_view forbidden(const Lines& original, const Lines& replacement) {
    if (count_hidden(replacement) > count_hidden(original)) return "it adds hidden characters";
    for (const std::string& line : replacement) {
        if (line.find("<!-- codex-action:") != std::string::npos) return "it holds a hidden marker";
        if (starts_a_command(line)) return "it holds a command";
    }
    return {};
}

}  // namespace

std::optional<std::string> render_suggestion(const protocol::Finding& finding,
                                             const InlinePlace& place, std::string_view file_text,
                                             std::string* why_not) {
    const auto refuse = [why_not](std::string_view reason) {
        if (why_not != nullptr) *why_not = reason;
        return std::nullopt;
    };
    if (!finding.suggestion) return refuse("there is none");
    if (place.side == protocol::Side::left) return refuse("it is for deleted lines");
    if (finding.suggestion->size() > kMaxSuggestion) return refuse("it is too long");
    const std::string valid = base::to_valid_utf8(file_text);
    const Lines file = to_lines(valid);
    const auto [start, end] = place.lines;
    if (start < 1 || end < start || static_cast<std::size_t>(end) > file.size())
        return refuse("the file has no such lines");
    const Lines original(file.begin() + (start - 1), file.begin() + end);

    Lines quote = to_lines(finding.quoted_code);
    Lines replacement = to_lines(base::to_valid_utf8(*finding.suggestion));
    const protocol::LineRange stated = finding.code_location.line_range;
    if (quote.empty()) return refuse("no code is quoted to check it against");
    if (stated.end - stated.start + 1 != static_cast<int>(quote.size()))
        return refuse("the stated range is not as long as the quoted code");
    trim_together(quote, replacement);
    if (quote.size() != original.size())
        return refuse("the quoted code is not the commented range");
    for (std::size_t i = 0; i < quote.size(); ++i) {
        if (fold_line(quote[i]) != fold_line(original[i]))
            return refuse("the commented lines are not the quoted code");
    }
    if (!restore_indentation(original, quote, replacement))
        return refuse("the indentation of the quoted code is not the file's");
    if (replacement == original) return refuse("it changes nothing");
    if (const std::string_view reason = forbidden(original, replacement); !reason.empty())
        return refuse(reason);

    const std::string text = base::join(replacement, "\n");
    const std::string marks = fence_for(text);
    return fmt::format("{0}suggestion\n{1}{2}{0}", marks, text, replacement.empty() ? "" : "\n");
}

}  // namespace codex::review
