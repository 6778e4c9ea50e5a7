// Reading and writing our own files. What a model asks for never comes here: the worker does that.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace codex::base {

inline constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20;

/// The whole regular file; SystemError when it cannot be read, Error when it is no regular file or
/// larger than `max_bytes`. A FIFO or device is refused without waiting on it.
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes = kMaxFileBytes);

/// As read_file, but nullopt when nothing is there.
std::optional<std::string> read_file_if_exists(const std::filesystem::path& path,
                                               std::size_t max_bytes = kMaxFileBytes);

/// The first `max_bytes` of a regular file, or less when it has no more; nullopt when nothing is
/// there, or something that is no regular file.
std::optional<std::string> read_file_beginning(const std::filesystem::path& path,
                                               std::size_t max_bytes);

/// As read_file_if_exists, but an Error when others than its owner may read or write the file, or
/// when it belongs to somebody else (root aside): what holds credentials.
std::optional<std::string> read_private_file_if_exists(const std::filesystem::path& path,
                                                       std::size_t max_bytes = kMaxFileBytes);

/// An exclusive lock among the processes that use one (flock(2)), on a file that is made when it is
/// not there and stays; gone with its scope. Throws Error when it is not to be had in time.
class FileLock {
  public:
    explicit FileLock(const std::filesystem::path& path,
                      std::chrono::milliseconds patience = std::chrono::seconds(60));

  private:
    UniqueFd fd_;
};

/// Writes a temporary file in the same folder and renames it over `path`: readers see the old or
/// the new text, never half of it. `mode` as in chmod(2).
void write_file_atomically(const std::filesystem::path& path, std::string_view content,
                           unsigned mode = 0644);

/// Appends in one write(2), creating the file: what a runner's command file wants.
void append_to_file(const std::filesystem::path& path, std::string_view content);

}  // namespace codex::base
