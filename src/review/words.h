// The sentences that every printer shares, and how outside text may stand in a terminal.
#pragma once

#include <string>
#include <string_view>

#include "review/outcome.h"

namespace codex::review {

std::string plural(std::size_t count, std::string_view one, std::string_view many);

/// "P1"; a finding without a priority counts as P2.
std::string priority_label(const protocol::Finding& finding);
/// "src/a.cpp:12-14": where it was placed, else where the model said.
std::string where(const PlacedFinding& finding);
/// "Reviewed: 3 findings", "Not reviewed", …
std::string state_words(const Report& report);
/// "1 × P0, 2 × P3." or "No findings."
std::string priority_words(const Report& report);
/// "12 files read, 2 left out by rule, 1 not read"
std::string coverage_words(const Report& report);
/// The reason as it came, as a sentence, with when to try again.
std::string reason_sentence(const Report& report);
/// "12,000 input tokens (8,000 cached), 300 output tokens"; empty when nothing was used.
std::string usage_words(const protocol::TokenUsage& usage);

/// Control and hidden characters as "\x1b" and "\u{202e}"; tab and newline stay.
std::string terminal_text(std::string_view text);
std::string terminal_line(std::string_view text);

}  // namespace codex::review
