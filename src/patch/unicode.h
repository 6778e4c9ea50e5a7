// White space and look-alike characters, for comparing lines as the original compares them.
#pragma once

#include <string>
#include <string_view>

namespace codex::patch {

/// Without Unicode white space (White_Space, UAX #44) at the end, or at both ends.
std::string_view trim_spaces_behind(std::string_view text);
std::string_view trim_spaces(std::string_view text);

/// Typographic dashes, quotes and blanks as their ASCII look-alikes.
std::string with_ascii_punctuation(std::string_view text);

}  // namespace codex::patch
