#include "tests/github/rig.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>

#include "base/log.h"

namespace codex::test {

CapturedLog::CapturedLog() : saved_(::dup(STDERR_FILENO)), file_(::memfd_create("log", 0)) {
    std::fflush(stderr);
    ::dup2(file_, STDERR_FILENO);
    base::open_log(1, std::make_shared<base::Redactor>());
}

CapturedLog::~CapturedLog() {
    std::fflush(stderr);
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
    ::close(file_);
}

std::string CapturedLog::text() const {
    std::fflush(stderr);
    std::string text(static_cast<std::size_t>(::lseek(file_, 0, SEEK_END)), '\0');
    const ssize_t size = ::pread(file_, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(size));
    return text;
}

}  // namespace codex::test
