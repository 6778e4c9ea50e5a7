// Suggestions: offered only after they were applied in memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/review_output.h"
#include "review/anchor.h"

namespace codex::review {

/// The suggestion block for a placed finding, or nullopt with the reason in `*why_not`: the range
/// is not exactly the commented one, the replacement equals what is there, it is on the LEFT side,
/// or applying it in memory failed. Indentation is kept; the fence is longer than any run of
/// backticks inside.
std::optional<std::string> render_suggestion(const protocol::Finding& finding,
                                             const InlinePlace& place, std::string_view file_text,
                                             std::string* why_not);

}  // namespace codex::review
