#include "tools/plain_script.h"

#include <algorithm>
#include <array>

namespace codex::tools {
namespace {

// Beside ASCII letters and digits: all that has no meaning to a shell in any place of a word (`~`
// and `#` have one at its beginning). Globs are missing because a file may be named like an option.
constexpr std::string_view kPlainSigns = "_-./,:=+@%^~#]";

constexpr std::array<std::string_view, 18> kReservedWords = {
    "if",    "then",  "elif", "else", "fi",       "do",     "done", "case",   "esac",
    "while", "until", "for",  "in",   "function", "select", "time", "coproc", "[["};

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kPlainSigns.find(c) != std::string_view::npos;
}

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::optional<std::vector<Argv>> parse() {
        skip_lines();
        while (!at_end()) {
            if (!read_command() || !read_operator()) return std::nullopt;
        }
        if (commands_.empty() || expects_command_) return std::nullopt;
        return std::move(commands_);
    }

  private:
    bool at_end() const { return at_ == text_.size(); }
    bool sees(std::string_view what) const { return text_.substr(at_).starts_with(what); }
    bool take(std::string_view what) {
        if (!sees(what)) return false;
        at_ += what.size();
        return true;
    }
    void skip_blanks() {
        while (sees(" ") || sees("\t")) ++at_;
    }
    void skip_lines() {
        while (sees(" ") || sees("\t") || sees("\n")) ++at_;
    }
    bool at_operator() const { return sees("&") || sees("|") || sees(";") || sees("\n"); }

    bool read_command() {
        Argv words;
        skip_blanks();
        while (!at_end() && !at_operator()) {
            if (!read_word(words)) return false;
            skip_blanks();
        }
        if (words.empty()) return false;
        commands_.push_back(std::move(words));
        return true;
    }

    /// One of the four operators or newlines, or the end; a script must not end behind an operator.
    bool read_operator() {
        expects_command_ = false;
        if (at_end()) return true;
        if (take("\n")) {
            skip_lines();
            return true;
        }
        expects_command_ = true;
        // A lone `&`, `|&` and `;;` leave a sign that begins no word.
        if (!take("&&") && !take("||") && !take("|") && !take(";")) return false;
        skip_lines();
        return true;
    }

    bool read_word(Argv& words) {
        std::string word;
        const bool is_quoted = sees("'") || sees("\"");
        if (is_quoted) {
            // A command's name in quotes hides it, and an empty word nobody means.
            if (words.empty() || !read_quoted(word) || word.empty()) return false;
        } else {
            if (sees("~") || sees("#")) return false;
            while (!at_end() && is_plain(text_[at_])) word += text_[at_++];
            if (word.empty() || (words.empty() && !names_command(word))) return false;
        }
        // Not glued to another part, and no redirection.
        if (!at_end() && !sees(" ") && !sees("\t") && !at_operator()) return false;
        words.push_back(std::move(word));
        return true;
    }

    bool read_quoted(std::string& word) {
        const char quote = text_[at_++];
        const std::size_t end = text_.find(quote, at_);
        if (end == std::string_view::npos) return false;
        word = text_.substr(at_, end - at_);
        at_ = end + 1;
        if (word.find('\0') != std::string::npos) return false;
        if (quote == '\'') return true;
        // In double quotes a backslash stays one unless `$`, a backquote, `"`, another or a newline
        // follows (POSIX.1-2017, Shell Command Language, 2.2.3).
        if (word.find_first_of("$`") != std::string::npos || word.ends_with('\\')) return false;
        return word.find("\\\\") == std::string::npos && word.find("\\\n") == std::string::npos;
    }

    static bool names_command(std::string_view word) {
        return word.find('=') == std::string_view::npos &&  // an assignment
               std::find(kReservedWords.begin(), kReservedWords.end(), word) ==
                   kReservedWords.end();
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Argv> commands_;
    bool expects_command_ = false;
};

}  // namespace

std::optional<std::vector<Argv>> parse_plain_script(std::string_view script) {
    return Parser(script).parse();
}

}  // namespace codex::tools
