#include "review/diff_header.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace codex::review {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (text.substr(0, prefix.size()) != prefix) return false;
    text.remove_prefix(prefix.size());
    return true;
}

bool is_octal(char c) {
    return c >= '0' && c <= '7';
}

// "a/x", "b/x", and git's mnemonic prefixes (index, work tree, commit, object).
std::string_view strip_prefix(std::string_view path) {
    constexpr std::string_view kPrefixes = "abiwco";
    const bool has_prefix =
        path.size() > 2 && path[1] == '/' && kPrefixes.find(path[0]) != std::string_view::npos;
    return has_prefix ? path.substr(2) : path;
}

// The path of a "---" or "+++" line, where git puts a tab behind names with blanks.
std::string header_path(std::string_view text) {
    if (!text.empty() && text.front() == '"') return unquote_path(text);
    return std::string(text.substr(0, text.find('\t')));
}

// "a/x b/x" of a "diff --git" line: git quotes neither blanks nor " b/", but without a rename both
// halves name the same path.
std::optional<PatchPaths> split_git_header(std::string_view text) {
    std::string first;
    std::string second;
    if (!text.empty() && text.front() == '"') {
        std::size_t end = 0;
        first = unquote_path(text, &end);
        if (end + 1 >= text.size()) return std::nullopt;
        second = unquote_path(text.substr(end + 1));
    } else if (const std::size_t quote = text.find(" \""); quote != std::string_view::npos) {
        first = std::string(text.substr(0, quote));
        second = unquote_path(text.substr(quote + 1));
    } else {
        const std::size_t middle = text.size() / 2;
        if (text.size() % 2 == 0 || text[middle] != ' ') return std::nullopt;
        first = std::string(text.substr(0, middle));
        second = std::string(text.substr(middle + 1));
    }
    if (strip_prefix(first) != strip_prefix(second)) return std::nullopt;
    return PatchPaths{std::string(strip_prefix(first)), std::string(strip_prefix(second))};
}

// With --no-prefix a folder may be named "a": a prefix is one only when both sides have it.
void strip_prefixes(std::string& old_path, std::string& new_path) {
    const auto has_prefix = [](const std::string& path) {
        return path.empty() || strip_prefix(path).size() != path.size();
    };
    const bool same = !old_path.empty() && old_path == new_path;
    if (!has_prefix(old_path) || !has_prefix(new_path) || same) return;
    old_path = strip_prefix(old_path);
    new_path = strip_prefix(new_path);
}

struct Headers {
    std::optional<std::string> old_path;  // of "---"; "/dev/null" is empty
    std::optional<std::string> new_path;  // of "+++"
    std::string renamed_from;
    std::string renamed_to;
    std::string_view git_header;
    bool is_added = false;
    bool is_deleted = false;
};

Headers read_headers(std::string_view section) {
    Headers headers;
    const auto side = [](std::string_view text) {
        std::string path = header_path(text);
        return path == "/dev/null" ? std::string() : path;
    };
    while (!section.empty()) {
        std::string_view line = section.substr(0, section.find('\n'));
        section.remove_prefix(std::min(section.size(), line.size() + 1));
        if (line.starts_with("@@")) break;
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (take_prefix(line, "diff --git ")) {
            headers.git_header = line;
        } else if (take_prefix(line, "rename from ") || take_prefix(line, "copy from ")) {
            headers.renamed_from = unquote_path(line);
        } else if (take_prefix(line, "rename to ") || take_prefix(line, "copy to ")) {
            headers.renamed_to = unquote_path(line);
        } else if (take_prefix(line, "new file mode ")) {
            headers.is_added = true;
        } else if (take_prefix(line, "deleted file mode ")) {
            headers.is_deleted = true;
        } else if (take_prefix(line, "--- ")) {
            headers.old_path = side(line);
        } else if (take_prefix(line, "+++ ")) {
            headers.new_path = side(line);
        } else if (line == "GIT binary patch") {
            break;
        }
    }
    return headers;
}

}  // namespace

std::string unquote_path(std::string_view text, std::size_t* end) {
    if (text.empty() || text.front() != '"') {
        if (end != nullptr) *end = text.size();
        return std::string(text);
    }
    constexpr std::string_view kNames = "abtnvfr";
    constexpr std::string_view kValues = "\a\b\t\n\v\f\r";
    std::string path;
    std::size_t at = 1;
    while (at < text.size() && text[at] != '"') {
        if (text[at] != '\\' || at + 1 == text.size()) {
            path += text[at++];
            continue;
        }
        const char c = text[at + 1];
        at += 2;
        if (const std::size_t name = kNames.find(c); name != std::string_view::npos) {
            path += kValues[name];
        } else if (is_octal(c)) {
            unsigned value = static_cast<unsigned>(c - '0');
            for (int i = 0; i < 2 && at < text.size() && is_octal(text[at]); ++i) {
                value = value * 8 + static_cast<unsigned>(text[at++] - '0');
            }
            path += static_cast<char>(value & 0xFFU);
        } else {
            path += c;
        }
    }
    if (end != nullptr) *end = std::min(text.size(), at + 1);
    return path;
}

PatchPaths parse_patch_paths(std::string_view section) {
    Headers headers = read_headers(section);
    PatchPaths paths;
    if (!headers.renamed_from.empty() && !headers.renamed_to.empty()) {
        paths = {std::move(headers.renamed_from), std::move(headers.renamed_to)};
    } else if (headers.old_path && headers.new_path) {
        paths = {std::move(*headers.old_path), std::move(*headers.new_path)};
        strip_prefixes(paths.old_path, paths.new_path);
    } else if (auto split = split_git_header(headers.git_header)) {
        paths = std::move(*split);
        if (headers.is_added) paths.old_path.clear();
        if (headers.is_deleted) paths.new_path.clear();
    }
    if (paths.old_path.empty() && paths.new_path.empty()) {
        throw base::Error(fmt::format("no path is named in the header \"{}\"",
                                      base::utf8_prefix(headers.git_header, 200)));
    }
    paths.old_path = base::to_valid_utf8(paths.old_path);
    paths.new_path = base::to_valid_utf8(paths.new_path);
    return paths;
}

}  // namespace codex::review
