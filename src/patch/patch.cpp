#include "patch/patch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "patch/unicode.h"

namespace codex::patch {
namespace {

constexpr std::string_view kBegin = "*** Begin Patch";
constexpr std::string_view kEnd = "*** End Patch";
constexpr std::string_view kEnvironment = "*** Environment ID:";
constexpr std::string_view kAdd = "*** Add File: ";
constexpr std::string_view kDelete = "*** Delete File: ";
constexpr std::string_view kUpdate = "*** Update File: ";
constexpr std::string_view kMove = "*** Move to: ";
constexpr std::string_view kEndOfFile = "*** End of File";

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
    Lines lines = base::split_lines(text);
    for (std::string_view& line : lines) line = base::without_cr(line);
    return lines;
}

// What `cat <<'EOF'` leaves round a patch when a model writes the shell's syntax into the argument.
void drop_here_document(Lines& lines) {
    if (lines.size() < 4 || !lines.back().ends_with("EOF")) return;
    const std::string_view first = lines.front();
    if (first != "<<EOF" && first != "<<'EOF'" && first != "<<\"EOF\"") return;
    lines.erase(lines.begin());
    lines.pop_back();
}

std::optional<std::string_view> without_prefix(std::string_view line, std::string_view prefix) {
    if (!line.starts_with(prefix)) return std::nullopt;
    return line.substr(prefix.size());
}

std::optional<LineKind> kind_of(std::string_view line) {
    if (line.empty() || line.front() == ' ') return LineKind::context;
    if (line.front() == '-') return LineKind::removed;
    if (line.front() == '+') return LineKind::added;
    return std::nullopt;
}

class Parser {
  public:
    Parser(Lines lines, Mode mode) : lines_(std::move(lines)), mode_(mode) {}

    Patch parse() {
        if (lines_.empty() || trim_spaces(lines_.front()) != kBegin) {
            throw ParseError(0, fmt::format("The first line of the patch must be '{}'", kBegin));
        }
        if (trim_spaces(lines_.back()) != kEnd) {
            throw ParseError(0, fmt::format("The last line of the patch must be '{}'", kEnd));
        }
        lines_.pop_back();
        at_ = 1;
        if (more() && trim_spaces(line()).starts_with(kEnvironment)) ++at_;
        Patch patch;
        while (more()) patch.files.push_back(parse_file());
        return patch;
    }

  private:
    bool more() const { return at_ < lines_.size(); }
    std::string_view line() const { return lines_[at_]; }
    std::size_t number() const { return at_ + 1; }

    FilePatch parse_file() {
        const std::string_view header = trim_spaces(line());
        FilePatch file;
        file.patch_line = number();
        if (const auto path = without_prefix(header, kAdd)) {
            file.operation = Operation::add;
            file.path = *path;
            ++at_;
            parse_content(file);
        } else if (const auto gone = without_prefix(header, kDelete)) {
            file.operation = Operation::remove;
            file.path = *gone;
            ++at_;
        } else if (const auto changed = without_prefix(header, kUpdate)) {
            file.path = *changed;
            ++at_;
            parse_update(file);
        } else {
            throw ParseError(number(),
                             fmt::format("'{}' is not a valid hunk header. Valid hunk headers: "
                                         "'{}{{path}}', '{}{{path}}', '{}{{path}}'",
                                         header, kAdd, kDelete, kUpdate));
        }
        return file;
    }

    void parse_content(FilePatch& file) {
        for (; more() && line().starts_with('+'); ++at_) {
            file.content += line().substr(1);
            file.content += '\n';
        }
    }

    void parse_update(FilePatch& file) {
        if (more()) {
            if (const auto target = without_prefix(line(), kMove)) {
                file.move_to = *target;
                ++at_;
            }
        }
        while (more()) {
            if (trim_spaces(line()).empty()) {
                ++at_;
            } else if (line().starts_with("***")) {
                break;
            } else {
                file.chunks.push_back(parse_chunk(file.chunks.empty()));
            }
        }
        const bool may_be_empty = mode_ == Mode::whole && file.move_to;
        if (file.chunks.empty() && !may_be_empty) {
            throw ParseError(file.patch_line,
                             fmt::format("Update file hunk for path '{}' is empty", file.path));
        }
    }

    // One "@@" line: whether there was one.
    bool parse_context(Chunk& chunk) {
        if (!more()) return false;
        if (line() == "@@") {
            ++at_;
            return true;
        }
        const auto text = without_prefix(line(), "@@ ");
        if (!text) return false;
        // The original seeks an empty line for an empty text.
        if (mode_ == Mode::partial || !trim_spaces(*text).empty()) {
            chunk.contexts.emplace_back(*text);
        }
        ++at_;
        return true;
    }

    Chunk parse_chunk(bool may_lack_header) {
        Chunk chunk;
        chunk.patch_line = number();
        if (parse_context(chunk)) {
            while (mode_ == Mode::whole && parse_context(chunk)) continue;
        } else if (!may_lack_header) {
            throw ParseError(number(),
                             fmt::format("Expected update hunk to start with a @@ context marker, "
                                         "got: '{}'",
                                         line()));
        }
        parse_body(chunk);
        return chunk;
    }

    void parse_body(Chunk& chunk) {
        for (; more(); ++at_) {
            if (line() == kEndOfFile && !chunk.lines.empty()) {
                chunk.end_of_file = true;
                ++at_;
                return;
            }
            const auto kind = kind_of(line());
            if (kind) {
                chunk.lines.push_back({*kind, std::string(line().substr(line().empty() ? 0 : 1))});
                continue;
            }
            if (!chunk.lines.empty()) return;
            if (line() == kEndOfFile) break;
            throw ParseError(
                number(),
                fmt::format("Unexpected line found in update hunk: '{}'. Every line should start "
                            "with ' ' (context line), '+' (added line), or '-' (removed line)",
                            line()));
        }
        if (chunk.lines.empty()) {
            throw ParseError(number(), "Update hunk does not contain any lines");
        }
    }

    Lines lines_;
    Mode mode_;
    std::size_t at_ = 0;
};

}  // namespace

ParseError::ParseError(std::size_t line, const std::string& message)
    : Error(line == 0 ? "invalid patch: " + message
                      : fmt::format("invalid hunk at line {}, {}", line, message)),
      line_(line),
      message_(message) {}

Patch parse_patch(std::string_view text, Mode mode) {
    if (!base::is_valid_utf8(text)) throw ParseError(0, "the patch is not valid UTF-8");
    Lines lines = lines_of(trim_spaces(text));
    drop_here_document(lines);
    return Parser(std::move(lines), mode).parse();
}

bool names_program(std::string_view argv0) {
    argv0.remove_prefix(argv0.rfind('/') + 1);
    return argv0 == "apply_patch" || argv0 == "applypatch";
}

}  // namespace codex::patch
