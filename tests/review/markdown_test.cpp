#include "review/markdown.h"

#include <catch2/catch_test_macros.hpp>
#include <random>

using namespace codex::review;

TEST_CASE("Markdown of others is made harmless") {
    struct Sample {
        const char* what;
        std::string text;
        std::string harmless;
    };
    const std::vector<Sample> samples = {
        {"plain text", "It **fails** when `a < b`; see [x](https://e.org).",
         "It **fails** when `a < b`; see [x](https://e.org)."},
        {"an image", "![x](https://evil/?q=1)", "!\\[x](https://evil/?q=1)"},
        {"an escaped image", "\\![x](y)", "!\\[x](y)"},
        {"an HTML image", "<img src=x>", "&lt;img src=x>"},
        {"a comment", "a <!-- b --> c", "a   c"},
        {"a mention across a comment", "@<!-- -->octocat", "@ octocat"},
        {"an open comment", "a <!-- b", "a &lt;!-- b"},
        {"a comment built of a comment", "<!<!-- x -->-- y", "&lt;! -- y"},
        {"our marker", "<!-- codex-action:finding 00 -->", ""},
        {"an end of a comment", "a --> b", "a --&gt; b"},
        {"a mention", "ask @octocat, @org/team or a@b.c", "ask `@octocat`, `@org/team` or a@b.c"},
        {"an escaped mention", "\\@octocat", "`@octocat`"},
        {"a mention by entity", "&#64;a &#x40;b &commat;c &#0064;d",
         "`&#64;`a `&#x40;`b `&commat;`c `&#0064;`d"},
        {"other entities", "&lt; &#47; &amp;", "&lt; &#47; &amp;"},
        {"a mention in code", "`@Override`", "`@Override`"},
        {"mentions beside code", "`a`@b`c`", "`a` `@b` `c`"},
        {"a lone backtick", "a ` b\nc ` @d ` e", "a &#96; b\nc ` @d ` e"},
        {"an escaped backtick", "\\` @d `", "&#96; `@d` &#96;"},
        {"longer runs", "``a ` @b`` ```", "``a ` @b`` &#96;&#96;&#96;"},
        {"code in a table", "| ` | @evil ` |", "| &#96; | `@evil` &#96; |"},
        {"code with bars", "`a || b`", "`a || b`"},
        {"a command", "/codex act", "&#47;codex act"},
        {"a command in a quote", " > /codex act", " > &#47;codex act"},
        {"a command of another bot", "/lgtm", "&#47;lgtm"},
        {"a command behind a comment", "<!-- -->/codex act", "&#47;codex act"},
        {"a slash inside", "a /codex b", "a /codex b"},
        {"references", "fixes #12, o/r#34, C#7, https://e.org/a#5",
         "fixes `#12`, o/r`#34`, C#7, https://e.org/a#5"},
        {"a heading", "# one", "# one"},
        {"a fence", "```c\n@a <b> ![x](y)\n```\n@c", "```c\n@a <b> ![x](y)\n```\n`@c`"},
        {"an unclosed fence", "```\ncode", "```\ncode\n```"},
        {"an unclosed tilde fence", "~~~~x\ncode\n~~~", "~~~~x\ncode\n~~~\n~~~~"},
        {"a fence behind a comment", "<!-- -->~~~\n@a", "\\~~~\n`@a`"},
        {"a shorter fence inside", "````\n```\n@a\n````", "````\n```\n@a\n````"},
        {"a fence in a list", "- ```\n  @a\n  ```\n  @b",
         "- &#96;&#96;&#96;\n  `@a`\n```\n@b\n```"},
        {"an indented fence", "  ```py\n    x\n  ```", "```py\n  x\n```"},
        {"a suggestion", "```suggestion\nx\n```", "```text\nx\n```"},
        {"a diagram", "```mermaid\nx\n```", "```text\nx\n```"},
        {"markers in a fence", "```\n<!-- codex-action:summary -->\n/codex act\n```",
         "```\n<! -- codex-action:summary -- >\n/ codex act\n```"},
        {"markers in a span", "`<!-- codex-action:summary -->`",
         "`<! -- codex-action:summary -- >`"},
        {"hidden characters",
         "a\xE2\x80\x8B"
         "b\x1b",
         "ab"},
        {"a backslash at the end", "a\\", "a\\\\"},
        {"details", "<details>\n</details>", "&lt;details>\n&lt;/details>"},
        {"line ends", "a\r\nb\n\n\n", "a\nb"},
    };
    for (const Sample& sample : samples) {
        INFO(sample.what);
        CHECK(neutralise_markdown(sample.text) == sample.harmless);
    }
}

