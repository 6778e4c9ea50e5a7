#include "protocol/review_output.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace codex::protocol {
namespace {

using json::Array;
using json::Value;

// What one review may hold; more is a model gone wrong.
constexpr std::size_t kMaxFindings = 1'000;
constexpr std::size_t kMaxTitle = 300;
constexpr std::size_t kMaxPath = 4'096;  // PATH_MAX of Linux: no file has a longer one
constexpr std::size_t kMaxShown = 60;    // of a value in a note
// Places of a '{' from which the JSON is tried.
constexpr int kMaxAttempts = 40;

Value described(Value schema, std::string_view description) {
    schema.as_object()->set("description", description);
    return schema;
}

Value typed(std::string_view type, std::string_view description) {
    return described(Value::object({{"type", type}}), description);
}

Value nullable(std::string_view type, std::string_view description) {
    return described(Value::object({{"type", Array{type, "null"}}}), description);
}

Value enumeration(Array names, std::string_view description) {
    return described(Value::object({{"type", "string"}, {"enum", std::move(names)}}), description);
}

Value strict_object(std::vector<std::pair<std::string, Value>> properties) {
    Array required;
    for (const auto& [name, schema] : properties) required.push_back(Value(name));
    return Value::object({{"type", "object"},
                          {"properties", Value::object(std::move(properties))},
                          {"required", std::move(required)},
                          {"additionalProperties", false}});
}

Value location_schema() {
    return strict_object(
        {{"path", typed("string", "Path relative to the repository root.")},
         {"side", enumeration({"LEFT", "RIGHT"},
                              "RIGHT: lines of the new text; LEFT: deleted lines, with the "
                              "numbers of the old text.")},
         {"line_range", strict_object({{"start", typed("integer", "First line, 1-based.")},
                                       {"end", typed("integer", "Last line, inclusive.")}})}});
}

Value finding_schema() {
    return strict_object(
        {{"title", typed("string", "What is wrong, at most 80 characters, no priority in it.")},
         {"body", typed("string", "Why it is a problem and when it shows; Markdown.")},
         {"priority", nullable("integer",
                               "0 blocks everything, 1 urgent, 2 normal, 3 low; null when "
                               "unknown.")},
         {"confidence_score", nullable("number", "0 to 1.")},
         {"code_location", location_schema()},
         {"quoted_code", typed("string",
                               "Exactly the lines of line_range, copied whole, without diff marks "
                               "and numbers.")},
         {"suggestion", nullable("string",
                                 "Replacement for exactly the quoted lines, with their "
                                 "indentation; null when there is none.")}});
}

// A whole number however it is written: 3, 3.0, "3", "P3".
std::optional<std::int64_t> lenient_integer(const Value& value) {
    if (const auto integer = value.as_integer()) return integer;
    if (const auto number = value.as_number()) {
        constexpr double kExact = 9007199254740992.0;  // 2^53
        if (std::trunc(*number) == *number && std::fabs(*number) < kExact)
            return static_cast<std::int64_t>(*number);
        return std::nullopt;
    }
    if (const std::string* text = value.as_string()) {
        std::string_view digits = base::trim(*text);
        if (!digits.empty() && (digits.front() == 'P' || digits.front() == 'p'))
            digits.remove_prefix(1);
        if (const auto integer = base::parse_integer(digits)) return integer;
    }
    return std::nullopt;
}

std::optional<double> lenient_number(const Value& value) {
    if (const auto number = value.as_number()) return number;
    if (const std::string* text = value.as_string()) {
        const std::string_view digits = base::trim(*text);
        double number = 0;
        const char* end = digits.data() + digits.size();
        const auto [stop, error] = std::from_chars(digits.data(), end, number);
        if (error == std::errc() && stop == end && std::isfinite(number)) return number;
    }
    return std::nullopt;
}

std::string shown(const Value& value) {
    return base::cut(json::render(value), kMaxShown);
}

// "/work/repo/./src//a.c" becomes "src/a.c".
std::string relative_path(std::string_view path, std::string_view root) {
    path = base::trim(path);
    while (root.size() > 1 && root.back() == '/') root.remove_suffix(1);
    if (root.size() > 1 && path.starts_with(root) && path.size() > root.size() &&
        path[root.size()] == '/') {
        path.remove_prefix(root.size() + 1);
        while (!path.empty() && path.front() == '/') path.remove_prefix(1);
    }
    std::string relative(path.substr(0, path.starts_with('/') ? 1 : 0));
    for (const std::string_view part : base::split(path, '/')) {
        if (part.empty() || part == ".") continue;
        if (!relative.empty() && relative.back() != '/') relative += '/';
        relative += part;
    }
    return relative;
}

// Why a finding cannot be kept.
struct Unusable {
    std::string reason;
};

int read_line(const Value* value, std::string_view name, int fallback) {
    const std::string path = fmt::format("code_location.line_range.{}", name);
    if (value == nullptr || value->is_null()) {
        if (fallback > 0) return fallback;
        throw Unusable{path + " is missing"};
    }
    const auto line = lenient_integer(*value);
    if (line && *line >= 1 && *line < std::numeric_limits<int>::max())
        return static_cast<int>(*line);
    // A wrong end costs less than the finding: the start is what matters.
    if (fallback > 0) return fallback;
    throw Unusable{fmt::format("{} is {}", path, shown(*value))};
}

LineRange read_range(const Value& location) {
    const Value* range = location.find("line_range");
    if (range == nullptr) throw Unusable{"code_location.line_range is missing"};
    LineRange lines;
    if (range->as_object() != nullptr) {
        lines.start = read_line(range->find("start"), "start", 0);
        lines.end = read_line(range->find("end"), "end", lines.start);
    } else {
        lines.start = read_line(range, "start", 0);
        lines.end = lines.start;
    }
    if (lines.end < lines.start) std::swap(lines.start, lines.end);
    return lines;
}

// Reads one finding; `notes` are about this finding only.
class FindingReader {
  public:
    FindingReader(const Value& value, std::string_view root, std::vector<std::string>& notes)
        : value_(value), root_(root), notes_(notes) {}

