#include "github/graphql.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/log.h"
#include "base/printable.h"
#include "base/text.h"
#include "github/api.h"
#include "github/client.h"
#include "json/codec.h"

namespace codex::github {
namespace {

// The answers' members, named as GraphQL names them.
struct WirePageInfo {
    bool has_next_page = false;
    std::optional<std::string> end_cursor;
};
struct WireActor {
    std::string login;
};
struct WireComment {
    json::Value full_database_id;
    std::string body;
    std::string url;
    bool viewer_did_author = false;
    std::optional<WireActor> author;
};
struct WireComments {
    WirePageInfo page_info;
    std::vector<std::optional<WireComment>> nodes;
};
struct WireThread {
    std::string id;
    bool is_resolved = false;
    std::string path;
    std::optional<int> line;
    WireComments comments;
};
struct WireThreads {
    WirePageInfo page_info;
    std::vector<std::optional<WireThread>> nodes;
};
struct WirePullRequest {
    WireComments comments;
    WireThreads review_threads;
};
struct WireRepository {
    std::optional<WirePullRequest> pull_request;
};
struct WireNode {
    std::optional<WireComments> comments;
};
struct WireData {
    std::optional<WireActor> viewer;
    std::optional<WireRepository> repository;
    std::optional<WireNode> node;
};
struct WireError {
    std::string type;
    std::string message;
};
struct WireAnswer {
    std::optional<WireData> data;
    std::vector<WireError> errors;
};

}  // namespace
}  // namespace codex::github

template <>
struct codex::json::Describe<codex::github::WirePageInfo> {
    template <class V>
    static void fields(V& v) {
        v("hasNextPage", &codex::github::WirePageInfo::has_next_page);
        v("endCursor", &codex::github::WirePageInfo::end_cursor);
    }
};
template <>
struct codex::json::Describe<codex::github::WireActor> {
    template <class V>
    static void fields(V& v) {
        v("login", &codex::github::WireActor::login);
    }
};
template <>
struct codex::json::Describe<codex::github::WireComment> {
    template <class V>
    static void fields(V& v) {
        using T = codex::github::WireComment;
        v("fullDatabaseId", &T::full_database_id, optional);
        v("body", &T::body);
        v("url", &T::url, optional);
        v("viewerDidAuthor", &T::viewer_did_author);
        v("author", &T::author);
    }
};
template <>
struct codex::json::Describe<codex::github::WireComments> {
    template <class V>
    static void fields(V& v) {
        v("pageInfo", &codex::github::WireComments::page_info);
        v("nodes", &codex::github::WireComments::nodes, optional);
    }
};
template <>
struct codex::json::Describe<codex::github::WireThread> {
    template <class V>
    static void fields(V& v) {
        using T = codex::github::WireThread;
        v("id", &T::id);
        v("isResolved", &T::is_resolved);
        v("path", &T::path);
        v("line", &T::line);
        v("comments", &T::comments);
    }
};
template <>
struct codex::json::Describe<codex::github::WireThreads> {
    template <class V>
    static void fields(V& v) {
        v("pageInfo", &codex::github::WireThreads::page_info);
        v("nodes", &codex::github::WireThreads::nodes, optional);
    }
};
template <>
struct codex::json::Describe<codex::github::WirePullRequest> {
    template <class V>
    static void fields(V& v) {
        v("comments", &codex::github::WirePullRequest::comments);
        v("reviewThreads", &codex::github::WirePullRequest::review_threads);
    }
};
template <>
struct codex::json::Describe<codex::github::WireRepository> {
    template <class V>
    static void fields(V& v) {
        v("pullRequest", &codex::github::WireRepository::pull_request);
    }
};
template <>
struct codex::json::Describe<codex::github::WireNode> {
    template <class V>
    static void fields(V& v) {
        v("comments", &codex::github::WireNode::comments);
    }
};
template <>
struct codex::json::Describe<codex::github::WireData> {
    template <class V>
    static void fields(V& v) {
        v("viewer", &codex::github::WireData::viewer);
        v("repository", &codex::github::WireData::repository);
        v("node", &codex::github::WireData::node);
    }
};
template <>
struct codex::json::Describe<codex::github::WireError> {
    template <class V>
    static void fields(V& v) {
        v("type", &codex::github::WireError::type, optional);
        v("message", &codex::github::WireError::message, optional);
    }
};
template <>
struct codex::json::Describe<codex::github::WireAnswer> {
    template <class V>
    static void fields(V& v) {
        v("data", &codex::github::WireAnswer::data);
        v("errors", &codex::github::WireAnswer::errors, optional);
    }
};

