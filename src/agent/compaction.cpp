#include "agent/compaction.h"

#include <algorithm>
#include <cmath>

#include "agent/history.h"
#include "base/text.h"
#include "tools/truncate.h"

namespace codex::agent {
namespace {

using protocol::Item;
using protocol::Message;
using protocol::Role;

// What instructions and tools take before anybody said a word.
constexpr std::int64_t kBaselineTokens = 12'000;

constexpr std::string_view kSummaryPrompt =
    "The conversation is about to outgrow your context. Write a handoff summary from which "
    "another language model will go on with the task; it sees nothing else of this "
    "conversation but the latest messages of the user.\n"
    "\n"
    "Cover:\n"
    "- what has been done so far, and which decisions were taken and why\n"
    "- constraints, conventions and wishes of the user that still hold\n"
    "- what remains to be done, as clear next steps\n"
    "- data that is needed to go on: paths, names, commands, figures, error messages, exactly as "
    "they are\n"
    "\n"
    "Be brief and well ordered, leave out what the next model can find out at a glance, and call "
    "no tools.";

constexpr std::string_view kSummaryPrefix =
    "Another language model began to solve this task and wrote the summary below of what it did "
    "and thought. The files are as its tools left them. Build on that work and do not repeat it. "
    "The summary:";

constexpr std::string_view kNoSummary = "(no summary available)";

Message user_message(std::string text) {
    return {Role::user, std::move(text), ""};
}

// The latest texts that fit, in their order; the earliest of them may be cut.
std::vector<std::string> latest_texts(std::vector<std::string> texts, std::int64_t max_tokens) {
    std::vector<std::string> kept;
    while (!texts.empty() && max_tokens > 0) {
        const std::int64_t tokens = tools::approximate_tokens(texts.back());
        if (tokens > max_tokens) {
            kept.push_back(tools::truncate_middle(
                texts.back(), static_cast<std::size_t>(max_tokens) * tools::kBytesPerToken));
            break;
        }
        max_tokens -= tokens;
        kept.push_back(std::move(texts.back()));
        texts.pop_back();
    }
    std::reverse(kept.begin(), kept.end());
    return kept;
}

}  // namespace

std::optional<std::int64_t> compaction_limit(std::optional<std::int64_t> context_window,
                                             std::optional<std::int64_t> configured_limit) {
    if (!context_window) return configured_limit;
    // In this order nothing overflows.
    const std::int64_t limit = *context_window / 10 * 9 + *context_window % 10 * 9 / 10;
    return configured_limit ? std::min(limit, *configured_limit) : limit;
}

std::int64_t tokens_in_context(const protocol::TokenUsage& last) {
    return std::max<std::int64_t>(last.total_tokens - last.reasoning_output_tokens, 0);
}

bool should_compact(const protocol::TokenUsage& last, std::optional<std::int64_t> limit) {
    return limit && tokens_in_context(last) >= *limit;
}

int percent_of_context_left(const protocol::TokenUsage& last, std::int64_t context_window) {
    const std::int64_t room = context_window - kBaselineTokens;
    if (room <= 0) return 0;
    const std::int64_t used = std::max<std::int64_t>(tokens_in_context(last) - kBaselineTokens, 0);
    if (used >= room) return 0;
    const double left = static_cast<double>(room - used) / static_cast<double>(room);
    return static_cast<int>(std::lround(left * 100.0));
}

std::string_view summary_prompt() {
    return kSummaryPrompt;
}

std::vector<Item> compaction_input(std::vector<Item> history) {
    history = normalised_history(std::move(history));
    history.emplace_back(user_message(std::string(kSummaryPrompt)));
    return history;
}

std::string summary_of(const std::vector<Item>& answer) {
    std::string summary;
    for (const Item& item : answer) {
        const auto* message = std::get_if<Message>(&item);
        if (message != nullptr && message->role == Role::assistant) summary = message->text;
    }
    return summary;
}

bool is_summary(std::string_view text) {
    return text.starts_with(kSummaryPrefix);
}

std::vector<Item> compacted_history(std::vector<Item> initial_context,
                                    const std::vector<Item>& history, std::string_view summary) {
    std::vector<std::string> said = user_texts(history);
    said.erase(std::remove_if(said.begin(), said.end(),
                              [](const std::string& text) { return is_summary(text); }),
               said.end());
    std::vector<Item> built = std::move(initial_context);
    for (std::string& text : latest_texts(std::move(said), kKeptUserTokens))
        built.emplace_back(user_message(std::move(text)));
    const std::string_view body = base::trim(summary).empty() ? kNoSummary : summary;
    built.emplace_back(user_message(std::string(kSummaryPrefix) + "\n" + std::string(body)));
    return built;
}

}  // namespace codex::agent
