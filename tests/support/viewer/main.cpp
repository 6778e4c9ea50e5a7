// Prints what a maintainer sees on GitHub after a run: the diff with each inline comment under its
// line, then the summary comment. Input is the state that the loopback program wrote.
//
//   show-review STATE.json DIFF
#include <cstdio>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "json/value.h"

namespace {

using codex::json::Value;

std::string string_at(const Value& value, std::string_view name, const std::string& fallback = "") {
    const Value* member = value.find(name);
    return member != nullptr && member->as_string() != nullptr ? *member->as_string() : fallback;
}

std::int64_t integer_at(const Value& value, std::string_view name) {
    const Value* member = value.find(name);
    return member == nullptr ? 0 : member->as_integer().value_or(0);
}

// GitHub shows no HTML comments.
std::string visible(std::string text) {
    while (true) {
        const std::size_t start = text.find("<!--");
        if (start == std::string::npos) return text;
        const std::size_t end = text.find("-->", start);
        text.erase(start, end == std::string::npos ? std::string::npos : end + 3 - start);
    }
}

void print_boxed(const std::string& body, const std::string& title) {
    std::printf("      ┌─ %s\n", title.c_str());
    const std::string shown = visible(body);
    for (const std::string_view line : codex::base::split_lines(codex::base::trim(shown))) {
        std::printf("      │ %.*s\n", static_cast<int>(line.size()), line.data());
    }
    std::printf("      └─\n");
}

struct Comment {
    std::string path;
    std::string side;
    std::int64_t line = 0;
    std::int64_t start_line = 0;
    std::string body;
    bool shown = false;
};

class Viewer {
  public:
    explicit Viewer(const Value& state) {
        for (const Value& review : *state.find("reviews")->as_array()) {
            reviews_.push_back(string_at(review, "body"));
            const Value* comments = review.find("comments");
            for (std::size_t i = 0; comments != nullptr && i < comments->as_array()->size(); ++i) {
                const Value& one = (*comments->as_array())[i];
                comments_.push_back({string_at(one, "path"), string_at(one, "side", "RIGHT"),
                                     integer_at(one, "line"), integer_at(one, "start_line"),
                                     string_at(one, "body"), false});
            }
        }
    }

    void print_diff(const std::string& diff) {
        std::string path;
        std::int64_t old_line = 0;
        std::int64_t new_line = 0;
        for (const std::string_view line : codex::base::split_lines(diff)) {
            if (line.rfind("diff --git", 0) == 0 || line.rfind("index ", 0) == 0 ||
                line.rfind("new file", 0) == 0)
                continue;
            if (line.rfind("--- ", 0) == 0) {
                if (line.rfind("--- a/", 0) == 0) path = line.substr(6);
                continue;
            }
            if (line.rfind("+++ ", 0) == 0) {
                if (line.rfind("+++ b/", 0) == 0) path = line.substr(6);
                std::printf("\n  %s\n", path.c_str());
                continue;
            }
            if (line.rfind("@@", 0) == 0) {
                std::sscanf(std::string(line).c_str(), "@@ -%ld", &old_line);
                std::sscanf(std::string(line.substr(line.find('+'))).c_str(), "+%ld", &new_line);
                std::printf("             %.*s\n", static_cast<int>(line.size()), line.data());
                continue;
            }
            const char mark = line.empty() ? ' ' : line.front();
            const std::string old_text = mark == '+' ? "" : std::to_string(old_line);
            const std::string new_text = mark == '-' ? "" : std::to_string(new_line);
            std::printf("  %4s %4s  %.*s\n", old_text.c_str(), new_text.c_str(),
                        static_cast<int>(line.size()), line.data());
            if (mark != '+') print_comments(path, "LEFT", old_line);
            if (mark != '-') print_comments(path, "RIGHT", new_line);
            if (mark != '+') ++old_line;
            if (mark != '-') ++new_line;
        }
    }

    // Every comment must have found its line: otherwise this program, or the run, is wrong.
    bool all_shown() const {
        for (const Comment& comment : comments_) {
            if (!comment.shown) return false;
        }
        return true;
    }

    const std::vector<std::string>& reviews() const { return reviews_; }

  private:
    void print_comments(const std::string& path, const std::string& side, std::int64_t line) {
        for (Comment& comment : comments_) {
            if (comment.path != path || comment.side != side || comment.line != line) continue;
            comment.shown = true;
            std::string title = "github-actions[bot] on ";
            title += comment.start_line > 0 ? "lines " + std::to_string(comment.start_line) + "–"
                                            : "line ";
            print_boxed(comment.body,
                        title + std::to_string(line) + (side == "LEFT" ? " (deleted)" : ""));
        }
    }

    std::vector<Comment> comments_;
    std::vector<std::string> reviews_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: show-review STATE.json DIFF\n", stderr);
        return 2;
    }
    try {
        const Value state = codex::json::parse(codex::base::read_file(argv[1]), argv[1]);
        Viewer viewer(state);
        viewer.print_diff(codex::base::read_file(argv[2]));
        std::printf("\n");
        for (const std::string& body : viewer.reviews())
            print_boxed(body, "github-actions[bot] reviewed");
        for (const Value& comment : *state.find("file_comments")->as_array()) {
            print_boxed(string_at(comment, "body"),
                        "github-actions[bot] on the file " + string_at(comment, "path"));
        }
        for (const Value& comment : *state.find("issue_comments")->as_array()) {
            print_boxed(string_at(comment, "body"), string_at(comment, "user") + "[bot] commented");
        }
        if (!viewer.all_shown()) {
            std::fputs("show-review: a comment is on a line that the diff does not show\n", stderr);
            return 1;
        }
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "show-review: %s\n", error.what());
        return 1;
    }
}
