#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <semaphore>
#include <string>
#include <vector>

#include "http/retry.h"
#include "http/transport.h"
#include "tests/support/lib/fake_clock.h"
#include "tests/support/lib/http_server.h"

using namespace std::chrono_literals;
using namespace codex::http;
using codex::test::answer_each;
using codex::test::http_answer;
using codex::test::HttpServer;
using codex::test::ServerConnection;

namespace {

// gzip of 20,000 times "a", made by `head -c 20000 /dev/zero | tr '\0' a | gzip -9 -n`.
const std::string& gzip_of_many_a();

struct Rig {
    codex::base::SystemClock clock;
    codex::loop::Loop loop{clock};
    std::unique_ptr<Transport> transport;

    explicit Rig(const CurlOptions& options = {}) : transport(make_curl_transport(loop, options)) {}

    Response get(const std::string& url) { return fetch(*transport, to(url)); }
    static Request to(const std::string& url, std::string method = "GET", std::string body = "") {
        Request request;
        request.method = std::move(method);
        request.url = url;
        request.body = std::move(body);
        return request;
    }
    std::optional<TransportError> failure_of(const Request& request) {
        try {
            fetch(*transport, request);
        } catch (const TransportError& error) {
            return error;
        }
        return std::nullopt;
    }
};

HttpServer::Script once(std::string answer) {
    return [answer = std::move(answer)](ServerConnection& connection, std::size_t) {
        if (connection.read_request()) connection.write(answer);
    };
}

// A port on which nobody listens.
std::string dead_url() {
    const HttpServer server(once(""));
    return server.url();
}

std::string host_of(const HttpServer& server) {
    return "127.0.0.1:" + std::to_string(server.port());
}

}  // namespace

TEST_CASE("a request goes out as it was given, and the whole answer comes back") {
    std::string seen;
    HttpServer server(answer_each([&](const std::string& request) {
        seen = request;
        return http_answer(201, R"({"id":1})", "X-One: a\r\nx-two:  b c \r\n");
    }));
    Rig rig({.user_agent = "codex-action/test"});
    Request request = Rig::to(server.url("/a/b?c=d%20e"), "PATCH", R"({"x":2})");
    request.headers = {
        {"Authorization", "Bearer t"}, {"Content-Type", "application/json"}, {"X-Empty", ""}};
    const Response response = fetch(*rig.transport, request);
    CHECK(response.status == 201);
    CHECK(response.body == R"({"id":1})");
    CHECK(response.headers ==
          std::vector<Header>{{"Content-Length", "8"}, {"X-One", "a"}, {"x-two", "b c"}});
    CHECK(response.header("X-TWO") == "b c");
    CHECK_FALSE(response.header("x-three"));
    CHECK(seen ==
          "PATCH /a/b?c=d%20e HTTP/1.1\r\nHost: " + host_of(server) +
              "\r\nUser-Agent: codex-action/test\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n"
              "Authorization: Bearer t\r\nContent-Type: application/json\r\nX-Empty:\r\n"
              "Content-Length: 7\r\n\r\n{\"x\":2}");
}

