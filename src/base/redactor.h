// Masks the run's secrets in every text that leaves the process.
#pragma once

#include <string>
#include <string_view>
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
    std::vector<std::string> needles_;          // each encoded form, whole
    std::vector<std::string> partial_needles_;  // forms of which a part counts too
};

}  // namespace codex::base
