#include "sandbox/loopback_rules.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstring>
#include <string>

using namespace codex::sandbox;

namespace {

Endpoint at(const std::string& address, std::uint16_t port) {
    Endpoint endpoint{.port = port};
    if (::inet_pton(AF_INET6, address.c_str(), endpoint.address.data()) == 1) return endpoint;
    std::array<std::uint8_t, 4> host{};
    REQUIRE(::inet_pton(AF_INET, address.c_str(), host.data()) == 1);
    return ipv4(host, port);
}

std::string render(const Decision& decision) {
    if (const auto* refusal = std::get_if<Refusal>(&decision))
        return ::strerrorname_np(refusal->error);
    const auto& endpoint = std::get<Endpoint>(decision);
    char text[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET6, endpoint.address.data(), text, sizeof text);
    return std::string(text) + " " + std::to_string(endpoint.port);
}

std::vector<std::uint8_t> bytes_of(const Endpoint& endpoint, Family family, std::size_t size) {
    sockaddr_storage address;
    render_address(endpoint, family, address);
    std::vector<std::uint8_t> bytes(size);
    std::memcpy(bytes.data(), &address, size);
    return bytes;
}

}  // namespace

TEST_CASE("an address is read as the kernel reads it") {
    struct Row {
        std::vector<std::uint8_t> bytes;
        Family family;
        std::string read;
    };
    const Endpoint four = at("127.0.0.1", 8080);
    const Endpoint six = at("::1", 8080);
    const Row rows[] = {
        {bytes_of(four, Family::inet, 16), Family::inet, "::ffff:127.0.0.1 8080"},
        {bytes_of(four, Family::inet, 28), Family::inet, "::ffff:127.0.0.1 8080"},
        {bytes_of(four, Family::inet, 15), Family::inet, "EINVAL"},
        {bytes_of(six, Family::inet6, 28), Family::inet6, "::1 8080"},
        {bytes_of(six, Family::inet6, 24), Family::inet6, "::1 8080"},
        {bytes_of(six, Family::inet6, 23), Family::inet6, "EINVAL"},
        {bytes_of(four, Family::inet6, 28), Family::inet6, "::ffff:127.0.0.1 8080"},
        {bytes_of(six, Family::inet6, 28), Family::inet, "EAFNOSUPPORT"},
        {bytes_of(four, Family::inet, 28), Family::inet6, "EAFNOSUPPORT"},
        {{}, Family::inet, "EINVAL"},
        {{2}, Family::inet, "EINVAL"},
    };
    for (const Row& row : rows) CHECK(render(parse_address(row.bytes, row.family)) == row.read);
}

TEST_CASE("every address is bound as loopback, and no other but loopback") {
    struct Row {
        std::string asked;
        Family family;
        bool v6_only;
        std::string bound;
    };
    const Row rows[] = {
        {"127.0.0.1", Family::inet, false, "::ffff:127.0.0.1 80"},
        {"127.9.9.9", Family::inet, false, "::ffff:127.9.9.9 80"},
        {"0.0.0.0", Family::inet, false, "::ffff:127.0.0.1 80"},
        {"::", Family::inet6, false, "::ffff:127.0.0.1 80"},
        {"::", Family::inet6, true, "::1 80"},
        {"::ffff:0.0.0.0", Family::inet6, false, "::ffff:127.0.0.1 80"},
        {"::1", Family::inet6, false, "::1 80"},
        {"::ffff:127.0.0.5", Family::inet6, false, "::ffff:127.0.0.5 80"},
        {"10.0.0.1", Family::inet, false, "EADDRNOTAVAIL"},
        {"128.0.0.1", Family::inet, false, "EADDRNOTAVAIL"},
        {"255.255.255.255", Family::inet, false, "EADDRNOTAVAIL"},
        {"fe80::1", Family::inet6, false, "EADDRNOTAVAIL"},
        {"::2", Family::inet6, false, "EADDRNOTAVAIL"},
        {"::127.0.0.1", Family::inet6, false, "EADDRNOTAVAIL"},
        {"::ffff:8.8.8.8", Family::inet6, true, "EADDRNOTAVAIL"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.asked, row.v6_only);
        CHECK(render(where_to_bind(at(row.asked, 80), row.family, row.v6_only)) == row.bound);
    }
}