TEST_CASE("methods without a body send none, and POST without one says so") {
    std::vector<std::string> seen;
    HttpServer server(answer_each([&](const std::string& request) {
        const bool says_length = request.find("Content-Length: 0\r\n") != std::string::npos;
        seen.push_back(request.substr(0, request.find(' ')) + (says_length ? " 0" : ""));
        return request.starts_with("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
                                           : http_answer(200, "");
    }));
    Rig rig;
    for (const char* method : {"GET", "HEAD", "DELETE", "POST", "PUT"}) {
        CHECK(fetch(*rig.transport, Rig::to(server.url(), method)).status == 200);
    }
    CHECK(seen == std::vector<std::string>{"GET", "HEAD", "DELETE", "POST 0", "PUT 0"});
}

TEST_CASE("a large body arrives whole, and no 100-continue is waited for") {
    const std::string body(std::size_t{1} << 20, 'b');
    std::string seen;
    HttpServer server(answer_each([&](const std::string& request) {
        seen = request;
        return http_answer(200, "");
    }));
    Rig rig;
    CHECK(fetch(*rig.transport, Rig::to(server.url(), "POST", body)).status == 200);
    CHECK(seen.size() > body.size());
    CHECK(seen.substr(seen.size() - body.size()) == body);
    CHECK(seen.find("Expect") == std::string::npos);
    CHECK(seen.find("Content-Type") == std::string::npos);
}

TEST_CASE("the body of an error status is collected") {
    HttpServer server(answer_each([](const std::string&) { return http_answer(422, "why"); }));
    Rig rig;
    const Response response = rig.get(server.url());
    CHECK(response.status == 422);
    CHECK(response.body == "why");
}

TEST_CASE("a redirect is an answer and is not followed") {
    HttpServer other(answer_each([](const std::string&) { return http_answer(200, "other"); }));
    HttpServer server(answer_each([&](const std::string&) {
        return http_answer(302, "moved", "Location: " + other.url() + "\r\n");
    }));
    Rig rig;
    Request request = Rig::to(server.url());
    request.headers = {{"Authorization", "Bearer t"}};
    const Response response = fetch(*rig.transport, request);
    CHECK(response.status == 302);
    CHECK(response.header("location") == other.url());
    CHECK(other.connections() == 0);
}

TEST_CASE("interim answers and trailers are no part of the head") {
    HttpServer server(
        once("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
             "chunked\r\nA: 1\r\n\r\n3\r\nabc\r\n0\r\nB: 2\r\n\r\n"));
    Rig rig;
    const Response response = rig.get(server.url());
    CHECK(response.status == 200);
    CHECK(response.headers == std::vector<Header>{{"Transfer-Encoding", "chunked"}, {"A", "1"}});
    CHECK(response.body == "abc");
}

TEST_CASE("connections are reused, and cookies are not kept") {
    std::vector<std::string> seen;
    HttpServer server(answer_each([&](const std::string& request) {
        seen.push_back(request);
        return http_answer(200, "", "Set-Cookie: a=b\r\n");
    }));
    Rig rig;
    for (int i = 0; i < 3; ++i) rig.get(server.url());
    CHECK(server.connections() == 1);
    REQUIRE(seen.size() == 3);
    CHECK(seen[2].find("ookie") == std::string::npos);
}

TEST_CASE("a stream gives its head and its pieces as they arrive") {
    HttpServer server([](ServerConnection& connection, std::size_t) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        connection.write("one");
        connection.wait_for_close();
    });
    Rig rig;
    const auto exchange = rig.transport->start(Rig::to(server.url()));
    CHECK_FALSE(exchange->has_head());
    rig.loop.run_until([&] { return exchange->has_head(); });
    CHECK(exchange->head().header("content-type") == "text/event-stream");
    std::string got;
    rig.loop.run_until([&] {
        got += exchange->take_body();
        return got == "one";
    });
    CHECK_FALSE(exchange->finished());
}

TEST_CASE("destroying an exchange aborts the transfer, also after the transport is gone") {
    HttpServer server([](ServerConnection& connection, std::size_t) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\n\r\n");
        connection.wait_for_close();  // the case ends only because this returns
    });
    Rig rig;
    auto first = rig.transport->start(Rig::to(server.url()));
    auto second = rig.transport->start(Rig::to(server.url()));
    rig.loop.run_until([&] { return first->has_head() && second->has_head(); });
    first.reset();
    rig.transport.reset();
    second.reset();
    CHECK(server.connections() == 2);
}

