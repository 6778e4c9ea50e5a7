#include "agent/compaction.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <string>

#include "agent/history.h"
#include "tests/model/streams.h"

using namespace codex::agent;
using namespace codex::protocol;

namespace {

using Items = std::vector<Item>;

Item said(std::string text) {
    return Message{Role::user, std::move(text), ""};
}
Item answered(std::string text) {
    return Message{Role::assistant, std::move(text), ""};
}

TokenUsage used(std::int64_t total, std::int64_t reasoning = 0) {
    TokenUsage usage;
    usage.total_tokens = total;
    usage.reasoning_output_tokens = reasoning;
    return usage;
}

std::vector<std::string> texts_of(const Items& items) {
    std::vector<std::string> texts;
    for (const Item& item : items) texts.push_back(std::get<Message>(item).text);
    return texts;
}

const Items kContext = {said("<environment_context>\n</environment_context>")};

}  // namespace

TEST_CASE("a history is compacted from 90 % of the window on, or earlier where configured") {
    struct Row {
        std::optional<std::int64_t> window;
        std::optional<std::int64_t> configured;
        std::optional<std::int64_t> limit;
    };
    const Row rows[] = {
        {{}, {}, {}},
        {{}, 5000, 5000},
        {272'000, {}, 244'800},
        {272'000, 100'000, 100'000},
        {272'000, 300'000, 244'800},
        {11, {}, 9},
        {std::numeric_limits<std::int64_t>::max(), {}, 8'301'034'833'169'298'226},
    };
    for (const Row& row : rows) CHECK(compaction_limit(row.window, row.configured) == row.limit);

    CHECK_FALSE(should_compact(used(1'000'000), {}));
    CHECK_FALSE(should_compact(used(99), 100));
    CHECK(should_compact(used(100), 100));
    // Reasoning is not in the next request.
    CHECK_FALSE(should_compact(used(150, 51), 100));
    CHECK(should_compact(used(150, 50), 100));
    CHECK(tokens_in_context(used(10, 20)) == 0);
}

TEST_CASE("the share of the context that is left does not count what is always there") {
    struct Row {
        std::int64_t total;
        std::int64_t window;
        int percent;
    };
    const Row rows[] = {
        {0, 112'000, 100},     {12'000, 112'000, 100}, {62'000, 112'000, 50},
        {112'000, 112'000, 0}, {500'000, 112'000, 0},  {111'600, 112'000, 0},
        {111'400, 112'000, 1}, {0, 12'000, 0},         {0, 0, 0},
    };
    for (const Row& row : rows) {
        INFO(row.total);
        CHECK(percent_of_context_left(used(row.total), row.window) == row.percent);
    }
}

TEST_CASE("the model is asked for a summary behind a history that it can read") {
    const Items input = compaction_input({said("Go."), FunctionCall{"1", "f", "{}"}});
    REQUIRE(input.size() == 4);
    CHECK(input[2] == Item(FunctionCallOutput{"1", "aborted"}));
    CHECK(input[3] == said(std::string(summary_prompt())));
    CHECK_FALSE(summary_prompt().empty());
}

TEST_CASE("the summary is the last thing that the model says") {
    CHECK(summary_of({answered("Let me see."), Reasoning{"r", {}, {}}, answered("Sum.")}) ==
          "Sum.");
    CHECK(summary_of({said("x"), Reasoning{"r", {}, {}}}).empty());
}

TEST_CASE("the new history is context, words of the user, summary") {
    const Items history = {kContext[0],
                           said("first"),
                           answered("a"),
                           FunctionCall{"1", "f", "{}"},
                           FunctionCallOutput{"1", "o"},
                           said("second"),
                           answered("b")};
    const Items fresh = {said("<environment_context>\nnew\n</environment_context>")};
    const Items built = compacted_history(fresh, history, "Sum.");
    REQUIRE(built.size() == 4);
    CHECK(built[0] == fresh[0]);
    CHECK(built[1] == said("first"));
    CHECK(built[2] == said("second"));
    const std::string& summary = std::get<Message>(built[3]).text;
    CHECK(is_summary(summary));
    CHECK(summary.ends_with("\nSum."));
    CHECK(std::get<Message>(built[3]).role == Role::user);
}

TEST_CASE("a second compaction does not carry the first summary on") {
    Items history = compacted_history(kContext, {said("first")}, "One.");
    history.push_back(said("second"));
    const std::vector<std::string> texts = texts_of(compacted_history(kContext, history, "Two."));
    REQUIRE(texts.size() == 4);
    CHECK(texts[1] == "first");
    CHECK(texts[2] == "second");
    CHECK(texts[3].ends_with("\nTwo."));
}

TEST_CASE("without a summary the new history says so") {
    for (const char* summary : {"", " \n"}) {
        const Items built = compacted_history({}, {}, summary);
        REQUIRE(built.size() == 1);
        CHECK(std::get<Message>(built[0]).text.ends_with("\n(no summary available)"));
    }
}

TEST_CASE("the latest words of the user are kept within a budget") {
    // 20,000 tokens are 80,000 bytes.
    const std::string half(40'000, 'h');
    const std::string large = "begin" + std::string(100'000, 'x') + "end";
    std::vector<std::string> texts =
        texts_of(compacted_history({}, {said("old"), said(half), said(half)}, "s"));
    REQUIRE(texts.size() == 3);
    CHECK(texts[0] == half);
    CHECK(texts[1] == half);

    texts = texts_of(compacted_history({}, {said("old"), said(large), said("new")}, "s"));
    REQUIRE(texts.size() == 3);
    CHECK(texts[0].starts_with("begin"));
    CHECK(texts[0].ends_with("end"));
    CHECK(texts[0].find("tokens truncated…") != std::string::npos);
    CHECK(texts[0].size() < 80'100);
    CHECK(texts[1] == "new");
}

TEST_CASE("many compactions keep a history bounded") {
    Items history = kContext;
    for (int turn = 0; turn < 200; ++turn) {
        history.push_back(said("turn " + std::to_string(turn) + std::string(5000, 'x')));
        history.push_back(answered(std::string(5000, 'y')));
        if (turn % 5 == 4) history = compacted_history(kContext, history, std::string(2000, 's'));
        std::size_t bytes = 0;
        for (const Item& item : history) bytes += std::get<Message>(item).text.size();
        REQUIRE(bytes < 160'000);
    }
    CHECK(user_texts(history).back().find("ssss") != std::string::npos);
}
