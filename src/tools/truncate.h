// Long texts made short for the model: beginning and end stay, and what is left out is said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace codex::tools {

/// What a model gets of a command's output: the figures of the original (2025-10).
struct OutputLimits {
    std::size_t max_bytes = 10'240;
    std::size_t max_lines = 256;
};

/// The text as it is when it keeps both limits; else its first and last lines, half of the limits
/// each, around "[... omitted N of M lines ...]", which also says the bytes where a line had to be
/// cut. Never more than max_bytes, which must be 200 at least; valid UTF-8 stays so.
std::string truncate_output(std::string_view text, const OutputLimits& limits = {});

/// As much of beginning and end as fits around "…N tokens truncated…", cut at ends of lines where
/// that costs little. The text itself when it has at most `max_bytes`.
std::string truncate_middle(std::string_view text, std::size_t max_bytes);

/// An estimate: four bytes a token, rounded up.
std::int64_t approximate_tokens(std::string_view text);
inline constexpr std::size_t kBytesPerToken = 4;

}  // namespace codex::tools