TEST_CASE("at most eight transfers a host run at a time, the rest wait without a timeout") {
    HttpServer server(answer_each([](const std::string&) { return http_answer(200, "x"); }));
    HttpServer stalling([](ServerConnection& connection, std::size_t) {
        connection.read_request();
        connection.wait_for_close();
    });
    Rig rig;
    const std::vector<Request> requests(30, Rig::to(server.url()));
    CHECK(fetch_all_with_retry(*rig.transport, requests, 30, {}, nullptr).size() == 30);
    CHECK(server.most_open() <= 8);
    std::vector<std::unique_ptr<Exchange>> stalled;
    for (int i = 0; i < 9; ++i) {
        Request request = Rig::to(stalling.url());
        request.idle_timeout = i < 8 ? 1h : 1ms;
        stalled.push_back(rig.transport->start(request));
    }
    rig.loop.sleep(10ms);
    CHECK_FALSE(stalled.back()->finished());
    stalled.front().reset();
    rig.loop.run_until([&] { return stalled.back()->finished(); });
    CHECK_THROWS_AS(stalled.back()->check(), TransportError);
}

TEST_CASE("a refused connection, an unknown host and failed TLS leave the request unsent") {
    // A short list of authorities: reading the machine's takes longer than all else here.
    Rig rig({.ca_file = CODEX_SOURCE_DIR "/tests/data/http/ca.pem"});
    const std::string dead = dead_url();
    const auto refused = rig.failure_of(Rig::to(dead + "x?token=secret", "POST", "body"));
    REQUIRE(refused);
    CHECK_FALSE(refused->request_sent());
    CHECK_FALSE(refused->timed_out());
    CHECK(std::string(refused->what()).starts_with("cannot connect to 127.0.0.1:"));
    CHECK(std::string(refused->what()).find("secret") == std::string::npos);

    // A label of more than 63 bytes fails in the resolver, without a query.
    const std::string name = std::string(64, 'n') + ".invalid";
    const auto unknown = rig.failure_of(Rig::to("http://" + name + "/", "POST", "body"));
    REQUIRE(unknown);
    CHECK_FALSE(unknown->request_sent());
    CHECK(std::string(unknown->what()) ==
          "cannot resolve " + name +
              "; check the name and the network (behind a proxy, set http_proxy)");

    HttpServer plain([](ServerConnection& connection, std::size_t) {
        connection.write("this is no TLS\r\n\r\n");
        connection.wait_for_close();
    });
    const auto tls = rig.failure_of(
        Rig::to("https://127.0.0.1:" + std::to_string(plain.port()) + "/", "POST", "body"));
    REQUIRE(tls);
    CHECK_FALSE(tls->request_sent());
    CHECK(std::string(tls->what()).starts_with("cannot make a TLS connection to 127.0.0.1:"));
}

