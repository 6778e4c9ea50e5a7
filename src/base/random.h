// The one place where randomness comes from: getrandom(2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/clock.h"

namespace codex::base {

/// `bytes` random bytes as lower-case hexadecimal: delimiters, boundaries and markers that nobody
/// can guess.
std::string random_hex(std::size_t bytes);

/// A uniform number in [0, 1): jitter.
double random_fraction();

/// A random UUID of version 4 (RFC 9562).
std::string random_uuid();

/// A UUID of version 7 (RFC 9562): texts of later milliseconds sort behind earlier ones.
std::string time_ordered_uuid(Wall now);

}  // namespace codex::base
