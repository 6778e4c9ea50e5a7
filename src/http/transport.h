// HTTP as one interface: a request goes out, a response or a stream of bytes comes back on the
// loop.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "loop/cancel.h"
#include "loop/loop.h"

namespace codex::http {

struct Header {
    std::string name;
    std::string value;
    friend bool operator==(const Header&, const Header&) = default;
};

struct Request {
    std::string method = "GET";
    std::string url = {};  // http or https only
    std::vector<Header> headers = {};
    std::string body = {};
    std::chrono::milliseconds connect_timeout{10'000};
    /// No byte for this long ends the transfer with TransportError (timed_out). Streams rely on it
    /// alone.
    std::chrono::milliseconds idle_timeout{30'000};
    std::size_t max_response_bytes = std::size_t{32} << 20;  // after decompression
};

struct Response {
    int status = 0;
    std::vector<Header> headers = {};
    std::string body = {};
    /// First value of a header, any case; nullopt when absent.
    std::optional<std::string> header(std::string_view name) const;
};

/// No usable answer: connection, TLS, timeout, too large, cut off. `request_sent` tells whether the
/// server may have acted on it (the fate of a write is then unknown).
class TransportError : public base::Error {
  public:
    TransportError(std::string message, bool request_sent, bool timed_out)
        : Error(std::move(message)), request_sent_(request_sent), timed_out_(timed_out) {}
    bool request_sent() const { return request_sent_; }
    bool timed_out() const { return timed_out_; }

  private:
    bool request_sent_;
    bool timed_out_;
};

/// One transfer in progress. Destroying it aborts the transfer. Loop thread only.
class Exchange {
  public:
    virtual ~Exchange() = default;
    /// Headers have arrived (status is valid), or it failed.
    virtual bool has_head() const = 0;
    /// Everything has arrived, or it failed.
    virtual bool finished() const = 0;
    /// Status and headers (body empty). Throws TransportError when it failed before.
    virtual const Response& head() const = 0;
    /// Takes the body bytes that have arrived since the last call; may be empty.
    virtual std::string take_body() = 0;
    /// Throws the TransportError if the transfer failed.
    virtual void check() const = 0;
};

/// Redirects are never followed: a 3xx is an answer like any other.
class Transport {
  public:
    virtual ~Transport() = default;
    virtual std::unique_ptr<Exchange> start(const Request& request) = 0;
    virtual loop::Loop& loop() = 0;
};

/// Initialises libcurl for the process (curl_global_init); made once in main, before any thread.
class CurlLibrary {
  public:
    CurlLibrary();
    ~CurlLibrary();
    CurlLibrary(const CurlLibrary&) = delete;
    CurlLibrary& operator=(const CurlLibrary&) = delete;
};

struct CurlOptions {
    std::string user_agent = "codex-action";
    /// Taken from the Environment by main: https_proxy, http_proxy, no_proxy, CURL_CA_BUNDLE /
    /// SSL_CERT_FILE.
    std::optional<std::string> https_proxy = {};
    std::optional<std::string> http_proxy = {};
    std::optional<std::string> no_proxy = {};
    std::optional<std::string> ca_file = {};
    std::optional<std::string> ca_directory = {};
};

/// HTTP/2 where the server has it, connections reused, gzip accepted, at most 8 connections a host.
std::unique_ptr<Transport> make_curl_transport(loop::Loop& loop, const CurlOptions& options);

/// Starts a request and waits for the whole response.
Response fetch(Transport& transport, const Request& request, const loop::Cancel* cancel = nullptr);

}  // namespace codex::http
