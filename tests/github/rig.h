// A client over a transport that answers from a table, and what the tests say to it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "github/client.h"
#include "json/value.h"
#include "tests/support/lib/captured_stream.h"
#include "tests/support/lib/fake_clock.h"
#include "tests/support/lib/fake_transport.h"
#include "tests/support/lib/text.h"

namespace codex::test {

inline constexpr const char* kApi = "https://api.example";
inline constexpr const char* kRepo = "https://api.example/repos/octo/shop";
inline constexpr const char* kPull = "https://api.example/repos/octo/shop/pulls/7";
inline constexpr const char* kGraphQl = "https://api.example/graphql";
inline constexpr const char* kToken = "ghs_0123456789abcdefghij";
inline constexpr const char* kHeadSha = "1111111111111111111111111111111111111111";
inline constexpr const char* kBaseSha = "2222222222222222222222222222222222222222";

struct Rig {
    FakeClock clock;
    loop::Loop loop{clock};
    FakeTransport transport{loop};
    loop::Cancel cancel;
    github::Client client;

    explicit Rig(bool dry_run = false, github::RepositoryName name = {"octo", "shop"},
                 std::string token = kToken)
        : client(transport, std::move(name), options(dry_run, std::move(token)), &cancel) {}

    static github::ClientOptions options(bool dry_run, std::string token) {
        github::ClientOptions options;
        options.api_url = kApi;
        options.graphql_url = kGraphQl;
        options.token = std::move(token);
        options.dry_run = dry_run;
        return options;
    }

    /// Bodies of all requests of this method to this URL, in order.
    std::vector<json::Value> bodies(std::string_view method, std::string_view url) const {
        std::vector<json::Value> found;
        for (const http::Request& request : transport.requests()) {
            if (request.method == method && request.url == url)
                found.push_back(json::parse(request.body));
        }
        return found;
    }
};

inline FakeAnswer answer(int status, std::string body, std::vector<http::Header> headers = {}) {
    FakeAnswer made;
    made.status = status;
    made.body = std::move(body);
    made.headers = std::move(headers);
    return made;
}

inline FakeAnswer answer(int status, const json::Value& body,
                         std::vector<http::Header> headers = {}) {
    return answer(status, json::render(body), std::move(headers));
}

/// The message of the exception that `run` throws; "" when it throws none.
template <class Exception, class Run>
std::string message_of(Run run) {
    try {
        run();
    } catch (const Exception& error) {
        return error.what();
    }
    return "";
}

/// While alive, log lines (debug included) go here instead of to standard error.
class CapturedLog {
  public:
    CapturedLog();
    std::string text() const { return stream_.text(); }

  private:
    CapturedStream stream_;
};

}  // namespace codex::test
