#include "patch/rewrite.h"

#include <algorithm>

namespace codex::patch {
namespace {

class Rewriter {
  public:
    Rewriter(const FileLines& file, Mode mode) : file_(file), mode_(mode) {
        if (size() > 0 && !file.ending(0).empty()) usual_ending_ = file.ending(0);
        result_.text.reserve(text_between(0, size()).size());
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
                    end_last_line();
                    append(line.text, ending_for(run_begin, added++));
                    break;
            }
        }
    }

    Rewritten finish() {
        copy_until(size());
        const bool had_end = size() == 0 || !file_.ending(size() - 1).empty();
        if (lines_ > 0 && !had_end && mode_ == Mode::whole && !is_last_empty_) {
            result_.text.resize(result_.text.size() - last_ending_.size());
        } else if (lines_ > 0 && last_ending_.empty()) {
            // An empty line without an end would be no line.
            result_.text += usual_ending_;
        }
        return std::move(result_);
    }

  private:
    std::size_t size() const { return file_.texts.size(); }

    // Lines of a file lie behind each other.
    std::string_view text_between(std::size_t begin, std::size_t end) const {
        if (begin >= end) return {};
        const std::string_view last_ending = file_.ending(end - 1);
        const std::string_view last = file_.texts[end - 1];
        const char* first = file_.texts[begin].data();
        return {first,
                static_cast<std::size_t>(last.data() + last.size() + last_ending.size() - first)};
    }

    void append(std::string_view text, std::string_view ending) {
        result_.text += text;
        result_.text += ending;
        ++lines_;
        is_last_empty_ = text.empty();
        ending_above_ = last_ending_;
        last_ending_ = ending;
    }

    // Only the file's last line may have none.
    void end_last_line() {
        if (lines_ == 0 || !last_ending_.empty()) return;
        last_ending_ = lines_ > 1 ? ending_above_ : usual_ending_;
        result_.text += last_ending_;
    }

    void copy_until(std::size_t end) {
        end = std::min(end, size());
        if (at_ >= end) return;
        end_last_line();
        result_.text += text_between(at_, end);
        ending_above_ = end - at_ > 1 ? file_.ending(end - 2) : last_ending_;
        last_ending_ = file_.ending(end - 1);
        is_last_empty_ = file_.texts[end - 1].empty();
        lines_ += end - at_;
        at_ = end;
    }

    // The edit that goes on here, or a new one.
    Edit& edit() {
        std::vector<Edit>& edits = result_.edits;
        if (edits.empty() || edits.back().old_begin + edits.back().old_count != at_ ||
            edits.back().new_begin + edits.back().new_count != lines_) {
            edits.push_back({at_, 0, lines_, 0});
        }
        return edits.back();
    }

    std::string_view ending_for(std::size_t run_begin, std::size_t added) const {
        std::string_view ending;
        if (at_ > run_begin) {
            ending = file_.ending(std::min(run_begin + added, at_ - 1));
        } else if (at_ > 0) {
            ending = file_.ending(at_ - 1);
            // Only the last line may have none.
            if (ending.empty() && at_ > 1) ending = file_.ending(at_ - 2);
        }
        return ending.empty() ? usual_ending_ : ending;
    }

    const FileLines& file_;
    Mode mode_;
    std::string_view usual_ending_ = "\n";
    std::size_t at_ = 0;     // the next line of the file
    std::size_t lines_ = 0;  // of the result so far; of the last two of them:
    std::string_view last_ending_;
    std::string_view ending_above_;
    bool is_last_empty_ = false;
    Rewritten result_;
};

}  // namespace

Rewritten rewrite(const FileLines& file, const std::vector<Replacement>& replacements, Mode mode) {
    Rewriter rewriter(file, mode);
    for (const Replacement& replacement : replacements) rewriter.replace(replacement);
    return rewriter.finish();
}

}  // namespace codex::patch