TEST_CASE("a connection that ends after the request leaves its fate unknown") {
    struct Case {
        const char* what;
        HttpServer::Script script;
        std::string message;
    };
    const std::vector<Case> cases = {
        {"closed", [](ServerConnection& connection, std::size_t) { connection.read_request(); },
         " closed the connection without an answer"},
        {"reset",
         [](ServerConnection& connection, std::size_t) {
             connection.read_request();
             connection.reset();
         },
         " failed: "},
        {"cut in the body", once("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
         " closed the connection in the middle of its answer"},
        {"cut in a chunk", once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"),
         " closed the connection in the middle of its answer"},
        {"no HTTP", once("hello\r\n\r\n"), " failed: "},
    };
    for (const Case& one : cases) {
        INFO(one.what);
        HttpServer server(one.script);
        Rig rig;
        for (const std::string method : {"POST", "GET"}) {
            const auto error =
                rig.failure_of(Rig::to(server.url(), method, method == "POST" ? R"({"a":1})" : ""));
            REQUIRE(error);
            CHECK(error->request_sent());
            CHECK_FALSE(error->timed_out());
            INFO(error->what());
            CHECK(std::string(error->what()).find(host_of(server)) != std::string::npos);
            CHECK(std::string(error->what()).find(one.message) != std::string::npos);
        }
    }
}

TEST_CASE("a body is never sent twice when a kept connection turns out to be closed") {
    for (const std::string body : {"body", ""}) {
        INFO("body: " << body);
        std::atomic<int> posts = 0;
        HttpServer server([&](ServerConnection& connection, std::size_t) {
            while (const auto request = connection.read_request()) {
                if (request->starts_with("POST")) {
                    ++posts;
                    return;
                }
                connection.write(http_answer(200, ""));
            }
        });
        Rig rig;
        rig.get(server.url());
        const auto error = rig.failure_of(Rig::to(server.url(), "POST", body));
        REQUIRE(error);
        CHECK(error->request_sent());
        CHECK(posts == 1);
    }
}

TEST_CASE("silence ends a transfer after the idle timeout, before and within an answer") {
    for (const bool in_body : {false, true}) {
        HttpServer server([&](ServerConnection& connection, std::size_t) {
            connection.read_request();
            if (in_body) connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
            connection.wait_for_close();
        });
        Rig rig;
        Request request = Rig::to(server.url(), "POST", "x");
        request.idle_timeout = 30ms;
        const auto error = rig.failure_of(request);
        REQUIRE(error);
        CHECK(error->timed_out());
        CHECK(error->request_sent());
        CHECK(std::string(error->what()) ==
              (in_body ? host_of(server) + " stopped in the middle of its answer: no byte for 30 ms"
                       : "no answer from " + host_of(server) + " for 30 ms"));
    }
}

TEST_CASE("bytes that keep coming keep a transfer alive beyond its idle timeout") {
    std::counting_semaphore<> allowed(0);
    HttpServer server([&](ServerConnection& connection, std::size_t) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
        for (const char* byte : {"a", "b", "c"}) {
            allowed.acquire();
            connection.write(byte);
        }
        connection.wait_for_close();
    });
    codex::test::FakeClock clock(codex::test::FakeClock::Moved::by_hand);
    codex::loop::Loop loop(clock);
    const auto transport = make_curl_transport(loop, {});
    Request request = Rig::to(server.url());
    request.idle_timeout = 30s;
    const auto exchange = transport->start(request);
    loop.run_until([&] { return exchange->has_head(); });
    std::string got;
    for (const std::size_t size : {1U, 2U, 3U}) {
        clock.advance(20s);
        allowed.release();
        loop.run_until([&] {
            got += exchange->take_body();
            return got.size() == size;
        });
    }
    CHECK(got == "abc");
    CHECK_FALSE(exchange->finished());
    clock.advance(29s);
    loop.sleep(0ms);
    CHECK_FALSE(exchange->finished());
    clock.advance(1s);
    loop.run_until([&] { return exchange->finished(); });
    CHECK_THROWS_AS(exchange->check(), TransportError);
}

