// Where a finding belongs: by its quoted code first, never moved to another line.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/review_output.h"
#include "review/diff.h"

namespace codex::review {

/// In the diff: a comment on `lines` of `side`, all within one hunk. `path` is the head path
/// (RIGHT) or, for GitHub, the same path for LEFT of a renamed file.
struct InlinePlace {
    std::string path;
    protocol::Side side = protocol::Side::right;
    protocol::LineRange lines;
    friend bool operator==(const InlinePlace&, const InlinePlace&) = default;
};
/// The file is in the diff, the lines are not (or the quoted code was not found): a file-level
/// comment.
struct FilePlace {
    std::string path;
    std::string reason;  // "line 40 is outside the diff", "the quoted code is not in the file"
    friend bool operator==(const FilePlace&, const FilePlace&) = default;
};
/// No place on GitHub: a row of the summary.
struct SummaryPlace {
    std::string reason;
    friend bool operator==(const SummaryPlace&, const SummaryPlace&) = default;
};
using Place = std::variant<InlinePlace, FilePlace, SummaryPlace>;

/// The text of a file of the base (left) or head (right); nullopt when absent, binary or too large.
using FileReader =
    std::function<std::optional<std::string>(protocol::Side side, std::string_view path)>;

/// Places findings of one review; indexes each file once.
class Anchorer {
  public:
    Anchorer(const std::vector<FileDiff>& files, FileReader read_file);
    ~Anchorer();
    Place place(const protocol::Finding& finding);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace codex::review
