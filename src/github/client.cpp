#include "github/client.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "github/api.h"
#include "github/decode.h"
#include "github/graphql.h"

namespace codex::github {
namespace {

using json::Value;

constexpr std::string_view kWritePermission = "pull-requests: write";
constexpr std::size_t kPreviewBytes = 2'000;

std::string url_of(const Value& value) {
    return optional_string(value.find("html_url"));
}

std::int64_t id_of(const Value& value) {
    const Value* id = value.find("id");
    const auto number = id == nullptr ? std::nullopt : id->as_integer();
    if (!number) throw json::JsonError("$.id: expected an integer in GitHub's answer");
    return *number;
}

// The newest item of a list whose body holds the marker of the request that may have been lost.
std::optional<Value> find_marked(const json::Array& items, std::string_view marker) {
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
        if (optional_string(item->find("body")).find(marker) != std::string::npos) return *item;
    }
    return std::nullopt;
}

Value render_comment(const DraftComment& comment) {
    const Value side = comment.on_left ? "LEFT" : "RIGHT";
    json::Object object;
    object.set("path", comment.path);
    object.set("body", comment.body);
    object.set("line", std::int64_t{comment.line});
    object.set("side", side);
    if (comment.start_line) {
        object.set("start_line", std::int64_t{*comment.start_line});
        object.set("start_side", side);
    }
    return object;
}

void log_dry_run(std::string_view what, std::string_view body) {
    base::log_info(
        fmt::format("dry run: would {}:\n{}", what, base::utf8_prefix(body, kPreviewBytes)));
}

}  // namespace

Client::Client(http::Transport& transport, RepositoryName repository, ClientOptions options,
               const loop::Cancel* cancel)
    : repository_(std::move(repository)), dry_run_(options.dry_run) {
    api_ = std::make_unique<Api>(transport, std::move(options), cancel);
}

Client::~Client() = default;

std::string Client::pull_path(std::int64_t number) const {
    return fmt::format("/repos/{}/{}/pulls/{}", base::percent_encode(repository_.owner),
                       base::percent_encode(repository_.name), number);
}

std::string Client::issue_path(std::int64_t number) const {
    return fmt::format("/repos/{}/{}/issues/{}", base::percent_encode(repository_.owner),
                       base::percent_encode(repository_.name), number);
}

PullRequest Client::fetch_pull_request(std::int64_t number) {
    const auto response =
        api_->send(api_->get_request(pull_path(number)), http::Safety::idempotent);
    return decode_pull_request(expect_success(
        response, fmt::format("read pull request #{}", number), "pull-requests: read"));
}

std::vector<PullRequestFile> Client::fetch_files(std::int64_t number) {
    std::vector<PullRequestFile> files;
    for (const Value& item : api_->get_list(pull_path(number) + "/files"))
        files.push_back(decode_file(item));
    if (files.size() >= kMaxListedFiles) {
        base::log_warning(fmt::format("GitHub lists only the first {} files of pull request #{}",
                                      kMaxListedFiles, number));
    }
    return files;
}

PullRequestSnapshot Client::fetch_snapshot(std::int64_t number, std::string_view summary_marker,
                                           bool with_files) {
    const auto responses =
        api_->send_all({api_->get_request(pull_path(number)),
                        api_->graphql_request(discussion_query(repository_, number, {}, {}))});
    PullRequestSnapshot snapshot;
    snapshot.pull_request = decode_pull_request(expect_success(
        responses[0], fmt::format("read pull request #{}", number), "pull-requests: read"));
    try {
        Discussion discussion = decode_discussion(expect_success(
            responses[1], "read the pull request's discussion", "pull-requests: read"));
        for (std::size_t page = 1; discussion.has_more() && page < kMaxPages; ++page) {
            const auto more = api_->send(
                api_->graphql_request(discussion_query(
                    repository_, number, discussion.comments_cursor, discussion.threads_cursor)),
                http::Safety::idempotent);
            discussion.append(decode_discussion(
                expect_success(more, "read the pull request's discussion", "pull-requests: read")));
        }
        if (discussion.has_more())
            base::log_warning(
                fmt::format("the discussion of #{} is longer than {} pages", number, kMaxPages));
        snapshot.viewer_login = std::move(discussion.viewer);
        snapshot.threads = std::move(discussion.threads);
        for (IssueComment& comment : discussion.comments) {
            // A marker alone proves nothing: anybody can copy it.
            if (comment.viewer_did_author &&
                comment.body.find(summary_marker) != std::string::npos) {
                snapshot.own_summaries.push_back(std::move(comment));
            }
        }
    } catch (const GitHubError& error) {
        if (error.status() == 401) throw;
        base::log_warning(
            fmt::format("{}; earlier comments of this action are not known", error.what()));
    }
    if (with_files) snapshot.files = fetch_files(number);
    return snapshot;
}