TEST_CASE("a connection is made only where the command's own server listens, and nobody else") {
    const std::vector<OwnListener> own = {{1, false}, {2, true}, {3, true}, {4, false}};
    const std::vector<ListeningSocket> listeners = {
        {at("127.0.0.1", 81), 1},  {at("127.0.0.1", 82), 2},  {at("::1", 83), 3},
        {at("127.0.0.1", 84), 4},  {at("127.0.0.1", 84), 90},  // shared by SO_REUSEPORT
        {at("127.0.0.2", 81), 91}, {at("::1", 81), 92},       {at("0.0.0.0", 85), 93},
        {at("::1", 82), 94},
    };
    struct Row {
        std::string asked;
        std::uint16_t port;
        Family family;
        std::string connected;
    };
    const Row rows[] = {
        {"127.0.0.1", 81, Family::inet, "::ffff:127.0.0.1 81"},
        {"::ffff:127.0.0.1", 81, Family::inet6, "::ffff:127.0.0.1 81"},
        {"0.0.0.0", 81, Family::inet, "::ffff:127.0.0.1 81"},
        // The same port of another loopback address is the machine's.
        {"127.0.0.2", 81, Family::inet, "ECONNREFUSED"},
        {"::1", 81, Family::inet6, "ECONNREFUSED"},
        {"::", 81, Family::inet6, "ECONNREFUSED"},
        {"127.0.0.3", 81, Family::inet, "ECONNREFUSED"},
        // A server that asked for every address is found by each, where nobody else is.
        {"127.0.0.3", 82, Family::inet, "::ffff:127.0.0.1 82"},
        {"::1", 82, Family::inet6, "ECONNREFUSED"},
        {"::1", 83, Family::inet6, "::1 83"},
        {"::", 83, Family::inet6, "::1 83"},
        {"127.0.0.1", 83, Family::inet, "ECONNREFUSED"},
        {"127.0.0.1", 84, Family::inet, "ECONNREFUSED"},
        {"127.0.0.1", 85, Family::inet, "ECONNREFUSED"},
        {"127.0.0.1", 86, Family::inet, "ECONNREFUSED"},
        {"8.8.8.8", 81, Family::inet, "ENETUNREACH"},
        {"::ffff:8.8.8.8", 81, Family::inet6, "ENETUNREACH"},
        {"2001:db8::1", 81, Family::inet6, "ENETUNREACH"},
        {"::127.0.0.1", 81, Family::inet6, "ENETUNREACH"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.asked, row.port);
        CHECK(render(where_to_connect(at(row.asked, row.port), row.family, listeners, own)) ==
              row.connected);
    }
    CHECK(render(where_to_connect(at("127.0.0.1", 81), Family::inet, {}, own)) == "ECONNREFUSED");
    const std::vector<ListeningSocket> alone = {{at("127.0.0.1", 82), 2}};
    CHECK(render(where_to_connect(at("::1", 82), Family::inet6, alone, own)) ==
          "::ffff:127.0.0.1 82");
}

TEST_CASE("a port that somebody else listens on is not shared") {
    const std::vector<OwnListener> own = {{1, false}};
    const std::vector<ListeningSocket> listeners = {{at("127.0.0.1", 81), 1},
                                                    {at("127.0.0.1", 82), 90},
                                                    {at("0.0.0.0", 83), 91},
                                                    {at("::", 84), 92}};
    struct Row {
        std::string address;
        std::uint16_t port;
        bool shared;
    };
    const Row rows[] = {{"127.0.0.1", 80, false}, {"127.0.0.1", 81, false}, {"127.0.0.1", 82, true},
                        {"127.0.0.2", 82, false}, {"::1", 82, false},       {"127.0.0.1", 83, true},
                        {"127.0.0.1", 84, true},  {"::1", 84, true}};
    for (const Row& row : rows) {
        CAPTURE(row.address, row.port);
        CHECK(shares_with_others(at(row.address, row.port), listeners, own) == row.shared);
    }
}

TEST_CASE("the kernel's table of listening sockets is read up to the first connection") {
    const std::string heading =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
        "timeout "
        "inode\n";
    const std::string v4 =
        "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        "
        "0 "
        "4711 1 0000000000000000 100 0 0 10 0\n";
    const std::string v6 =
        "   1: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A "
        "00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 100 0 0 10 "
        "0\n";
    const std::string mapped =
        "   2: 0000000000000000FFFF00000100007F:0051 00000000000000000000000000000000:0000 0A "
        "00000000:00000000 00:00000000 00000000     0        0 4713 1\n";
    const std::string connection =
        "   3: 0100007F:1F91 0100007F:1F92 01 00000000:00000000 00:00000000 00000000  1001        "
        "0 "
        "4714 1\n";
    const std::vector<ListeningSocket> all = {
        {at("127.0.0.1", 8080), 4711}, {at("::1", 80), 4712}, {at("127.0.0.1", 81), 4713}};
    CHECK(parse_listeners(heading + v4 + v6 + mapped + connection + v4) == all);
    CHECK(parse_listeners(heading) == std::vector<ListeningSocket>{});
    CHECK_FALSE(reaches_connections(""));
    CHECK_FALSE(reaches_connections(heading));
    CHECK_FALSE(reaches_connections(heading + connection + v4));
    CHECK(reaches_connections(heading + v4 + connection));
    CHECK(parse_listeners("") == std::vector<ListeningSocket>{});
    CHECK(parse_listeners(heading + "   0: 0100007F:1F90 00000000:00") ==
          std::vector<ListeningSocket>{});
}
