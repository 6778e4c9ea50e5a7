#include "base/random.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace codex::base {
namespace {

void fill(void* bytes, std::size_t size) {
    // getrandom(2): up to 256 bytes are never cut short once the pool is ready.
    if (::getrandom(bytes, size, 0) != static_cast<ssize_t>(size)) {
        throw_errno("cannot get random bytes");
    }
}

// Sets version and variant in 32 hexadecimal digits.
std::string as_uuid(std::string hex, char version) {
    hex[12] = version;
    constexpr char kVariant[] = "89ab";
    hex[16] = kVariant[static_cast<unsigned char>(hex[16]) & 3U];
    for (const std::size_t at : {8U, 13U, 18U, 23U}) hex.insert(at, 1, '-');
    return hex;
}

}  // namespace

std::string random_hex(std::size_t bytes) {
    std::string raw(bytes, '\0');
    for (std::size_t done = 0; done < bytes; done += 256) {
        fill(raw.data() + done, std::min<std::size_t>(256, bytes - done));
    }
    return to_hex(raw);
}

double random_fraction() {
    std::uint64_t bits = 0;
    fill(&bits, sizeof bits);
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

std::string random_uuid() {
    return as_uuid(random_hex(16), '4');
}

std::string time_ordered_uuid(Wall now) {
    const auto since = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch());
    const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(since.count(), 0));
    return as_uuid(fmt::format("{:012x}", count & 0xFFFF'FFFF'FFFFU) + random_hex(10), '7');
}

}  // namespace codex::base
