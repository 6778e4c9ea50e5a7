// A history as a model API takes it, and what its messages are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/items.h"
#include "protocol/types.h"

namespace codex::agent {

/// The output of a call that nothing else was recorded for.
inline constexpr std::string_view kAborted = "aborted";

/// Each call with exactly one output, of its type, right behind the run of calls that the model
/// made together (Responses and Chat Completions both take that). The first output of a call's id
/// stays, whatever its type and place were; a call without one gets kAborted; outputs of no call,
/// further outputs, and calls whose id is empty or was there before are dropped. Everything else
/// keeps its order.
std::vector<protocol::Item> normalised_history(std::vector<protocol::Item> items);

/// The id that a call's output names; "" for what is no call.
std::string_view call_id_of(const protocol::Item& item);

/// Drops the oldest item, and the output of a call (or the call of an output) with it; how many
/// that were. For a request that is too long.
std::size_t drop_oldest(std::vector<protocol::Item>& items);

/// What a user's message is by its text: what we put before a conversation is no word of the user.
protocol::InputMessageKind kind_of_user_text(std::string_view text);

/// The texts of a message with a line end between them; images have none.
std::string text_of(const protocol::Message& message);

/// What users said, in order: texts of user messages of kind plain.
std::vector<std::string> user_texts(const std::vector<protocol::Item>& items);

}  // namespace codex::agent
