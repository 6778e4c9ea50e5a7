// Any JSON is an event payload: reading it never throws, and what comes out keeps its promises.
#include "github/event.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/value.h"

namespace json = codex::json;
namespace github = codex::github;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    json::Value payload;
    try {
        payload = json::parse(text);
    } catch (const json::JsonError&) {
        return 0;
    }
    for (const std::string_view name :
         {"pull_request", "issue_comment", "pull_request_review", "workflow_dispatch", "push"}) {
        const github::Event event = github::read_event(name, payload);
        if (event.pull_request_number && *event.pull_request_number <= 0) std::abort();
        if (event.head_sha &&
            (event.head_sha->size() != 40 ||
             event.head_sha->find_first_not_of("0123456789abcdef") != std::string::npos))
            std::abort();
        if (event.is_on_pull_request && payload.as_object() == nullptr) std::abort();
    }
    return 0;
}