    Finding read() {
        if (value_.as_object() == nullptr)
            throw Unusable{fmt::format("it is {}", json::kind(value_))};
        Finding finding;
        finding.body = json::string_or_empty(value_.find("body"));
        read_title(finding);
        read_priority(finding);
        read_confidence(finding);
        read_location(finding.code_location);
        read_quote(finding);
        return finding;
    }

  private:
    void read_title(Finding& finding) {
        const std::string text = json::string_or_empty(value_.find("title"));
        std::string_view title = base::trim(text);
        if (title.empty())
            title = base::trim(std::string_view(finding.body).substr(0, finding.body.find('\n')));
        // Priorities have a field of their own; a "[P1]" in the title is a second-best source.
        if (title.size() >= 4 && title[0] == '[' && (title[1] == 'P' || title[1] == 'p') &&
            title[2] >= '0' && title[2] <= '3' && title[3] == ']') {
            finding.priority = title[2] - '0';
            title = base::trim(title.substr(4));
        }
        if (title.empty()) throw Unusable{"it has no title"};
        finding.title = base::cut(title, kMaxTitle);
    }

    void read_priority(Finding& finding) {
        const Value* value = value_.find("priority");
        if (value == nullptr || value->is_null()) return;
        const auto priority = lenient_integer(*value);
        if (priority && *priority >= 0 && *priority <= 3) {
            finding.priority = static_cast<int>(*priority);
        } else {
            notes_.push_back(fmt::format("its priority {} was ignored", shown(*value)));
        }
    }

    void read_confidence(Finding& finding) {
        const Value* value = value_.find("confidence_score");
        if (value == nullptr || value->is_null()) return;
        const auto score = lenient_number(*value);
        if (score && *score >= 0 && *score <= 1) {
            finding.confidence_score = score;
        } else {
            notes_.push_back(fmt::format("its confidence_score {} was ignored", shown(*value)));
        }
    }

    void read_location(CodeLocation& location) {
        const Value* value = value_.find("code_location");
        if (value == nullptr || value->as_object() == nullptr)
            throw Unusable{"code_location is missing"};
        std::string path = json::string_or_empty(value->find("path"));
        if (base::trim(path).empty())
            path = json::string_or_empty(value->find("absolute_file_path"));
        location.path = relative_path(path, root_);
        if (location.path.empty()) throw Unusable{"code_location.path is empty"};
        if (location.path.size() > kMaxPath) {
            throw Unusable{fmt::format("code_location.path has {} bytes, more than {}",
                                       location.path.size(), kMaxPath)};
        }
        if (const Value* side = value->find("side"); side != nullptr && !side->is_null()) {
            const std::string* name = side->as_string();
            if (name != nullptr && base::equals_ignoring_case(*name, "left")) {
                location.side = Side::left;
            } else if (name == nullptr || !base::equals_ignoring_case(*name, "right")) {
                notes_.push_back(fmt::format("its side {} was read as RIGHT", shown(*side)));
            }
        }
        location.line_range = read_range(*value);
    }

    void read_quote(Finding& finding) {
        finding.quoted_code = json::string_or_empty(value_.find("quoted_code"));
        const Value* suggestion = value_.find("suggestion");
        if (suggestion == nullptr || suggestion->is_null()) return;
        if (const std::string* text = suggestion->as_string()) {
            // Models write "" for "none" as often as null; nobody asks to delete lines that way.
            if (!text->empty()) finding.suggestion = *text;
        } else {
            notes_.push_back("its suggestion is no text and was ignored");
        }
    }

