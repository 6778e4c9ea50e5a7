// Every key of the configuration, once: the reader, `config show`, the nearest-key suggestion, the
// table of keys and the tests go through these lists (key_lists.h).
//
//     template <> struct Keys<History> {
//         template <class V> static void list(V& v) {
//             v(Key{"persistence", "Whether prompts are kept."}, &History::persistence);
//         }
//     };
//
// A member is a bool, std::int64_t, double, std::string, an enum with json::EnumNames, a list of
// texts or of structs with Keys, such a struct, json::Value for "anything", a std::optional of
// these, or a map from names to these.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "config/config.h"
#include "json/codec.h"

namespace codex::config {

enum Trait : unsigned {
    kNoTrait = 0,
    kProfile = 1,        // a profile may set it
    kNoEffect = 2,       // accepted and checked, but nothing in this program reads it
    kSecret = 4,         // the value, or each value of a map, is never shown
    kAbsolutePaths = 8,  // each item must begin with '/'
    kAddress = 16,       // http:// or https:// and a host
    kPathspecs = 32,     // each item is a pathspec of git, within the repository
};

struct Key {
    std::string_view name;
    std::string_view help;
    unsigned traits = kNoTrait;
    std::int64_t low = std::numeric_limits<std::int64_t>::min();  // of numbers
    std::int64_t high = std::numeric_limits<std::int64_t>::max();
};

template <class T>
struct Keys;  // static void list(V&)

template <class T>
concept HasKeys = requires {
    sizeof(Keys<T>);
};

inline constexpr std::int64_t kMostRetries = 100;  // codex-rs caps both at this
inline constexpr std::int64_t kLongestIdleMs = 3'600'000;
inline constexpr std::int64_t kLongestTimeoutSec = 86'400;

/// Which profile counts, and the profiles: not part of the value, because they are gone once it is
/// made.
inline constexpr Key kProfileKey{"profile", "The profile to use."};
inline constexpr Key kProfilesKey{
    "profiles", "Named sets of settings; one of them, when selected, goes over its file's."};

}  // namespace codex::config
