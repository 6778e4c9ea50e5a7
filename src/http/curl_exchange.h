// One request on libcurl's multi interface, and the lanes in which requests wait for their host.
// Private to this module.
#pragma once

#include <array>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/curl_handles.h"
#include "http/transport.h"
#include "http/url.h"
#include "loop/loop.h"

namespace codex::http {

class CurlExchange;

/// Who waits for which host. Shared by the transport and its exchanges, of which either may go
/// first.
struct Lanes {
    struct Lane {
        std::size_t active = 0;
        std::deque<CurlExchange*> waiting;
    };
    std::map<std::string, Lane> by_origin;

    void enter(const std::string& origin, CurlExchange* exchange);
    void leave(const std::string& origin, CurlExchange* exchange, bool was_active);
};

/// Where a request goes, and through what.
struct Target {
    Origin origin;
    std::string host;  // for people: the port only where it is not the scheme's own
    std::optional<std::string> proxy;
    std::optional<std::string> ca_file;
};

/// Begins once its lane has room; libcurl's callbacks fill it, the transport tells its end.
class CurlExchange final : public Exchange {
  public:
    CurlExchange(loop::Loop& loop, std::shared_ptr<Lanes> lanes, const Request& request,
                 const CurlOptions& options);
    ~CurlExchange() override { end(); }
    CurlExchange(const CurlExchange&) = delete;
    CurlExchange& operator=(const CurlExchange&) = delete;

    bool has_head() const override { return head_complete_ || finished_; }
    bool finished() const override { return finished_; }
    const Response& head() const override;
    std::string take_body() override { return std::exchange(body_, {}); }
    void check() const override;

    void begin() noexcept;
    void finish(CURLcode result);

  private:
    static std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* self) noexcept;
    static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* self) noexcept;
    static std::size_t on_upload(char* room, std::size_t, std::size_t size, void* self) noexcept;
    static int on_rewind(void* self, curl_off_t offset, int origin) noexcept;

    void set_method();
    void set_connection(const CurlOptions& options);
    void take_header_line(std::string_view line);
    void watch_idle();
    bool request_sent() const;
    std::string describe(CURLcode result) const;
    void fail(std::string message, bool timed_out);
    void end();

    loop::Loop& loop_;
    std::shared_ptr<Lanes> lanes_;
    Request request_;
    Target target_;
    List header_list_;
    std::array<char, CURL_ERROR_SIZE> error_text_ = {};
    Easy easy_;

    enum class Stage { queued, active, over };
    Stage stage_ = Stage::queued;
    std::optional<loop::Loop::Id> idle_timer_;
    base::Steady last_byte_;
    std::size_t uploaded_ = 0;
    bool all_uploaded_ = false;
    std::size_t header_bytes_ = 0;
    std::size_t body_bytes_ = 0;

    bool head_complete_ = false;
    bool finished_ = false;
    Response head_;
    std::string body_;
    std::string limit_message_;
    std::optional<TransportError> error_;
    std::exception_ptr unexpected_;
};

}  // namespace codex::http
