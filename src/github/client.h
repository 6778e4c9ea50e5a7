// GitHub's API, as far as a run needs it, over one connection with one retry policy. Writes are
// decided here, once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "github/types.h"
#include "http/retry.h"
#include "http/transport.h"

namespace codex::github {

/// GitHub answered, but not with what was asked. The message says what a maintainer must do: for
/// "Resource not accessible by integration" it names the `permissions:` line to add.
class GitHubError : public base::Error {
  public:
    enum class Kind { refusal, rate_limit };
    GitHubError(int status, std::string message, Kind kind = Kind::refusal)
        : Error(std::move(message)), status_(status), kind_(kind) {}
    int status() const { return status_; }
    bool is_rate_limit() const { return kind_ == Kind::rate_limit; }
    /// Never for a rate limit, though that may be a 403 too.
    bool is_permission_denied() const {
        return !is_rate_limit() && (status_ == 401 || status_ == 403 || status_ == 404);
    }

  private:
    int status_;
    Kind kind_;
};

struct ClientOptions {
    std::string api_url = "https://api.github.com";
    std::string graphql_url = "https://api.github.com/graphql";
    std::string token;
    http::RetryPolicy retry;
    bool dry_run = false;  // writes are logged with what they would send, and not sent
};

/// A comment body of GitHub: at most this many characters. cut_body() cuts longer text at a line
/// end and says so; our hidden markers at its end stay.
inline constexpr std::size_t kMaxBodyCharacters = 65'536;
std::string cut_body(std::string_view body);

/// Everything the review needs to know first, fetched side by side.
struct PullRequestSnapshot {
    PullRequest pull_request;
    std::vector<PullRequestFile> files;  // empty unless asked for
    /// Issue comments that we wrote and that contain the marker, oldest first.
    std::vector<IssueComment> own_summaries;
    std::vector<ReviewThread> threads;
    std::string viewer_login;  // as GraphQL gives it
};

/// Loop thread only. Every method throws GitHubError, TransportError, JsonError or Interrupted.
class Client {
  public:
    Client(http::Transport& transport, RepositoryName repository, ClientOptions options,
           const loop::Cancel* cancel);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    PullRequest fetch_pull_request(std::int64_t number);
    /// Pages in parallel once the last page is known.
    std::vector<PullRequestFile> fetch_files(std::int64_t number);
    /// Pull request, own summary comments, review threads (GraphQL, all pages), and files when
    /// asked, side by side.
    PullRequestSnapshot fetch_snapshot(std::int64_t number, std::string_view summary_marker,
                                       bool with_files);

    /// One review with event COMMENT, pinned to `commit`; `idempotency_marker` is a hidden text
    /// that `body` contains: when the fate of the request is unknown, it is looked up before
    /// anything is repeated. nullopt: 422, refused.
    std::optional<PostedReview> post_review(std::int64_t number, std::string_view commit,
                                            std::string_view body,
                                            const std::vector<DraftComment>& comments,
                                            std::string_view idempotency_marker);
    /// A comment on a file as a whole (subject_type file). False: 422.
    bool post_file_comment(std::int64_t number, std::string_view commit, std::string_view path,
                           std::string_view body, std::string_view idempotency_marker);
    /// Creates (no id) or updates the issue comment; returns its URL.
    std::string put_issue_comment(std::int64_t number, std::optional<std::int64_t> id,
                                  std::string_view body, std::string_view idempotency_marker);

    bool dry_run() const { return dry_run_; }

  private:
    std::string repository_path() const;
    std::string pull_path(std::int64_t number) const;
    std::string issue_path(std::int64_t number) const;
    void read_discussion(std::int64_t number, std::string_view summary_marker,
                         const http::Response& first_page, PullRequestSnapshot& snapshot);
    /// In a dry run: logs what would be written and returns true. Every write asks this first.
    bool is_only_shown(std::string_view what, std::string_view body) const;

    std::unique_ptr<class Api> api_;
    RepositoryName repository_;
    bool dry_run_;
};

}  // namespace codex::github
