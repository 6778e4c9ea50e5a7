// However the bytes of a model's answer are cut, the same comes of it, and what came of it can be
// sent back.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "json/value.h"
#include "model/request.h"
#include "protocol/items.h"
#include "tests/model/stream_outcome.h"

namespace {

// Small, so that the limit is met too.
constexpr std::size_t kMaxEvent = 2048;

using codex::json::Value;
using codex::protocol::TokenUsage;
using codex::test::StreamOutcome;

void require(bool condition) {
    if (!condition) std::abort();
}

// What we send of an item is read as the item that sends the same, text and all.
void check_items(const std::vector<codex::protocol::Item>& items) {
    for (const auto& item : items) {
        const Value sent = codex::protocol::render_item(item);
        require(codex::json::parse(codex::json::render(sent)) == sent);
        require(codex::protocol::render_item(codex::protocol::parse_item(sent)) == sent);
    }
}

// The chat wire answers each call right behind it, whatever the items are.
void check_chat_request(const std::vector<codex::protocol::Item>& items) {
    codex::model::ModelRequest request;
    request.input = items;
    const Value body = codex::model::render_chat_request(request, {});
    require(codex::json::parse(codex::json::render(body)) == body);
    std::size_t open = 0;
    for (const Value& message : *body.find("messages")->as_array()) {
        const std::string role = codex::json::string_or_empty(message.find("role"));
        require((role == "tool") == (open > 0));
        if (role == "tool") --open;
        const Value* calls = message.find("tool_calls");
        if (calls != nullptr) open = calls->as_array()->size();
    }
    require(open == 0);
}

void check_usage(const TokenUsage& usage) {
    for (const std::int64_t tokens : {usage.input_tokens, usage.cached_input_tokens,
                                      usage.output_tokens, usage.reasoning_output_tokens}) {
        require(tokens >= 0);
    }
    require(usage.total_tokens >= usage.input_tokens + usage.output_tokens);
}

// The same whole and in pieces, and fit to be sent back on both wires.
void check(const StreamOutcome& whole, const StreamOutcome& in_pieces) {
    require(whole == in_pieces);
    require(!whole.response || !whole.failure);
    require(whole.failure.has_value() == !whole.message.empty());
    if (whole.response) {
        check_items(whole.response->items);
        check_chat_request(whole.response->items);
        check_usage(whole.response->usage);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t chunk = 1 + data[0] % 16U;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    check(codex::test::read_stream(text, text.size() + 1, kMaxEvent),
          codex::test::read_stream(text, chunk, kMaxEvent));
    check(codex::test::read_chat(text, text.size() + 1, kMaxEvent),
          codex::test::read_chat(text, chunk, kMaxEvent));
    return 0;
}
