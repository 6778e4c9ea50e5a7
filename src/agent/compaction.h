// A history that grew too long, made short by a summary of the model: pure functions over items, by
// the original's algorithm of 2025-11 (spec/codex-core.md 2.9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/items.h"

namespace codex::agent {

/// How many tokens of what users said go into a history that is built anew.
inline constexpr std::int64_t kKeptUserTokens = 20'000;

/// From how many tokens on a history is compacted: 90 % of the model's window, or the configured
/// limit where that is lower; nullopt when neither is known, and it never is.
std::optional<std::int64_t> compaction_limit(std::optional<std::int64_t> context_window,
                                             std::optional<std::int64_t> configured_limit);

/// What the model had in its context at the end of its last answer: reasoning is not carried on.
std::int64_t tokens_in_context(const protocol::TokenUsage& last);

bool should_compact(const protocol::TokenUsage& last, std::optional<std::int64_t> limit);

/// 0 to 100, beyond the 12,000 tokens that instructions and tools take in any case.
int percent_of_context_left(const protocol::TokenUsage& last, std::int64_t context_window);

/// What the model is asked for a summary with.
std::string_view summary_prompt();

/// The input of the request for a summary, which offers no tools: the history, then the prompt.
std::vector<protocol::Item> compaction_input(std::vector<protocol::Item> history);

/// The summary in what the model answered: its last message; empty when there is none.
std::string summary_of(const std::vector<protocol::Item>& answer);

/// The history that the next turn begins with: the initial context, what users said last (within
/// kKeptUserTokens, the earliest cut in its middle, earlier summaries left out), and the summary as
/// a message of the user. The same after the same history, so that a resumed conversation has it.
std::vector<protocol::Item> compacted_history(std::vector<protocol::Item> initial_context,
                                              const std::vector<protocol::Item>& history,
                                              std::string_view summary);

/// Whether a user's text is a summary that compacted_history put there.
bool is_summary(std::string_view text);

}  // namespace codex::agent
