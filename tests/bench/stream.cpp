// Read long answers of a model, as the two wire forms stream them. Usage: bench_stream [MB]
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>

#include "model/stream.h"

namespace {

using codex::model::ChatReader;
using codex::model::Delta;
using codex::model::ResponsesReader;
using codex::model::StreamEvents;
using codex::model::StreamReader;

// What one read of a socket gives.
constexpr std::size_t kChunk = 16'384;

constexpr const char* kResponsesEvent =
    "event: response.output_text.delta\n"
    R"(data: {"type":"response.output_text.delta","item_id":"msg_68a1b2c3d4e5f60718293a4b5c6d7e8f",)"
    R"("output_index":0,"content_index":0,"delta":" some words","sequence_number":1234,)"
    R"("logprobs":[]})"
    "\n\n";
// Texts with escapes and other letters go the longer way.
constexpr const char* kEscapedEvent =
    "event: response.output_text.delta\n"
    R"(data: {"type":"response.output_text.delta","item_id":"msg_68a1b2c3d4e5f60718293a4b5c6d7e8f",)"
    R"("output_index":0,"content_index":0,"delta":"\n\"ä\"","sequence_number":1234,)"
    R"("logprobs":[]})"
    "\n\n";
constexpr const char* kChatEvent =
    R"(data: {"id":"chatcmpl-123","object":"chat.completion.chunk","created":1694268190,)"
    R"("model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":" some words"},)"
    R"("logprobs":null,"finish_reason":null}]})"
    "\n\n";

long peak_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

void measure(const char* name, std::string_view event, std::size_t bytes, StreamReader& reader) {
    std::string block;
    while (block.size() < kChunk * 16) block += event;
    const auto begin = std::chrono::steady_clock::now();
    std::size_t done = 0;
    for (; done < bytes; done += block.size()) {
        for (std::size_t at = 0; at < block.size(); at += kChunk)
            reader.feed(std::string_view(block).substr(at, kChunk));
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    fmt::print("{:<24} {:>6.0f} MB/s {:>8} KiB peak\n", name,
               static_cast<double>(done) / 1e6 / time.count(), peak_kib());
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t bytes = std::strtoul(argc > 1 ? argv[1] : "100", nullptr, 10) * 1'000'000;
    std::size_t shown = 0;
    StreamEvents events;
    events.on_text = [&](const Delta& delta) { shown += delta.text.size(); };
    ResponsesReader plain(events);
    measure("responses", kResponsesEvent, bytes, plain);
    ResponsesReader escaped(events);
    measure("responses, escapes", kEscapedEvent, bytes, escaped);
    ChatReader chat(events, {}, "call");
    measure("chat", kChatEvent, bytes, chat);
    fmt::print("{} bytes of text\n", shown);
    return 0;
}
