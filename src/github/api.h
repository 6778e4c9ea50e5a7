// Requests to GitHub with their headers, retries and errors. Private to this module.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "github/client.h"
#include "http/retry.h"
#include "json/codec.h"

namespace codex::github {

/// Pages that are followed at most; reaching it is a warning in the log.
inline constexpr std::size_t kMaxPages = 30;
inline constexpr std::size_t kPageSize = 100;
/// The `permissions:` line that reading needs.
inline constexpr std::string_view kReadPermission = "pull-requests: read";

class Api {
  public:
    Api(http::Transport& transport, ClientOptions options, const loop::Cancel* cancel)
        : transport_(transport), options_(std::move(options)), cancel_(cancel) {}

    http::Request get_request(const std::string& path) const;
    http::Request graphql_request(const json::Value& body) const;
    http::Request body_request(std::string method, const std::string& path,
                               const json::Value& body) const;

    http::Response send(const http::Request& request, http::Safety safety);
    std::vector<http::Response> send_all(const std::vector<http::Request>& requests);

    /// The answer of a write. When its fate is unknown (cut off, or a server error), `find_it`
    /// looks whether GitHub did it: then what it found is the result; else it is sent again,
    /// `max_retries` times at most.
    struct Written {
        http::Response response;  // valid when `found` is empty
        std::optional<json::Value> found;
    };
    Written write(const http::Request& request,
                  const std::function<std::optional<json::Value>()>& find_it);

    /// The first page of a list.
    http::Request list_request(const std::string& path) const;
    /// Every item of the list that begins with this first page, up to kMaxPages: the page tells how
    /// many there are, and the others come side by side.
    json::Array complete_list(const std::string& path, std::string_view doing,
                              const http::Response& first);
    /// The last items, newest last, of a list that grows at its end: its last two pages.
    json::Array get_newest(const std::string& path, std::string_view doing);

  private:
    http::Request make(std::string method, std::string url) const;
    http::Request page_request(const std::string& path, std::size_t page) const;
    bool has_unknown_fate(const http::Response& response) const;

    http::Transport& transport_;
    ClientOptions options_;
    const loop::Cancel* cancel_;
};

/// Number of the page that `rel` ("next", "last") of a Link header points at; its address is never
/// followed.
std::optional<std::size_t> link_page(const http::Response& response, std::string_view rel);

}  // namespace codex::github