std::optional<PostedReview> Client::post_review(std::int64_t number, std::string_view commit,
                                                std::string_view body,
                                                const std::vector<DraftComment>& comments,
                                                std::string_view idempotency_marker) {
    json::Array rendered;
    for (const DraftComment& comment : comments) rendered.push_back(render_comment(comment));
    if (dry_run_) {
        std::string preview(body);
        for (const DraftComment& comment : comments) {
            preview += fmt::format("\n\n{}:{}{}\n{}", comment.path, comment.line,
                                   comment.on_left ? " (deleted)" : "", comment.body);
        }
        log_dry_run(fmt::format("post a review of #{} with {} comments", number, comments.size()),
                    preview);
        return PostedReview{0, "", comments.size()};
    }
    const Value request = Value::object({{"commit_id", commit},
                                         {"event", "COMMENT"},
                                         {"body", body},
                                         {"comments", std::move(rendered)}});
    const auto written =
        api_->write(api_->body_request("POST", pull_path(number) + "/reviews", request), [&] {
            return find_marked(api_->get_last_page(pull_path(number) + "/reviews"),
                               idempotency_marker);
        });
    if (written.found)
        return PostedReview{id_of(*written.found), url_of(*written.found), comments.size()};
    if (written.response.status == 422) {
        base::log_debug(
            explain_error(written.response, "post the review", kWritePermission).what());
        return std::nullopt;
    }
    const Value posted = expect_success(
        written.response, fmt::format("post the review of #{}", number), kWritePermission);
    return PostedReview{id_of(posted), url_of(posted), comments.size()};
}

bool Client::post_file_comment(std::int64_t number, std::string_view commit, std::string_view path,
                               std::string_view body, std::string_view idempotency_marker) {
    if (dry_run_) {
        log_dry_run(fmt::format("comment on file {} of #{}", path, number), body);
        return true;
    }
    const Value request = Value::object(
        {{"commit_id", commit}, {"path", path}, {"body", body}, {"subject_type", "file"}});
    const auto written =
        api_->write(api_->body_request("POST", pull_path(number) + "/comments", request), [&] {
            return find_marked(api_->get_last_page(pull_path(number) + "/comments"),
                               idempotency_marker);
        });
    if (written.found) return true;
    if (written.response.status == 422) {
        base::log_debug(
            explain_error(written.response, "comment on a file", kWritePermission).what());
        return false;
    }
    expect_success(written.response, fmt::format("comment on a file of #{}", number),
                   kWritePermission);
    return true;
}

std::string Client::put_issue_comment(std::int64_t number, std::optional<std::int64_t> id,
                                      std::string_view body, std::string_view idempotency_marker) {
    const std::string doing =
        fmt::format("{} the summary comment of #{}", id ? "update" : "write", number);
    if (dry_run_) {
        log_dry_run(doing, body);
        return {};
    }
    const Value request = Value::object({{"body", body}});
    if (id) {
        const std::string path =
            fmt::format("/repos/{}/{}/issues/comments/{}", base::percent_encode(repository_.owner),
                        base::percent_encode(repository_.name), *id);
        // Setting a body is the same however often it is done.
        const auto response =
            api_->send(api_->body_request("PATCH", path, request), http::Safety::idempotent);
        if (response.status != 404)
            return url_of(expect_success(response, doing, kWritePermission));
        base::log_debug("the summary comment is gone; writing a new one");
    }
    const auto written =
        api_->write(api_->body_request("POST", issue_path(number) + "/comments", request), [&] {
            return find_marked(api_->get_last_page(issue_path(number) + "/comments"),
                               idempotency_marker);
        });
    if (written.found) return url_of(*written.found);
    return url_of(expect_success(written.response, doing, kWritePermission));
}

}  // namespace codex::github
