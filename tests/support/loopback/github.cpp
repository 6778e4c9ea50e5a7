#include "tests/support/loopback/github.h"

#include "base/text.h"

namespace loopback {
namespace {

using codex::json::Array;
using codex::json::Object;
using codex::json::Value;

constexpr std::size_t kMaxBodyCharacters = 65'536;

Value user(const std::string& login) {
    const bool bot = login.size() > 5 && login.substr(login.size() - 5) == "[bot]";
    return Value::object({{"login", login}, {"id", 41898282}, {"type", bot ? "Bot" : "User"}});
}

Answer error(int status, const std::string& message, Array errors = {}) {
    Object body;
    body.set("message", message);
    if (!errors.empty()) body.set("errors", std::move(errors));
    body.set("documentation_url", "https://docs.github.com/rest");
    body.set("status", std::to_string(status));
    return json_answer(status, body);
}

Answer unprocessable(const std::string& why) {
    return error(422, "Unprocessable Entity", {Value(why)});
}

Answer denied() {
    return error(403, "Resource not accessible by integration");
}

// The lines on which GitHub takes comments: every line that the diff shows, by side.
std::set<std::string> walk_diff(const std::string& diff) {
    std::set<std::string> lines;
    std::string path;
    std::int64_t old_line = 0;
    std::int64_t new_line = 0;
    bool in_hunk = false;
    for (const std::string_view line : codex::base::split_lines(diff)) {
        if (line.rfind("diff --git ", 0) == 0) {
            in_hunk = false;
        } else if (!in_hunk && line.rfind("--- a/", 0) == 0) {
            path = line.substr(6);
        } else if (!in_hunk && line.rfind("+++ b/", 0) == 0) {
            path = line.substr(6);
        } else if (line.rfind("@@ -", 0) == 0) {
            in_hunk = true;
            const auto number = [&](char mark) {
                const std::size_t at = line.find(mark, 3) + 1;
                return codex::base::parse_integer(
                           line.substr(at, line.find_first_of(", ", at) - at))
                    .value_or(0);
            };
            old_line = number('-');
            new_line = number('+');
        } else if (in_hunk && !line.empty() && line.front() != '\\') {
            if (line.front() != '-') lines.insert(path + "\nRIGHT\n" + std::to_string(new_line++));
            if (line.front() != '+') lines.insert(path + "\nLEFT\n" + std::to_string(old_line++));
        }
    }
    return lines;
}

}  // namespace

GitHub::GitHub(const Value& scenario, std::string diff)
    : scenario_(scenario),
      diff_(std::move(diff)),
      owner_(string_at(scenario, "owner", "octo")),
      name_(string_at(scenario, "name", "shop")),
      viewer_(string_at(scenario, "viewer", "github-actions")),
      latency_ms_(static_cast<int>(integer_at(scenario, "latency_ms"))),
      lines_in_diff_(walk_diff(diff_)) {
    if (const Value* pull = scenario_.find("pull_request")) pull_ = *pull;
    number_ = integer_at(pull_, "number", 1);
    if (const Value* comments = scenario_.find("issue_comments")) {
        for (const Value& comment : *comments->as_array()) {
            issue_comments_.push_back({next_id_++, string_at(comment, "user", "someone"),
                                       string_at(comment, "body"), bool_at(comment, "mine"), 0});
        }
    }
}

bool GitHub::may_write(std::string_view permission) const {
    const Value* granted = scenario_.at("permissions", permission);
    return granted == nullptr || granted->as_string() == nullptr ||
           *granted->as_string() == "write";
}

bool GitHub::is_in_diff(const std::string& path, const std::string& side, std::int64_t line) const {
    return lines_in_diff_.count(path + "\n" + side + "\n" + std::to_string(line)) != 0;
}

Answer GitHub::pull_request() const {
    const auto end = [&](const char* which, const std::string& default_ref) {
        const Value* given = pull_.find(which);
        const Value none;
        const Value& side = given == nullptr ? none : *given;
        const Value* repo = side.find("repo");
        const std::string full = owner_ + "/" + name_;
        Value repository = Value::object(
            {{"full_name", repo != nullptr && repo->as_string() ? *repo->as_string() : full}});
        if (repo != nullptr && repo->is_null()) repository = nullptr;
        return Value::object({{"ref", string_at(side, "ref", default_ref)},
                              {"sha", string_at(side, "sha")},
                              {"label", owner_ + ":" + string_at(side, "ref", default_ref)},
                              {"repo", repository}});
    };
    Array labels;
    if (const Value* given = pull_.find("labels")) {
        for (const Value& label : *given->as_array())
            labels.push_back(Value::object({{"name", label}}));
    }
    const std::string number = std::to_string(number_);
    return json_answer(
        200, Value::object(
                 {{"number", number_},
                  {"id", 1},
                  {"title", string_at(pull_, "title", "A change")},
                  {"body", pull_.find("body") == nullptr ? Value(nullptr) : *pull_.find("body")},
                  {"user", user(string_at(pull_, "user", "alice"))},
                  {"state", string_at(pull_, "state", "open")},
                  {"draft", bool_at(pull_, "draft")},
                  {"merged", bool_at(pull_, "merged")},
                  {"merge_commit_sha", nullptr},
                  {"html_url", "https://github.com/" + owner_ + "/" + name_ + "/pull/" + number},
                  {"head", end("head", "feature")},
                  {"base", end("base", "main")},
                  {"labels", std::move(labels)},
                  {"changed_files", integer_at(pull_, "changed_files", 1)}}));
}

Answer GitHub::files(const Request& request, const std::string& base) const {
    Array all;
    if (const Value* given = scenario_.find("files")) all = *given->as_array();
    for (std::int64_t i = 0; i < integer_at(scenario_, "files_count"); ++i) {
        all.push_back(Value::object(
            {{"filename", "src/file" + std::to_string(i) + ".txt"},
             {"status", "modified"},
             {"changes", 2},
             {"patch", "@@ -1 +1 @@\n-old " + std::to_string(i) + "\n+new " + std::to_string(i)}}));
    }
    const std::string page_text = request.parameter("page");
    const auto page = static_cast<std::size_t>(
        page_text.empty() ? 1 : codex::base::parse_integer(page_text).value_or(1));
    const auto size = static_cast<std::size_t>(
        codex::base::parse_integer(request.parameter("per_page")).value_or(30));
    const std::size_t last = all.empty() ? 1 : (all.size() + size - 1) / size;
    Array shown;
    for (std::size_t i = (page - 1) * size; i < std::min(all.size(), page * size); ++i)
        shown.push_back(all[i]);
    Answer answer = json_answer(200, shown);
    if (page < last) {
        const auto link = [&](std::size_t to, const char* rel) {
            return "<" + base + request.path + "?per_page=" + std::to_string(size) +
                   "&page=" + std::to_string(to) + ">; rel=\"" + rel + "\"";
        };
        answer.headers.emplace_back("Link", link(page + 1, "next") + ", " + link(last, "last"));
    }
    return answer;
}

Answer GitHub::graphql(const Request& request) const {
    const Value query = codex::json::parse(request.body);
    if (string_at(query, "query").empty())
        return json_answer(
            200,
            Value::object(
                {{"errors",
                  Array{Value::object({{"message", "A query attribute must be specified"}})}}}));
    const auto no_more = [](std::size_t) {
        return Value::object({{"hasNextPage", false},
                              {"endCursor", nullptr},
                              {"hasPreviousPage", false},
                              {"startCursor", nullptr}});
    };
    Array comments;
    for (const Comment& comment : issue_comments_) {
        comments.push_back(Value::object(
            {{"id", "IC_" + std::to_string(comment.id)},
             {"databaseId", comment.id},
             {"fullDatabaseId", std::to_string(comment.id)},
             {"body", comment.body},
             {"author", Value::object({{"login", comment.user}})},
             {"url", "https://github.com/" + owner_ + "/" + name_ + "/pull/" +
                         std::to_string(number_) + "#issuecomment-" + std::to_string(comment.id)},
             {"viewerDidAuthor", comment.mine}}));
    }
    Array threads;
    const Value* given = scenario_.find("threads");
    std::int64_t id = 500;
    for (std::size_t i = 0; given != nullptr && i < given->as_array()->size(); ++i) {
        const Value& thread = (*given->as_array())[i];
        Array in_thread;
        for (const Value& comment : *thread.find("comments")->as_array()) {
            ++id;
            in_thread.push_back(Value::object(
                {{"id", "PRRC_" + std::to_string(id)},
                 {"databaseId", id},
                 {"fullDatabaseId", std::to_string(id)},
                 {"body", string_at(comment, "body")},
                 {"author", Value::object({{"login", string_at(comment, "user", "someone")}})},
                 {"viewerDidAuthor", bool_at(comment, "mine")}}));
        }
        threads.push_back(Value::object(
            {{"id", "PRRT_" + std::to_string(i)},
             {"isResolved", bool_at(thread, "resolved")},
             {"isOutdated", bool_at(thread, "outdated")},
             {"path", string_at(thread, "path")},
             {"line", integer_at(thread, "line", 1)},
             {"startLine", nullptr},
             {"diffSide", "RIGHT"},
             {"comments", Value::object({{"pageInfo", no_more(0)},
                                         {"totalCount", std::int64_t(in_thread.size())},
                                         {"nodes", in_thread}})}}));
    }
    const Value pull = Value::object(
        {{"comments", Value::object({{"pageInfo", no_more(0)},
                                     {"totalCount", std::int64_t(comments.size())},
                                     {"nodes", comments}})},
         {"reviewThreads", Value::object({{"pageInfo", no_more(0)},
                                          {"totalCount", std::int64_t(threads.size())},
                                          {"nodes", threads}})}});
    return json_answer(
        200, Value::object(
                 {{"data",
                   Value::object(
                       {{"viewer", Value::object({{"login", viewer_}, {"databaseId", 41898282}})},
                        {"repository", Value::object({{"pullRequest", pull}})}})}}));
}

Answer GitHub::post_review(const Request& request) {
    if (!may_write("pull_requests")) return denied();
    const Value body = codex::json::parse(request.body);
    if (string_at(body, "commit_id") != string_at(*pull_.find("head"), "sha"))
        return unprocessable("commit_id is not part of the pull request");
    if (codex::base::utf8_length(string_at(body, "body")) > kMaxBodyCharacters)
        return unprocessable("body is too long");
    const Value* comments = body.find("comments");
    const std::string refused = string_at(scenario_, "refuse_comments_containing");
    for (std::size_t i = 0; comments != nullptr && i < comments->as_array()->size(); ++i) {
        const Value& comment = (*comments->as_array())[i];
        const std::string side = string_at(comment, "side", "RIGHT");
        const std::int64_t line = integer_at(comment, "line");
        const Value* start = comment.find("start_line");
        if (!is_in_diff(string_at(comment, "path"), side, line))
            return unprocessable("Line could not be resolved");
        if (start != nullptr &&
            (start->as_integer().value_or(line) >= line ||
             !is_in_diff(string_at(comment, "path"), string_at(comment, "start_side", side),
                         *start->as_integer()))) {
            return unprocessable("Start line could not be resolved");
        }
        if (!refused.empty() && string_at(comment, "body").find(refused) != std::string::npos)
            return unprocessable("Line could not be resolved");
    }
    reviews_.push_back({next_id_++, body});
    return json_answer(
        200, Value::object({{"id", reviews_.back().id},
                            {"user", user(viewer_ + "[bot]")},
                            {"body", string_at(body, "body")},
                            {"state", "COMMENTED"},
                            {"html_url", "https://github.com/" + owner_ + "/" + name_ + "/pull/" +
                                             std::to_string(number_) + "#pullrequestreview-" +
                                             std::to_string(reviews_.back().id)},
                            {"commit_id", string_at(body, "commit_id")}}));
}

Answer GitHub::list_reviews() const {
    Array reviews;
    for (const Posted& review : reviews_) {
        reviews.push_back(
            Value::object({{"id", review.id},
                           {"user", user(viewer_ + "[bot]")},
                           {"body", string_at(review.request, "body")},
                           {"state", "COMMENTED"},
                           {"html_url", "https://github.com/review-" + std::to_string(review.id)},
                           {"commit_id", string_at(review.request, "commit_id")}}));
    }
    return json_answer(200, reviews);
}

Answer GitHub::post_review_comment(const Request& request) {
    if (!may_write("pull_requests")) return denied();
    const Value body = codex::json::parse(request.body);
    if (string_at(body, "subject_type") != "file")
        return unprocessable("only file-level comments are played");
    file_comments_.push_back({next_id_++, body});
    return json_answer(201, Value::object({{"id", file_comments_.back().id},
                                           {"body", string_at(body, "body")},
                                           {"path", string_at(body, "path")},
                                           {"html_url", "https://github.com/comment"}}));
}

Value GitHub::issue_comment(const Comment& comment) const {
    return Value::object({{"id", comment.id},
                          {"user", user(comment.mine ? viewer_ + "[bot]" : comment.user)},
                          {"body", comment.body},
                          {"html_url", "https://github.com/" + owner_ + "/" + name_ + "/pull/" +
                                           std::to_string(number_) + "#issuecomment-" +
                                           std::to_string(comment.id)}});
}

Answer GitHub::post_issue_comment(const Request& request) {
    if (!may_write("issues")) return denied();
    const std::string body = string_at(codex::json::parse(request.body), "body");
    if (codex::base::utf8_length(body) > kMaxBodyCharacters)
        return unprocessable("body is too long (maximum is 65536 characters)");
    issue_comments_.push_back({next_id_++, viewer_, body, true, 0});
    return json_answer(201, issue_comment(issue_comments_.back()));
}

Answer GitHub::patch_issue_comment(std::int64_t id, const Request& request) {
    for (Comment& comment : issue_comments_) {
        if (comment.id != id) continue;
        if (!comment.mine || !may_write("issues")) return denied();
        comment.body = string_at(codex::json::parse(request.body), "body");
        ++comment.updates;
        return json_answer(200, issue_comment(comment));
    }
    return error(404, "Not Found");
}

Answer GitHub::answer(const Request& request, const std::string& base) {
    if (request.headers.count("user-agent") == 0)
        return error(403, "Request forbidden by administrative rules");
    const auto authorization = request.headers.find("authorization");
    if (authorization == request.headers.end() || authorization->second == "Bearer bad-token")
        return error(401, "Bad credentials");
    const std::string& path = request.path;
    const std::string repo = "/repos/" + owner_ + "/" + name_;
    const std::string pull = repo + "/pulls/" + std::to_string(number_);
    const std::string issue = repo + "/issues/" + std::to_string(number_);
    const auto is = [&](std::string_view method, const std::string& route) {
        return request.method == method && path == route;
    };
    if (is("POST", "/graphql")) return graphql(request);
    if (is("GET", pull)) return pull_request();
    if (is("GET", pull + "/files")) return files(request, base);
    if (is("GET", pull + "/reviews")) return list_reviews();
    if (is("POST", pull + "/reviews")) return post_review(request);
    if (is("POST", pull + "/comments")) return post_review_comment(request);
    if (is("POST", issue + "/comments")) return post_issue_comment(request);
    if (is("GET", pull + "/comments")) {
        Array comments;
        for (const Posted& comment : file_comments_)
            comments.push_back(Value::object({{"id", comment.id},
                                              {"body", string_at(comment.request, "body")},
                                              {"path", string_at(comment.request, "path")},
                                              {"user", user(viewer_ + "[bot]")},
                                              {"html_url", "https://github.com/comment"}}));
        return json_answer(200, comments);
    }
    if (is("GET", issue + "/comments")) {
        Array comments;
        for (const Comment& comment : issue_comments_) comments.push_back(issue_comment(comment));
        return json_answer(200, comments);
    }
    if (is("GET", "/user")) return denied();
    const std::string one = repo + "/issues/comments/";
    if (request.method == "PATCH" && path.rfind(one, 0) == 0) {
        return patch_issue_comment(codex::base::parse_integer(path.substr(one.size())).value_or(0),
                                   request);
    }
    return error(404, "Not Found");
}

Value GitHub::state() const {
    Array reviews;
    for (const Posted& review : reviews_) reviews.push_back(review.request);
    Array files;
    for (const Posted& comment : file_comments_) files.push_back(comment.request);
    Array comments;
    for (const Comment& comment : issue_comments_) {
        comments.push_back(Value::object({{"id", comment.id},
                                          {"user", comment.user},
                                          {"body", comment.body},
                                          {"mine", comment.mine},
                                          {"updates", std::int64_t(comment.updates)}}));
    }
    return Value::object(
        {{"reviews", reviews}, {"file_comments", files}, {"issue_comments", comments}});
}

}  // namespace loopback
