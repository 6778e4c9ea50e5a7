#include "review/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "review/sanitize.h"

namespace codex::review {
namespace {

bool is_alnum(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_punctuation(char c) {
    return c > ' ' && c < 0x7F && !is_alnum(c);
}

std::size_t run_length(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && text[end] == text[at]) ++end;
    return end - at;
}

// Raw text is searched for commands and markers whether it is code or not. In code an entity would
// be shown as it is written, so a blank breaks them.
std::string neutralise_code(std::string_view code, bool at_line_start) {
    std::string text = base::replace_all(code, "<!--", "<! --");
    text = base::replace_all(text, "-->", "-- >");
    if (at_line_start) {
        const std::size_t start = text.find_first_not_of(" \t");
        if (start != std::string::npos && text.compare(start, 6, "/codex") == 0)
            text.insert(start + 1, " ");
    }
    return text;
}

struct LineStyle {
    bool is_title = false;  // no emphasis, no table bars
};

// One line outside fenced code. All that GitHub gives a meaning beyond plain formatting is broken:
// HTML, images, mentions, references to issues, commands. Code spans are those of one line only;
// every other backtick is escaped, so that GitHub cannot see a span where there is none here.
class LineNeutraliser {
  public:
    LineNeutraliser(std::string_view line, LineStyle style) : line_(line), style_(style) {}

    std::string run() {
        while (at_ < line_.size()) step();
        return std::move(out_);
    }

  private:
    void step() {
        const char c = line_[at_];
        switch (c) {
            case '`':
                return take_backticks();
            case '\\':
                return take_backslash();
            case '<':
                return take_angle();
            case '>':
                return ends_with_dashes() ? replace("&gt;") : copy();
            case '!':
                return line_.substr(at_, 2) == "![" ? take_image() : copy();
            case '/':
                return is_line_start() ? replace("&#47;") : copy();
            case '~':
                // Anywhere: a list's mark, or a comment that went, may stand before a fence.
                return run_length(line_, at_) >= 3 ? replace("\\~") : copy();
            case '&':
                return take_entity();
            case '@':
                return take_mention();
            case '#':
                return take_reference();
            case '*':
            case '|':
                return style_.is_title ? replace(c == '*' ? "\\*" : "\\|") : copy();
            default:
                return copy();
        }
    }

    void copy() { out_ += line_[at_++]; }
    void replace(std::string_view text) {
        out_ += text;
        ++at_;
    }
    // A comment within the line goes; one that goes on is made visible, as all other HTML is.
    void take_angle() {
        const std::size_t end =
            line_.substr(at_, 4) == "<!--" ? line_.find("-->", at_ + 4) : std::string_view::npos;
        if (end == std::string_view::npos) return replace("&lt;");
        at_ = end + 3;
        // What the comment kept apart ("@<!-- -->name") stays apart.
        if (!out_.empty() && at_ < line_.size()) out_ += ' ';
    }
    bool ends_with_dashes() const {
        return out_.size() >= 2 && out_.compare(out_.size() - 2, 2, "--") == 0;
    }
    void take_image() {
        out_ += "!\\[";
        at_ += 2;
    }

    void take_backticks() {
        const std::size_t length = run_length(line_, at_);
        std::size_t close = at_ + length;
        while (close < line_.size()) {
            close = line_.find('`', close);
            if (close == std::string_view::npos) break;
            const std::size_t closing = run_length(line_, close);
            if (closing == length) break;
            close += closing;
        }
        if (close < line_.size()) {
            const std::size_t end = close + length;
            const std::string_view content = line_.substr(at_ + length, close - at_ - length);
            // A table splits its cells before it looks for code.
            const bool may_split =
                content.find('|') != std::string_view::npos &&
                (style_.is_title || content.find_first_of("@<#![") != std::string_view::npos);
            if (!may_split) {
                separate_code();
                out_ += line_.substr(at_, length);
                out_ += neutralise_code(content, false);
                out_ += line_.substr(at_, length);
                at_ = end;
                return;
            }
        }
        for (std::size_t i = 0; i < length; ++i) out_ += "&#96;";
        at_ += length;
    }

