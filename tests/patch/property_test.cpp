#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <random>

#include "base/file.h"
#include "patch/line_search.h"
#include "patch/summary.h"
#include "patch/unicode.h"
#include "patch_fixture.h"
#include "tests/support/lib/run_program.h"
#include "tests/support/lib/temp_dir.h"

using namespace codex::patch;
using namespace codex::test;
namespace fs = std::filesystem;

namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

std::vector<std::string> random_lines(Random& random, std::size_t alphabet) {
    std::vector<std::string> lines(below(random, 30));
    for (std::string& line : lines) {
        line.assign(below(random, 3), "abc"[below(random, alphabet)]);
    }
    return lines;
}

std::string text_of(const std::vector<std::string>& lines, bool has_end) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    if (!has_end && !text.empty()) text.pop_back();
    return text;
}

// One chunk that keeps what two texts have in common at random and replaces the rest.
Chunk whole_file_chunk(Random& random, const std::vector<std::string>& before,
                       const std::vector<std::string>& after) {
    Chunk chunk;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < before.size() || j < after.size()) {
        if (i < before.size() && j < after.size() && before[i] == after[j] && below(random, 4)) {
            chunk.lines.push_back({LineKind::context, before[i]});
            ++i, ++j;
        } else if (j == after.size() || (i < before.size() && below(random, 2))) {
            chunk.lines.push_back({LineKind::removed, before[i++]});
        } else {
            chunk.lines.push_back({LineKind::added, after[j++]});
        }
    }
    return chunk;
}

std::string text_of(const Chunk& chunk) {
    std::string text = "@@\n";
    for (const Line& line : chunk.lines) {
        text += line.kind == LineKind::context ? ' ' : line.kind == LineKind::removed ? '-' : '+';
        text += line.text + "\n";
    }
    return text;
}

std::string after_text(const Plan& plan) {
    return plan.changes.at(0).new_text.value_or("");
}

std::string_view in_pass(Pass pass, std::string_view line) {
    if (pass == Pass::exact) return line;
    return pass == Pass::trimmed_behind ? trim_spaces_behind(line) : trim_spaces(line);
}

Patch reversed(Patch patch) {
    for (FilePatch& file : patch.files) {
        for (Chunk& chunk : file.chunks) {
            for (Line& line : chunk.lines) {
                if (line.kind == LineKind::context) continue;
                line.kind = line.kind == LineKind::added ? LineKind::removed : LineKind::added;
            }
        }
    }
    return patch;
}

}  // namespace

TEST_CASE("a patch between two random texts makes the second of the first, and back") {
    Random random(7);
    for (int round = 0; round < 400; ++round) {
        // No empty lines at the end: the format cannot tell them from its own leniency.
        std::vector<std::string> before = random_lines(random, 3);
        std::vector<std::string> after = random_lines(random, 3);
        before.push_back("old end");
        after.push_back("new end");
        const bool has_end = below(random, 2) == 0;
        const std::string old_text = text_of(before, has_end);
        const std::string new_text = text_of(after, has_end);
        const Patch patch = parse_patch(
            framed("*** Update File: a\n" + text_of(whole_file_chunk(random, before, after))));
        const Files files = {{"a", old_text}};
        REQUIRE(after_text(plan(patch, reader_of(files))) == new_text);
        const Files later = {{"a", new_text}};
        REQUIRE(after_text(plan(reversed(patch), reader_of(later))) == old_text);
    }
}

TEST_CASE("random edits far apart give the edited text, and their reverse the first one") {
    Random random(11);
    for (int round = 0; round < 60; ++round) {
        std::vector<std::string> before;
        const std::size_t size = 1 + below(random, 300);
        for (std::size_t i = 0; i < size; ++i) before.push_back("line " + std::to_string(i));
        std::vector<std::string> after;
        std::string chunks;
        std::size_t fresh = 0;
        for (std::size_t i = 0; i < size; ++i) {
            if (below(random, 10) > 0 || i + 1 >= size) {
                after.push_back(before[i]);
                continue;
            }
            // Each chunk removes one line and adds up to two, with the next line as context.
            chunks += "@@\n-" + before[i] + "\n";
            for (std::size_t add = below(random, 3); add > 0; --add) {
                after.push_back("fresh " + std::to_string(fresh++));
                chunks += "+" + after.back() + "\n";
            }
            ++i;
            chunks += " " + before[i] + "\n";
            after.push_back(before[i]);
        }
        if (chunks.empty()) continue;
        const Patch patch = parse_patch(framed("*** Update File: a\n" + chunks));
        const Files old_files = {{"a", text_of(before, true)}};
        const Files new_files = {{"a", text_of(after, true)}};
        REQUIRE(after_text(plan(patch, reader_of(old_files))) == new_files.at("a"));
        REQUIRE(after_text(plan(reversed(patch), reader_of(new_files))) == old_files.at("a"));
    }
}

