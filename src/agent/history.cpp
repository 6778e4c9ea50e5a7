#include "agent/history.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/overloaded.h"
#include "base/text.h"

namespace codex::agent {
namespace {

using protocol::CustomToolCall;
using protocol::CustomToolCallOutput;
using protocol::FunctionCall;
using protocol::FunctionCallOutput;
using protocol::Item;
using protocol::LocalShellCall;
using protocol::Message;

// What an output says, whatever its type.
FunctionCallOutput body_of_output(const Item& item) {
    if (const auto* output = std::get_if<FunctionCallOutput>(&item)) return *output;
    const auto& custom = std::get<CustomToolCallOutput>(item);
    return {custom.call_id, custom.output, custom.parts, {}, custom.id};
}

bool is_output(const Item& item) {
    return std::holds_alternative<FunctionCallOutput>(item) ||
           std::holds_alternative<CustomToolCallOutput>(item);
}

bool is_call(const Item& item) {
    return std::holds_alternative<FunctionCall>(item) ||
           std::holds_alternative<CustomToolCall>(item) ||
           std::holds_alternative<LocalShellCall>(item);
}

std::string_view answered_id(const Item& item) {
    if (const auto* output = std::get_if<FunctionCallOutput>(&item)) return output->call_id;
    if (const auto* output = std::get_if<CustomToolCallOutput>(&item)) return output->call_id;
    return {};
}

// The output in the type that the call wants; an id of the server belongs to the other type.
Item output_for(const Item& call, const Item* recorded) {
    FunctionCallOutput body{std::string(call_id_of(call)), std::string(kAborted)};
    if (recorded != nullptr) body = body_of_output(*recorded);
    const bool was_custom =
        recorded != nullptr && std::holds_alternative<CustomToolCallOutput>(*recorded);
    const bool wants_custom = std::holds_alternative<CustomToolCall>(call);
    if (was_custom != wants_custom) body.id.clear();
    if (!wants_custom) return body;
    return CustomToolCallOutput{body.call_id, body.output, body.parts, body.id};
}

// The calls that a model made together, until their outputs are behind them.
class Run {
  public:
    Run(std::vector<Item>& result, const std::map<std::string, Item, std::less<>>& outputs)
        : result_(result), outputs_(outputs) {}

    void add(Item call) {
        calls_.push_back(call);
        result_.push_back(std::move(call));
    }
    bool has(std::string_view id) const {
        return std::any_of(calls_.begin(), calls_.end(),
                           [&](const Item& call) { return call_id_of(call) == id; });
    }
    void end() {
        for (const Item& call : calls_) {
            const auto recorded = outputs_.find(call_id_of(call));
            result_.push_back(
                output_for(call, recorded == outputs_.end() ? nullptr : &recorded->second));
        }
        calls_.clear();
    }

  private:
    std::vector<Item>& result_;
    const std::map<std::string, Item, std::less<>>& outputs_;
    std::vector<Item> calls_;
};

}  // namespace

std::string_view call_id_of(const Item& item) {
    if (const auto* call = std::get_if<FunctionCall>(&item)) return call->call_id;
    if (const auto* call = std::get_if<CustomToolCall>(&item)) return call->call_id;
    if (const auto* call = std::get_if<LocalShellCall>(&item))
        return call->call_id.empty() ? call->id : call->call_id;
    return {};
}

std::vector<Item> normalised_history(std::vector<Item> items) {
    std::map<std::string, Item, std::less<>> outputs;
    for (const Item& item : items) {
        if (is_output(item)) outputs.emplace(answered_id(item), item);
    }
    std::vector<Item> result;
    result.reserve(items.size());
    std::set<std::string, std::less<>> seen;
    Run run(result, outputs);
    for (Item& item : items) {
        if (is_output(item)) {
            // What the model calls after it has seen an output is another run.
            if (run.has(answered_id(item))) run.end();
        } else if (is_call(item)) {
            if (!call_id_of(item).empty() && seen.emplace(call_id_of(item)).second)
                run.add(std::move(item));
        } else {
            run.end();
            result.push_back(std::move(item));
        }
    }
    run.end();
    return result;
}

std::size_t drop_oldest(std::vector<Item>& items) {
    if (items.empty()) return 0;
    const Item oldest = std::move(items.front());
    items.erase(items.begin());
    const std::string_view call = call_id_of(oldest);
    const std::string_view answered = answered_id(oldest);
    const auto partner = std::find_if(items.begin(), items.end(), [&](const Item& item) {
        return (!call.empty() && answered_id(item) == call) ||
               (!answered.empty() && call_id_of(item) == answered);
    });
    if (partner == items.end()) return 1;
    items.erase(partner);
    return 2;
}

protocol::InputMessageKind kind_of_user_text(std::string_view text) {
    using protocol::InputMessageKind;
    text = base::trim(text);
    if (text.starts_with("<environment_context>")) return InputMessageKind::environment_context;
    // The second is how today's program introduces them.
    if (text.starts_with("<user_instructions>") ||
        text.starts_with("# AGENTS.md instructions for "))
        return InputMessageKind::user_instructions;
    return InputMessageKind::plain;
}

std::string text_of(const Message& message) {
    if (message.parts.empty()) return message.text;
    std::vector<std::string> texts;
    for (const protocol::ContentPart& part : message.parts) {
        if (const auto* text = std::get_if<protocol::TextContent>(&part))
            texts.push_back(text->text);
    }
    return base::join(texts, "\n");
}

std::vector<std::string> user_texts(const std::vector<Item>& items) {
    std::vector<std::string> texts;
    for (const Item& item : items) {
        const auto* message = std::get_if<Message>(&item);
        if (message == nullptr || message->role != protocol::Role::user) continue;
        std::string text = text_of(*message);
        if (!text.empty() && kind_of_user_text(text) == protocol::InputMessageKind::plain)
            texts.push_back(std::move(text));
    }
    return texts;
}

}  // namespace codex::agent
