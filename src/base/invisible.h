// The characters that nobody sees and that change how a text reads: one table for all who print.
#pragma once

namespace codex::base {

/// Invisible, or able to change the order or meaning of visible text: controls but tab and newline,
/// bidirectional overrides, fillers, default ignorable code points (Unicode 15).
bool is_invisible(char32_t code_point);

}  // namespace codex::base
