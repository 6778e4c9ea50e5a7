#include "base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <thread>

#include "base/error.h"
#include "base/random.h"
#include "base/unique_fd.h"

namespace codex::base {
namespace {

std::string read_all(int fd, const std::filesystem::path& path, std::size_t max_bytes) {
    struct stat info = {};
    if (::fstat(fd, &info) != 0) throw_errno("cannot read " + path.string());
    if (!S_ISREG(info.st_mode)) {
        throw Error("cannot read " + path.string() + ": it is not a regular file");
    }
    const auto too_large = [&] {
        return Error("cannot read " + path.string() + ": it is larger than " +
                     std::to_string(max_bytes) + " bytes");
    };
    if (static_cast<std::uintmax_t>(info.st_size) > max_bytes) throw too_large();
    std::string content;
    content.reserve(static_cast<std::size_t>(info.st_size) + 1);
    // The size is a hint only: files of /proc say 0, and a file may grow while it is read.
    char buffer[65536];
    while (true) {
        const ssize_t got = ::read(fd, buffer, sizeof buffer);
        if (got < 0) {
            if (errno == EINTR) continue;
            throw_errno("cannot read " + path.string());
        }
        if (got == 0) return content;
        content.append(buffer, static_cast<std::size_t>(got));
        if (content.size() > max_bytes) throw too_large();
    }
}

/// None when nothing is there. A FIFO is not waited on.
UniqueFd open_if_exists(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd && errno != ENOENT && errno != ENOTDIR) throw_errno("cannot open " + path.string());
    return fd;
}

}  // namespace

std::string read_file(const std::filesystem::path& path, std::size_t max_bytes) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) throw_errno("cannot open " + path.string());
    return read_all(fd.get(), path, max_bytes);
}

std::optional<std::string> read_file_if_exists(const std::filesystem::path& path,
                                               std::size_t max_bytes) {
    const UniqueFd fd = open_if_exists(path);
    if (!fd) return std::nullopt;
    return read_all(fd.get(), path, max_bytes);
}

std::optional<std::string> read_file_beginning(const std::filesystem::path& path,
                                               std::size_t max_bytes) {
    const UniqueFd fd = open_if_exists(path);
    if (!fd) return std::nullopt;
    struct stat info = {};
    if (::fstat(fd.get(), &info) != 0) throw_errno("cannot read " + path.string());
    if (!S_ISREG(info.st_mode)) return std::nullopt;
    std::string content(
        std::min<std::uintmax_t>(max_bytes, static_cast<std::uintmax_t>(info.st_size)), '\0');
    std::size_t size = 0;
    while (size < content.size()) {
        const ssize_t got = ::read(fd.get(), content.data() + size, content.size() - size);
        if (got < 0) {
            if (errno == EINTR) continue;
            throw_errno("cannot read " + path.string());
        }
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    content.resize(size);
    return content;
}

std::optional<std::string> read_private_file_if_exists(const std::filesystem::path& path,
                                                       std::size_t max_bytes) {
    const UniqueFd fd = open_if_exists(path);
    if (!fd) return std::nullopt;
    struct stat info = {};
    if (::fstat(fd.get(), &info) != 0) throw_errno("cannot read " + path.string());
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        throw Error("cannot use " + path.string() +
                    ": others than its owner have rights to it; run chmod 600 on it");
    }
    if (info.st_uid != ::geteuid() && info.st_uid != 0)
        throw Error("cannot use " + path.string() + ": it belongs to another user");
    return read_all(fd.get(), path, max_bytes);
}

FileLock::FileLock(const std::filesystem::path& path, std::chrono::milliseconds patience)
    : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (!fd_) throw_errno("cannot open " + path.string());
    constexpr std::chrono::milliseconds kPause{20};
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK) throw_errno("cannot lock " + path.string());
        if (std::chrono::steady_clock::now() >= deadline)
            throw Error("cannot lock " + path.string() + ": another process holds it");
        std::this_thread::sleep_for(kPause);
    }
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content,
                           unsigned mode) {
    const std::string temporary = path.string() + ".tmp-" + random_hex(8);
    UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!fd) throw_errno("cannot create " + temporary);
    try {
        write_all(fd.get(), content);
        if (::fchmod(fd.get(), mode) != 0) throw_errno("cannot set the mode of " + temporary);
        fd.reset();
        if (::rename(temporary.c_str(), path.c_str()) != 0) {
            throw_errno("cannot rename to " + path.string());
        }
    } catch (Error& error) {
        ::unlink(temporary.c_str());
        error.add_context("while writing " + path.string());
        throw;
    }
}

void append_to_file(const std::filesystem::path& path, std::string_view content) {
    UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!fd) throw_errno("cannot open " + path.string());
    try {
        write_all(fd.get(), content);
    } catch (Error& error) {
        error.add_context("while appending to " + path.string());
        throw;
    }
}

}  // namespace codex::base
