// The event that started the workflow run, read leniently: fields may be missing, null, of an older
// shape, or huge.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "github/types.h"
#include "json/value.h"

namespace codex::github {

enum class EventKind {
    pull_request,
    pull_request_target,
    pull_request_review,
    pull_request_review_comment,
    issue_comment,
    workflow_dispatch,
    schedule,
    other
};

struct Event {
    EventKind kind = EventKind::other;
    std::string name;    // GITHUB_EVENT_NAME as given
    std::string action;  // "opened", …; empty when absent
    /// Of the pull request the event is about; strictly a positive integer in the payload, else
    /// nullopt.
    std::optional<std::int64_t> pull_request_number;
    bool is_on_pull_request = false;  // issue_comment: the issue is a pull request
    std::string sender;               // login
    /// As the payload says: to notice a moved head, never trusted alone.
    std::optional<std::string> head_sha;
    std::optional<std::string> head_repository;
    std::optional<std::string> base_repository;
};

/// Never throws on any JSON value: what is not as expected counts as absent. A workflow_dispatch
/// event names its pull request by the workflow's own input `pr_number`.
Event read_event(std::string_view name, const json::Value& payload);

}  // namespace codex::github
