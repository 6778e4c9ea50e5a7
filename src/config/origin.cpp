#include "config/origin.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "base/printable.h"
#include "base/text.h"

namespace codex::config {
namespace {

bool is_bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

// Layer by layer, from top to bottom; what is missing everywhere goes last.
std::vector<Problem>& in_order(std::vector<Problem>& problems) {
    const auto place = [](const Problem& problem) {
        const Origin& origin = problem.origin;
        return std::tuple(origin.layer == Layer::defaults, origin.layer, origin.position.line,
                          origin.position.column);
    };
    std::stable_sort(problems.begin(), problems.end(),
                     [&](const Problem& a, const Problem& b) { return place(a) < place(b); });
    return problems;
}

std::string join_problems(const std::vector<Problem>& problems) {
    std::vector<std::string> lines;
    lines.reserve(problems.size());
    for (const Problem& problem : problems) lines.push_back(render(problem));
    return base::join(lines, "\n");
}

// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1,
                               diagonal + (a[i - 1] == b[j - 1] ? std::size_t{0} : 1)});
            diagonal = above;
        }
    }
    return row.back();
}

// A quoted part of a dotted key, from its first quote on; `at` moves behind the last.
std::string parse_quoted(std::string_view text, std::size_t& at) {
    const char quote = text[at];
    const std::size_t start = at;
    for (++at; at < text.size() && text[at] != quote; ++at) {
        if (quote == '"' && text[at] == '\\') ++at;
    }
    if (at >= text.size()) throw base::ConfigError("a quote in the key has no end");
    ++at;
    const Node node = parse_toml_value(text.substr(start, at - start));
    const auto* part = node.as<std::string>();
    if (part == nullptr) throw base::ConfigError("a part of the key is no text");
    return *part;
}

}  // namespace

std::string render(const Origin& origin) {
    if (origin.position.line == 0) return origin.source;
    return fmt::format("{}:{}:{}", origin.source, origin.position.line, origin.position.column);
}

std::string render(const Problem& problem) {
    std::string text = render(problem.origin);
    if (!problem.path.empty()) text += (text.empty() ? "" : ": ") + problem.path;
    text += (text.empty() ? "" : ": ") + problem.message;
    return base::render_controls(text);
}

InvalidConfig::InvalidConfig(std::vector<Problem> problems)
    : ConfigError(join_problems(in_order(problems))), problems_(std::move(problems)) {}

std::string join_key(std::string_view path, std::string_view name) {
    std::string key(path);
    if (!key.empty()) key += '.';
    if (!name.empty() && std::all_of(name.begin(), name.end(), is_bare)) return key.append(name);
    key += '"';
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            key += '\\';
            key += c;
        } else if (byte < 0x20 || byte == 0x7F) {
            key += fmt::format("\\u{:04X}", byte);
        } else {
            key += c;
        }
    }
    return key += '"';
}

std::vector<std::string> parse_key(std::string_view text) {
    std::vector<std::string> parts;
    std::size_t at = 0;
    const auto skip_blanks = [&] {
        while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
    };
    while (true) {
        skip_blanks();
        if (at < text.size() && (text[at] == '"' || text[at] == '\'')) {
            parts.push_back(parse_quoted(text, at));
        } else {
            const std::size_t end = std::min(text.find_first_of(". \t\"'=", at), text.size());
            if (end == at) throw base::ConfigError("the key has an empty part");
            parts.emplace_back(text.substr(at, end - at));
            at = end;
        }
        if (parts.size() > kMaxNesting) throw base::ConfigError("the key has too many parts");
        skip_blanks();
        if (at == text.size()) return parts;
        if (text[at] != '.')
            throw base::ConfigError("a part of the key that holds blanks or quotes needs quotes");
        ++at;
    }
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& names) {
    constexpr std::size_t kLongest = 80;
    if (name.size() > kLongest) return {};
    std::string nearest;
    std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
    for (const std::string& candidate : names) {
        const std::size_t apart = distance(name, candidate);
        if (apart < least && apart < name.size()) {
            least = apart;
            nearest = candidate;
        }
    }
    return nearest;
}

}  // namespace codex::config