namespace codex::github {
namespace {

using json::Value;

constexpr std::size_t kMaxShownMessages = 300;

constexpr std::string_view kDiscussionQuery =
    R"(query Discussion($owner: String!, $name: String!, $number: Int!, $commentsAfter: String, $threadsAfter: String) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      comments(first: 100, after: $commentsAfter) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId body url viewerDidAuthor author { login } }
      }
      reviewThreads(first: 100, after: $threadsAfter) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id isResolved path line
          comments(first: 100) {
            pageInfo { hasNextPage endCursor }
            nodes { fullDatabaseId body viewerDidAuthor author { login } }
          }
        }
      }
    }
  }
})";

constexpr std::string_view kThreadQuery = R"(query Thread($id: ID!, $after: String) {
  node(id: $id) {
    ... on PullRequestReviewThread {
      comments(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId body viewerDidAuthor author { login } }
      }
    }
  }
})";

// GraphQL gives 64-bit ids as text. 0 when GitHub names none.
std::int64_t id_of(const WireComment& comment) {
    const Value& id = comment.full_database_id;
    if (id.is_null()) return 0;
    const auto number =
        id.as_string() != nullptr ? base::parse_integer(*id.as_string()) : id.as_integer();
    if (number && *number > 0) return *number;
    throw json::JsonError(fmt::format("a comment's fullDatabaseId: expected an integer, found {}",
                                      json::render(id).substr(0, 40)));
}

// Deleted accounts come as null; GitHub shows them as "ghost".
std::string author_of(WireComment& comment) {
    return comment.author ? std::move(comment.author->login) : "ghost";
}

// Without a cursor the next page would be the first one again.
bool has_more(const WirePageInfo& page) {
    return page.has_next_page && page.end_cursor && !page.end_cursor->empty();
}

std::vector<ReviewThread::Comment> to_comments(WireComments& wire) {
    std::vector<ReviewThread::Comment> comments;
    for (auto& node : wire.nodes) {
        if (!node) continue;  // GitHub withholds single nodes as null
        comments.push_back(
            {id_of(*node), author_of(*node), std::move(node->body), node->viewer_did_author});
    }
    return comments;
}

ReviewThread to_thread(WireThread& wire) {
    ReviewThread thread;
    thread.id = std::move(wire.id);
    thread.is_resolved = wire.is_resolved;
    thread.path = std::move(wire.path);
    thread.line = wire.line;
    thread.comments = to_comments(wire.comments);
    return thread;
}

[[noreturn]] void fail(const std::vector<WireError>& errors) {
    std::string messages;
    bool is_refused = false;
    bool is_missing = false;
    bool is_limited = false;
    for (const WireError& error : errors) {
        messages += (messages.empty() ? "" : "; ") + error.message;
        is_refused |= error.type == "FORBIDDEN" || error.type == "INSUFFICIENT_SCOPES" ||
                      error.message == "Resource not accessible by integration";
        is_missing |= error.type == "NOT_FOUND";
        is_limited |= error.type == "RATE_LIMITED";
    }
    messages = messages.empty()
                   ? "GraphQL gave no pull request"
                   : base::render_controls(base::utf8_prefix(messages, kMaxShownMessages));
    using Kind = GitHubError::Kind;
    const std::string text = "cannot read the pull request's discussion: " + messages;
    if (is_limited) throw GitHubError(429, text, Kind::rate_limit);
    if (is_refused) {
        throw GitHubError(
            403, fmt::format("{} (the job needs `permissions: {}`)", text, kReadPermission));
    }
    throw GitHubError(is_missing ? 404 : 200, text);
}

}  // namespace

