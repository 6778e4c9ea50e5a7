// A recorded conversation taken up again: what the model saw, what clients are told, and where a
// fork begins (spec/codex-core.md 7.4).
#pragma once

#include <cstddef>
#include <vector>

#include "agent/rollout.h"

namespace codex::agent {

/// The history as it stood at the end of the record, normalised. Where a compaction does not hold
/// the history that it left, it is built anew on `initial_context`.
std::vector<protocol::Item> history_of(const std::vector<RolloutItem>& items,
                                       const std::vector<protocol::Item>& initial_context);

/// The events of the record: the initial_messages of a session_configured event.
std::vector<protocol::EventMsg> events_of(const std::vector<RolloutItem>& items);

/// What stands before the user's message `index` (from 0; what we put before a conversation does
/// not count), whose event stands behind it: everything when there are not so many.
std::vector<RolloutItem> items_before_user_message(const std::vector<RolloutItem>& items,
                                                   std::size_t index);

}  // namespace codex::agent
