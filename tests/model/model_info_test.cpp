#include "model/model_info.h"

#include <catch2/catch_test_macros.hpp>

using namespace codex::model;

TEST_CASE("the longest prefix of a slug decides") {
    struct Row {
        const char* slug;
        const char* family;
    };
    const Row rows[] = {
        {"gpt-5", "gpt-5"},
        {"gpt-5-2025-08-07", "gpt-5"},
        {"gpt-5-mini", "gpt-5"},
        {"gpt-5-codex", "gpt-5-codex"},
        {"gpt-5-codex-mini", "gpt-5-codex"},
        {"gpt-5-chat-latest", "gpt-5-chat"},
        {"gpt-5.1-codex-max", "gpt-5.1-codex"},
        {"gpt-5.4", "gpt-5.4"},
        {"gpt-5.4-mini", "gpt-5.4-mini"},
        {"gpt-5.6-luna", "gpt-5.6"},
        {"gpt-5.6-sol", "gpt-5.6-sol"},
        {"codex-mini-latest", "codex-mini-latest"},
        {"codex-mini", "codex-mini"},
        {"codex-future", "codex-"},
        {"codex-auto-review", "codex-auto-review"},
        {"gpt-4.1-mini", "gpt-4.1"},
        {"gpt-4o-2024-05-13", "gpt-4o-2024-05-13"},
        {"gpt-4o-2024-08-06", "gpt-4o"},
        {"gpt-3.5-turbo", "gpt-3.5"},
        {"o3-mini", "o3"},
        {"gpt-oss:20b", "gpt-oss"},
        {"openai/gpt-oss-120b", "gpt-oss"},
        {"openrouter/openai/gpt-5", "gpt-5"},
        {"ft:gpt-4o:mine", "gpt-4o"},
        {"qwen3-coder", ""},
        {"GPT-5", ""},
        {"", ""},
    };
    for (const Row& row : rows) {
        INFO(row.slug);
        const ModelInfo info = find_model(row.slug);
        CHECK(info.family == row.family);
        CHECK(info.notice.empty() == !info.family.empty());
        CHECK(info.context_window > 0);
    }
}

TEST_CASE("the figures of a model are those of its table") {
    ModelInfo five;
    five.family = "gpt-5.5";
    five.context_window = 272'000;
    five.max_output_tokens = 128'000;
    five.reasoning = ReasoningSupport::always;
    five.efforts = {"low", "medium", "high", "xhigh"};
    five.default_effort = "medium";
    five.has_verbosity = true;
    five.default_verbosity = "low";
    five.shell = ShellTool::exec_command;
    five.patch = PatchTool::freeform;
    five.parallel_tool_calls = true;
    CHECK(find_model("gpt-5.5") == five);

    ModelInfo four;
    four.family = "gpt-4.1";
    four.context_window = 1'047'576;
    four.max_output_tokens = 32'768;
    four.reasoning = ReasoningSupport::never;
    CHECK(find_model("gpt-4.1") == four);

    ModelInfo oss;
    oss.family = "gpt-oss";
    oss.context_window = 96'000;
    oss.max_output_tokens = 32'000;
    oss.efforts = {"low", "medium", "high"};
    oss.patch = PatchTool::function;
    oss.takes_images = false;
    CHECK(find_model("gpt-oss:20b") == oss);

    CHECK(find_model("codex-mini-latest").shell == ShellTool::local_shell);
    CHECK_FALSE(find_model("codex-auto-review").max_output_tokens);
}

TEST_CASE("a model that is not in the table gets an assumption, which is told") {
    ModelInfo assumed;
    assumed.context_window = 128'000;
    assumed.notice =
        "model \"qwen3\" is not in the table of models: a context window of 128000 tokens is "
        "assumed, and reasoning is asked for only where it is configured; set "
        "model_context_window to the model's own";
    CHECK(find_model("qwen3") == assumed);
}

TEST_CASE("a configuration wins over the table") {
    ModelOverrides overrides;
    overrides.context_window = 8'000;
    overrides.max_output_tokens = 1'000;
    overrides.supports_reasoning = false;
    overrides.parallel_tool_calls = true;
    overrides.shell = ShellTool::exec_command;
    overrides.patch = PatchTool::function;
    ModelInfo expected = find_model("gpt-5");
    expected.context_window = 8'000;
    expected.max_output_tokens = 1'000;
    expected.reasoning = ReasoningSupport::never;
    expected.parallel_tool_calls = true;
    expected.shell = ShellTool::exec_command;
    expected.patch = PatchTool::function;
    CHECK(find_model("gpt-5", overrides) == expected);
    CHECK(find_model("qwen3", overrides).notice.empty());
    overrides.supports_reasoning = true;
    CHECK(find_model("qwen3", overrides).reasoning == ReasoningSupport::always);
}

TEST_CASE("compaction is due at nine tenths of the window") {
    ModelInfo info;
    for (const auto& [window, limit] : {std::pair<std::int64_t, std::int64_t>{272'000, 244'800},
                                        {8'000, 7'200},
                                        {16'385, 14'747},
                                        {INT64_MAX, INT64_MAX - INT64_MAX / 10}}) {
        info.context_window = window;
        CHECK(info.compaction_limit() == limit);
    }
}