    const Value& value_;
    std::string_view root_;
    std::vector<std::string>& notes_;
};

// The end of the balanced {...} at `start`, strings respected; npos when it never closes.
std::size_t balanced_end(std::string_view text, std::size_t start) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t at = start; at < text.size(); ++at) {
        const char c = text[at];
        if (in_string) {
            if (c == '\\') {
                ++at;
            } else if (c == '"') {
                in_string = false;
            }
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{') {
            ++depth;
        } else if (c == '}' && --depth == 0) {
            return at + 1;
        }
    }
    return std::string_view::npos;
}

// Without a list of findings nobody can tell "none" from "not said".
bool is_review(const Value& value) {
    const Value* findings = value.find("findings");
    return findings != nullptr && findings->as_array() != nullptr;
}

std::optional<Value> try_parse(std::string_view text) {
    text = base::trim(text);
    if (text.empty() || text.front() != '{') return std::nullopt;
    try {
        Value value = json::parse(text, "review");
        if (is_review(value)) return value;
    } catch (const json::JsonError&) {
        // Not this part of the text.
    }
    return std::nullopt;
}

std::optional<Value> find_review(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (auto whole = try_parse(text)) return whole;
    // Of several the last counts: what stands before may be an example.
    std::optional<Value> last;
    int attempts = 0;
    for (std::size_t open = text.find("```"); open != std::string_view::npos;) {
        const std::size_t line_end = text.find('\n', open);
        if (line_end == std::string_view::npos || ++attempts > kMaxAttempts) break;
        const std::size_t close = text.find("\n```", line_end);
        if (auto fenced = try_parse(
                text.substr(line_end, close == std::string_view::npos ? close : close - line_end)))
            last = std::move(fenced);
        open = close == std::string_view::npos ? close : text.find("```", close + 4);
    }
    if (last) return last;
    attempts = 0;
    for (std::size_t open = text.find('{'); open != std::string_view::npos;) {
        if (++attempts > kMaxAttempts) break;
        const std::size_t end = balanced_end(text, open);
        if (end != std::string_view::npos) {
            if (auto part = try_parse(text.substr(open, end - open))) {
                last = std::move(part);
                open = text.find('{', end);
                continue;
            }
        }
        open = text.find('{', open + 1);
    }
    return last;
}

void read_findings(const Array& items, std::string_view root, ParsedReview& parsed) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i == kMaxFindings) {
            parsed.dropped_findings += items.size() - i;
            parsed.notes.push_back(
                fmt::format("{} findings were dropped: a review holds at most {}", items.size() - i,
                            kMaxFindings));
            return;
        }
        const Value& item = items[i];
        std::vector<std::string> notes;
        try {
            parsed.output.findings.push_back(FindingReader(item, root, notes).read());
            for (const std::string& note : notes)
                parsed.notes.push_back(fmt::format("finding {}: {}", i + 1, note));
        } catch (const Unusable& unusable) {
            ++parsed.dropped_findings;
            const std::string title(
                base::utf8_prefix(json::string_or_empty(item.find("title")), kMaxTitle));
            parsed.notes.push_back(
                fmt::format("finding {} was dropped: {}{}", i + 1, unusable.reason,
                            title.empty() ? "" : fmt::format(" (\"{}\")", title)));
        }
    }
}

}  // namespace

json::Value review_output_schema() {
    return strict_object(
        {{"findings", Value::object({{"type", "array"}, {"items", finding_schema()}})},
         {"overall_correctness",
          enumeration({"patch is correct", "patch is incorrect"},
                      "Incorrect only when a finding of priority 0 or 1 stands.")},
         {"overall_explanation", typed("string", "One to three sentences.")},
         {"overall_confidence_score", nullable("number", "0 to 1.")}});
}

ParsedReview parse_review_output(std::string_view text, std::string_view repository_root) {
    const std::string valid = base::to_valid_utf8(text);
    ParsedReview parsed;
    const auto review = find_review(valid);
    if (!review) {
        parsed.output.overall_explanation = base::trim(valid);
        return parsed;
    }
    parsed.is_structured = true;
    parsed.output.overall_correctness = json::string_or_empty(review->find("overall_correctness"));
    parsed.output.overall_explanation = json::string_or_empty(review->find("overall_explanation"));
    if (const Value* score = review->find("overall_confidence_score")) {
        const auto number = lenient_number(*score);
        if (number && *number >= 0 && *number <= 1) parsed.output.overall_confidence_score = number;
    }
    read_findings(*review->find("findings")->as_array(), repository_root, parsed);
    return parsed;
}

}  // namespace codex::protocol
