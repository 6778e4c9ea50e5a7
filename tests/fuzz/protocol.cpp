// Any JSON is an event, an operation, an item, or refused with a JsonError; what is read is written
// so that it reads the same again, and no member with something in it is lost.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "json/value.h"
#include "protocol/events.h"
#include "protocol/items.h"
#include "protocol/ops.h"

namespace {

using namespace codex::protocol;
using codex::json::Value;

void require(bool condition) {
    if (!condition) std::abort();
}

bool is_empty(const Value& value) {
    const bool is_empty_array = value.as_array() != nullptr && value.as_array()->empty();
    const bool is_empty_object = value.as_object() != nullptr && value.as_object()->empty();
    return value.is_null() || is_empty_array || is_empty_object;
}

void require_all_members(const Value& original, const Value& written) {
    for (const auto& [name, item] : original.as_object()->members())
        require(is_empty(item) || written.find(name) != nullptr);
}

template <class Parse, class Render>
void check(const Value& value, const Parse& parse, const Render& render, bool keeps_members) {
    std::optional<decltype(parse(value))> read;
    try {
        read.emplace(parse(value));
    } catch (const codex::json::JsonError&) {
        return;
    }
    const Value written = render(*read);
    require(parse(written) == *read);
    // The text says the same: strings of the input are valid UTF-8, numbers finite.
    require(parse(codex::json::parse(codex::json::render(written))) == *read);
    if (keeps_members) require_all_members(value, written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Value value;
    try {
        value = codex::json::parse({reinterpret_cast<const char*>(data), size});
    } catch (const codex::json::JsonError&) {
        return 0;
    }
    check(value, parse_event, render_event, false);
    check(value, parse_event_msg, render_event_msg, true);
    check(value, parse_submission, render_submission, false);
    check(value, parse_op, render_op, true);
    check(
        value, [](const Value& item) { return parse_item(item, ItemIds::kept); },
        [](const Item& item) { return render_item(item, ItemForm::file); }, false);
    return 0;
}
