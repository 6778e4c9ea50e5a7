// The model API: one request out, a stream of items back, and what its errors mean for a
// maintainer.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "http/retry.h"
#include "http/transport.h"
#include "json/value.h"
#include "protocol/items.h"

namespace codex::model {

/// A model endpoint that speaks the Responses API.
struct Provider {
    std::string id = "openai";
    std::string base_url = "https://api.openai.com/v1";  // "/responses" is appended
    std::string api_key;
    std::vector<http::Header> headers;
    int request_max_retries = 4;
    int stream_max_retries = 5;
    std::chrono::milliseconds stream_idle_timeout{300'000};
};

struct OfferedTool {
    std::string name;
    std::string description;
    json::Value parameters;
};

struct ModelRequest {
    std::string model;
    std::string instructions;
    std::vector<protocol::Item> input;
    std::vector<OfferedTool> tools;
    std::optional<std::string> reasoning_effort;  // left out for models that do not reason
    std::optional<json::Value> output_schema;     // strict JSON schema of the answer's text
    std::string prompt_cache_key;
};

/// What a sampling request gave: every finished item, in order.
struct ModelResponse {
    std::string id;
    std::vector<protocol::Item> items;
    protocol::TokenUsage usage;
    /// Of response.incomplete: "max_output_tokens", "content_filter".
    std::optional<std::string> incomplete_reason;
    friend bool operator==(const ModelResponse&, const ModelResponse&) = default;
};

/// Kinds of failure that need different action of the maintainer. The message says what to do.
enum class ModelErrorKind {
    bad_key,
    no_quota,
    model_unknown,
    context_too_long,
    rate_limited,
    overloaded,
    bad_request,
    content_refused,
    unreachable,
    stream_lost,
    protocol
};

class ModelError : public base::Error {
  public:
    ModelError(ModelErrorKind kind, std::string message,
               std::optional<std::chrono::milliseconds> retry_after = {})
        : Error(std::move(message)), kind_(kind), retry_after_(retry_after) {}
    ModelErrorKind kind() const { return kind_; }
    std::optional<std::chrono::milliseconds> retry_after() const { return retry_after_; }
    /// Worth trying the same request again (stream_lost, overloaded, rate_limited, unreachable).
    bool retryable() const;

  private:
    ModelErrorKind kind_;
    std::optional<std::chrono::milliseconds> retry_after_;
};

/// Called while the stream runs: a piece of the answer's text, for --stream-agent-messages.
using TextDelta = std::function<void(std::string_view)>;

/// Loop thread only. Tells of each retry through base::log.
class Client {
  public:
    Client(http::Transport& transport, Provider provider);

    /// One sampling request: HTTP retries (request_max_retries) and reconnects of a lost stream
    /// (stream_max_retries), the server's delays as a floor, all of them together up to ten
    /// minutes. Throws ModelError, Interrupted.
    ModelResponse sample(const ModelRequest& request, const TextDelta& on_text,
                         const loop::Cancel* cancel);

  private:
    ModelResponse sample_once(const http::Request& http_request, const ModelRequest& request,
                              const TextDelta& on_text, const loop::Cancel* cancel);
    http::Transport& transport_;
    Provider provider_;
};

/// Pure: the request body (spec/codex-observed.md 1.2).
json::Value render_request(const ModelRequest& request);

}  // namespace codex::model
