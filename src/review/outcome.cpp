#include "review/outcome.h"

#include <fmt/format.h>

#include <algorithm>

namespace codex::review {
namespace {

// A finding without a priority counts as this.
constexpr int kDefaultPriority = 2;

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// FNV-1a: stable between runs and machines, which std::hash is not. It recognises our own earlier
// comments (whose authorship is checked) and guards no secret.
class Fnv {
  public:
    explicit Fnv(std::uint64_t seed) : value_(0xcbf29ce484222325U ^ seed) {}
    void add(char c) {
        value_ ^= static_cast<unsigned char>(c);
        value_ *= 0x100000001b3U;
    }
    void add(std::string_view text) {
        for (const char c : text) add(c);
        add('\0');
    }
    std::uint64_t value() const { return value_; }

  private:
    std::uint64_t value_;
};

std::string without_space(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (!is_space(c)) result += c;
    }
    return result;
}

// Words only, in lower case: punctuation and backticks vary from run to run.
std::string normalise_title(std::string_view title) {
    std::string words;
    for (const char c : title) {
        const bool is_upper = c >= 'A' && c <= 'Z';
        const bool is_word = is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                             static_cast<unsigned char>(c) >= 0x80;
        if (is_word) {
            words += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
        } else if (!words.empty() && words.back() != ' ') {
            words += ' ';
        }
    }
    if (!words.empty() && words.back() == ' ') words.pop_back();
    return words;
}

}  // namespace

std::string_view render(Outcome outcome) {
    switch (outcome) {
        case Outcome::reviewed_clean:
            return "reviewed-clean";
        case Outcome::reviewed_findings:
            return "reviewed-findings";
        case Outcome::partially_reviewed:
            return "partially-reviewed";
        case Outcome::not_reviewed:
            return "not-reviewed";
        case Outcome::skipped:
            return "skipped";
    }
    return "not-reviewed";
}

int priority_of(const protocol::Finding& finding) {
    return std::clamp(finding.priority.value_or(kDefaultPriority), 0, 3);
}

std::array<std::size_t, 4> count_by_priority(const std::vector<PlacedFinding>& findings) {
    std::array<std::size_t, 4> counts = {};
    for (const PlacedFinding& finding : findings) {
        ++counts[static_cast<std::size_t>(priority_of(finding.finding))];
    }
    return counts;
}

std::string_view verdict(const Report& report) {
    if (report.outcome == Outcome::not_reviewed || report.outcome == Outcome::skipped) return "";
    const auto counts = count_by_priority(report.findings);
    return counts[0] + counts[1] > 0 ? "patch is incorrect" : "patch is correct";
}

bool meets_threshold(const Report& report, int threshold) {
    return std::any_of(report.findings.begin(), report.findings.end(),
                       [threshold](const PlacedFinding& finding) {
                           return priority_of(finding.finding) <= threshold;
                       });
}

std::string fingerprint(const protocol::Finding& finding) {
    const std::string code = without_space(finding.quoted_code);
    const std::string title = normalise_title(finding.title);
    std::string hex;
    for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{0x9e3779b97f4a7c15U}}) {
        Fnv hash(seed);
        hash.add(finding.code_location.path);
        hash.add(code);
        hash.add(title);
        hex += fmt::format("{:016x}", hash.value());
    }
    return hex;
}

}  // namespace codex::review