    // Two code spans side by side would be one run of backticks.
    void separate_code() {
        if (!out_.empty() && out_.back() == '`') out_ += ' ';
    }

    void take_backslash() {
        const char next = at_ + 1 < line_.size() ? line_[at_ + 1] : '\0';
        if (next == '`') {
            out_ += "&#96;";
            at_ += 2;
        } else if (next == '@' || next == '#' || next == '<' || next == '!' || next == '&') {
            // The escape would hide from us what GitHub sees after it is gone.
            ++at_;
        } else if (is_punctuation(next)) {
            out_ += line_.substr(at_, 2);
            at_ += 2;
        } else {
            out_ += "\\\\";
            ++at_;
        }
    }

    // "/codex …", but also "/lgtm": other bots listen, and our comment has an author they may
    // trust.
    bool is_line_start() const { return out_.find_first_not_of(" \t>") == std::string::npos; }

    // "&#64;" and "&commat;" become "@" before mentions are looked for.
    void take_entity() {
        const std::string rest = base::to_lower(line_.substr(at_, kMaxEntity));
        std::size_t end = rest.starts_with("&commat;") ? 7 : 0;
        if (rest.starts_with("&#")) {
            const bool is_hex = rest.size() > 2 && rest[2] == 'x';
            end = is_hex ? 3 : 2;
            while (end < rest.size() && rest[end] == '0') ++end;
            end = rest.compare(end, 2, is_hex ? "40" : "64") == 0 ? end + 2 : 0;
        }
        if (end == 0 || end >= rest.size() || rest[end] != ';') return copy();
        put_code(at_ + end + 1);
    }

    // The character before, as GitHub sees it: what we replaced counts as what it stands for.
    bool follows_word() const { return at_ > 0 && is_alnum(line_[at_ - 1]); }

    void put_code(std::size_t end) {
        separate_code();
        out_ += '`';
        out_ += line_.substr(at_, end - at_);
        out_ += '`';
        at_ = end;
        if (at_ < line_.size() && line_[at_] == '`') out_ += ' ';
    }

    void take_mention() {
        std::size_t end = at_ + 1;
        const auto is_name = [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '/'; };
        while (end < line_.size() && is_name(line_[end])) ++end;
        if (end == at_ + 1 || follows_word()) return copy();
        put_code(end);
    }

    // "#12" and "owner/repo#12" leave a trace in what they name.
    void take_reference() {
        std::size_t end = at_ + 1;
        while (end < line_.size() && is_digit(line_[end])) ++end;
        if (end == at_ + 1 || (at_ > 0 && line_[at_ - 1] == '&')) return copy();
        const bool is_own = !follows_word();
        const std::size_t from = at_ - std::min(at_, kMaxWord);
        const std::string_view before = line_.substr(from, at_ - from);
        const std::string_view word = before.substr(before.find_last_of(" \t([`*_~") + 1);
        if (word.find("://") != std::string_view::npos) return copy();
        const bool is_foreign = word.find('/') != std::string_view::npos;
        if (is_own || is_foreign) return put_code(end);
        copy();
    }

    static constexpr std::size_t kMaxEntity = 24;
    static constexpr std::size_t kMaxWord = 200;  // owner, slash, repository

