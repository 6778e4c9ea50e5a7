#include "github/api.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/random.h"
#include "base/text.h"

namespace codex::github {
namespace {

constexpr std::size_t kMaxParallel = 8;

bool has_unknown_fate(const http::Response& response) {
    return response.status >= 502 && response.status <= 504;
}

json::Array to_array(const json::Value& value, const std::string& path) {
    const json::Array* array = value.as_array();
    if (array == nullptr) {
        throw json::JsonError(
            fmt::format("{}: $: expected an array, found {}", path, json::kind(value)));
    }
    return *array;
}

std::string with_page(const std::string& path, std::size_t page) {
    return fmt::format("{}{}per_page={}&page={}", path,
                       path.find('?') == std::string::npos ? '?' : '&', kPageSize, page);
}

}  // namespace

http::Request Api::make(std::string method, std::string url) const {
    http::Request request;
    request.method = std::move(method);
    request.url = std::move(url);
    request.headers = {{"Accept", "application/vnd.github+json"},
                       {"X-GitHub-Api-Version", "2022-11-28"},
                       {"Authorization", "Bearer " + options_.token}};
    return request;
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

Api::Written Api::write(const http::Request& request,
                        const std::function<std::optional<json::Value>()>& find_it) {
    for (int attempt = 1;; ++attempt) {
        std::string why;
        try {
            http::Response response = send(request, http::Safety::write);
            if (!has_unknown_fate(response) || attempt > options_.retry.max_retries)
                return {std::move(response), {}};
            why = fmt::format("HTTP {}", response.status);
        } catch (const http::TransportError& error) {
            if (!error.request_sent() || attempt > options_.retry.max_retries) throw;
            why = error.what();
        }
        base::log_warning(
            fmt::format("GitHub may or may not have taken a write ({}); looking it up", why));
        if (auto found = find_it()) return {{}, std::move(found)};
        transport_.loop().sleep(http::backoff(options_.retry, attempt, base::random_fraction()),
                                cancel_);
    }
}

json::Array Api::get_list(const std::string& path) {
    const http::Response first = send(get_request(with_page(path, 1)), http::Safety::idempotent);
    json::Array items =
        to_array(expect_success(first, "read " + path, "pull-requests: read"), path);
    std::size_t last = link_page(first, "last").value_or(1);
    if (last > kMaxPages) {
        base::log_warning(fmt::format("{} has {} pages; {} are read", path, last, kMaxPages));
        last = kMaxPages;
    }
    std::vector<http::Request> requests;
    for (std::size_t page = 2; page <= last; ++page)
        requests.push_back(get_request(with_page(path, page)));
    for (const http::Response& response : send_all(requests)) {
        json::Array more =
            to_array(expect_success(response, "read " + path, "pull-requests: read"), path);
        items.insert(items.end(), std::make_move_iterator(more.begin()),
                     std::make_move_iterator(more.end()));
    }
    return items;
}

json::Array Api::get_last_page(const std::string& path) {
    const http::Response first = send(get_request(with_page(path, 1)), http::Safety::idempotent);
    const std::size_t last = link_page(first, "last").value_or(1);
    if (last <= 1)
        return to_array(expect_success(first, "read " + path, "pull-requests: read"), path);
    const http::Response response =
        send(get_request(with_page(path, last)), http::Safety::idempotent);
    return to_array(expect_success(response, "read " + path, "pull-requests: read"), path);
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
