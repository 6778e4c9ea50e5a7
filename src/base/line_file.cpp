#include "base/line_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/error.h"

namespace codex::base {
namespace {

UniqueFd open_for_append(const std::filesystem::path& path, unsigned mode, int more_flags) {
    std::error_code ignored;  // open() says what is wrong
    std::filesystem::create_directories(path.parent_path(), ignored);
    // Reading is for the last byte; a FIFO is not waited on.
    const int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | more_flags;
    UniqueFd fd(::open(path.c_str(), flags, mode));
    if (!fd) throw_errno("cannot open " + path.string());
    struct stat info = {};
    if (::fstat(fd.get(), &info) != 0) throw_errno("cannot open " + path.string());
    if (!S_ISREG(info.st_mode)) {
        throw Error("cannot write " + path.string() + ": it is not a regular file");
    }
    return fd;
}

bool ends_in_part_of_line(int fd) {
    struct stat info = {};
    char last = '\n';
    return ::fstat(fd, &info) == 0 && info.st_size > 0 &&
           ::pread(fd, &last, 1, info.st_size - 1) == 1 && last != '\n';
}

}  // namespace

LineFile::LineFile(UniqueFd fd, std::filesystem::path path)
    : fd_(std::move(fd)), path_(std::move(path)) {}

LineFile LineFile::open(const std::filesystem::path& path, unsigned mode) {
    return {open_for_append(path, mode, 0), path};
}

LineFile LineFile::create(const std::filesystem::path& path, unsigned mode) {
    return {open_for_append(path, mode, O_EXCL), path};
}

void LineFile::append(std::string_view line) {
    std::string text;
    text.reserve(line.size() + 2);
    if (ends_in_part_of_line(fd_.get())) text += '\n';
    text += line;
    text += '\n';
    try {
        write_all(fd_.get(), text);
    } catch (Error& error) {
        error.add_context("while appending to " + path_.string());
        throw;
    }
}

}  // namespace codex::base
