// A patch in the apply-patch format as a value, and its parser. No file is looked at here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace codex::patch {

/// `whole`: all of a patch or nothing, and each line does what it says. `partial`: what the
/// original apply_patch of 0.169 was observed to do, file after file until the first failure; only
/// a move of a file onto itself keeps the file.
enum class Mode { whole, partial };

enum class LineKind { context, removed, added };

struct Line {
    LineKind kind = LineKind::context;
    std::string text;  // without the mark and the line's end

    bool operator==(const Line&) const = default;
};

struct Chunk {
    std::size_t patch_line = 0;         // where it begins in the patch, from 1
    std::vector<std::string> contexts;  // the texts behind its "@@", outermost first
    std::vector<Line> lines;
    bool end_of_file = false;

    bool operator==(const Chunk&) const = default;
};

enum class Operation { add, update, remove };

struct FilePatch {
    Operation operation = Operation::update;
    std::string path;                    // as written
    std::size_t patch_line = 0;          // of its header, from 1
    std::optional<std::string> move_to;  // update only
    std::string content;                 // add only: the whole text
    std::vector<Chunk> chunks;           // update only; empty for a move that changes no line

    bool operator==(const FilePatch&) const = default;
};

struct Patch {
    std::vector<FilePatch> files;

    bool operator==(const Patch&) const = default;
};

/// A text that is no patch. what() is "invalid patch: …" or "invalid hunk at line N, …".
class ParseError : public base::Error {
  public:
    /// `line` counts from 1; 0 when the patch as a whole is meant.
    ParseError(std::size_t line, const std::string& message);
    std::size_t line() const { return line_; }
    const std::string& message() const { return message_; }

  private:
    std::size_t line_;
    std::string message_;
};

/// Reads a patch. Blanks round the text and its markers, CRLF, a missing last newline and a
/// here-document of the word EOF round the whole are forgiven. `whole` also takes several "@@"
/// headers over one chunk and a move without chunks, both of which the model is told about and
/// `partial` refuses. Throws ParseError.
Patch parse_patch(std::string_view text, Mode mode = Mode::whole);

/// Whether argv[0] calls the apply_patch program: its last part is "apply_patch" or "applypatch".
bool names_program(std::string_view argv0);

}  // namespace codex::patch
