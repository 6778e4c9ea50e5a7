// The client over real connections: what only a real transport shows.
#include <catch2/catch_test_macros.hpp>

#include "base/clock.h"
#include "model/client.h"
#include "tests/model/streams.h"
#include "tests/support/lib/http_server.h"

using namespace codex::test;
using namespace codex::model;
using codex::protocol::Message;
using codex::protocol::Role;

namespace {

struct Wire {
    codex::base::SystemClock clock;
    codex::loop::Loop loop{clock};
    codex::http::CurlLibrary library;
    std::unique_ptr<codex::http::Transport> transport = codex::http::make_curl_transport(loop, {});

    // Without retries, for their waits would be real.
    ModelResponse sample(const HttpServer& server, WireApi wire = WireApi::responses) {
        Provider provider;
        provider.wire_api = wire;
        provider.base_url = server.url("/v1");
        provider.request_max_retries = 0;
        provider.stream_max_retries = 0;
        provider.stream_idle_timeout = std::chrono::milliseconds(40);
        Client client(*transport, provider, ModelRig::auth());
        ModelRequest request;
        request.model = "gpt-x";
        return client.sample(request, {}, nullptr);
    }
};

constexpr const char* kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

}  // namespace

TEST_CASE("an answer in pieces comes over the wire, and its end is not waited for") {
    const std::string stream = stream_of({message_item("Fine.")});
    std::string request;
    HttpServer server([&](ServerConnection& connection, std::size_t) {
        request = connection.read_request().value_or("");
        connection.write(kStreamHead);
        for (std::size_t at = 0; at < stream.size(); at += 50)
            connection.write(std::string_view(stream).substr(at, 50));
        connection.wait_for_close();
    });
    Wire wire;
    CHECK(wire.sample(server) ==
          ModelResponse{"resp_1", {Message{Role::assistant, "Fine.", ""}}, {10, 0, 5, 0, 15}, {}});
    CHECK(request.starts_with("POST /v1/responses HTTP/1.1\r\n"));
    CHECK(request.find("Authorization: Bearer sk-secret\r\n") != std::string::npos);
}

TEST_CASE("a stream that falls silent is lost after the idle timeout") {
    HttpServer server([](ServerConnection& connection, std::size_t) {
        connection.read_request();
        connection.write(kStreamHead);
        connection.write(item_done(message_item("half")));
        connection.wait_for_close();
    });
    Wire wire;
    const auto error = thrown_by<ModelError>([&] { wire.sample(server); });
    REQUIRE(error);
    CHECK(error->kind() == ModelErrorKind::stream_lost);
    CHECK(server.connections() == 1);
}

TEST_CASE("a stream that is cut off is lost, with and without a reset") {
    for (const bool reset : {false, true}) {
        INFO(reset);
        HttpServer server([&](ServerConnection& connection, std::size_t) {
            connection.read_request();
            connection.write(kStreamHead);
            connection.write(item_done(message_item("half")));
            if (reset) connection.reset();
        });
        Wire wire;
        const auto error = thrown_by<ModelError>([&] { wire.sample(server); });
        REQUIRE(error);
        // A reset may overtake the head of the answer.
        CHECK((error->kind() == ModelErrorKind::stream_lost ||
               (reset && error->kind() == ModelErrorKind::unreachable)));
    }
}

TEST_CASE("a chat answer comes over the wire in pieces, cut, or left open") {
    const std::string stream =
        "data: {\"id\":\"c1\",\"choices\":[{\"delta\":{\"content\":\"Fi\"}}]}\n\n"
        "data: {\"id\":\"c1\",\"choices\":[{\"delta\":{\"content\":\"ne.\"}}]}\n\n"
        "data: {\"id\":\"c1\",\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    const std::size_t last = stream.rfind("data:");
    enum class End { closed, left_open, reset };
    struct Row {
        std::size_t size;
        End end;
        bool whole;
    };
    const Row rows[] = {{stream.size(), End::closed, true},
                        {stream.size(), End::left_open, true},
                        {last, End::closed, false},
                        {last, End::left_open, false},
                        {last, End::reset, false}};
    for (const Row& row : rows) {
        INFO(row.size << " " << static_cast<int>(row.end));
        std::string request;
        HttpServer server([&](ServerConnection& connection, std::size_t) {
            request = connection.read_request().value_or("");
            connection.write(kStreamHead);
            for (std::size_t at = 0; at < row.size; at += 40)
                connection.write(
                    std::string_view(stream).substr(at, std::min<std::size_t>(40, row.size - at)));
            if (row.end == End::left_open) connection.wait_for_close();
            if (row.end == End::reset) connection.reset();
        });
        Wire wire;
        if (row.whole) {
            CHECK(wire.sample(server, WireApi::chat) ==
                  ModelResponse{"c1", {Message{Role::assistant, "Fine.", ""}}, {}, {}});
            CHECK(request.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
        } else {
            const auto error = thrown_by<ModelError>([&] { wire.sample(server, WireApi::chat); });
            REQUIRE(error);
            CHECK((error->kind() == ModelErrorKind::stream_lost ||
                   (row.end == End::reset && error->kind() == ModelErrorKind::unreachable)));
        }
    }
}

TEST_CASE("the key does not follow a redirect to another server") {
    HttpServer elsewhere(answer_each([](const std::string&) { return http_answer(200, ""); }));
    HttpServer server(answer_each([&](const std::string&) {
        return http_answer(307, "", "Location: " + elsewhere.url("/v1/responses") + "\r\n");
    }));
    Wire wire;
    const auto error = thrown_by<ModelError>([&] { wire.sample(server); });
    REQUIRE(error);
    CHECK(error->kind() == ModelErrorKind::bad_request);
    CHECK(elsewhere.connections() == 0);
    CHECK(server.connections() == 1);
}
