#include "review/attribute_pattern.h"

#include <cstddef>
#include <string>

namespace codex::review {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// "[a-z]", "[!0-9]" at `at`, which is moved behind it; false and `at` unchanged when it is none.
bool take_class(std::string_view pattern, std::size_t& at, char c, bool& is_member) {
    std::size_t next = at + 1;
    const bool negated = next < pattern.size() && (pattern[next] == '!' || pattern[next] == '^');
    if (negated) ++next;
    bool found = false;
    for (bool first = true; next < pattern.size(); first = false) {
        if (pattern[next] == ']' && !first) {
            at = next + 1;
            is_member = found != negated && c != '/';
            return true;
        }
        if (pattern[next] == '\\' && next + 1 < pattern.size()) ++next;
        const char low = pattern[next++];
        char high = low;
        if (next + 1 < pattern.size() && pattern[next] == '-' && pattern[next + 1] != ']') {
            high = pattern[next + 1];
            next += 2;
        }
        found = found || (c >= low && c <= high);
    }
    return false;
}

// Linear but for the last star: "*" goes back within a component, "**" over all of them.
bool match(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = kNone;
    std::size_t star_text = 0;
    std::size_t double_star = kNone;
    std::size_t double_text = 0;
    bool double_is_folder = false;

    const auto retry = [&] {
        if (star != kNone && star_text < text.size() && text[star_text] != '/') {
            p = star;
            t = ++star_text;
            return true;
        }
        if (double_star == kNone) return false;
        star = kNone;
        if (double_is_folder) {
            const std::size_t slash = text.find('/', double_text);
            if (slash == kNone) return false;
            double_text = slash + 1;
        } else if (double_text++ >= text.size()) {
            return false;
        }
        p = double_star;
        t = double_text;
        return true;
    };

    while (true) {
        bool ok = false;
        if (p == pattern.size()) {
            if (t == text.size()) return true;
        } else if (pattern[p] == '*') {
            std::size_t end = p;
            while (end < pattern.size() && pattern[end] == '*') ++end;
            const bool at_start = p == 0 || pattern[p - 1] == '/';
            const bool is_double = end - p == 2 && at_start;
            if (is_double && end < pattern.size() && pattern[end] == '/') {
                double_star = p = end + 1;
                double_text = t;
                double_is_folder = true;
                star = kNone;
            } else if (is_double && end == pattern.size()) {
                return t < text.size();
            } else {
                star = p = end;
                star_text = t;
            }
            continue;
        } else if (t < text.size()) {
            const char c = pattern[p];
            bool is_member = false;
            if (c == '?') {
                ok = text[t] != '/';
                ++p;
            } else if (c == '[' && take_class(pattern, p, text[t], is_member)) {
                ok = is_member;
            } else {
                if (c == '\\' && p + 1 < pattern.size()) ++p;
                ok = pattern[p++] == text[t];
            }
            ++t;
        }
        if (!ok && !retry()) return false;
    }
}

}  // namespace

bool matches_attribute_pattern(std::string_view pattern, std::string_view path) {
    if (pattern.empty() || pattern.back() == '/') return false;
    if (pattern.find('/') == kNone) {
        const std::size_t slash = path.rfind('/');
        return match(pattern, slash == kNone ? path : path.substr(slash + 1));
    }
    if (pattern.front() == '/') pattern.remove_prefix(1);
    return match(pattern, path);
}

}  // namespace codex::review
