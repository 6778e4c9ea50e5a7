#include "github/event.h"

#include <array>

#include "base/text.h"

namespace codex::github {
namespace {

using json::Value;

std::optional<std::string> nonempty_at(const Value* value) {
    std::string text = json::string_or_empty(value);
    if (text.empty()) return std::nullopt;
    return text;
}

std::optional<std::int64_t> number_at(const Value* value) {
    const auto number = value == nullptr ? std::nullopt : value->as_integer();
    return number && *number > 0 ? number : std::nullopt;
}

struct KindName {
    std::string_view name;
    EventKind kind;
};
constexpr std::array kKinds = {
    KindName{"pull_request", EventKind::pull_request},
    KindName{"pull_request_target", EventKind::pull_request_target},
    KindName{"pull_request_review", EventKind::pull_request_review},
    KindName{"pull_request_review_comment", EventKind::pull_request_review_comment},
    KindName{"issue_comment", EventKind::issue_comment},
    KindName{"workflow_dispatch", EventKind::workflow_dispatch},
    KindName{"schedule", EventKind::schedule},
};

std::optional<std::string> sha_at(const Value* value) {
    auto text = nonempty_at(value);
    if (text && !base::is_commit_id(*text)) text.reset();
    return text;
}

}  // namespace

Event read_event(std::string_view name, const Value& payload) {
    Event event;
    event.name = name;
    for (const KindName& known : kKinds) {
        if (known.name == name) event.kind = known.kind;
    }
    event.action = json::string_or_empty(payload.find("action"));
    event.sender = json::string_or_empty(payload.at("sender", "login"));
    if (const Value* pull = payload.find("pull_request");
        pull != nullptr && pull->as_object() != nullptr) {
        event.pull_request_number = number_at(pull->find("number"));
        event.is_on_pull_request = true;
        event.head_sha = sha_at(pull->at("head", "sha"));
        event.head_repository = nonempty_at(pull->at("head", "repo", "full_name"));
        event.base_repository = nonempty_at(pull->at("base", "repo", "full_name"));
    } else if (const Value* mark = payload.at("issue", "pull_request");
               mark != nullptr && mark->as_object() != nullptr) {
        event.is_on_pull_request = true;
        event.pull_request_number = number_at(payload.at("issue", "number"));
    }
    if (event.kind == EventKind::workflow_dispatch && !event.pull_request_number) {
        // The runner's inputs are strings, whatever type the workflow declares.
        const Value* input = payload.at("inputs", "pr_number");
        event.pull_request_number = number_at(input);
        if (const auto text = nonempty_at(input)) {
            const auto number = base::parse_integer(base::trim(*text));
            if (number && *number > 0) event.pull_request_number = number;
        }
    }
    return event;
}

}  // namespace codex::github
