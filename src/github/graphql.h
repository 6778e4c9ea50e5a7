// The one GraphQL query: our own comments and the review threads of a pull request. Private to this
// module.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "github/types.h"
#include "json/value.h"

namespace codex::github {

/// The request body for the page behind each cursor; absent: the first page.
json::Value discussion_query(const RepositoryName& repository, std::int64_t number,
                             const std::optional<std::string>& comments_after,
                             const std::optional<std::string>& threads_after);

struct Discussion {
    std::string viewer;
    std::vector<IssueComment> comments;
    std::vector<ReviewThread> threads;
    std::optional<std::string> comments_cursor;  // set while there are more
    std::optional<std::string> threads_cursor;
    bool more_comments = false;
    bool more_threads = false;

    bool has_more() const { return more_comments || more_threads; }
    /// Takes a later page; what was already complete before stays as it is.
    void append(Discussion page);
};

/// Throws GitHubError with GraphQL's own messages (an answer with errors has HTTP status 200),
/// JsonError otherwise.
Discussion decode_discussion(const json::Value& answer);

}  // namespace codex::github
