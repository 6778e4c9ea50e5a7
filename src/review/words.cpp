#include "review/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/invisible.h"
#include "base/text.h"

namespace codex::review {
namespace {

std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(std::max<std::int64_t>(number, 0));
    for (std::size_t at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, 1, ',');
    }
    return digits;
}

std::string lines_of(const protocol::LineRange& lines) {
    return lines.start == lines.end ? std::to_string(lines.start)
                                    : fmt::format("{}-{}", lines.start, lines.end);
}

}  // namespace

std::string plural(std::size_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string priority_label(const protocol::Finding& finding) {
    return fmt::format("P{}", priority_of(finding));
}

std::string where(const PlacedFinding& finding) {
    if (const auto* place = std::get_if<InlinePlace>(&finding.place)) {
        return fmt::format("{}:{}{}", place->path, lines_of(place->lines),
                           place->side == protocol::Side::left ? " (old)" : "");
    }
    const protocol::CodeLocation& stated = finding.finding.code_location;
    return fmt::format("{}:{}", stated.path, lines_of(stated.line_range));
}

std::string state_words(const Report& report) {
    switch (report.outcome) {
        case Outcome::reviewed_clean:
            return "Reviewed, no findings";
        case Outcome::reviewed_findings:
            return "Reviewed: " + plural(report.findings.size(), "finding", "findings");
        case Outcome::partially_reviewed:
            return report.findings.empty()
                       ? "Only partially reviewed, no findings so far"
                       : "Only partially reviewed: " +
                             plural(report.findings.size(), "finding", "findings");
        case Outcome::not_reviewed:
            return "Not reviewed";
        case Outcome::skipped:
            return "Skipped";
    }
    return {};
}

std::string priority_words(const Report& report) {
    const auto counts = count_by_priority(report.findings);
    std::string words;
    for (std::size_t priority = 0; priority < counts.size(); ++priority) {
        if (counts[priority] == 0) continue;
        words += fmt::format("{}{} × P{}", words.empty() ? "" : ", ", counts[priority], priority);
    }
    return words.empty() ? "No findings." : words + ".";
}

std::string coverage_words(const Report& report) {
    const auto by_rule = static_cast<std::size_t>(
        std::count_if(report.skipped.begin(), report.skipped.end(),
                      [](const SkippedFile& file) { return file.by_default_rule; }));
    const std::size_t unread = report.skipped.size() - by_rule;
    std::string words = plural(report.files_read.size(), "file", "files") + " read";
    if (by_rule > 0) words += fmt::format(", {} left out by rule", by_rule);
    if (unread > 0) words += fmt::format(", {} not (wholly) read", unread);
    return words;
}

std::string reason_sentence(const Report& report) {
    std::string sentence(base::trim(report.reason));
    if (sentence.empty()) sentence = "No reason is known";
    if (sentence.front() >= 'a' && sentence.front() <= 'z')
        sentence.front() = static_cast<char>(sentence.front() - 'a' + 'A');
    if (sentence.back() != '.') sentence += '.';
    if (report.retry_after) {
        sentence += fmt::format(" Try again in {}.", base::render_duration(*report.retry_after));
    } else if (report.outcome == Outcome::not_reviewed) {
        sentence += " Run the job again once that is mended.";
    }
    return sentence;
}

std::string usage_words(const protocol::TokenUsage& usage) {
    if (usage.input_tokens == 0 && usage.output_tokens == 0) return {};
    const std::string cached = usage.cached_input_tokens > 0
                                   ? fmt::format(" ({} cached)", grouped(usage.cached_input_tokens))
                                   : std::string();
    return fmt::format("{} input tokens{}, {} output tokens", grouped(usage.input_tokens), cached,
                       grouped(usage.output_tokens));
}

std::string terminal_text(std::string_view text) {
    const std::string valid = base::to_valid_utf8(text);
    std::string shown;
    shown.reserve(valid.size());
    for (std::size_t at = 0; at < valid.size();) {
        const std::size_t from = at;
        const char32_t c = base::decode_utf8(valid, at);
        if (c == '\r' && at < valid.size() && valid[at] == '\n') continue;
        if (!base::is_invisible(c)) {
            shown += std::string_view(valid).substr(from, at - from);
        } else if (c < 0x100) {
            shown += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(c));
        } else {
            shown += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(c));
        }
    }
    return shown;
}

std::string terminal_line(std::string_view text) {
    std::string line = terminal_text(base::trim(text));
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

}  // namespace codex::review
