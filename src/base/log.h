// Human log lines on stderr, through one sink that masks secrets and defuses workflow commands.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/redactor.h"

namespace codex::base {

/// debug and trace are shown at debug_level 1 and 2.
enum class LogLevel { trace, debug, info, warning, error };

/// Sets up the process-wide sink (the only global state), or replaces it. `debug_level` 0, 1 or 2;
/// `redactor` may be null. Before it is called, log() prints nothing.
void open_log(int debug_level, std::shared_ptr<const Redactor> redactor);

/// One line, or several: each is printed behind a prefix and made of render_controls()
/// (base/printable.h), so that a runner takes none for a workflow command; secrets are masked. Any
/// thread.
void log(LogLevel level, std::string_view message);

inline void log_info(std::string_view message) {
    log(LogLevel::info, message);
}
inline void log_debug(std::string_view message) {
    log(LogLevel::debug, message);
}
inline void log_warning(std::string_view message) {
    log(LogLevel::warning, message);
}

}  // namespace codex::base