TEST_CASE("git applies the diffs of a plan and comes to the same files") {
    Random random(19);
    const TempDir root;
    Files files;
    std::string body;
    for (int i = 0; i < 40; ++i) {
        const std::string name = "file " + std::to_string(i);
        std::vector<std::string> before = random_lines(random, 3);
        std::vector<std::string> after = random_lines(random, 3);
        before.push_back("old end");
        after.push_back(below(random, 2) ? "old end" : "new end");
        files[name] = text_of(before, below(random, 2) == 0);
        body += "*** Update File: " + name + "\n";
        if (i % 5 == 0) body += "*** Move to: moved/" + name + "\n";
        body += text_of(whole_file_chunk(random, before, after));
    }
    files["gone"] = "1\n2";
    files["empty"] = "";
    body +=
        "*** Delete File: gone\n*** Delete File: empty\n*** Add File: new\n+1\n"
        "*** Add File: new empty\n";
    for (const auto& [name, content] : files) write_file(root / name, content);
    const Plan made = plan(parse_patch(framed(body)), reader_of(files));
    write_file(root / "x.diff", render_diff(made));
    run_checked(
        {{"git", "apply", "--whitespace=nowarn", "x.diff"}, plain_environment(), root.path()});
    fs::remove(root / "x.diff");
    Files seen;
    for (const auto& entry : fs::recursive_directory_iterator(root.path())) {
        if (!entry.is_regular_file()) continue;
        seen[entry.path().lexically_relative(root.path()).string()] =
            codex::base::read_file(entry.path());
    }
    CHECK(seen == after(files, made));
}

TEST_CASE("random garbage is refused or planned, and never more") {
    Random random(13);
    const std::vector<std::string> pieces = {"*** Begin Patch",
                                             "*** End Patch",
                                             "*** Add File: a",
                                             "*** Delete File: a",
                                             "*** Update File: a",
                                             "*** Move to: b",
                                             "@@",
                                             "@@ 1",
                                             "*** End of File",
                                             "+1",
                                             "-1",
                                             " 1",
                                             "",
                                             "\t",
                                             "-",
                                             "+",
                                             " ",
                                             "\xff",
                                             "\r",
                                             "***",
                                             "<<EOF",
                                             "EOF"};
    const Files files = {{"a", "1\n\n1"}};
    for (int round = 0; round < 4000; ++round) {
        std::string body;
        for (std::size_t count = below(random, 12); count > 0; --count) {
            body += pieces[below(random, pieces.size())] + "\n";
        }
        for (const Mode mode : {Mode::whole, Mode::partial}) {
            const Result result = run_patch(files, body, mode);
            if (mode == Mode::whole && !result.error.empty()) REQUIRE(result.files == files);
        }
    }
}

TEST_CASE("the search finds what looking at every place finds") {
    Random random(17);
    for (int round = 0; round < 2000; ++round) {
        const std::vector<std::string> text = random_lines(random, 2);
        std::vector<std::string> wanted = random_lines(random, 2);
        wanted.resize(1 + below(random, 4));
        if (below(random, 2) && !text.empty()) wanted[0] = " " + text[below(random, text.size())];
        const std::vector<std::string_view> lines(text.begin(), text.end());
        const std::vector<std::string_view> pattern(wanted.begin(), wanted.end());
        const std::size_t start = below(random, text.size() + 2);
        std::optional<LineSearch::Found> expected;
        for (const Pass pass : {Pass::exact, Pass::trimmed_behind, Pass::trimmed}) {
            for (std::size_t at = start; !expected && at + wanted.size() <= text.size(); ++at) {
                const bool is_equal =
                    std::equal(pattern.begin(), pattern.end(), lines.begin() + std::ptrdiff_t(at),
                               [&](std::string_view a, std::string_view b) {
                                   return in_pass(pass, a) == in_pass(pass, b);
                               });
                if (is_equal) expected = LineSearch::Found{at, pass};
            }
        }
        LineSearch search(lines);
        REQUIRE(search.find(pattern, start) == expected);
    }
}

TEST_CASE("a file of equal lines is searched in linear time", "[slow]") {
    // Quadratic work would take minutes: 100,000 places times a pattern of 20,000 lines.
    std::string text;
    for (int i = 0; i < 100000; ++i) text += "same\n";
    std::string chunk = "@@\n";
    for (int i = 0; i < 20000; ++i) chunk += " same\n";
    const Files files = {{"a", text + "last\n"}};
    CHECK(run_patch(files, "*** Update File: a\n" + chunk + "-last\n+end\n").files ==
          Files{{"a", text + "end\n"}});
    CHECK_FALSE(run_patch(files, "*** Update File: a\n" + chunk + "-last\n same\n").error.empty());
}

TEST_CASE("a thousand hunks on a hundred thousand lines give the edited text", "[slow]") {
    std::string before;
    std::string expected;
    std::string chunks;
    for (int i = 0; i < 100000; ++i) {
        const std::string line = "    some line of code number " + std::to_string(i % 5000) + ";\n";
        const bool is_changed = i % 100 == 50;
        before += is_changed ? "old " + std::to_string(i) + "\n" : line;
        expected += is_changed ? "new " + std::to_string(i) + "\n" : line;
        if (is_changed) {
            chunks += "@@\n-old " + std::to_string(i) + "\n+new " + std::to_string(i) + "\n";
        }
    }
    CHECK(run_patch({{"a", before}}, "*** Update File: a\n" + chunks).files ==
          Files{{"a", expected}});
}
