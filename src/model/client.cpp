#include "model/client.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "http/retry.h"
#include "model/errors.h"
#include "model/stream.h"

namespace codex::model {
namespace {

using protocol::Item;
using std::chrono::milliseconds;

// An answer larger than this is not a review any more; it bounds memory against a server that never
// ends.
constexpr std::size_t kMaxStreamBytes = std::size_t{256} << 20;
constexpr std::size_t kMaxErrorBody = std::size_t{64} << 10;

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

// What the retries of one sampling request have used up. A request that never became a stream has
// its own, smaller budget.
class Budget {
  public:
    explicit Budget(const Provider& provider)
        : most_requests_(std::clamp(provider.request_max_retries, 0, kMaxRetries)),
          most_streams_(std::clamp(provider.stream_max_retries, 0, kMaxRetries)) {}

    /// The next retry; adds what the user should know to `error` and rethrows when there is none.
    /// Only within a handler.
    Retry next(ModelError& error) {
        const bool was_stream = error.kind() == ModelErrorKind::stream_lost;
        int& failures = was_stream ? streams_ : requests_;
        const int most = was_stream ? most_streams_ : most_requests_;
        if (!error.retryable() || failures >= most) {
            if (failures > 0) error.add_context(fmt::format("gave up after {} retries", failures));
            throw;
        }
        ++failures;
        const milliseconds floor = error.retry_after().value_or(milliseconds(0));
        if (floor > policy_.server_delay_budget - server_delayed_) {
            error.add_context(
                fmt::format("the model API asks to wait {}", base::render_duration(floor)));
            throw;
        }
        server_delayed_ += floor;
        return {failures, most, floor + http::backoff(policy_, failures, base::random_fraction()),
                error.what(), was_stream};
    }

  private:
    http::RetryPolicy policy_;
    int most_requests_;
    int most_streams_;
    int requests_ = 0;
    int streams_ = 0;
    milliseconds server_delayed_{0};
};

}  // namespace

Client::Client(http::Transport& transport, Provider provider, Auth auth, Identity identity)
    : transport_(transport),
      provider_(std::move(provider)),
      auth_(std::move(auth)),
      identity_(std::move(identity)) {}

ModelResponse Client::sample(ModelRequest request, const StreamEvents& events,
                             const loop::Cancel* cancel) {
    Budget budget(provider_);
    while (true) {
        std::vector<Item> received;
        Retry retry;
        try {
            return sample_once(request, events, cancel, received);
        } catch (ModelError& error) {
            retry = budget.next(error);
        }
        base::log_warning(fmt::format("model API: {}; retrying {}/{} in {}", retry.reason,
                                      retry.attempt, retry.max_attempts,
                                      base::render_duration(retry.delay)));
        if (events.on_retry) events.on_retry(retry);
        if (events.carry_over && !received.empty()) {
            std::vector<Item> kept = events.carry_over(std::move(received));
            std::move(kept.begin(), kept.end(), std::back_inserter(request.input));
        }
        transport_.loop().sleep(retry.delay, cancel);
    }
}

http::Request Client::make_request(const ModelRequest& request) const {
    http::Request http;
    http.method = "POST";
    http.url = request_url(provider_);
    http.headers = request_headers(provider_, auth_, identity_, request);
    http.body = json::render(render_request(request, provider_));
    http.idle_timeout = provider_.stream_idle_timeout;
    http.max_response_bytes = kMaxStreamBytes;
    return http;
}

std::unique_ptr<StreamReader> Client::make_reader(const ModelRequest& request,
                                                  const StreamEvents& events) const {
    if (provider_.wire_api == WireApi::responses) {
        return std::make_unique<ResponsesReader>(
            events, is_azure(provider_) ? protocol::ItemIds::kept : protocol::ItemIds::dropped);
    }
    std::set<std::string> custom;
    for (const OfferedTool& tool : request.tools) {
        if (const auto* one = std::get_if<CustomTool>(&tool)) custom.insert(one->name);
        if (const auto* one = std::get_if<HostedTool>(&tool)) {
            base::log_debug(fmt::format("Chat Completions has no tool \"{}\": it is not offered",
                                        json::string_or_empty(one->body.find("type"))));
        }
    }
    return std::make_unique<ChatReader>(events, std::move(custom), "call_" + base::random_hex(12));
}

ModelResponse Client::sample_once(const ModelRequest& request, const StreamEvents& events,
                                  const loop::Cancel* cancel, std::vector<Item>& received) {
    if (cancel != nullptr) cancel->throw_if_requested();
    std::unique_ptr<StreamReader> reader;
    try {
        const auto exchange = transport_.start(make_request(request));
        loop::Loop& loop = transport_.loop();
        loop.run_until([&] { return exchange->has_head(); }, cancel);
        http::Response head = exchange->head();
        if (events.on_rate_limits) {
            if (const auto limits = read_rate_limits(head)) events.on_rate_limits(*limits);
        }
        if (head.status != 200) {
            head.body = read_beginning(*exchange, loop, cancel);
            throw explain_error(head, request, provider_, loop.clock().wall());
        }
        reader = make_reader(request, events);
        return read_answer(*exchange, std::move(head), request, *reader, cancel);
    } catch (const http::TransportError& error) {
        if (reader == nullptr) throw explain_unreachable(provider_, error.what());
        if (reader->end()) return reader->result();
        received = reader->finished_items();
        throw explain_lost(provider_, error.what());
    } catch (const ModelError&) {
        if (reader != nullptr) received = reader->finished_items();
        throw;
    }
}

ModelResponse Client::read_answer(http::Exchange& exchange, http::Response head,
                                  const ModelRequest& request, StreamReader& reader,
                                  const loop::Cancel* cancel) {
    loop::Loop& loop = transport_.loop();
    while (true) {
        std::string bytes;
        loop.run_until(
            [&] {
                bytes = exchange.take_body();
                return !bytes.empty() || exchange.finished();
            },
            cancel);
        // The server may keep the connection open behind the last event: that is no reason to wait.
        if (reader.feed(bytes)) return reader.result();
        if (!reader.has_events()) head.body += bytes.substr(0, kMaxErrorBody - head.body.size());
        if (!bytes.empty() || !exchange.finished()) continue;
        exchange.check();
        if (reader.end()) return reader.result();
        if (!reader.has_events() && !claims_to_be_stream(head))
            throw explain_error(head, request, provider_, loop.clock().wall());
        throw explain_lost(provider_, provider_.wire_api == WireApi::chat
                                          ? "the stream ended before a finish_reason"
                                          : "the stream ended before response.completed");
    }
}

}  // namespace codex::model
