#include "github/api.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "github/errors.h"

namespace codex::github {
namespace {

constexpr std::size_t kMaxParallel = 8;

void append_page(json::Array& items, const http::Response& response, std::string_view doing) {
    const json::Value page = expect_success(response, doing, kReadPermission);
    const json::Array* array = page.as_array();
    if (array == nullptr) {
        throw json::JsonError(
            fmt::format("cannot {}: $: expected an array, found {}", doing, json::kind(page)));
    }
    items.insert(items.end(), array->begin(), array->end());
}

void warn_of_more_pages(std::string_view doing) {
    base::log_warning(
        fmt::format("there are more than {} pages to {}; they are left out", kMaxPages, doing));
}

}  // namespace

http::Request Api::make(std::string method, std::string url) const {
    http::Request request;
    request.method = std::move(method);
    request.url = std::move(url);
    request.headers = {{"Accept", "application/vnd.github+json"},
                       {"X-GitHub-Api-Version", "2022-11-28"}};
    if (!options_.token.empty())
        request.headers.push_back({"Authorization", "Bearer " + options_.token});
    return request;
}

http::Request Api::page_request(const std::string& path, std::size_t page) const {
    return get_request(fmt::format("{}?per_page={}&page={}", path, kPageSize, page));
}

http::Request Api::list_request(const std::string& path) const {
    return page_request(path, 1);
}

http::Request Api::get_request(const std::string& path) const {
    return make("GET", options_.api_url + path);
}

http::Request Api::graphql_request(const json::Value& body) const {
    http::Request request = make("POST", options_.graphql_url);
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = json::render(body);
    return request;
}

http::Request Api::body_request(std::string method, const std::string& path,
                                const json::Value& body) const {
    http::Request request = make(std::move(method), options_.api_url + path);
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = json::render(body);
    return request;
}

http::Response Api::send(const http::Request& request, http::Safety safety) {
    return http::fetch_with_retry(transport_, request, safety, options_.retry, cancel_);
}

std::vector<http::Response> Api::send_all(const std::vector<http::Request>& requests) {
    return http::fetch_all_with_retry(transport_, requests, kMaxParallel, options_.retry, cancel_);
}

bool Api::has_unknown_fate(const http::Response& response) const {
    // A server that asks to come back later says that it did nothing.
    return response.status >= 500 && response.status != 501 &&
           !http::server_delay(response, transport_.loop().clock().wall());
}

Api::Written Api::write(const http::Request& request,
                        const std::function<std::optional<json::Value>()>& find_it) {
    for (int attempt = 1;; ++attempt) {
        Written written;
        std::optional<http::TransportError> failure;
        std::string why;
        try {
            written.response = send(request, http::Safety::write);
            if (!has_unknown_fate(written.response)) return written;
            why = fmt::format("HTTP {}", written.response.status);
        } catch (const http::TransportError& error) {
            if (!error.request_sent()) throw;
            failure = error;
            why = error.what();
        }
        base::log_warning(
            fmt::format("GitHub may or may not have taken a write ({}); looking it up", why));
        // What GitHub is still busy with cannot be found yet.
        transport_.loop().sleep(http::backoff(options_.retry, attempt, base::random_fraction()),
                                cancel_);
        try {
            written.found = find_it();
        } catch (const base::Interrupted&) {
            throw;
        } catch (base::Error& error) {
            error.add_context(fmt::format("whether GitHub took a write is unknown ({})", why));
            throw;
        }
        if (written.found) return written;
        if (attempt <= options_.retry.max_retries) continue;
        if (failure) throw http::TransportError(*failure);
        return written;
    }
}

json::Array Api::complete_list(const std::string& path, std::string_view doing,
                               const http::Response& first) {
    json::Array items;
    append_page(items, first, doing);
    if (const auto last = link_page(first, "last")) {
        std::vector<http::Request> requests;
        for (std::size_t page = 2; page <= std::min(*last, kMaxPages); ++page)
            requests.push_back(page_request(path, page));
        for (const http::Response& response : send_all(requests))
            append_page(items, response, doing);
        if (*last > kMaxPages) warn_of_more_pages(doing);
        return items;
    }
    // Without a known end there is only one way: page after page.
    bool has_next = link_page(first, "next").has_value();
    for (std::size_t page = 2; has_next && page <= kMaxPages; ++page) {
        const http::Response response = send(page_request(path, page), http::Safety::idempotent);
        append_page(items, response, doing);
        has_next = link_page(response, "next").has_value();
    }
    if (has_next) warn_of_more_pages(doing);
    return items;
}

json::Array Api::get_newest(const std::string& path, std::string_view doing) {
    const http::Response first = send(list_request(path), http::Safety::idempotent);
    const auto last = link_page(first, "last");
    if (!last || *last <= 1) return complete_list(path, doing, first);
    json::Array items;
    // Two pages: others may have begun a new one since what is looked for was written.
    if (*last == 2) append_page(items, first, doing);
    std::vector<http::Request> requests;
    for (std::size_t page = std::max<std::size_t>(2, *last - 1); page <= *last; ++page)
        requests.push_back(page_request(path, page));
    for (const http::Response& response : send_all(requests)) append_page(items, response, doing);
    return items;
}

std::optional<std::size_t> link_page(const http::Response& response, std::string_view rel) {
    const auto link = response.header("link");
    if (!link) return std::nullopt;
    for (const std::string_view part : base::split(*link, ',')) {
        if (part.find(fmt::format("rel=\"{}\"", rel)) == std::string_view::npos) continue;
        const std::string_view url = part.substr(0, part.find('>'));
        for (const std::string_view mark : {"?page=", "&page="}) {
            const std::size_t at = url.find(mark);
            if (at == std::string_view::npos) continue;
            const std::string_view digits = url.substr(at + mark.size());
            const auto number = base::parse_integer(digits.substr(0, digits.find('&')));
            if (number && *number > 0) return static_cast<std::size_t>(*number);
        }
    }
    return std::nullopt;
}

}  // namespace codex::github
