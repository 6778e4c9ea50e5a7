// The events of one streamed answer, read into a ModelResponse. Private to this module.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "http/sse.h"
#include "http/transport.h"
#include "json/value.h"
#include "model/request.h"
#include "model/response.h"

namespace codex::model {

inline constexpr std::size_t kMaxEventBytes = std::size_t{16} << 20;

/// What both wire forms share. The StreamEvents must outlive it.
class StreamReader {
  public:
    StreamReader(const StreamEvents& events, std::size_t max_event_bytes)
        : events_(events), parser_(max_event_bytes) {}
    virtual ~StreamReader() = default;
    StreamReader(const StreamReader&) = delete;
    StreamReader& operator=(const StreamReader&) = delete;

    /// Bytes as they arrive, cut anywhere. True when the answer is whole: result() is complete.
    /// Throws ModelError on what the server reports as a failure, and on an event too large.
    bool feed(std::string_view bytes);
    /// No more bytes will come. True when the answer is whole all the same.
    virtual bool end() { return false; }
    /// Whether anything came that has the form of an event.
    bool has_events() const { return has_events_; }
    ModelResponse result() { return std::move(response_); }
    /// What was complete when the stream broke off.
    std::vector<protocol::Item> finished_items() { return std::move(response_.items); }

  protected:
    /// True when the event is done with, without a look at the whole of it.
    virtual bool take_plain(std::string_view) { return false; }
    /// One event; true when it ends the answer.
    virtual bool take(const json::Value& data) = 0;
    /// An event that is no JSON, such as "[DONE]".
    virtual bool take_mark(std::string_view) { return false; }
    void keep(protocol::Item item, std::string_view id);

    const StreamEvents& events_;
    ModelResponse response_;

  private:
    http::SseParser parser_;
    bool has_events_ = false;
};

/// The Responses API (spec/codex-observed.md section 2): only response.output_item.done and the
/// final event count; everything else is display.
class ResponsesReader final : public StreamReader {
  public:
    explicit ResponsesReader(const StreamEvents& events,
                             protocol::ItemIds ids = protocol::ItemIds::dropped,
                             std::size_t max_event_bytes = kMaxEventBytes)
        : StreamReader(events, max_event_bytes), ids_(ids) {}

  private:
    bool take(const json::Value& data) override;
    bool take_plain(std::string_view data) override;
    bool take_display(std::string_view type, const json::Value& data);
    bool take_delta(std::string_view type, const Delta& delta);
    void finish(const json::Value& event);
    protocol::ItemIds ids_;
};

/// Chat Completions. Texts and tool calls grow piece by piece and become items at the end; an
/// answer without a finish_reason is not whole.
class ChatReader final : public StreamReader {
  public:
    /// `custom_tools`: whose calls are custom tool calls. `call_seed` begins the ids of calls that
    /// the server gives none.
    ChatReader(const StreamEvents& events, std::set<std::string> custom_tools,
               std::string call_seed, std::size_t max_event_bytes = kMaxEventBytes)
        : StreamReader(events, max_event_bytes),
          custom_tools_(std::move(custom_tools)),
          call_seed_(std::move(call_seed)) {}
    bool end() override;

  private:
    struct Call {
        std::string id;
        std::string name;
        std::string arguments;
    };
    bool take(const json::Value& data) override;
    bool take_mark(std::string_view mark) override;
    void take_choice(const json::Value& choice);
    void take_text(const json::Value& delta);
    void take_call(const json::Value& piece);
    bool finish();
    protocol::Item item_of(Call call) const;

    std::set<std::string> custom_tools_;
    std::string call_seed_;
    std::string text_;
    std::string refusal_;
    std::map<std::int64_t, Call> calls_;  // by the server's index
    std::int64_t last_call_ = -1;
    std::string finish_reason_;
    bool has_usage_ = false;
    bool finished_ = false;
};

/// The windows of a plan's limits, from the headers x-codex-primary-* and x-codex-secondary-*;
/// nullopt when there are none.
std::optional<protocol::RateLimits> read_rate_limits(const http::Response& head);

/// A count of tokens, made harmless: 0 for what is no count, and sums stay far from the end of the
/// integers.
std::int64_t read_tokens(const json::Value* value);

}  // namespace codex::model
