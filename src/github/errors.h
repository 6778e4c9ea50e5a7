// What GitHub's refusals mean for the maintainer of a workflow. Private to this module.
#pragma once

#include <string_view>

#include "github/client.h"
#include "http/transport.h"
#include "json/value.h"

namespace codex::github {

/// The body as JSON when the status is 2xx; otherwise GitHubError that says what a maintainer must
/// do. `doing` reads "read pull request #12"; `permission` is the `permissions:` line that it
/// needs.
json::Value expect_success(const http::Response& response, std::string_view doing,
                           std::string_view permission);
GitHubError explain_error(const http::Response& response, std::string_view doing,
                          std::string_view permission);

}  // namespace codex::github
