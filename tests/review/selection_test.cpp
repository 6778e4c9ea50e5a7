#include "review/selection.h"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <numeric>

#include "review/attribute_pattern.h"

using namespace codex::review;

TEST_CASE("lock, vendored, generated and minified files are left out, nothing else") {
    struct Sample {
        const char* path;
        const char* reason;
    };
    const std::vector<Sample> samples = {
        {"package-lock.json", "lock file"},
        {"web/yarn.lock", "lock file"},
        {"Cargo.lock", "lock file"},
        {"go.sum", "lock file"},
        {"sub/uv.lock", "lock file"},
        {"vendor/a/b.go", "vendored"},
        {"x/node_modules/y/z.js", "vendored"},
        {"third_party/zlib/zlib.h", "vendored"},
        {"dist/app.js", "generated"},
        {"src/__snapshots__/a.test.ts.snap", "generated"},
        {"api/x.pb.go", "generated"},
        {"api/x_pb2.py", "generated"},
        {"lib/model.g.dart", "generated"},
        {"a/app.js.map", "generated"},
        {"a/app.min.js", "minified"},
        {"a/style.min.css", "minified"},
        {"src/main.cpp", ""},
        {"src/vendor.go", ""},
        {"vendor", ""},
        {"src/dist.ts", ""},
        {"locks/package.json", ""},
        {"src/map.ts", ""},
        {".snap", ""},
        {"src/distance/a.c", ""},
        {"go.mod", ""},
        {"", ""},
    };
    for (const Sample& sample : samples) {
        INFO(sample.path);
        CHECK(default_exclusion(sample.path).value_or("") == sample.reason);
    }
}

