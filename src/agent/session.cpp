#include "agent/session.h"

#include <fmt/format.h>

#include "base/random.h"
#include "base/text.h"

namespace codex::agent {
namespace {

using protocol::FunctionCall;
using protocol::FunctionCallOutput;
using protocol::Item;

// Enough of a made-up name for the model to know it again.
constexpr std::size_t kMaxQuotedName = 100;

// Every call has exactly one output, also when the run ends in the middle of it. All outputs stand
// behind all calls of an answer: what today's API clients send (spec/codex-observed.md 1.3).
class PendingOutputs {
  public:
    PendingOutputs(std::vector<Item>& history, std::vector<FunctionCall> calls)
        : history_(history), calls_(std::move(calls)), texts_(calls_.size(), "aborted") {}
    ~PendingOutputs() {
        for (std::size_t i = 0; i < calls_.size(); ++i)
            history_.push_back(FunctionCallOutput{calls_[i].call_id, std::move(texts_[i])});
    }
    PendingOutputs(const PendingOutputs&) = delete;
    PendingOutputs& operator=(const PendingOutputs&) = delete;

    const std::vector<FunctionCall>& calls() const { return calls_; }
    void set(std::size_t index, std::string text) { texts_[index] = std::move(text); }

  private:
    std::vector<Item>& history_;
    std::vector<FunctionCall> calls_;
    std::vector<std::string> texts_;
};

// What of an answer goes into the history. The API refuses reasoning without the item that it led
// to.
std::vector<Item> kept_items(std::vector<Item> items) {
    while (!items.empty() && std::holds_alternative<protocol::Reasoning>(items.back()))
        items.pop_back();
    return items;
}

std::vector<FunctionCall> calls_of(const std::vector<Item>& items) {
    std::vector<FunctionCall> calls;
    for (const Item& item : items) {
        if (const auto* call = std::get_if<FunctionCall>(&item)) calls.push_back(*call);
    }
    return calls;
}

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
    // A turn with a schema is for the answer alone: what is not offered is not run either.
    const std::vector<tools::Tool*> offered = output_schema ? std::vector<tools::Tool*>() : tools_;
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
        for (const tools::Tool* tool : offered) {
            const tools::ToolSpec& spec = tool->spec();
            request.tools.emplace_back(
                model::FunctionTool{spec.name, spec.description, spec.parameters});
        }
        ++requests_;
        model::StreamEvents stream;
        stream.on_text = [this](const model::Delta& delta) {
            if (events_.on_text) events_.on_text(delta.text);
        };
        model::ModelResponse response = client_.sample(std::move(request), stream, cancel);
        usage_ += response.usage;
        result.usage += response.usage;

        const std::vector<Item> items = kept_items(std::move(response.items));
        history_.insert(history_.end(), items.begin(), items.end());
        PendingOutputs outputs(history_, calls_of(items));
        for (const Item& item : items) {
            const auto* message = std::get_if<protocol::Message>(&item);
            if (message == nullptr || message->role != protocol::Role::assistant) continue;
            if (!message->refusal.empty()) {
                throw model::ModelError(model::ModelErrorKind::content_refused,
                                        "the model refused: " + message->refusal);
            }
            result.last_message = message->text;
        }
        if (response.incomplete_reason) {
            throw LimitReached(
                fmt::format("the model stopped early: {}", *response.incomplete_reason));
        }
        for (std::size_t i = 0; i < outputs.calls().size(); ++i) {
            if (cancel != nullptr) cancel->throw_if_requested();
            if (tool_calls_ >= options_.limits.max_tool_calls) {
                throw LimitReached(
                    fmt::format("{} tool calls were not enough", options_.limits.max_tool_calls));
            }
            ++tool_calls_;
            ++result.tool_calls;
            outputs.set(i, run_tool(outputs.calls()[i], offered, cancel).text);
        }
        if (outputs.calls().empty()) return result;
    }
}

void Session::check_limits() const {
    const Limits& limits = options_.limits;
    if (requests_ >= limits.max_requests) {
        throw LimitReached(fmt::format("{} model requests were not enough", limits.max_requests));
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

tools::ToolOutput Session::run_tool(const FunctionCall& call,
                                    const std::vector<tools::Tool*>& offered,
                                    const loop::Cancel* cancel) {
    if (events_.on_tool_begin) events_.on_tool_begin(call);
    tools::ToolOutput output{
        fmt::format("unsupported call: {}", base::utf8_prefix(call.name, kMaxQuotedName)), false};
    for (tools::Tool* tool : offered) {
        if (tool->spec().name == call.name) {
            output = tool->call(call.arguments, cancel);
            break;
        }
    }
    if (events_.on_tool_end) events_.on_tool_end(call, output);
    return output;
}

}  // namespace codex::agent
