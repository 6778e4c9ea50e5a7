// Which files are reviewed: default exclusions, .gitattributes of the base, and a fair budget.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "review/diff.h"
#include "review/outcome.h"

namespace codex::review {

/// Why a path is left out by default: "lock file", "vendored", "generated", "minified"; nullopt: it
/// is reviewed.
std::optional<std::string> default_exclusion(std::string_view path);

/// linguist-generated / linguist-vendored of the base commit's .gitattributes files: folder ("" for
/// the root) to text. A pattern may also switch a default exclusion off (`-linguist-generated`).
class Attributes {
  public:
    explicit Attributes(const std::map<std::string, std::string>& files_by_folder);
    /// "generated", "vendored"; "" when attributes say that it is neither; nullopt when they say
    /// nothing.
    std::optional<std::string> exclusion(std::string_view path) const;

  private:
    struct Rule {
        std::string folder;
        std::string pattern;
        std::string verdict;
    };
    std::vector<Rule> rules_;
};

/// Characters of rendered diff that a prompt may hold, shared fairly: small files whole, the rest
/// split evenly, a file cut only between hunks. What does not fit is left for the agent to read
/// with its tools and is reported.
struct Budget {
    std::size_t max_total = 400'000;
    std::size_t max_file = 100'000;
};
struct Fitted {
    std::vector<FileDiff> files;        // possibly with fewer hunks
    std::vector<std::string> cut;       // paths of which hunks are missing
    std::vector<std::string> left_out;  // paths of which nothing fitted
};
Fitted fit_budget(const std::vector<FileDiff>& files, const Budget& budget);

}  // namespace codex::review
