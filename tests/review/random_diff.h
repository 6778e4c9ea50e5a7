// Random texts, random edits, and the unified diff of them, whose truth is known line by line.
#pragma once

#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

namespace codex::test {

struct Edit {
    char mark;  // ' ', '+', '-'
    std::string text;
};

struct RandomChange {
    std::vector<Edit> edits;
    std::vector<std::string> old_lines;
    std::vector<std::string> new_lines;
    std::string patch;  // hunks only, as GitHub gives them
};

inline std::string join_lines(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

class RandomDiff {
  public:
    explicit RandomDiff(unsigned seed) : random_(seed) {}

    int number(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

    std::string line() {
        // Few different lines, so that the same code stands in many places.
        static const std::vector<std::string> kLines = {"}",
                                                        "",
                                                        "    return x;",
                                                        "\treturn x;",
                                                        "  if (a) {",
                                                        "int f();",
                                                        "a\fb",
                                                        "x\r",
                                                        "  }",
                                                        "\xC3\xA4 = 1",
                                                        "  // @@ -1 +1 @@",
                                                        "--- a/file",
                                                        "+++ b/file",
                                                        "same line",
                                                        "a  b"};
        if (number(0, 2) == 0) return fmt::format("unique_{}();", counter_++);
        return kLines[static_cast<std::size_t>(number(0, static_cast<int>(kLines.size()) - 1))];
    }

    RandomChange change(int max_lines) {
        RandomChange change;
        int run = 0;
        char mark = ' ';
        for (int i = number(1, max_lines); i > 0; --i) {
            if (run-- <= 0) {
                const int kind = number(0, 9);
                mark = kind < 6 ? ' ' : kind < 8 ? '+' : '-';
                run = mark == ' ' ? number(0, 12) : number(0, 3);
            }
            change.edits.push_back({mark, line()});
            if (mark != '+') change.old_lines.push_back(change.edits.back().text);
            if (mark != '-') change.new_lines.push_back(change.edits.back().text);
        }
        change.patch = render(change.edits, number(0, 4));
        return change;
    }

  private:
    static std::string render(const std::vector<Edit>& edits, int context) {
        std::string patch;
        const auto count = static_cast<int>(edits.size());
        std::vector<bool> shown(edits.size(), false);
        for (int i = 0; i < count; ++i) {
            if (edits[static_cast<std::size_t>(i)].mark == ' ') continue;
            for (int j = std::max(0, i - context); j <= std::min(count - 1, i + context); ++j)
                shown[static_cast<std::size_t>(j)] = true;
        }
        int old_number = 1;
        int new_number = 1;
        for (std::size_t i = 0; i < edits.size();) {
            if (!shown[i]) {
                ++old_number, ++new_number, ++i;
                continue;
            }
            std::string body;
            int old_count = 0;
            int new_count = 0;
            for (; i < edits.size() && shown[i]; ++i) {
                body += edits[i].mark + edits[i].text + "\n";
                if (edits[i].mark != '+') ++old_count;
                if (edits[i].mark != '-') ++new_count;
            }
            patch += fmt::format("@@ -{},{} +{},{} @@ f()\n",
                                 old_count == 0 ? old_number - 1 : old_number, old_count,
                                 new_count == 0 ? new_number - 1 : new_number, new_count) +
                     body;
            old_number += old_count;
            new_number += new_count;
        }
        return patch;
    }

    std::mt19937 random_;
    int counter_ = 0;
};

}  // namespace codex::test
