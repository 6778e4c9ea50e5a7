// What a model answers: the whole of it, and what is seen of it on the way.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/items.h"
#include "protocol/types.h"

namespace codex::model {

/// What a sampling request gave: every finished item, in order.
struct ModelResponse {
    std::string id;
    std::vector<protocol::Item> items;
    protocol::TokenUsage usage;
    /// Why the answer is not whole: "max_output_tokens", "content_filter".
    std::optional<std::string> incomplete_reason;
    friend bool operator==(const ModelResponse&, const ModelResponse&) = default;
};

/// A piece of a growing text; valid during the call.
struct Delta {
    std::string_view text;
    std::string_view item_id;  // empty on the chat wire
};

/// A request failed and is made again after `delay`.
struct Retry {
    int attempt = 1;  // of max_attempts, from 1
    int max_attempts = 0;
    std::chrono::milliseconds delay{0};
    std::string reason;
    bool was_stream = false;  // the answer had begun: what was shown of it comes again
    friend bool operator==(const Retry&, const Retry&) = default;
};

/// Called on the loop thread while an answer arrives; each may be empty. What one throws ends the
/// request and comes out of Client::sample.
struct StreamEvents {
    std::function<void(const Delta&)> on_text = {};
    std::function<void(const Delta&)> on_reasoning_summary = {};
    std::function<void(const Delta&)> on_reasoning_raw = {};  // of models that show it
    /// A new part of a reasoning summary begins.
    std::function<void(std::string_view item_id)> on_section_break = {};
    /// An item begins, as far as it is known then; Responses API only.
    std::function<void(const protocol::Item&, std::string_view item_id)> on_item_added = {};
    /// An item is complete; a tool call may be started. The same items are in the ModelResponse.
    std::function<void(const protocol::Item&, std::string_view item_id)> on_item_done = {};
    std::function<void(const protocol::RateLimits&)> on_rate_limits = {};
    std::function<void(const Retry&)> on_retry = {};
    /// Before a broken-off answer is asked for again: takes the items that were complete, and gives
    /// those to put behind the input (the calls that have run, with their outputs). Without it they
    /// are dropped.
    std::function<std::vector<protocol::Item>(std::vector<protocol::Item>)> carry_over = {};
};

}  // namespace codex::model