Value discussion_query(const RepositoryName& repository, std::int64_t number,
                       const std::optional<std::string>& comments_after,
                       const std::optional<std::string>& threads_after) {
    json::Object variables;
    variables.set("owner", repository.owner);
    variables.set("name", repository.name);
    variables.set("number", number);
    if (comments_after) variables.set("commentsAfter", *comments_after);
    if (threads_after) variables.set("threadsAfter", *threads_after);
    return Value::object({{"query", kDiscussionQuery}, {"variables", std::move(variables)}});
}

Value thread_query(std::string_view thread_id, std::string_view after) {
    return Value::object({{"query", kThreadQuery},
                          {"variables", Value::object({{"id", thread_id}, {"after", after}})}});
}

Discussion decode_discussion(const Value& answer) {
    auto wire = json::decode<WireAnswer>(answer);
    if (!wire.data || !wire.data->repository || !wire.data->repository->pull_request)
        fail(wire.errors);
    for (const WireError& error : wire.errors) {
        base::log_debug(fmt::format("GraphQL withholds something: {}",
                                    base::utf8_prefix(error.message, kMaxShownMessages)));
    }
    WirePullRequest& pull = *wire.data->repository->pull_request;
    Discussion discussion;
    if (wire.data->viewer) discussion.viewer = std::move(wire.data->viewer->login);
    for (auto& node : pull.comments.nodes) {
        if (!node) continue;
        discussion.comments.push_back({id_of(*node), author_of(*node), std::move(node->body),
                                       std::move(node->url), node->viewer_did_author});
    }
    for (auto& node : pull.review_threads.nodes) {
        if (!node) continue;
        if (has_more(node->comments.page_info)) {
            discussion.unfinished_threads.push_back(
                {discussion.threads.size(), *node->comments.page_info.end_cursor});
        }
        discussion.threads.push_back(to_thread(*node));
    }
    discussion.more_comments = has_more(pull.comments.page_info);
    discussion.more_threads = has_more(pull.review_threads.page_info);
    discussion.comments_cursor = std::move(pull.comments.page_info.end_cursor);
    discussion.threads_cursor = std::move(pull.review_threads.page_info.end_cursor);
    return discussion;
}

ThreadPage decode_thread_page(const Value& answer) {
    auto wire = json::decode<WireAnswer>(answer);
    if (!wire.data || !wire.data->node || !wire.data->node->comments) fail(wire.errors);
    WireComments& comments = *wire.data->node->comments;
    ThreadPage page;
    page.comments = to_comments(comments);
    if (has_more(comments.page_info)) page.cursor = std::move(comments.page_info.end_cursor);
    return page;
}

void Discussion::append(Discussion page) {
    for (Unfinished& thread : page.unfinished_threads)
        unfinished_threads.push_back({threads.size() + thread.index, std::move(thread.cursor)});
    // Behind its last page a connection is empty, so both can be asked again until both are done.
    comments.insert(comments.end(), std::make_move_iterator(page.comments.begin()),
                    std::make_move_iterator(page.comments.end()));
    threads.insert(threads.end(), std::make_move_iterator(page.threads.begin()),
                   std::make_move_iterator(page.threads.end()));
    if (page.comments_cursor) comments_cursor = std::move(page.comments_cursor);
    if (page.threads_cursor) threads_cursor = std::move(page.threads_cursor);
    more_comments = page.more_comments;
    more_threads = page.more_threads;
}

}  // namespace codex::github
