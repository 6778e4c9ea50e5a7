// The agent: a conversation of turns. A turn samples the model and runs its tool calls until it has
// no more to ask.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/client.h"
#include "protocol/items.h"
#include "tools/tool.h"

namespace codex::agent {

/// Bounds of a whole conversation; reaching one ends it with LimitReached and is reported.
struct Limits {
    std::chrono::milliseconds max_duration{std::chrono::minutes(30)};
    std::int64_t max_tokens = 2'000'000;  // input and output, all requests together
    int max_requests = 200;               // sampling requests
    std::size_t max_tool_calls = 1'000;
};

class LimitReached : public base::Error {
  public:
    using Error::Error;
};

struct SessionOptions {
    std::string model;
    std::string instructions;
    std::optional<std::string> reasoning_effort;
    Limits limits;
};

/// What happened, for the printers: one call per event, on the loop thread.
struct SessionEvents {
    std::function<void(std::string_view delta)> on_text = {};
    std::function<void(const protocol::FunctionCall&)> on_tool_begin = {};
    std::function<void(const protocol::FunctionCall&, const tools::ToolOutput&)> on_tool_end = {};
};

struct TurnResult {
    std::string last_message;    // text of the last assistant message; empty when there was none
    protocol::TokenUsage usage;  // of this turn
    std::size_t tool_calls = 0;
};

/// Loop thread only; one turn at a time. The history holds every call with exactly one output, also
/// after an exception ("aborted"), so that a later turn may go on.
class Session {
  public:
    Session(model::Client& client, std::vector<tools::Tool*> tools, SessionOptions options,
            const base::Clock& clock, SessionEvents events = {});

    /// Throws ModelError, LimitReached, Interrupted, SandboxError. With `output_schema` no tools
    /// are offered, and a call of one is answered as unsupported.
    TurnResult run_turn(std::string_view input, const std::optional<json::Value>& output_schema,
                        const loop::Cancel* cancel);

    const protocol::TokenUsage& usage() const { return usage_; }
    const std::vector<protocol::Item>& history() const { return history_; }

  private:
    void check_limits() const;
    tools::ToolOutput run_tool(const protocol::FunctionCall& call,
                               const std::vector<tools::Tool*>& offered,
                               const loop::Cancel* cancel);

    model::Client& client_;
    std::vector<tools::Tool*> tools_;
    SessionOptions options_;
    const base::Clock& clock_;
    SessionEvents events_;
    base::Steady started_;
    std::vector<protocol::Item> history_;
    protocol::TokenUsage usage_;
    int requests_ = 0;
    std::size_t tool_calls_ = 0;
    std::string cache_key_;
};

}  // namespace codex::agent
