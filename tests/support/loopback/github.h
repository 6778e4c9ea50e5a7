// GitHub's REST and GraphQL API as far as a review meets it, with state (facts:
// docs.github.com/rest).
//
// github.json (all optional): owner, name, viewer (login without "[bot]"), permissions
// {pull_requests, issues: write|read}, pull_request {number, title, body, user, state, draft,
// merged, head {ref, sha, repo|null}, base {ref, sha}, labels}, files [{filename, status,
// previous_filename, patch, changes}] or files_count, issue_comments [{user, body, mine}], threads
// [{path, line, resolved, comments [{user, body, mine}]}], refuse_comments_containing, latency_ms.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "json/value.h"
#include "tests/support/loopback/exchange.h"

namespace loopback {

class GitHub {
  public:
    GitHub(const codex::json::Value& scenario, std::string diff);

    /// `base` is the address under which the client reached us, for links.
    Answer answer(const Request& request, const std::string& base);
    /// Everything that was written, for tests and the demo.
    codex::json::Value state() const;
    const std::string& diff() const { return diff_; }
    int latency_ms() const { return latency_ms_; }

  private:
    struct Comment {
        std::int64_t id = 0;
        std::string user;
        std::string body;
        bool mine = false;
        std::size_t updates = 0;
    };
    struct Posted {
        std::int64_t id = 0;
        codex::json::Value request;
    };
    Answer pull_request() const;
    Answer files(const Request& request, const std::string& base) const;
    Answer graphql(const Request& request) const;
    Answer post_review(const Request& request);
    Answer post_review_comment(const Request& request);
    Answer post_issue_comment(const Request& request);
    Answer patch_issue_comment(std::int64_t id, const Request& request);
    Answer list_reviews() const;
    codex::json::Value issue_comment(const Comment& comment) const;
    bool may_write(std::string_view permission) const;
    bool is_in_diff(const std::string& path, const std::string& side, std::int64_t line) const;

    codex::json::Value scenario_;
    std::string diff_;
    std::string owner_;
    std::string name_;
    std::string viewer_;
    codex::json::Value pull_;
    std::int64_t number_ = 1;
    int latency_ms_ = 0;
    std::set<std::string> lines_in_diff_;  // "path\nRIGHT\n12"
    std::vector<Comment> issue_comments_;
    std::vector<Posted> reviews_;
    std::vector<Posted> file_comments_;
    std::int64_t next_id_ = 1000;
};

}  // namespace loopback
