#include "github/graphql.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "github/client.h"
#include "github/decode.h"
#include "json/codec.h"

namespace codex::github {
namespace {

using json::Value;

// A thread's first comments say whose it is and what it is about.
constexpr std::string_view kQuery =
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
          id isResolved isOutdated path line
          comments(first: 20) { nodes { fullDatabaseId body viewerDidAuthor author { login } } }
        }
      }
    }
  }
})";

bool bool_at(const Value& value, std::string_view name) {
    const Value* member = value.find(name);
    return member != nullptr && member->as_bool() != nullptr && *member->as_bool();
}

// GraphQL gives 64-bit ids as strings.
std::int64_t id_at(const Value& value, std::string_view name) {
    const Value* member = value.find(name);
    if (member == nullptr) return 0;
    if (const std::string* text = member->as_string())
        return base::parse_integer(*text).value_or(0);
    return member->as_integer().value_or(0);
}

std::string author_of(const Value& node) {
    std::string login = optional_string(node.at("author", "login"));
    return login.empty() ? "ghost" : login;
}

const json::Array& nodes_of(const Value& parent, std::string_view name) {
    const Value* nodes = parent.at(name, "nodes");
    if (nodes == nullptr || nodes->as_array() == nullptr) {
        throw json::JsonError(
            fmt::format("$.data.repository.pullRequest.{}.nodes: expected an array", name));
    }
    return *nodes->as_array();
}

void read_cursor(const Value& parent, std::string_view name, bool& more,
                 std::optional<std::string>& cursor) {
    const Value* info = parent.at(name, "pageInfo");
    more = info != nullptr && bool_at(*info, "hasNextPage");
    const std::string end =
        info == nullptr ? std::string() : optional_string(info->find("endCursor"));
    if (!end.empty()) cursor = end;
    // Without a cursor the next page would be the first one again.
    if (end.empty()) more = false;
}

ReviewThread read_thread(const Value& node) {
    ReviewThread thread;
    thread.id = optional_string(node.find("id"));
    thread.is_resolved = bool_at(node, "isResolved");
    thread.is_outdated = bool_at(node, "isOutdated");
    thread.path = optional_string(node.find("path"));
    if (const Value* line = node.find("line")) {
        if (const auto number = line->as_integer()) thread.line = static_cast<int>(*number);
    }
    if (node.at("comments", "nodes") == nullptr) return thread;
    for (const Value& comment : nodes_of(node, "comments")) {
        thread.comments.push_back({id_at(comment, "fullDatabaseId"), author_of(comment),
                                   optional_string(comment.find("body")),
                                   bool_at(comment, "viewerDidAuthor")});
    }
    return thread;
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
    return Value::object({{"query", kQuery}, {"variables", std::move(variables)}});
}

Discussion decode_discussion(const Value& answer) {
    const Value* pull = answer.at("data", "repository", "pullRequest");
    if (pull == nullptr || pull->as_object() == nullptr) {
        std::string messages;
        if (const Value* errors = answer.find("errors");
            errors != nullptr && errors->as_array() != nullptr) {
            for (const Value& error : *errors->as_array()) {
                messages += (messages.empty() ? "" : "; ") + optional_string(error.find("message"));
            }
        }
        constexpr std::size_t kMaxShown = 300;
        throw GitHubError(
            200, fmt::format("cannot read the pull request's discussion: {}",
                             messages.empty()
                                 ? "GraphQL gave no pull request"
                                 : base::render_controls(base::utf8_prefix(messages, kMaxShown))));
    }
    Discussion discussion;
    discussion.viewer = optional_string(answer.at("data", "viewer", "login"));
    for (const Value& node : nodes_of(*pull, "comments")) {
        discussion.comments.push_back(
            {id_at(node, "fullDatabaseId"), author_of(node), optional_string(node.find("body")),
             optional_string(node.find("url")), bool_at(node, "viewerDidAuthor")});
    }
    for (const Value& node : nodes_of(*pull, "reviewThreads"))
        discussion.threads.push_back(read_thread(node));
    read_cursor(*pull, "comments", discussion.more_comments, discussion.comments_cursor);
    read_cursor(*pull, "reviewThreads", discussion.more_threads, discussion.threads_cursor);
    return discussion;
}

void Discussion::append(Discussion page) {
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
