// The GraphQL queries: our own comments and the review threads of a pull request. Private to this
// module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "github/types.h"
#include "json/value.h"

namespace codex::github {

/// The request body for the page behind each cursor; absent: the first page.
json::Value discussion_query(const RepositoryName& repository, std::int64_t number,
                             const std::optional<std::string>& comments_after,
                             const std::optional<std::string>& threads_after);
/// Further comments of one review thread.
json::Value thread_query(std::string_view thread_id, std::string_view after);

struct Discussion {
    std::string viewer;
    std::vector<IssueComment> comments;
    std::vector<ReviewThread> threads;
    /// A thread that has more comments than came, by its index, and where they go on.
    struct Unfinished {
        std::size_t index = 0;
        std::string cursor;
    };
    std::vector<Unfinished> unfinished_threads;
    std::optional<std::string> comments_cursor;  // end of what came; absent while nothing did
    std::optional<std::string> threads_cursor;
    bool more_comments = false;
    bool more_threads = false;

    bool has_more() const { return more_comments || more_threads; }
    /// Takes a later page; what was already complete before stays as it is.
    void append(Discussion page);
};

struct ThreadPage {
    std::vector<ReviewThread::Comment> comments;
    std::optional<std::string> cursor;  // set while there are more
};

/// Both throw GitHubError with GraphQL's own messages (an answer with errors has HTTP status 200; a
/// refusal counts as 403, an unknown object as 404, a spent rate limit as 429), and JsonError with
/// the path of what is not as it should be.
Discussion decode_discussion(const json::Value& answer);
ThreadPage decode_thread_page(const json::Value& answer);

}  // namespace codex::github
