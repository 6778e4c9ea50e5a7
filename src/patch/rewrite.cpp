#include "patch/rewrite.h"

#include <algorithm>

namespace codex::patch {
namespace {

class Rewriter {
  public:
    Rewriter(const FileLines& file, Mode mode) : file_(file), mode_(mode) {
        if (size() > 0 && !file.endings.front().empty()) usual_ending_ = file.endings.front();
    }

    void replace(const Replacement& replacement) {
        copy_until(replacement.start);
        std::size_t run_begin = at_;  // of the removed lines that the added ones stand for
        std::size_t added = 0;
        for (const Line& line : replacement.lines) {
            switch (line.kind) {
                case LineKind::context:
                    copy_until(at_ + 1);
                    run_begin = at_;
                    added = 0;
                    break;
                case LineKind::removed:
                    edit().old_count += 1;
                    ++at_;
                    break;
                case LineKind::added:
                    edit().new_count += 1;
                    push(line.text, ending_for(run_begin, added++));
                    break;
            }
        }
    }

    Rewritten finish() {
        copy_until(size());
        const bool had_end = size() == 0 || !file_.endings.back().empty();
        if (!out_.empty()) {
            // An empty line without an end would be no line.
            Out& last = out_.back();
            if (!had_end && mode_ == Mode::whole && !last.text.empty()) {
                last.ending = "";
            } else if (last.ending.empty()) {
                last.ending = usual_ending_;
            }
        }
        std::size_t bytes = 0;
        for (const Out& line : out_) bytes += line.text.size() + line.ending.size();
        result_.text.reserve(bytes);
        for (const Out& line : out_) {
            result_.text += line.text;
            result_.text += line.ending;
        }
        return std::move(result_);
    }

  private:
    struct Out {
        std::string_view text;
        std::string_view ending;
    };

    std::size_t size() const { return file_.texts.size(); }

    void push(std::string_view text, std::string_view ending) {
        if (!out_.empty() && out_.back().ending.empty()) {
            out_.back().ending = out_.size() > 1 ? out_[out_.size() - 2].ending : usual_ending_;
        }
        out_.push_back({text, ending});
    }

    void copy_until(std::size_t end) {
        for (; at_ < end; ++at_) push(file_.texts[at_], file_.endings[at_]);
    }

    // The edit that goes on here, or a new one.
    Edit& edit() {
        std::vector<Edit>& edits = result_.edits;
        if (edits.empty() || edits.back().old_begin + edits.back().old_count != at_ ||
            edits.back().new_begin + edits.back().new_count != out_.size()) {
            edits.push_back({at_, 0, out_.size(), 0});
        }
        return edits.back();
    }

    std::string_view ending_for(std::size_t run_begin, std::size_t added) const {
        std::string_view ending;
        if (at_ > run_begin) {
            ending = file_.endings[std::min(run_begin + added, at_ - 1)];
        } else if (at_ > 0) {
            ending = file_.endings[at_ - 1];
            // Only the last line may have none.
            if (ending.empty() && at_ > 1) ending = file_.endings[at_ - 2];
        }
        return ending.empty() ? usual_ending_ : ending;
    }

    const FileLines& file_;
    Mode mode_;
    std::string_view usual_ending_ = "\n";
    std::size_t at_ = 0;
    std::vector<Out> out_;
    Rewritten result_;
};

}  // namespace

Rewritten rewrite(const FileLines& file, const std::vector<Replacement>& replacements, Mode mode) {
    Rewriter rewriter(file, mode);
    for (const Replacement& replacement : replacements) rewriter.replace(replacement);
    return rewriter.finish();
}

}  // namespace codex::patch
