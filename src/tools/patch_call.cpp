#include "tools/patch_call.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "patch/patch.h"

namespace codex::tools {
namespace {

bool is_patch(std::string_view text) {
    try {
        patch::parse_patch(text);
        return true;
    } catch (const patch::ParseError&) {
        return false;
    }
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/// Reads `[cd FOLDER &&] apply_patch <<WORD`, the lines of the here-document, and nothing more.
class Script {
  public:
    explicit Script(std::string_view text) : rest_(base::trim(text)) {}

    std::optional<PatchCall> parse() {
        PatchCall call;
        if (take_word("cd")) {
            auto folder = take_text();
            if (!folder || folder->empty() || folder->starts_with('-')) return std::nullopt;
            call.folder = std::move(*folder);
            skip_blanks();
            if (!take("&&")) return std::nullopt;
            skip_blanks();
        }
        if (!take_word("apply_patch") && !take_word("applypatch")) return std::nullopt;
        auto body = take_here_document();
        if (!body || !rest_.empty()) return std::nullopt;
        call.text = std::move(*body);
        return call;
    }

  private:
    bool take(std::string_view what) {
        if (!rest_.starts_with(what)) return false;
        rest_.remove_prefix(what.size());
        return true;
    }
    void skip_blanks() {
        while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
    }
    /// The word and the blanks behind it.
    bool take_word(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        const std::string_view behind = rest_.substr(word.size());
        if (behind.empty() || (!is_blank(behind.front()) && behind.front() != '<')) return false;
        rest_ = behind;
        skip_blanks();
        return true;
    }
    /// One bare word or one text in quotes, in which no shell would change anything.
    std::optional<std::string> take_text() {
        if (rest_.empty()) return std::nullopt;
        const char quote = rest_.front();
        if (quote != '\'' && quote != '"') {
            const std::size_t end = std::min(rest_.find_first_of(" \t\n&"), rest_.size());
            const std::string_view word = rest_.substr(0, end);
            if (word.find_first_of("'\"\\$`;|<>()*?[]{}~!#") != std::string_view::npos)
                return std::nullopt;
            rest_.remove_prefix(end);
            return std::string(word);
        }
        const std::size_t end = rest_.find(quote, 1);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view text = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        if (quote == '"' && text.find_first_of("\\$`") != std::string_view::npos)
            return std::nullopt;
        return std::string(text);
    }
    std::optional<std::string> take_here_document() {
        if (!take("<<") || rest_.starts_with('<')) return std::nullopt;
        skip_blanks();
        const auto word = take_text();
        if (!word || word->empty() || word->starts_with('-')) return std::nullopt;
        skip_blanks();
        if (!take("\n")) return std::nullopt;
        std::string body;
        while (!rest_.empty()) {
            const std::size_t end = std::min(rest_.find('\n'), rest_.size());
            const std::string_view line = rest_.substr(0, end);
            rest_.remove_prefix(std::min(end + 1, rest_.size()));
            if (line == *word) return body;
            if (!body.empty()) body += '\n';
            body += line;
        }
        return std::nullopt;
    }

    std::string_view rest_;
};

const std::string* script_of(const std::vector<std::string>& argv) {
    constexpr std::array<std::string_view, 3> kShells = {"bash", "sh", "zsh"};
    if (argv.size() != 3 || (argv[1] != "-c" && argv[1] != "-lc")) return nullptr;
    std::string_view shell = argv[0];
    shell.remove_prefix(shell.rfind('/') + 1);
    const bool is_shell = std::find(kShells.begin(), kShells.end(), shell) != kShells.end();
    return is_shell ? &argv[2] : nullptr;
}

}  // namespace

std::variant<OrdinaryCommand, PatchCall, BarePatch> recognise_patch(
    const std::vector<std::string>& argv) {
    if (argv.size() == 2 && patch::names_program(argv[0])) return PatchCall{argv[1], {}};
    const std::string* script = script_of(argv);
    if (script != nullptr) {
        if (auto call = Script(*script).parse()) return std::move(*call);
        if (is_patch(*script)) return BarePatch{};
    }
    if (argv.size() == 1 && is_patch(argv[0])) return BarePatch{};
    return OrdinaryCommand{};
}

}  // namespace codex::tools
