// The events that make up nearly all of a long answer, read without building a JSON value of each.
// Private to this module.
#pragma once

#include <optional>
#include <string_view>

namespace codex::model {

/// Views into the event's data.
struct PlainDelta {
    std::string_view type;
    std::string_view delta;
    std::string_view item_id;
    friend bool operator==(const PlainDelta&, const PlainDelta&) = default;
};

/// An event "response.….delta" that is one flat object of ASCII texts without escapes, whole
/// numbers, literals and empty lists; nullopt for anything else, also what is no JSON: the caller
/// parses that.
std::optional<PlainDelta> read_plain_delta(std::string_view data);

}  // namespace codex::model
