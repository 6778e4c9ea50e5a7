// An owned file descriptor, and the few ways we make one. Every descriptor is close-on-exec.
#pragma once

#include <string_view>
#include <utility>

namespace codex::base {

class UniqueFd {
  public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        reset(std::exchange(other.fd_, -1));
        return *this;
    }
    ~UniqueFd() { reset(); }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    void reset(int fd = -1);
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }

  private:
    int fd_ = -1;
};

struct Pipe {
    UniqueFd read_end;
    UniqueFd write_end;
};

/// A pipe whose ends are close-on-exec (pipe2(2)).
Pipe make_pipe();

void set_nonblocking(int fd);

/// A sealed in-memory file that holds `content`, positioned at its start (memfd_create(2)).
UniqueFd make_memory_file(std::string_view name, std::string_view content);

/// Writes all of `content`, continuing after short writes and EINTR.
void write_all(int fd, std::string_view content);

}  // namespace codex::base
