// Text from outside as a terminal or a log may show it.
#pragma once

#include <string>
#include <string_view>

namespace codex::base {

/// `text` fit for one line of a terminal or log: control, bidirectional and invisible characters
/// as \xNN, \uNNNN, \UNNNNNNNN, \r, \n, \t; bad UTF-8 as U+FFFD; "##[" as "##\[".
std::string render_controls(std::string_view text);

/// "##[" as "##\[": the runner takes "##[command]" as a command anywhere in a line (actions/runner,
/// ActionCommand.TryParse), unlike "::command::", which must begin it.
std::string defuse_older_commands(std::string_view text);

}  // namespace codex::base
