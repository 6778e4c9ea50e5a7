// Masks the run's secrets in every text that leaves the process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace codex::base {

/// Knows the actual secrets and finds them verbatim, reversed, in base64 (every alignment),
/// base64url, hexadecimal (both cases), URL-encoded, with invisible or blank characters between
/// their letters, and cut: any part of at least kMinSecretPart characters of a secret.
class Redactor {
  public:
    /// A part of a secret this long is masked wherever it stands; shorter secrets are matched whole
    /// only.
    static constexpr std::size_t kMinSecretPart = 12;
    /// Shorter secrets are not masked: masking "a" would destroy every text.
    static constexpr std::size_t kMinSecret = 6;

    void add(std::string_view secret);

    /// `text` with each occurrence replaced by "***".
    std::string redact(std::string_view text) const;
    /// Whether redact() would change anything.
    bool finds_secret(std::string_view text) const { return redact(text) != text; }

  private:
    struct Gram {
        std::size_t needle = 0;
        std::size_t at = 0;
    };
    std::vector<std::string> needles_;  // every encoded form of every secret
    std::unordered_multimap<std::uint64_t, Gram>
        grams_;  // each kMinSecretPart characters of the longer ones
};

}  // namespace codex::base
