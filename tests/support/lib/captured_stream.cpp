#include "tests/support/lib/captured_stream.h"

#include <sys/mman.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdio>

namespace codex::test {

CapturedStream::CapturedStream(int descriptor)
    : descriptor_(descriptor),
      saved_(::dup(descriptor)),
      file_(::memfd_create("captured", MFD_CLOEXEC)) {
    std::fflush(nullptr);
    REQUIRE(::dup2(file_.get(), descriptor_) == descriptor_);
}

CapturedStream::~CapturedStream() {
    std::fflush(nullptr);
    ::dup2(saved_.get(), descriptor_);
}

std::string CapturedStream::text() const {
    std::fflush(nullptr);
    std::string text(static_cast<std::size_t>(::lseek(file_.get(), 0, SEEK_END)), '\0');
    const ssize_t size = ::pread(file_.get(), text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(size));
    return text;
}

}  // namespace codex::test
