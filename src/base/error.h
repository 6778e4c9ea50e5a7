// The one error system: an exception for what cannot go on, with context added on the way up.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace codex::base {

/// An operation that cannot go on. `what()` reads "outer context: inner context: message".
class Error : public std::exception {
  public:
    explicit Error(std::string message) : message_(std::move(message)) {}

    const char* what() const noexcept override { return message_.c_str(); }

    /// Puts "`context`: " before the message; each level that knows something adds it and rethrows.
    void add_context(std::string_view context);

  private:
    std::string message_;
};

/// Wrong usage or configuration: the caller exits with code 2.
class ConfigError : public Error {
  public:
    using Error::Error;
};

/// The run was told to stop: a signal, an interrupt, or the deadline of the whole run.
class Interrupted : public Error {
  public:
    enum class Reason { signal, deadline };
    explicit Interrupted(Reason reason, std::string message)
        : Error(std::move(message)), reason_(reason) {}
    Reason reason() const { return reason_; }

  private:
    Reason reason_;
};

/// An Error with the text of errno, e.g. "cannot open a.txt: No such file or directory".
class SystemError : public Error {
  public:
    SystemError(int error_number, std::string_view what);
    int code() const { return code_; }

  private:
    int code_;
};

/// Throws SystemError for the current errno.
[[noreturn]] void throw_errno(std::string_view what);

}  // namespace codex::base
