#include "http/curl_exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace codex::http {
namespace {

constexpr std::size_t kMaxHeaderBytes = std::size_t{256} << 10;

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

bool has_header(const Request& request, std::string_view name) {
    return std::any_of(request.headers.begin(), request.headers.end(), [&](const Header& header) {
        return base::equals_ignoring_case(header.name, name);
    });
}

List make_header_list(const Request& request) {
    List list;
    for (const Header& header : request.headers) {
        if (!is_token(header.name)) throw base::Error("a request header has a bad name");
        if (header.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
            throw base::Error(
                fmt::format("the value of request header {} holds a line break", header.name));
        }
        // libcurl removes a header that is given as "Name:"; "Name;" sends it empty.
        const bool empty = base::trim(header.value).empty();
        append(list, empty ? header.name + ";" : header.name + ": " + header.value);
    }
    // libcurl would wait a second for servers that do not know "100 Continue".
    append(list, "Expect:");
    if (!has_header(request, "Content-Type")) append(list, "Content-Type:");
    return list;
}

std::string lane_of(const Origin& origin) {
    return origin.scheme + "://" + origin.host + ":" + origin.port;
}

Target make_target(const Request& request, const CurlOptions& options) {
    auto origin = parse_origin(request.url);
    if (!origin) {
        throw base::Error(
            "cannot send a request: its URL is not an absolute http or https URL, "
            "or holds a user name");
    }
    const bool secure = origin->scheme == "https";
    Target target;
    target.host = origin->host;
    if (origin->port != (secure ? "443" : "80")) target.host += ":" + origin->port;
    target.origin = std::move(*origin);
    target.proxy = secure ? options.https_proxy : options.http_proxy;
    if (target.proxy && target.proxy->empty()) target.proxy.reset();
    target.ca_file = options.ca_file;
    return target;
}

}  // namespace

CurlExchange::CurlExchange(loop::Loop& loop, std::shared_ptr<Lanes> lanes, const Request& request,
                           const CurlOptions& options)
    : loop_(loop),
      lanes_(std::move(lanes)),
      request_(request),
      target_(make_target(request, options)),
      header_list_(make_header_list(request)),
      easy_(curl_easy_init()) {
    if (!easy_) throw base::Error("cannot make an HTTP request: out of memory");
    if (!is_token(request_.method)) throw base::Error("a request has a bad method");
    set_option(easy_, CURLOPT_URL, request_.url.c_str());
    set_option(easy_, CURLOPT_PRIVATE, this);
    set_option(easy_, CURLOPT_ERRORBUFFER, error_text_.data());
    set_option(easy_, CURLOPT_HTTPHEADER, header_list_.get());
    set_option(easy_, CURLOPT_USERAGENT, options.user_agent.c_str());
    set_option(easy_, CURLOPT_ACCEPT_ENCODING, "gzip");
    set_option(easy_, CURLOPT_HEADERFUNCTION, &CurlExchange::on_header);
    set_option(easy_, CURLOPT_HEADERDATA, this);
    set_option(easy_, CURLOPT_WRITEFUNCTION, &CurlExchange::on_body);
    set_option(easy_, CURLOPT_WRITEDATA, this);
    set_method();
    set_connection(options);
    lanes_->enter(lane_of(target_.origin), this);
}

