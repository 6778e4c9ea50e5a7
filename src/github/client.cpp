// What a run reads from GitHub.
#include "github/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "github/api.h"
#include "github/decode.h"
#include "github/errors.h"
#include "github/graphql.h"

namespace codex::github {
namespace {

using json::Value;

// `decode(value)`, whose JsonError then says what was being read.
template <class Decode>
auto decode_for(std::string_view doing, const Value& value, Decode decode) {
    try {
        return decode(value);
    } catch (json::JsonError& error) {
        error.add_context(fmt::format("cannot {}", doing));
        throw;
    }
}

PullRequest read_pull_request(std::int64_t number, const http::Response& response) {
    const std::string doing = fmt::format("read pull request #{}", number);
    return decode_for(doing, expect_success(response, doing, kReadPermission), decode_pull_request);
}

std::string reading_files(std::int64_t number) {
    return fmt::format("read the files of pull request #{}", number);
}

std::string reading_discussion(std::int64_t number) {
    return fmt::format("read the discussion of pull request #{}", number);
}

std::vector<PullRequestFile> read_files(std::int64_t number, json::Array items) {
    auto files = decode_for(reading_files(number), Value(std::move(items)), decode_files);
    if (files.size() >= kMaxListedFiles) {
        base::log_warning(fmt::format("GitHub lists only the first {} files of pull request #{}",
                                      kMaxListedFiles, number));
    }
    return files;
}

Discussion read_page(std::string_view doing, const http::Response& response) {
    return decode_for(doing, expect_success(response, doing, kReadPermission), decode_discussion);
}

// Threads with more comments than fit into the discussion's own answer; all threads side by side.
void complete_threads(Api& api, std::string_view doing, Discussion& discussion) {
    auto unfinished = std::move(discussion.unfinished_threads);
    for (std::size_t page = 1; !unfinished.empty() && page < kMaxPages; ++page) {
        std::vector<http::Request> requests;
        for (const Discussion::Unfinished& thread : unfinished) {
            requests.push_back(api.graphql_request(
                thread_query(discussion.threads[thread.index].id, thread.cursor)));
        }
        const auto responses = api.send_all(requests);
        std::vector<Discussion::Unfinished> still;
        for (std::size_t i = 0; i < responses.size(); ++i) {
            ThreadPage more = decode_for(
                doing, expect_success(responses[i], doing, kReadPermission), decode_thread_page);
            auto& comments = discussion.threads[unfinished[i].index].comments;
            comments.insert(comments.end(), std::make_move_iterator(more.comments.begin()),
                            std::make_move_iterator(more.comments.end()));
            if (more.cursor) still.push_back({unfinished[i].index, std::move(*more.cursor)});
        }
        unfinished = std::move(still);
    }
    if (!unfinished.empty()) {
        base::log_warning(fmt::format("{} review threads have more than {} pages of comments",
                                      unfinished.size(), kMaxPages));
    }
}

}  // namespace

Client::Client(http::Transport& transport, RepositoryName repository, ClientOptions options,
               const loop::Cancel* cancel)
    : repository_(std::move(repository)), dry_run_(options.dry_run) {
    api_ = std::make_unique<Api>(transport, std::move(options), cancel);
}

Client::~Client() = default;

std::string Client::repository_path() const {
    return fmt::format("/repos/{}/{}", base::percent_encode(repository_.owner),
                       base::percent_encode(repository_.name));
}

std::string Client::pull_path(std::int64_t number) const {
    return fmt::format("{}/pulls/{}", repository_path(), number);
}

std::string Client::issue_path(std::int64_t number) const {
    return fmt::format("{}/issues/{}", repository_path(), number);
}

PullRequest Client::fetch_pull_request(std::int64_t number) {
    return read_pull_request(
        number, api_->send(api_->get_request(pull_path(number)), http::Safety::idempotent));
}

std::vector<PullRequestFile> Client::fetch_files(std::int64_t number) {
    const std::string path = pull_path(number) + "/files";
    const auto first = api_->send(api_->list_request(path), http::Safety::idempotent);
    return read_files(number, api_->complete_list(path, reading_files(number), first));
}

PullRequestSnapshot Client::fetch_snapshot(std::int64_t number, std::string_view summary_marker,
                                           bool with_files) {
    const std::string files_path = pull_path(number) + "/files";
    std::vector<http::Request> requests = {
        api_->get_request(pull_path(number)),
        api_->graphql_request(discussion_query(repository_, number, {}, {}))};
    if (with_files) requests.push_back(api_->list_request(files_path));
    const auto responses = api_->send_all(requests);
    PullRequestSnapshot snapshot;
    snapshot.pull_request = read_pull_request(number, responses[0]);
    if (with_files) {
        snapshot.files = read_files(
            number, api_->complete_list(files_path, reading_files(number), responses[2]));
    }
    try {
        read_discussion(number, summary_marker, responses[1], snapshot);
    } catch (const GitHubError& error) {
        // Anything but a refusal must stop the run: who does not know the earlier comments repeats
        // them.
        if (!error.is_permission_denied() || error.status() == 401) throw;
        base::log_warning(
            fmt::format("{}; earlier comments of this action are not known", error.what()));
    }
    return snapshot;
}

void Client::read_discussion(std::int64_t number, std::string_view summary_marker,
                             const http::Response& first_page, PullRequestSnapshot& snapshot) {
    const std::string doing = reading_discussion(number);
    Discussion discussion = read_page(doing, first_page);
    for (std::size_t page = 1; discussion.has_more() && page < kMaxPages; ++page) {
        const auto response = api_->send(
            api_->graphql_request(discussion_query(repository_, number, discussion.comments_cursor,
                                                   discussion.threads_cursor)),
            http::Safety::idempotent);
        discussion.append(read_page(doing, response));
    }
    if (discussion.has_more()) {
        base::log_warning(fmt::format("the discussion of pull request #{} has more than {} pages",
                                      number, kMaxPages));
    }
    complete_threads(*api_, doing, discussion);
    snapshot.viewer_login = std::move(discussion.viewer);
    snapshot.threads = std::move(discussion.threads);
    for (IssueComment& comment : discussion.comments) {
        // A marker alone proves nothing: anybody can copy it.
        if (comment.viewer_did_author && comment.id != 0 &&
            comment.body.find(summary_marker) != std::string::npos) {
            snapshot.own_summaries.push_back(std::move(comment));
        }
    }
}

}  // namespace codex::github
