#include "http/url.h"

#include "base/text.h"
#include "http/curl_handles.h"

namespace codex::http {
namespace {

std::optional<std::string> part_of(const UrlHandle& url, CURLUPart part, unsigned flags) {
    char* text = nullptr;
    if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return std::nullopt;
    const CurlText owned(text);
    return std::string(text);
}

}  // namespace

std::optional<Origin> parse_origin(const std::string& url) {
    // A NUL would end the text for libcurl alone.
    if (url.find('\0') != std::string::npos) return std::nullopt;
    const UrlHandle handle(curl_url());
    if (!handle) throw base::Error("cannot read a URL: out of memory");
    if (curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return std::nullopt;
    if (part_of(handle, CURLUPART_USER, 0) || part_of(handle, CURLUPART_PASSWORD, 0)) {
        return std::nullopt;
    }
    auto scheme = part_of(handle, CURLUPART_SCHEME, 0);
    auto host = part_of(handle, CURLUPART_HOST, 0);
    auto port = part_of(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    if (!scheme || !host || !port || host->empty()) return std::nullopt;
    Origin origin{base::to_lower(*scheme), base::to_lower(*host), std::move(*port)};
    if (origin.scheme != "http" && origin.scheme != "https") return std::nullopt;
    return origin;
}

std::optional<std::string> origin_of(const std::string& url) {
    const auto origin = parse_origin(url);
    if (!origin) return std::nullopt;
    return origin->scheme + "://" + origin->host + ":" + origin->port;
}

}  // namespace codex::http
