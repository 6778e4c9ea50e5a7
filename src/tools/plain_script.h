// Shell scripts so plain that their text says what runs: words and the operators between commands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codex::tools {

using Argv = std::vector<std::string>;

/// The commands of a script in order, when it holds only plain words and texts in quotes, joined by
/// `&&`, `||`, `;`, `|` or newlines; nothing for all other scripts. The words are exactly those
/// that sh and bash would pass: whatever a shell expands, unescapes or interprets is not plain.
std::optional<std::vector<Argv>> parse_plain_script(std::string_view script);

}  // namespace codex::tools
