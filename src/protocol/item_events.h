// Events of today's program that speak of items: whole ones, and their text while it is written.
#pragma once

#include <cstdint>
#include <string>

#include "json/value.h"

namespace codex::protocol {

struct RawResponseItem {
    json::Value item;  // as parse_item reads it
    json::Object extra = {};
    friend bool operator==(const RawResponseItem&, const RawResponseItem&) = default;
};
struct ItemStarted {
    std::string thread_id;
    std::string turn_id;
    json::Value item;
    json::Object extra = {};
    friend bool operator==(const ItemStarted&, const ItemStarted&) = default;
};
struct ItemCompleted {
    std::string thread_id;
    std::string turn_id;
    json::Value item;
    json::Object extra = {};
    friend bool operator==(const ItemCompleted&, const ItemCompleted&) = default;
};
struct AgentMessageContentDelta {
    std::string thread_id;
    std::string turn_id;
    std::string item_id;
    std::string delta;
    json::Object extra = {};
    friend bool operator==(const AgentMessageContentDelta&,
                           const AgentMessageContentDelta&) = default;
};
struct ReasoningContentDelta {
    std::string thread_id;
    std::string turn_id;
    std::string item_id;
    std::string delta;
    std::int64_t summary_index = 0;
    json::Object extra = {};
    friend bool operator==(const ReasoningContentDelta&, const ReasoningContentDelta&) = default;
};
struct ReasoningRawContentDelta {
    std::string thread_id;
    std::string turn_id;
    std::string item_id;
    std::string delta;
    std::int64_t content_index = 0;
    json::Object extra = {};
    friend bool operator==(const ReasoningRawContentDelta&,
                           const ReasoningRawContentDelta&) = default;
};

}  // namespace codex::protocol