TEST_CASE("gzip is decoded, and a bomb ends at the limit on decoded bytes") {
    HttpServer server(answer_each([](const std::string&) {
        return http_answer(200, gzip_of_many_a(), "Content-Encoding: gzip\r\n");
    }));
    Rig rig;
    CHECK(rig.get(server.url()).body == std::string(20'000, 'a'));
    Request request = Rig::to(server.url());
    request.max_response_bytes = 19'999;
    const auto error = rig.failure_of(request);
    REQUIRE(error);
    CHECK(std::string(error->what()) ==
          "the response of " + host_of(server) + " exceeds the limit of 19999 bytes");
}

TEST_CASE("endless headers end at their limit") {
    HttpServer server([](ServerConnection& connection, std::size_t) {
        connection.read_request();
        std::string answer = "HTTP/1.1 200 OK\r\n";
        for (int i = 0; i < 300; ++i) answer += "X-Long: " + std::string(1000, 'x') + "\r\n";
        connection.write(answer);
        connection.wait_for_close();
    });
    Rig rig;
    const auto error = rig.failure_of(Rig::to(server.url()));
    REQUIRE(error);
    CHECK(std::string(error->what()) ==
          "the response headers of " + host_of(server) + " exceed the limit of 262144 bytes");
}

TEST_CASE("proxies come from the options alone") {
    std::string seen;
    HttpServer proxy(answer_each([&](const std::string& request) {
        seen = request.substr(0, request.find("\r\n"));
        return request.starts_with("CONNECT") ? http_answer(407, "who are you")
                                              : http_answer(200, "from the proxy");
    }));
    HttpServer server(answer_each([](const std::string&) { return http_answer(200, "direct"); }));
    // Must not be looked at.
    REQUIRE(::setenv("http_proxy", dead_url().c_str(), 1) == 0);
    REQUIRE(::setenv("no_proxy", "*", 1) == 0);
    CHECK(Rig().get(server.url()).body == "direct");
    CHECK(Rig({.http_proxy = proxy.url()}).get(server.url("/x")).body == "from the proxy");
    CHECK(seen == "GET " + server.url("/x") + " HTTP/1.1");
    CHECK(Rig({.http_proxy = proxy.url(), .no_proxy = "127.0.0.1"}).get(server.url()).body ==
          "direct");
    ::unsetenv("http_proxy");
    ::unsetenv("no_proxy");

    Rig secure({.https_proxy = proxy.url()});
    const auto error = secure.failure_of(Rig::to("https://api.example/", "POST", "x"));
    REQUIRE(error);
    CHECK(seen == "CONNECT api.example:443 HTTP/1.1");
    CHECK_FALSE(error->request_sent());
    INFO(error->what());
    CHECK(std::string(error->what()).find("407") != std::string::npos);
}

TEST_CASE("a missing file of certificate authorities is named") {
    HttpServer server(once(""));
    Rig rig({.ca_file = "/nowhere/ca.pem"});
    const auto error =
        rig.failure_of(Rig::to("https://127.0.0.1:" + std::to_string(server.port()) + "/"));
    REQUIRE(error);
    CHECK(std::string(error->what()) ==
          "cannot read the certificate authorities in /nowhere/ca.pem; check SSL_CERT_FILE");
    CHECK_FALSE(error->request_sent());
}

TEST_CASE("requests that would smuggle something are refused before they are sent") {
    HttpServer server(answer_each([](const std::string&) { return http_answer(200, ""); }));
    Rig rig;
    std::vector<Request> bad(8, Rig::to(server.url()));
    bad[0].headers = {{"Authorization", "Bearer x\r\nHost: evil"}};
    bad[1].headers = {{"Authorization\r\nX", "y"}};
    bad[2].headers = {{"", "y"}};
    bad[3].method = "GET / HTTP/1.1\r\nX:";
    bad[4].url = "file:///etc/passwd";
    bad[5].url = "https://user:word@127.0.0.1/";
    bad[6].url = "/relative";
    bad[7].headers = {{"A", std::string("b\0c", 3)}};
    for (const Request& request : bad) {
        CHECK_THROWS_AS(rig.transport->start(request), codex::base::Error);
    }
    CHECK(server.connections() == 0);
}

TEST_CASE("a cancel ends a fetch that waits") {
    HttpServer server([](ServerConnection& connection, std::size_t) {
        connection.read_request();
        connection.wait_for_close();
    });
    Rig rig;
    codex::loop::Cancel cancel;
    rig.loop.after(
        5ms, [&] { cancel.request(codex::base::Interrupted::Reason::signal, "received SIGTERM"); });
    CHECK_THROWS_AS(fetch(*rig.transport, Rig::to(server.url()), &cancel),
                    codex::base::Interrupted);
}

namespace {

const std::string& gzip_of_many_a() {
    static const std::string bytes = {
        '\x1f', '\x8b', '\x08', '\x00', '\x00', '\x00', '\x00', '\x00', '\x02', '\x03', '\xed',
        '\xc1', '\x31', '\x01', '\x00', '\x00', '\x00', '\xc2', '\xa0', '\xac', '\xeb', '\x5f',
        '\xc2', '\x1a', '\x1e', '\x40', '\x01', '\x00', '\x00', '\x00', '\x00', '\x00', '\x00',
        '\x00', '\x00', '\x00', '\x00', '\x00', '\x00', '\x00', '\x00', '\x00', '\x00', '\x00',
        '\x00', '\xf0', '\x60', '\x31', '\x87', '\xbd', '\xca', '\x20', '\x4e', '\x00', '\x00'};
    return bytes;
}

}  // namespace
