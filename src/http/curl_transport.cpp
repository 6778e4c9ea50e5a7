#include "http/transport.h"

#include <algorithm>

#include "http/curl_exchange.h"

namespace codex::http {
namespace {

constexpr long kMaxConnectionsPerHost = 8;
/// Also what keeps a transfer out of libcurl's own queue, in which its connect timeout would run.
constexpr std::size_t kMaxTransfersPerHost = 8;

class CurlTransport final : public Transport {
  public:
    CurlTransport(loop::Loop& loop, const CurlOptions& options)
        : loop_(loop), options_(options), lanes_(std::make_shared<Lanes>()) {
        check_multi(
            curl_multi_setopt(multi(), CURLMOPT_MAX_HOST_CONNECTIONS, kMaxConnectionsPerHost));
        round_ = loop.on_round([this] { perform(); });
    }
    ~CurlTransport() override { loop_.off_round(round_); }
    CurlTransport(const CurlTransport&) = delete;
    CurlTransport& operator=(const CurlTransport&) = delete;

    std::unique_ptr<Exchange> start(const Request& request) override {
        return std::make_unique<CurlExchange>(loop_, lanes_, request, options_);
    }
    loop::Loop& loop() override { return loop_; }

  private:
    CURLM* multi() { return loop_.curl_multi(); }
    static void check_multi(CURLMcode code) { check(code, "cannot drive HTTP transfers"); }

    void perform() {
        int running = 0;
        check_multi(curl_multi_perform(multi(), &running));
        int left = 0;
        while (const CURLMsg* const message = curl_multi_info_read(multi(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            const CURLcode result = message->data.result;
            char* exchange = nullptr;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
            reinterpret_cast<CurlExchange*>(exchange)->finish(result);
        }
    }

    loop::Loop& loop_;
    const CurlOptions options_;
    std::shared_ptr<Lanes> lanes_;
    loop::Loop::Id round_ = 0;
};

}  // namespace

void Lanes::enter(const std::string& origin, CurlExchange* exchange) {
    Lane& lane = by_origin[origin];
    if (lane.active >= kMaxTransfersPerHost) {
        lane.waiting.push_back(exchange);
        return;
    }
    ++lane.active;
    exchange->begin();
}

void Lanes::leave(const std::string& origin, CurlExchange* exchange, bool was_active) {
    Lane& lane = by_origin[origin];
    if (!was_active) {
        lane.waiting.erase(std::remove(lane.waiting.begin(), lane.waiting.end(), exchange),
                           lane.waiting.end());
        return;
    }
    if (lane.waiting.empty()) {
        --lane.active;
        return;
    }
    CurlExchange* const next = lane.waiting.front();
    lane.waiting.pop_front();
    next->begin();
}

CurlLibrary::CurlLibrary() {
    check(curl_global_init(CURL_GLOBAL_DEFAULT), "cannot initialise libcurl");
}
CurlLibrary::~CurlLibrary() {
    curl_global_cleanup();
}

std::unique_ptr<Transport> make_curl_transport(loop::Loop& loop, const CurlOptions& options) {
    return std::make_unique<CurlTransport>(loop, options);
}

}  // namespace codex::http