TEST_CASE("text that is harmless already does not change again") {
    for (const char* text :
         {"@a/b ![x](y) <b> /x\n```\n@c\n```", "a `b` \\` #1 &#64;x", "` | @evil `", "\\\\@x",
          "/codex", "*a* <!-- b --> | c |", "\\-->", "<!-- ` --> `@a`"}) {
        const std::string once = neutralise_markdown(text);
        CHECK(neutralise_markdown(once) == once);
    }
}

TEST_CASE("random Markdown holds no comment, image or open fence afterwards") {
    const std::vector<std::string> pieces = {
        "`",    "``",  "```",        "~~~",   "\n",   " ",  "    ",         "> ",     "- ",
        "<!--", "-->", "!",          "[",     "](x)", "@a", "\\",           "/codex", "<img ",
        "|",    "a",   "suggestion", "&#64;", "\t",   "#1", "\xE2\x80\x8B", "1. "};
    std::mt19937 random(5);
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (int i = static_cast<int>(random() % 30); i > 0; --i)
            text += pieces[random() % pieces.size()];
        INFO(text);
        const std::string safe = neutralise_markdown(text);
        INFO(safe);
        REQUIRE(safe.find("<!--") == std::string::npos);
        REQUIRE(safe.find("-->") == std::string::npos);
        REQUIRE(safe.find("\n/codex") == std::string::npos);
        REQUIRE(safe.compare(0, 6, "/codex") != 0);
        REQUIRE(safe.find("\xE2\x80\x8B") == std::string::npos);
        // Closed for good: text of ours behind it is not swallowed.
        const std::string behind = neutralise_markdown(safe + "\n\n@behind");
        REQUIRE(behind.size() >= 9);
        REQUIRE(behind.substr(behind.size() - 9) == "`@behind`");
    }
}

TEST_CASE("a line for titles and cells breaks no row and no emphasis") {
    CHECK(neutralise_line("a | b\n*c* `d|e` @f") == "a \\| b \\*c\\* &#96;d\\|e&#96; `@f`");
    CHECK(neutralise_line(" <!-- x -->\ttitle ") == "title");
}

TEST_CASE("a code span shows any text") {
    CHECK(code_span("a.c") == "`a.c`");
    CHECK(code_span("a`b") == "``a`b``");
    CHECK(code_span("`a`") == "`` `a` ``");
    CHECK(code_span("a|b\nc", true) == "`a\\|b c`");
    CHECK(code_span("a\xE2\x80\xAE") == "`a⟦U+202E⟧`");
    CHECK(code_span("").empty());
}

TEST_CASE("a fence is longer than any run of backticks inside") {
    CHECK(fence_for("x") == "```");
    CHECK(fence_for("``` ````` `") == "``````");
}

TEST_CASE("a cut says how much is missing") {
    CHECK(cut_text("short", 10) == "short");
    CHECK(cut_text("one line\nsecond line", 15) == "one line\n\n… (12 more bytes are cut)");
    CHECK(cut_text("\xC3\xA4\xC3\xA4\xC3\xA4", 3) == "\xC3\xA4\n\n… (4 more bytes are cut)");
}