    std::string_view line_;
    LineStyle style_;
    std::size_t at_ = 0;
    std::string out_;
};

struct Fence {
    char mark = '`';
    std::size_t length = 0;
    std::size_t indentation = 0;
};

std::size_t indentation_of(std::string_view line) {
    std::size_t columns = 0;
    for (const char c : line) {
        if (c == ' ') {
            ++columns;
        } else if (c == '\t') {
            columns += 4 - columns % 4;
        } else {
            break;
        }
    }
    return columns;
}

std::optional<Fence> parse_fence(std::string_view line, std::string_view* info) {
    const std::string_view text = base::trim(line);
    if (text.empty() || (text.front() != '`' && text.front() != '~')) return std::nullopt;
    const std::size_t length = run_length(text, 0);
    *info = base::trim(text.substr(length));
    if (length < 3) return std::nullopt;
    if (text.front() == '`' && info->find('`') != std::string_view::npos) return std::nullopt;
    return Fence{text.front(), length, indentation_of(line)};
}

bool closes(const Fence& fence, std::string_view line) {
    std::string_view info;
    const auto end = parse_fence(line, &info);
    return end && info.empty() && end->mark == fence.mark && end->length >= fence.length;
}

std::string_view without_indentation(std::string_view line, std::size_t columns) {
    while (columns > 0 && !line.empty() && line.front() == ' ') {
        line.remove_prefix(1);
        --columns;
    }
    return line;
}

std::string safe_info(std::string_view info) {
    std::string word;
    for (const char c : info) {
        if (!is_alnum(c) && c != '+' && c != '-' && c != '_' && c != '#' && c != '.') break;
        word += c;
    }
    // Only a block that was applied to the file in memory may offer itself for committing.
    if (base::equals_ignoring_case(word, "suggestion")) return "text";
    // Rendered by GitHub as more than text.
    for (const std::string_view active : {"mermaid", "geojson", "topojson", "stl", "math"}) {
        if (base::equals_ignoring_case(word, active)) return "text";
    }
    return word;
}

}  // namespace

std::string neutralise_markdown(std::string_view text) {
    const Visible visible = remove_hidden(base::to_valid_utf8(text), false);
    std::string out;
    out.reserve(visible.text.size() + visible.text.size() / 8);
    std::optional<Fence> open;
    for (const std::string_view line : base::split_lines(visible.text)) {
        std::string_view info;
        if (open) {
            if (closes(*open, line)) {
                // Written at the margin: there GitHub agrees about what is code, whatever list
                // or quote the text believes to be in.
                out.append(open->length, open->mark);
                open.reset();
            } else {
                out += neutralise_code(without_indentation(line, open->indentation), true);
            }
        } else if (auto fence = parse_fence(line, &info)) {
            open = fence;
            out.append(fence->length, fence->mark);
            out += safe_info(info);
        } else {
            out += LineNeutraliser(line, {}).run();
        }
        out += '\n';
    }
    if (open) {
        out.append(open->length, open->mark);
        out += '\n';
    }
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
}

std::string neutralise_line(std::string_view text) {
    std::string line = remove_hidden(base::to_valid_utf8(text)).text;
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::replace(line.begin(), line.end(), '\t', ' ');
    return LineNeutraliser(base::trim(line), {true}).run();
}

std::string code_span(std::string_view text, bool in_table) {
    std::string line = show_hidden(base::to_valid_utf8(text)).text;
    std::replace(line.begin(), line.end(), '\n', ' ');
    line = base::replace_all(line, "<!--", "<! --");
    line = base::replace_all(line, "-->", "-- >");
    if (in_table) line = base::replace_all(line, "|", "\\|");
    if (line.empty()) return {};
    std::size_t longest = 0;
    for (std::size_t at = line.find('`'); at != std::string::npos; at = line.find('`', at)) {
        const std::size_t length = run_length(line, at);
        longest = std::max(longest, length);
        at += length;
    }
    const std::string marks(longest + 1, '`');
    const bool touches = line.front() == '`' || line.back() == '`';
    const std::string_view gap = touches ? " " : "";
    return fmt::format("{0}{1}{2}{1}{0}", marks, gap, line);
}

std::string fence_for(std::string_view text) {
    std::size_t longest = 2;
    for (std::size_t at = text.find('`'); at != std::string_view::npos; at = text.find('`', at)) {
        const std::size_t length = run_length(text, at);
        longest = std::max(longest, length);
        at += length;
    }
    return std::string(longest + 1, '`');
}

std::string cut_text(std::string_view text, std::size_t max_bytes) {
    if (text.size() <= max_bytes) return std::string(text);
    std::string_view kept = base::utf8_prefix(text, max_bytes);
    const std::size_t line_end = kept.rfind('\n');
    if (line_end != std::string_view::npos && line_end > max_bytes / 2)
        kept = kept.substr(0, line_end);
    return fmt::format("{}\n\n… ({} more bytes are cut)", kept, text.size() - kept.size());
}

}  // namespace codex::review