void CurlExchange::set_method() {
    if (request_.method == "HEAD") {
        set_option(easy_, CURLOPT_NOBODY, 1L);
        return;
    }
    const bool bodiless =
        request_.method == "GET" || request_.method == "DELETE" || request_.method == "OPTIONS";
    set_option(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    if (request_.body.empty() && bodiless) return;
    // By callback, so that we know what was handed out, and so that libcurl cannot silently send a
    // body again when a kept connection turns out to be closed: only the retry policy repeats
    // requests.
    set_option(easy_, CURLOPT_POST, 1L);
    set_option(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set_option(easy_, CURLOPT_READFUNCTION, &CurlExchange::on_upload);
    set_option(easy_, CURLOPT_READDATA, this);
    set_option(easy_, CURLOPT_SEEKFUNCTION, &CurlExchange::on_rewind);
    set_option(easy_, CURLOPT_SEEKDATA, this);
    // Without a body there is nothing to rewind, and libcurl would repeat it.
    if (request_.body.empty()) set_option(easy_, CURLOPT_FRESH_CONNECT, 1L);
}

void CurlExchange::set_connection(const CurlOptions& options) {
    set_option(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    set_option(easy_, CURLOPT_FOLLOWLOCATION, 0L);
    set_option(easy_, CURLOPT_NOSIGNAL, 1L);
    set_option(easy_, CURLOPT_TCP_NODELAY, 1L);
    set_option(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
    // A stuck resolver thread must not hold up the end of the process.
    set_option(easy_, CURLOPT_QUICK_EXIT, 1L);
    set_option(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set_option(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set_option(easy_, CURLOPT_CONNECTTIMEOUT_MS,
               static_cast<long>(request_.connect_timeout.count()));
    // Requests side by side wait for the first handshake, to share its connection where that is
    // HTTP/2.
    if (target_.origin.scheme == "https") set_option(easy_, CURLOPT_PIPEWAIT, 1L);
    // Empty texts, not unset ones: libcurl reads the environment for those.
    set_option(easy_, CURLOPT_PROXY, target_.proxy.value_or("").c_str());
    set_option(easy_, CURLOPT_NOPROXY, options.no_proxy.value_or("").c_str());
    set_option(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (options.ca_file) {
        set_option(easy_, CURLOPT_CAINFO, options.ca_file->c_str());
        set_option(easy_, CURLOPT_PROXY_CAINFO, options.ca_file->c_str());
    }
    if (options.ca_directory) {
        set_option(easy_, CURLOPT_CAPATH, options.ca_directory->c_str());
        set_option(easy_, CURLOPT_PROXY_CAPATH, options.ca_directory->c_str());
    }
}

void CurlExchange::begin() noexcept {
    stage_ = Stage::active;
    const CURLMcode code = curl_multi_add_handle(loop_.curl_multi(), easy_.get());
    if (code != CURLM_OK) {
        fail(fmt::format("cannot start a request to {}: {}", target_.host,
                         curl_multi_strerror(code)),
             false);
        return;
    }
    last_byte_ = loop_.clock().now();
    watch_idle();
}

void CurlExchange::watch_idle() {
    idle_timer_ = loop_.at(last_byte_ + request_.idle_timeout, [this] {
        idle_timer_.reset();
        if (loop_.clock().now() < last_byte_ + request_.idle_timeout) {
            watch_idle();
            return;
        }
        const std::string limit = base::render_duration(request_.idle_timeout);
        fail(head_complete_ ? fmt::format("{} stopped in the middle of its answer: no byte for {}",
                                          target_.host, limit)
                            : fmt::format("no answer from {} for {}", target_.host, limit),
             true);
    });
}

std::size_t CurlExchange::on_header(char* bytes, std::size_t, std::size_t size,
                                    void* self) noexcept {
    auto& exchange = *static_cast<CurlExchange*>(self);
    try {
        exchange.last_byte_ = exchange.loop_.clock().now();
        exchange.header_bytes_ += size;
        if (exchange.header_bytes_ > kMaxHeaderBytes) {
            exchange.limit_message_ =
                fmt::format("the response headers of {} exceed the limit of {} bytes",
                            exchange.target_.host, kMaxHeaderBytes);
            return 0;
        }
        exchange.take_header_line({bytes, size});
        return size;
    } catch (...) {
        exchange.unexpected_ = std::current_exception();
        return 0;
    }
}

void CurlExchange::take_header_line(std::string_view line) {
    if (head_complete_) return;  // trailers
    const bool continues = line.starts_with(' ') || line.starts_with('\t');
    const std::string_view text = base::trim(line);
    if (text.starts_with("HTTP/")) {
        head_ = {};
        const std::size_t blank = text.find(' ');
        if (blank != std::string_view::npos) {
            head_.status =
                static_cast<int>(base::parse_integer(text.substr(blank + 1, 3)).value_or(0));
        }
    } else if (text.empty()) {
        // 1xx is only an announcement; the answer follows.
        head_complete_ = head_.status >= 200;
    } else if (continues && !head_.headers.empty()) {
        head_.headers.back().value.append(" ").append(text);
    } else {
        const std::size_t colon = text.find(':');
        if (colon == std::string_view::npos) return;
        head_.headers.push_back({std::string(base::trim(text.substr(0, colon))),
                                 std::string(base::trim(text.substr(colon + 1)))});
    }
}

std::size_t CurlExchange::on_body(char* bytes, std::size_t, std::size_t size, void* self) noexcept {
    auto& exchange = *static_cast<CurlExchange*>(self);
    try {
        exchange.last_byte_ = exchange.loop_.clock().now();
        exchange.body_bytes_ += size;
        if (exchange.body_bytes_ > exchange.request_.max_response_bytes) {
            exchange.limit_message_ =
                fmt::format("the response of {} exceeds the limit of {} bytes",
                            exchange.target_.host, exchange.request_.max_response_bytes);
            return size + 1;
        }
        exchange.body_.append(bytes, size);
        return size;
    } catch (...) {
        exchange.unexpected_ = std::current_exception();
        return size + 1;
    }
}

std::size_t CurlExchange::on_upload(char* room, std::size_t, std::size_t size,
                                    void* self) noexcept {
    auto& exchange = *static_cast<CurlExchange*>(self);
    exchange.last_byte_ = exchange.loop_.clock().now();
    const std::string& body = exchange.request_.body;
    const std::size_t count = body.copy(room, size, exchange.uploaded_);
    exchange.uploaded_ += count;
    exchange.all_uploaded_ = exchange.uploaded_ == body.size();
    return count;
}

int CurlExchange::on_rewind(void* self, curl_off_t offset, int origin) noexcept {
    auto& exchange = *static_cast<CurlExchange*>(self);
    // A body that never left in full was not acted on.
    if (exchange.all_uploaded_ || offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_FAIL;
    exchange.uploaded_ = 0;
    return CURL_SEEKFUNC_OK;
}

bool CurlExchange::request_sent() const {
    // The size alone would count a proxy's CONNECT.
    curl_off_t pretransfer = 0;
    long sent = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
    curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &sent);
    if (pretransfer == 0 || sent == 0) return false;
    return request_.body.empty() || all_uploaded_;
}

std::string CurlExchange::describe(CURLcode result) const {
    const std::string& host = target_.host;
    const std::string_view detail =
        error_text_[0] != '\0' ? error_text_.data() : curl_easy_strerror(result);
    const std::string_view proxy_variable =
        target_.origin.scheme == "https" ? "https_proxy" : "http_proxy";
    switch (result) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return fmt::format(
                "cannot resolve {}; check the name and the network (behind a proxy, set {})", host,
                proxy_variable);
        case CURLE_COULDNT_RESOLVE_PROXY:
            return fmt::format("cannot resolve the proxy for {}; check {}", host, proxy_variable);
        case CURLE_COULDNT_CONNECT:
        case CURLE_PROXY:
            return target_.proxy ? fmt::format("cannot connect to {} through the proxy of {}: {}",
                                               host, proxy_variable, detail)
                                 : fmt::format("cannot connect to {}: {}", host, detail);
        case CURLE_OPERATION_TIMEDOUT:
            return fmt::format("cannot connect to {} within {}", host,
                               base::render_duration(request_.connect_timeout));
        case CURLE_PEER_FAILED_VERIFICATION:
            return fmt::format(
                "the certificate of {} is not trusted: {}; for a private certificate authority "
                "set SSL_CERT_FILE to its file",
                host, detail);
        case CURLE_SSL_CACERT_BADFILE:
            return fmt::format("cannot read the certificate authorities{}; check SSL_CERT_FILE",
                               target_.ca_file ? " in " + *target_.ca_file : "");
        case CURLE_SSL_CONNECT_ERROR:
            return fmt::format("cannot make a TLS connection to {}: {}", host, detail);
        case CURLE_GOT_NOTHING:
            return fmt::format("{} closed the connection without an answer", host);
        case CURLE_PARTIAL_FILE:
            return fmt::format("{} closed the connection in the middle of its answer", host);
        case CURLE_SEND_FAIL_REWIND:
            return fmt::format("{} closed the connection after the request was sent", host);
        default:
            return fmt::format("request to {} failed: {}", host, detail);
    }
}

void CurlExchange::finish(CURLcode result) {
    curl_off_t microseconds = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &microseconds);
    base::log_debug(
        fmt::format("{} {}: {}, {}", request_.method, request_.url,
                    head_complete_ ? fmt::format("status {}", head_.status) : describe(result),
                    base::render_duration(std::chrono::milliseconds(microseconds / 1'000))));
    if (result == CURLE_OK && head_complete_) {
        finished_ = true;
        end();
        return;
    }
    if (!limit_message_.empty()) {
        fail(std::move(limit_message_), false);
    } else if (result == CURLE_OK) {
        fail(fmt::format("{} closed the connection without an answer", target_.host), false);
    } else {
        fail(describe(result), result == CURLE_OPERATION_TIMEDOUT);
    }
}

void CurlExchange::fail(std::string message, bool timed_out) {
    error_.emplace(std::move(message), request_sent(), timed_out);
    finished_ = true;
    end();
}

void CurlExchange::end() {
    if (idle_timer_) loop_.cancel_timer(*idle_timer_);
    idle_timer_.reset();
    const Stage before = std::exchange(stage_, Stage::over);
    if (before == Stage::over) return;
    if (before == Stage::active) curl_multi_remove_handle(loop_.curl_multi(), easy_.get());
    lanes_->leave(lane_of(target_.origin), this, before == Stage::active);
}

const Response& CurlExchange::head() const {
    if (!head_complete_) {
        check();
        throw std::logic_error("the head of an HTTP response was read before it arrived");
    }
    return head_;
}

void CurlExchange::check() const {
    if (unexpected_) std::rethrow_exception(unexpected_);
    if (error_) throw TransportError(*error_);
}

}  // namespace codex::http
