#include "agent/session.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/random.h"

namespace codex::agent {
namespace {

using protocol::FunctionCall;
using protocol::FunctionCallOutput;
using protocol::Item;

// Every call has exactly one output, also when the run ends in the middle of it.
class PendingOutput {
  public:
    PendingOutput(std::vector<Item>& history, const FunctionCall& call)
        : history_(history), call_id_(call.call_id) {}
    ~PendingOutput() { history_.push_back(FunctionCallOutput{call_id_, text_}); }
    PendingOutput(const PendingOutput&) = delete;
    PendingOutput& operator=(const PendingOutput&) = delete;
    void set(std::string text) { text_ = std::move(text); }

  private:
    std::vector<Item>& history_;
    std::string call_id_;
    std::string text_ = "aborted";
};

}  // namespace

Session::Session(model::Client& client, std::vector<tools::Tool*> tools, SessionOptions options,
                 const base::Clock& clock, SessionEvents events)
    : client_(client),
      tools_(std::move(tools)),
      options_(std::move(options)),
      clock_(clock),
      events_(std::move(events)),
      started_(clock.now()),
      cache_key_(base::random_uuid()) {}

TurnResult Session::run_turn(std::string_view input,
                             const std::optional<json::Value>& output_schema,
                             const loop::Cancel* cancel) {
    history_.push_back(protocol::Message{protocol::Role::user, std::string(input), {}});
    TurnResult result;
    while (true) {
        check_limits();
        model::ModelRequest request;
        request.model = options_.model;
        request.instructions = options_.instructions;
        request.input = history_;
        request.reasoning_effort = options_.reasoning_effort;
        request.output_schema = output_schema;
        request.prompt_cache_key = cache_key_;
        if (!output_schema) {
            for (const tools::Tool* tool : tools_) {
                const tools::ToolSpec& spec = tool->spec();
                request.tools.push_back({spec.name, spec.description, spec.parameters});
            }
        }
        ++requests_;
        const model::ModelResponse response = client_.sample(request, events_.on_text, cancel);
        usage_ += response.usage;
        result.usage += response.usage;

        std::vector<FunctionCall> calls;
        for (const Item& item : response.items) {
            history_.push_back(item);
            if (const auto* call = std::get_if<FunctionCall>(&item)) calls.push_back(*call);
            if (const auto* message = std::get_if<protocol::Message>(&item)) {
                if (!message->refusal.empty()) {
                    throw model::ModelError(model::ModelErrorKind::content_refused,
                                            "the model refused: " + message->refusal);
                }
                result.last_message = message->text;
            }
        }
        for (const FunctionCall& call : calls) {
            // All outputs behind all calls: what today's API clients send
            // (spec/codex-observed.md 1.3).
            PendingOutput output(history_, call);
            if (tool_calls_ >= options_.limits.max_tool_calls) continue;
            ++tool_calls_;
            ++result.tool_calls;
            output.set(run_tool(call, cancel).text);
        }
        if (response.incomplete_reason) {
            throw LimitReached(
                fmt::format("the model stopped early: {}", *response.incomplete_reason));
        }
        if (calls.empty()) return result;
    }
}

void Session::check_limits() const {
    const Limits& limits = options_.limits;
    if (requests_ >= limits.max_requests) {
        throw LimitReached(fmt::format("{} model requests were not enough", limits.max_requests));
    }
    if (tool_calls_ >= limits.max_tool_calls) {
        throw LimitReached(fmt::format("{} tool calls were not enough", limits.max_tool_calls));
    }
    if (usage_.total_tokens >= limits.max_tokens) {
        throw LimitReached(fmt::format("{} tokens are used of max_tokens {}", usage_.total_tokens,
                                       limits.max_tokens));
    }
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - started_);
    if (elapsed >= limits.max_duration) {
        throw LimitReached(
            fmt::format("{} are used of max_minutes {}", base::render_duration(elapsed),
                        std::chrono::ceil<std::chrono::minutes>(limits.max_duration).count()));
    }
}

tools::ToolOutput Session::run_tool(const FunctionCall& call, const loop::Cancel* cancel) {
    if (events_.on_tool_begin) events_.on_tool_begin(call);
    tools::ToolOutput output{"unsupported call: " + call.name, false};
    for (tools::Tool* tool : tools_) {
        if (tool->spec().name == call.name) {
            output = tool->call(call.arguments, cancel);
            break;
        }
    }
    if (events_.on_tool_end) events_.on_tool_end(call, output);
    return output;
}

}  // namespace codex::agent
