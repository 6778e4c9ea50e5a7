// What we use of GitHub's data: plain values, nothing more than the run needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codex::github {

struct RepositoryName {
    std::string owner;
    std::string name;
    std::string full() const { return owner + "/" + name; }
    friend bool operator==(const RepositoryName&, const RepositoryName&) = default;
};

/// "owner/name" with GitHub's characters only; nullopt otherwise.
std::optional<RepositoryName> parse_repository_name(std::string_view text);

struct BranchEnd {
    std::string ref;                        // branch name: data, never an argument
    std::string sha;                        // 40 hexadecimal digits
    std::optional<std::string> repository;  // full name; nullopt when the fork is gone
    friend bool operator==(const BranchEnd&, const BranchEnd&) = default;
};

struct PullRequest {
    std::int64_t number = 0;
    std::string title;
    std::string body;
    std::string author;  // login; "ghost" when the account is gone
    std::string state;   // "open" or "closed"
    bool draft = false;
    bool merged = false;
    std::string url;  // html_url
    BranchEnd base;
    BranchEnd head;
    bool is_fork() const { return !head.repository || head.repository != base.repository; }
    friend bool operator==(const PullRequest&, const PullRequest&) = default;
};

struct PullRequestFile {
    std::string filename;
    std::string previous_filename;
    std::string status;        // added, removed, modified, renamed, copied, changed, unchanged
    std::int64_t changes = 0;  // lines added and deleted; 0 for binary files and pure renames
    /// Hunks only; absent for binary and large files.
    std::optional<std::string> patch;
    friend bool operator==(const PullRequestFile&, const PullRequestFile&) = default;
};

/// GitHub lists at most this many files of a pull request.
inline constexpr std::size_t kMaxListedFiles = 3'000;

struct IssueComment {
    std::int64_t id = 0;
    std::string author;
    std::string body;
    std::string url;
    bool viewer_did_author = false;  // true only from GraphQL: we wrote it
    friend bool operator==(const IssueComment&, const IssueComment&) = default;
};

struct ReviewThread {
    std::string id;
    bool is_resolved = false;
    std::string path;
    std::optional<int> line;
    struct Comment {
        std::int64_t id = 0;
        std::string author;
        std::string body;
        bool viewer_did_author = false;
        friend bool operator==(const Comment&, const Comment&) = default;
    };
    std::vector<Comment> comments;
    friend bool operator==(const ReviewThread&, const ReviewThread&) = default;
};

/// One inline comment of a review request. Lines are of the pinned head (right) or the base (left).
struct DraftComment {
    std::string path;
    std::string body;
    int line = 0;  // last line
    bool on_left = false;
    std::optional<int> start_line;  // set for more than one line only, < line
    friend bool operator==(const DraftComment&, const DraftComment&) = default;
};

struct PostedReview {
    std::int64_t id = 0;
    std::string url;
    std::size_t comments = 0;
    friend bool operator==(const PostedReview&, const PostedReview&) = default;
};

}  // namespace codex::github
