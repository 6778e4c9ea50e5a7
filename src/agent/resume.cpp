#include "agent/resume.h"

#include <algorithm>
#include <utility>

#include "agent/compaction.h"
#include "agent/history.h"

namespace codex::agent {
namespace {

using protocol::EventMsg;
using protocol::Item;

bool is_word_of_user(const RolloutItem& line) {
    const auto* item = std::get_if<Item>(&line);
    const auto* message = item == nullptr ? nullptr : std::get_if<protocol::Message>(item);
    return message != nullptr && message->role == protocol::Role::user &&
           kind_of_user_text(text_of(*message)) == protocol::InputMessageKind::plain;
}

}  // namespace

std::vector<Item> history_of(const std::vector<RolloutItem>& items,
                             const std::vector<Item>& initial_context) {
    std::vector<Item> history;
    for (const RolloutItem& line : items) {
        if (const auto* item = std::get_if<Item>(&line)) {
            history.push_back(*item);
        } else if (const auto* compacted = std::get_if<Compacted>(&line)) {
            history = compacted->replacement_history
                          ? *compacted->replacement_history
                          : compacted_history(initial_context, history, compacted->message);
        }
    }
    return normalised_history(std::move(history));
}

std::vector<EventMsg> events_of(const std::vector<RolloutItem>& items) {
    std::vector<EventMsg> events;
    for (const RolloutItem& line : items) {
        if (const auto* msg = std::get_if<EventMsg>(&line)) events.push_back(*msg);
    }
    return events;
}

std::vector<RolloutItem> items_before_user_message(const std::vector<RolloutItem>& items,
                                                   std::size_t index) {
    const auto end = std::find_if(items.begin(), items.end(), [&](const RolloutItem& line) {
        return is_word_of_user(line) && index-- == 0;
    });
    return {items.begin(), end};
}

}  // namespace codex::agent
