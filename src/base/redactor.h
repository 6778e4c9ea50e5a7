// Masks the run's secrets in every text that leaves the process.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace codex::base {

/// Knows the actual secrets and finds them verbatim, reversed, in base64 (every alignment),
/// base64url, hexadecimal and percent-encoding, in any letter case, with blanks, punctuation or
/// invisible characters between their letters, and cut: any part of at least kMinSecretPart
/// characters of a secret or of one of these forms. Takes time linear in the text. Fill it first;
/// then any thread.
class Redactor {
  public:
    /// A part of a secret this long is masked wherever it stands; shorter secrets are matched whole
    /// only.
    static constexpr std::size_t kMinSecretPart = 12;
    /// Shorter secrets are not masked: masking "a" would destroy every text.
    static constexpr std::size_t kMinSecret = 6;

    void add(std::string_view secret);

    /// `text` with each occurrence replaced by "***"; valid UTF-8 stays valid.
    std::string redact(std::string_view text) const;
    /// Whether redact() would change anything.
    bool finds_secret(std::string_view text) const { return !find(text).empty(); }

  private:
    struct Range {
        std::size_t first = 0;
        std::size_t last = 0;  // exclusive
    };

    // What to look for in one way of reading a text.
    class Patterns {
      public:
        void add(std::string_view form);
        bool empty() const { return filter_.empty(); }
        /// Ordered, none overlapping another.
        std::vector<Range> find(std::string_view text) const;

      private:
        std::size_t match(std::string_view text) const;

        std::vector<std::string> whole_;         // forms shorter than kMinSecretPart
        std::unordered_set<std::string> parts_;  // each kMinSecretPart bytes of the longer ones
        std::vector<char> filter_;               // by the first kMinSecret bytes of any of them
    };

    std::vector<Range> find(std::string_view text) const;

    Patterns exact_;   // for text as it stands
    Patterns folded_;  // for text reduced to its letters and digits, in lower case
};

}  // namespace codex::base
