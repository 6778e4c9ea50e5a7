#include "model/client.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "model/errors.h"
#include "model/stream.h"

namespace codex::model {
namespace {

using json::Array;
using json::Object;
using json::Value;

// An answer larger than this is not a review any more; it bounds memory against a server that never
// ends.
constexpr std::size_t kMaxStreamBytes = std::size_t{256} << 20;
constexpr std::size_t kMaxErrorBody = std::size_t{64} << 10;

http::Request make_request(const ModelRequest& request, const Provider& provider) {
    http::Request http;
    http.method = "POST";
    http.url = provider.base_url + "/responses";
    http.headers = {{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}};
    if (!provider.api_key.empty()) {
        http.headers.push_back({"Authorization", "Bearer " + provider.api_key});
    }
    http.headers.insert(http.headers.end(), provider.headers.begin(), provider.headers.end());
    http.body = json::render(render_request(request));
    http.idle_timeout = provider.stream_idle_timeout;
    http.max_response_bytes = kMaxStreamBytes;
    return http;
}

// As much of an error's body as an explanation needs: a server that never ends it is not waited
// for.
std::string read_beginning(http::Exchange& exchange, loop::Loop& loop, const loop::Cancel* cancel) {
    std::string body;
    loop.run_until(
        [&] {
            body += exchange.take_body();
            return body.size() >= kMaxErrorBody || exchange.finished();
        },
        cancel);
    body += exchange.take_body();
    body.resize(std::min(body.size(), kMaxErrorBody));
    return body;
}

bool claims_to_be_stream(const http::Response& head) {
    const auto type = head.header("Content-Type");
    return !type || base::to_lower(*type).starts_with("text/event-stream");
}

// Models that do not reason refuse a request that speaks of it ("Encrypted content is not supported
// with this model"); what we do not know gets what was asked for.
bool can_reason(std::string_view model) {
    constexpr std::string_view kWithout[] = {"gpt-3", "gpt-4", "chatgpt-", "gpt-5-chat"};
    return std::none_of(std::begin(kWithout), std::end(kWithout),
                        [&](std::string_view begin) { return model.starts_with(begin); });
}

// Reasoning is not stored by the server (store is false): it comes to us encrypted, and we carry
// it. What came without its content is a reference to nothing, which the API refuses.
bool is_sent_back(const protocol::Item& item) {
    const auto* reasoning = std::get_if<protocol::Reasoning>(&item);
    return reasoning == nullptr || reasoning->encrypted_content.has_value();
}

}  // namespace

bool ModelError::retryable() const {
    switch (kind_) {
        case ModelErrorKind::rate_limited:
        case ModelErrorKind::overloaded:
        case ModelErrorKind::unreachable:
        case ModelErrorKind::stream_lost:
            return true;
        case ModelErrorKind::bad_key:
        case ModelErrorKind::no_quota:
        case ModelErrorKind::model_unknown:
        case ModelErrorKind::context_too_long:
        case ModelErrorKind::bad_request:
        case ModelErrorKind::content_refused:
        case ModelErrorKind::protocol:
            return false;
    }
    return false;
}

Value render_request(const ModelRequest& request) {
    Object body;
    body.set("model", request.model);
    body.set("instructions", request.instructions);
    Array input;
    for (const protocol::Item& item : request.input) {
        if (is_sent_back(item)) input.push_back(protocol::render_item(item));
    }
    body.set("input", std::move(input));
    Array tools;
    for (const OfferedTool& tool : request.tools) {
        tools.push_back(Value::object({{"type", "function"},
                                       {"name", tool.name},
                                       {"description", tool.description},
                                       {"strict", false},
                                       {"parameters", tool.parameters}}));
    }
    body.set("tools", std::move(tools));
    body.set("tool_choice", "auto");
    body.set("parallel_tool_calls", false);
    if (request.reasoning_effort && can_reason(request.model)) {
        body.set("reasoning", Value::object({{"effort", *request.reasoning_effort}}));
        body.set("include", Array{"reasoning.encrypted_content"});
    }
    body.set("store", false);
    body.set("stream", true);
    if (!request.prompt_cache_key.empty()) body.set("prompt_cache_key", request.prompt_cache_key);
    if (request.output_schema) {
        body.set("text",
                 Value::object({{"format", Value::object({{"type", "json_schema"},
                                                          {"name", "codex_output_schema"},
                                                          {"strict", true},
                                                          {"schema", *request.output_schema}})}}));
    }
    return body;
}

Client::Client(http::Transport& transport, Provider provider)
    : transport_(transport), provider_(std::move(provider)) {}

ModelResponse Client::sample(const ModelRequest& request, const TextDelta& on_text,
                             const loop::Cancel* cancel) {
    using std::chrono::milliseconds;
    const http::Request http_request = make_request(request, provider_);
    const http::RetryPolicy policy;
    int request_failures = 0;
    int stream_failures = 0;
    milliseconds server_delayed{0};
    while (true) {
        try {
            return sample_once(http_request, request, on_text, cancel);
        } catch (ModelError& error) {
            // A request that never became a stream has its own, smaller budget.
            const bool was_stream = error.kind() == ModelErrorKind::stream_lost;
            int& failures = was_stream ? stream_failures : request_failures;
            const int budget =
                was_stream ? provider_.stream_max_retries : provider_.request_max_retries;
            if (!error.retryable() || failures >= budget) {
                if (failures > 0)
                    error.add_context(fmt::format("gave up after {} retries", failures));
                throw;
            }
            ++failures;
            const milliseconds floor = error.retry_after().value_or(milliseconds(0));
            if (floor > policy.server_delay_budget - server_delayed) {
                error.add_context(
                    fmt::format("the model API asks to wait {}", base::render_duration(floor)));
                throw;
            }
            server_delayed += floor;
            const milliseconds delay =
                floor + http::backoff(policy, failures, base::random_fraction());
            base::log_warning(fmt::format("model API: {}; retrying {}/{} in {}", error.what(),
                                          failures, budget, base::render_duration(delay)));
            transport_.loop().sleep(delay, cancel);
        }
    }
}

ModelResponse Client::sample_once(const http::Request& http_request, const ModelRequest& request,
                                  const TextDelta& on_text, const loop::Cancel* cancel) {
    if (cancel != nullptr) cancel->throw_if_requested();
    bool stream_began = false;
    try {
        const auto exchange = transport_.start(http_request);
        loop::Loop& loop = transport_.loop();
        loop.run_until([&] { return exchange->has_head(); }, cancel);
        http::Response head = exchange->head();
        if (head.status != 200) {
            head.body = read_beginning(*exchange, loop, cancel);
            throw explain_error(head, request, provider_, loop.clock().wall());
        }
        stream_began = true;
        StreamReader reader(on_text);
        while (true) {
            std::string bytes;
            loop.run_until(
                [&] {
                    bytes = exchange->take_body();
                    return !bytes.empty() || exchange->finished();
                },
                cancel);
            // The server may keep the connection open behind the last event: that is no reason to
            // wait.
            if (reader.feed(bytes)) return reader.result();
            if (!reader.has_events()) {
                head.body += bytes.substr(0, kMaxErrorBody - head.body.size());
            }
            if (bytes.empty() && exchange->finished()) {
                exchange->check();
                if (!reader.has_events() && !claims_to_be_stream(head))
                    throw explain_error(head, request, provider_, loop.clock().wall());
                throw ModelError(ModelErrorKind::stream_lost,
                                 fmt::format("the answer of {} broke off: the stream ended before "
                                             "response.completed",
                                             provider_.base_url));
            }
        }
    } catch (const http::TransportError& error) {
        if (stream_began) {
            throw ModelError(
                ModelErrorKind::stream_lost,
                fmt::format("the answer of {} broke off: {}", provider_.base_url, error.what()));
        }
        throw ModelError(ModelErrorKind::unreachable,
                         fmt::format("{} cannot be reached: {}", provider_.base_url, error.what()));
    }
}

}  // namespace codex::model
