#include "model/headers.h"

#include <catch2/catch_test_macros.hpp>

using namespace codex::model;
using codex::http::Header;

namespace {

const Identity kExec{"codex_exec", "1.2.3", "Debian",           "12.0.0",
                     "x86_64",     "xterm", "codex_exec; 1.2.3"};

}  // namespace

TEST_CASE("a request says who asks, for which conversation, and with which key") {
    ModelRequest request;
    request.conversation_id = "0190-uuid";
    request.subagent = "review";
    CHECK(request_headers(Provider(), {"sk-secret", "acc"}, kExec, request) ==
          std::vector<Header>{
              {"Content-Type", "application/json"},
              {"Accept", "text/event-stream"},
              {"originator", "codex_exec"},
              {"User-Agent", "codex_exec/1.2.3 (Debian 12.0.0; x86_64) xterm (codex_exec; 1.2.3)"},
              {"version", "1.2.3"},
              {"session-id", "0190-uuid"},
              {"thread-id", "0190-uuid"},
              {"x-client-request-id", "0190-uuid"},
              {"x-openai-subagent", "review"},
              {"Authorization", "Bearer sk-secret"},
              {"chatgpt-account-id", "acc"},
          });
}

TEST_CASE("what is not known is not sent") {
    CHECK(
        request_headers(Provider(), {}, {}, {}) ==
        std::vector<Header>{{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}});
    Provider other;
    other.id = "mine";
    CHECK(request_headers(other, {}, {"me", "1", "", "", "", "", ""}, {}) ==
          std::vector<Header>{{"Content-Type", "application/json"},
                              {"Accept", "text/event-stream"},
                              {"originator", "me"},
                              {"User-Agent", "me/1"}});
}

TEST_CASE("a provider's own header replaces ours of the same name") {
    Provider provider;
    provider.http_headers = {{"ACCEPT", "*/*"}, {"authorization", "Basic x"}, {"X-Org", "octo"}};
    CHECK(request_headers(provider, {"sk-secret", ""}, {}, {}) ==
          std::vector<Header>{{"Content-Type", "application/json"},
                              {"ACCEPT", "*/*"},
                              {"authorization", "Basic x"},
                              {"X-Org", "octo"}});
}

TEST_CASE("no value of a header carries a line break or a byte that is no printable ASCII") {
    Provider provider;
    provider.http_headers = {{"X-Org", "a\r\nX-Evil: 1"}};
    Identity identity = kExec;
    identity.terminal = std::string("x\x1b\0\u00e4\x7f", 6);
    ModelRequest request;
    request.conversation_id = "id\n";
    const auto headers = request_headers(provider, {"k\ney\n", ""}, identity, request);
    CHECK(headers[3].value ==
          "codex_exec/1.2.3 (Debian 12.0.0; x86_64) x_____ (codex_exec; 1.2.3)");
    CHECK(headers[5].value == "id_");
    CHECK(headers[8] == Header{"Authorization", "Bearer k_ey"});
    CHECK(headers[9] == Header{"X-Org", "a__X-Evil: 1"});
}
