#include "base/error.h"

#include <cerrno>
#include <system_error>

namespace codex::base {

void Error::add_context(std::string_view context) {
    message_.insert(0, ": ");
    message_.insert(0, context);
}

SystemError::SystemError(int error_number, std::string_view what)
    : Error(std::string(what) + ": " + std::generic_category().message(error_number)),
      code_(error_number) {}

void throw_errno(std::string_view what) {
    throw SystemError(errno, what);
}

}  // namespace codex::base
