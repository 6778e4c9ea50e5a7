#include "model/headers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace codex::model {
namespace {

// A header must not carry a line break into the next one, nor bytes that servers refuse.
std::string printable(std::string_view text) {
    std::string made(text);
    std::replace_if(
        made.begin(), made.end(), [](char c) { return c < ' ' || c > '~'; }, '_');
    return made;
}

}  // namespace

std::string user_agent(const Identity& identity) {
    std::string agent = identity.originator + "/" + identity.version;
    if (!identity.os_type.empty()) {
        agent += fmt::format(" ({} {}; {})", identity.os_type, identity.os_version,
                             identity.architecture);
    }
    if (!identity.terminal.empty()) agent += " " + identity.terminal;
    if (!identity.suffix.empty()) agent += " (" + identity.suffix + ")";
    return printable(agent);
}

std::vector<http::Header> request_headers(const Provider& provider, const Auth& auth,
                                          const Identity& identity, const ModelRequest& request) {
    std::vector<http::Header> headers = {{"Content-Type", "application/json"},
                                         {"Accept", "text/event-stream"}};
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) headers.push_back({std::string(name), std::string(value)});
    };
    if (!identity.originator.empty()) {
        add("originator", identity.originator);
        add("User-Agent", user_agent(identity));
        // Nobody but OpenAI makes anything of it.
        if (provider.id == "openai") add("version", identity.version);
    }
    // The names of 2026; servers drop those with "_", which were used before.
    add("session-id", request.conversation_id);
    add("thread-id", request.conversation_id);
    add("x-client-request-id", request.conversation_id);
    add("x-openai-subagent", request.subagent);
    for (http::Header& header : auth_headers(provider, auth)) headers.push_back(std::move(header));
    headers.erase(std::remove_if(headers.begin(), headers.end(),
                                 [&](const http::Header& ours) {
                                     return std::any_of(provider.http_headers.begin(),
                                                        provider.http_headers.end(),
                                                        [&](const http::Header& theirs) {
                                                            return base::equals_ignoring_case(
                                                                ours.name, theirs.name);
                                                        });
                                 }),
                  headers.end());
    headers.insert(headers.end(), provider.http_headers.begin(), provider.http_headers.end());
    for (http::Header& header : headers) header.value = printable(header.value);
    return headers;
}

}  // namespace codex::model