TEST_CASE("attribute patterns match as git matches them") {
    struct Sample {
        const char* pattern;
        const char* path;
        bool matches;
    };
    const std::vector<Sample> samples = {
        {"*.ts", "a.ts", true},
        {"*.ts", "x/y/a.ts", true},
        {"*.ts", "a.tsx", false},
        {"*", "x/y", true},
        {"a", "x/a", true},
        {"a", "a/x", false},
        {"/a", "a", true},
        {"/a", "x/a", false},
        {"x/a", "x/a", true},
        {"x/a", "y/x/a", false},
        {"x/*", "x/a", true},
        {"x/*", "x/y/a", false},
        {"x/*.c", "x/a.c", true},
        {"gen/**", "gen/a", true},
        {"gen/**", "gen/x/y", true},
        {"gen/**", "gen", false},
        {"/gen/**", "gen/x/y", true},
        {"**/gen/*", "gen/a", true},
        {"**/gen/*", "x/y/gen/a", true},
        {"**/gen/*", "x/gen/y/a", false},
        {"x/**/a", "x/a", true},
        {"x/**/a", "x/y/z/a", true},
        {"x/**/a", "xa", false},
        {"x/**/*.c", "x/y/z.c", true},
        {"**/*_pb.js", "a/b_pb.js", true},
        {"a**b", "axyb", true},
        {"x/a**b", "x/a/b", false},
        {"gen/", "gen/a", false},
        {"?.c", "a.c", true},
        {"?.c", "ab.c", false},
        {"[a-c].c", "b.c", true},
        {"[!a-c].c", "b.c", false},
        {"[]x].c", "].c", true},
        {"x/[!a]b", "x//b", false},
        {"\\*.c", "*.c", true},
        {"\\*.c", "a.c", false},
        {"[a", "[a", true},
        {"", "a", false},
        {"*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
    };
    for (const Sample& sample : samples) {
        INFO(sample.pattern << " on " << sample.path);
        CHECK(matches_attribute_pattern(sample.pattern, sample.path) == sample.matches);
    }
}

TEST_CASE("attributes of the nearest folder and the last line win") {
    const Attributes attributes({
        {"",
         "# comment\n*.gen linguist-generated\n/lib/** linguist-vendored\n"
         "lib/ours/* -linguist-vendored\nkeep.gen linguist-generated=false\n"
         "a.x text eol=lf linguist-generated=true\n\"with blank.x\" linguist-vendored\r\n"
         "package-lock.json -linguist-generated\n[attr]gen linguist-generated\n"
         "reset.gen !linguist-generated\n!no.x linguist-generated\n"},
        {"sub", "*.gen -linguist-generated\n/top.c linguist-generated\n"},
        {"sub-x", "* linguist-vendored\n"},
    });
    struct Sample {
        const char* path;
        std::optional<std::string> exclusion;
    };
    const std::vector<Sample> samples = {
        {"a.gen", "generated"},
        {"x/a.gen", "generated"},
        {"lib/a.c", "vendored"},
        {"lib/ours/a.c", ""},
        {"keep.gen", ""},
        {"a.x", "generated"},
        {"with blank.x", "vendored"},
        {"package-lock.json", ""},
        {"reset.gen", std::nullopt},
        {"no.x", std::nullopt},
        {"sub/a.gen", ""},
        {"sub/top.c", "generated"},
        {"sub/deep/top.c", std::nullopt},
        {"sub-x/a", "vendored"},
        {"other.c", std::nullopt},
    };
    for (const Sample& sample : samples) {
        INFO(sample.path);
        CHECK(attributes.exclusion(sample.path) == sample.exclusion);
    }
}

namespace {

// A file of `hunks` hunks with ten added lines each, about `width` bytes a line.
FileDiff make_file(const std::string& path, int hunks, std::size_t width) {
    std::string patch;
    for (int i = 0; i < hunks; ++i) {
        patch += fmt::format("@@ -{},0 +{},10 @@\n", i * 100, i * 110 + 1);
        for (int j = 0; j < 10; ++j) patch += "+" + std::string(width, 'x') + "\n";
    }
    return parse_file_patch("", path, patch);
}

std::string show(const Fitted& fitted) {
    std::string text;
    for (const FileDiff& file : fitted.files)
        text += fmt::format("{}:{} ", file.path(), file.hunks.size());
    for (const std::string& path : fitted.cut) text += "cut:" + path + " ";
    for (const std::string& path : fitted.left_out) text += "out:" + path + " ";
    return text;
}

std::size_t total_size(const Fitted& fitted) {
    std::size_t size = 0;
    for (const FileDiff& file : fitted.files) size += render_numbered(file).size();
    return size;
}

}  // namespace

TEST_CASE("what fits is kept whole") {
    const Fitted fitted = fit_budget({make_file("a", 2, 50), make_file("b", 5, 50)}, {});
    CHECK(show(fitted) == "a:2 b:5 ");
    CHECK(fit_budget({}, {}).files.empty());
}

TEST_CASE("small files stay whole and large ones share the rest evenly") {
    Budget budget;
    budget.max_total = 40'000;
    budget.max_file = 30'000;
    const Fitted fitted = fit_budget(
        {make_file("big1", 40, 80), make_file("small", 1, 80), make_file("big2", 400, 80)}, budget);
    REQUIRE(fitted.files.size() == 3);
    CHECK(fitted.files[1].hunks.size() == 1);
    const auto one = fitted.files[0].hunks.size();
    const auto two = fitted.files[2].hunks.size();
    CHECK(one >= 15);
    CHECK(one + 2 >= two);
    CHECK(two + 2 >= one);
    CHECK(fitted.cut == std::vector<std::string>{"big1", "big2"});
    CHECK(total_size(fitted) <= budget.max_total);
    // The lines of a cut file are those of its hunks.
    CHECK(fitted.files[0].lines.size() == one * 10);
    CHECK(find_line(fitted.files[0], codex::protocol::Side::right, 1).has_value());
}

TEST_CASE(
    "a hunk that is too large does not keep the others out, and a file without any is named") {
    std::string patch = "@@ -0,0 +1,200 @@\n";
    for (int i = 0; i < 200; ++i) patch += "+" + std::string(100, 'x') + "\n";
    const FileDiff huge = parse_file_patch("", "huge", patch);
    const FileDiff mixed = parse_file_patch("", "mixed", patch + "@@ -900,0 +1000,1 @@\n+small\n");
    Budget budget;
    budget.max_total = 10'000;
    budget.max_file = 8'000;
    const Fitted fitted = fit_budget({huge, mixed}, budget);
    CHECK(show(fitted) == "mixed:1 cut:mixed out:huge ");
    CHECK(fitted.files[0].lines.at(0).text == "small");
}
