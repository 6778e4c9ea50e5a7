// What a run writes to GitHub.
#include <fmt/format.h>
#include "github/client.h"

#include "base/log.h"
#include "base/printable.h"
#include "base/text.h"
#include "github/api.h"
#include "github/decode.h"
#include "github/errors.h"

namespace codex::github {
namespace {

using json::Value;

constexpr std::string_view kWritePermission = "pull-requests: write";
constexpr std::size_t kPreviewBytes = 2'000;

std::string url_of(const Value& value) {
    return json::string_or_empty(value.find("html_url"));
}

std::int64_t id_of(const Value& value) {
    const Value* id = value.find("id");
    const auto number = id == nullptr ? std::nullopt : id->as_integer();
    if (!number) throw json::JsonError("$.id: expected an integer in GitHub's answer");
    return *number;
}

Value render_comment(const DraftComment& comment) {
    const Value side = comment.on_left ? "LEFT" : "RIGHT";
    json::Object object;
    object.set("path", comment.path);
    object.set("body", comment.body);
    object.set("line", std::int64_t{comment.line});
    object.set("side", side);
    // GitHub refuses a range of one line.
    if (comment.start_line && *comment.start_line < comment.line) {
        object.set("start_line", std::int64_t{*comment.start_line});
        object.set("start_side", side);
    }
    return object;
}

std::string render_preview(std::string_view body, const std::vector<DraftComment>& comments) {
    std::string preview(body);
    for (const DraftComment& comment : comments) {
        preview += fmt::format("\n\n{}:{}{}\n{}", comment.path, comment.line,
                               comment.on_left ? " (deleted)" : "", comment.body);
    }
    return preview;
}

// Posts to a list; of unknown fate, the marker tells in that same list whether it is there.
Api::Written post_to_list(Api& api, const std::string& list, const Value& body,
                          std::string_view marker) {
    return api.write(api.body_request("POST", list, body), [&]() -> std::optional<Value> {
        const json::Array newest = api.get_newest(list, "look up what was written");
        for (auto item = newest.rbegin(); item != newest.rend(); ++item) {
            if (json::string_or_empty(item->find("body")).find(marker) != std::string::npos)
                return *item;
        }
        return std::nullopt;
    });
}

// nullopt: GitHub finds the content unacceptable (422).
std::optional<Value> take_unless_refused(const Api::Written& written, std::string_view doing) {
    if (written.found) return written.found;
    if (written.response.status == 422) {
        base::log_debug(explain_error(written.response, doing, kWritePermission).what());
        return std::nullopt;
    }
    return expect_success(written.response, doing, kWritePermission);
}

}  // namespace

bool Client::is_only_shown(std::string_view what, std::string_view body) const {
    if (!dry_run_) return false;
    const std::string_view shown = base::utf8_prefix(body, kPreviewBytes);
    base::log_info(fmt::format(
        "dry run: would {}:\n{}{}", what, shown,
        shown.size() == body.size() ? "" : fmt::format("\n… ({} bytes in all)", body.size())));
    return true;
}

std::optional<PostedReview> Client::post_review(std::int64_t number, std::string_view commit,
                                                std::string_view body,
                                                const std::vector<DraftComment>& comments,
                                                std::string_view idempotency_marker) {
    const std::string doing = fmt::format("post a review of #{} with {} comment{}", number,
                                          comments.size(), comments.size() == 1 ? "" : "s");
    if (is_only_shown(doing, render_preview(body, comments)))
        return PostedReview{0, "", comments.size()};
    json::Array rendered;
    for (const DraftComment& comment : comments) rendered.push_back(render_comment(comment));
    const Value request = Value::object({{"commit_id", commit},
                                         {"event", "COMMENT"},
                                         {"body", body},
                                         {"comments", std::move(rendered)}});
    const auto posted = take_unless_refused(
        post_to_list(*api_, pull_path(number) + "/reviews", request, idempotency_marker), doing);
    if (!posted) return std::nullopt;
    return PostedReview{id_of(*posted), url_of(*posted), comments.size()};
}

bool Client::post_file_comment(std::int64_t number, std::string_view commit, std::string_view path,
                               std::string_view body, std::string_view idempotency_marker) {
    const std::string doing =
        fmt::format("comment on file {} of #{}", base::render_controls(path), number);
    if (is_only_shown(doing, body)) return true;
    const Value request = Value::object(
        {{"commit_id", commit}, {"path", path}, {"body", body}, {"subject_type", "file"}});
    return take_unless_refused(
               post_to_list(*api_, pull_path(number) + "/comments", request, idempotency_marker),
               doing)
        .has_value();
}

std::string Client::put_issue_comment(std::int64_t number, std::optional<std::int64_t> id,
                                      std::string_view body, std::string_view idempotency_marker) {
    const std::string doing =
        fmt::format("{} the summary comment of #{}", id ? "update" : "write", number);
    if (is_only_shown(doing, body)) return {};
    const Value request = Value::object({{"body", body}});
    if (id) {
        const std::string path = fmt::format("{}/issues/comments/{}", repository_path(), *id);
        // Setting a body is the same however often it is done.
        const auto response =
            api_->send(api_->body_request("PATCH", path, request), http::Safety::idempotent);
        if (response.status != 404)
            return url_of(expect_success(response, doing, kWritePermission));
        base::log_debug("the summary comment is gone; writing a new one");
    }
    const auto written =
        post_to_list(*api_, issue_path(number) + "/comments", request, idempotency_marker);
    if (written.found) return url_of(*written.found);
    return url_of(expect_success(written.response, doing, kWritePermission));
}

}  // namespace codex::github
