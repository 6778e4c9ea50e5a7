#include "github/decode.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "json/codec.h"

namespace codex::github {
namespace {

// The members that we use of GitHub's objects; everything else is ignored.
struct WireRepository {
    std::string full_name;
};
struct WireUser {
    std::string login;
};
struct WireEnd {
    std::string ref;
    std::string sha;
    std::optional<WireRepository> repo;
};
struct WirePullRequest {
    std::int64_t number = 0;
    std::string title;
    std::optional<std::string> body;
    std::optional<WireUser> user;
    std::string state;
    bool draft = false;
    bool merged = false;
    std::string html_url;
    WireEnd base;
    WireEnd head;
};
struct WireFile {
    std::string filename;
    std::string previous_filename;
    std::string status;
    std::int64_t changes = 0;
    std::optional<std::string> patch;
};

}  // namespace
}  // namespace codex::github

template <>
struct codex::json::Describe<codex::github::WireRepository> {
    template <class V>
    static void fields(V& v) {
        v("full_name", &codex::github::WireRepository::full_name);
    }
};
template <>
struct codex::json::Describe<codex::github::WireUser> {
    template <class V>
    static void fields(V& v) {
        v("login", &codex::github::WireUser::login);
    }
};
template <>
struct codex::json::Describe<codex::github::WireEnd> {
    template <class V>
    static void fields(V& v) {
        v("ref", &codex::github::WireEnd::ref);
        v("sha", &codex::github::WireEnd::sha);
        v("repo", &codex::github::WireEnd::repo);
    }
};
template <>
struct codex::json::Describe<codex::github::WirePullRequest> {
    template <class V>
    static void fields(V& v) {
        using T = codex::github::WirePullRequest;
        v("number", &T::number);
        v("title", &T::title);
        v("body", &T::body);
        v("user", &T::user);
        v("state", &T::state);
        v("draft", &T::draft, optional);
        v("merged", &T::merged, optional);
        v("html_url", &T::html_url, optional);
        v("base", &T::base);
        v("head", &T::head);
    }
};
template <>
struct codex::json::Describe<codex::github::WireFile> {
    template <class V>
    static void fields(V& v) {
        using T = codex::github::WireFile;
        v("filename", &T::filename);
        v("previous_filename", &T::previous_filename, optional);
        v("status", &T::status);
        v("changes", &T::changes, optional);
        v("patch", &T::patch);
    }
};

namespace codex::github {
namespace {

BranchEnd to_end(WireEnd wire, std::string_view name) {
    // It goes into requests and to git: nothing but a commit's id may.
    if (!base::is_commit_id(wire.sha)) {
        const json::Path root;
        const json::Path end(root, name);
        json::Path(end, "sha").fail("is not a commit id of 40 hexadecimal digits");
    }
    BranchEnd end{std::move(wire.ref), std::move(wire.sha), std::nullopt};
    if (wire.repo) end.repository = std::move(wire.repo->full_name);
    return end;
}

}  // namespace

PullRequest decode_pull_request(const json::Value& value) {
    auto wire = json::decode<WirePullRequest>(value);
    PullRequest pull;
    pull.number = wire.number;
    pull.title = std::move(wire.title);
    pull.body = std::move(wire.body).value_or("");
    // Deleted accounts come as null; GitHub shows them as "ghost".
    pull.author = wire.user ? std::move(wire.user->login) : "ghost";
    pull.state = std::move(wire.state);
    pull.draft = wire.draft;
    pull.merged = wire.merged;
    pull.url = std::move(wire.html_url);
    pull.base = to_end(std::move(wire.base), "base");
    pull.head = to_end(std::move(wire.head), "head");
    return pull;
}

std::vector<PullRequestFile> decode_files(const json::Value& value) {
    std::vector<PullRequestFile> files;
    for (WireFile& wire : json::decode<std::vector<WireFile>>(value)) {
        PullRequestFile& file = files.emplace_back();
        file.filename = std::move(wire.filename);
        file.previous_filename = std::move(wire.previous_filename);
        file.status = std::move(wire.status);
        file.changes = wire.changes;
        file.patch = std::move(wire.patch);
    }
    return files;
}

}  // namespace codex::github
