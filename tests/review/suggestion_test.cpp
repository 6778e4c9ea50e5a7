#include "review/suggestion.h"

#include <catch2/catch_test_macros.hpp>

using namespace codex;
using namespace codex::review;
using protocol::Side;

namespace {

constexpr std::string_view kText =
    "def f(a):\n    if a:\n        return 1\n\n    return 2\nx = `1`\ncrlf = 1\r\n";

struct Sample {
    const char* what;
    int start, end;
    std::string quote;
    std::optional<std::string> suggestion;
    std::string block;  // or why not
    Side side = Side::right;
    std::optional<protocol::LineRange> stated = std::nullopt;
};

std::string suggest(const Sample& sample) {
    protocol::Finding finding;
    finding.quoted_code = sample.quote;
    finding.suggestion = sample.suggestion;
    finding.code_location = {"f.py", sample.side,
                             sample.stated.value_or(protocol::LineRange{sample.start, sample.end})};
    const InlinePlace place{"f.py", sample.side, {sample.start, sample.end}};
    std::string why_not;
    const auto block = render_suggestion(finding, place, kText, &why_not);
    return block ? *block : why_not;
}

}  // namespace

TEST_CASE("a suggestion is offered only when it fits the commented lines") {
    const std::vector<Sample> samples = {
        {"one line", 5, 5, "    return 2", "    return 3", "```suggestion\n    return 3\n```"},
        {"a final newline", 5, 5, "    return 2\n", "    return 3\n",
         "```suggestion\n    return 3\n```"},
        {"several lines", 2, 3, "    if a:\n        return 1", "    return 1 if a else 0",
         "```suggestion\n    return 1 if a else 0\n```"},
        {"more lines than before", 5, 5, "    return 2", "    b = 2\n    return b",
         "```suggestion\n    b = 2\n    return b\n```"},
        {"quoted without indentation", 2, 3, "if a:\n    return 1", "if not a:\n    return 0",
         "```suggestion\n    if not a:\n        return 0\n```"},
        {"written without indentation", 2, 3, "    if a:\n        return 1",
         "if not a:\n    return 0", "```suggestion\n    if not a:\n        return 0\n```"},
        {"blank lines quoted around", 5, 5, "\n    return 2\n", "\n    return 3\n",
         "```suggestion\n    return 3\n```", Side::right, protocol::LineRange{4, 5}},
        {"backticks inside", 6, 6, "x = `1`", "x = ```2```", "````suggestion\nx = ```2```\n````"},
        {"a file of CRLF lines", 7, 7, "crlf = 1", "crlf = 2\r\n", "```suggestion\ncrlf = 2\n```"},
        {"none", 5, 5, "    return 2", std::nullopt, "there is none"},
        {"no change", 5, 5, "    return 2", "    return 2\n", "it changes nothing"},
        {"no change but for the CR", 7, 7, "crlf = 1", "crlf = 1", "it changes nothing"},
        {"no quote", 5, 5, "", "    return 3", "no code is quoted to check it against"},
        {"another range than quoted", 3, 3, "    if a:\n        return 1", "pass",
         "the stated range is not as long as the quoted code"},
        {"a longer stated range", 5, 5, "    return 2", "    return 3",
         "the stated range is not as long as the quoted code", Side::right,
         protocol::LineRange{5, 7}},
        {"a shorter commented range", 2, 2, "    if a:\n        return 1", "pass",
         "the quoted code is not the commented range", Side::right, protocol::LineRange{2, 3}},
        {"other code", 5, 5, "    return 1", "    return 3",
         "the commented lines are not the quoted code"},
        {"the old side", 5, 5, "    return 2", "    return 3", "it is for deleted lines",
         Side::left},
        {"lines past the end", 99, 99, "    return 2", "    return 3",
         "the file has no such lines"},
        {"tangled indentation", 2, 3, "if a:\n  return 1", "pass",
         "the indentation of the quoted code is not the file's"},
        {"a marker of ours", 5, 5, "    return 2", "    # <!-- codex-action:finding 0 -->",
         "it holds a hidden marker"},
        {"a command", 5, 5, "    return 2", "    return 3\n    /codex act", "it holds a command"},
        {"quoted without indentation, written with it", 5, 5, "return 2", "    return 3",
         "```suggestion\n    return 3\n```"},
        {"a line at the margin", 5, 5, "    return 2", "#ifdef X\n    return 3\n#endif",
         "the indentation of the quoted code is not the file's"},
        {"a hidden character", 5, 5, "    return 2", "    return 3 # \xE2\x80\xAE",
         "it adds hidden characters"},
        {"too long", 5, 5, "    return 2", std::string(20'000, 'x'), "it is too long"},
    };
    for (const Sample& sample : samples) {
        INFO(sample.what);
        CHECK(suggest(sample) == sample.block);
    }
}
