#include "sandbox/loopback_rules.h"

#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "base/text.h"

namespace codex::sandbox {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::array<std::uint8_t, 16> kAny6 = {};
constexpr std::array<std::uint8_t, 16> kLoopback6 = {0, 0, 0, 0, 0, 0, 0, 0,
                                                     0, 0, 0, 0, 0, 0, 0, 1};
constexpr std::array<std::uint8_t, 4> kAny4 = {};
constexpr std::array<std::uint8_t, 4> kLoopback4 = {127, 0, 0, 1};
// SIN6_LEN_RFC2133 in the kernel: without a scope it is an address all the same.
constexpr std::size_t kShortestIpv6 = 24;

bool is_ipv4(const Endpoint& endpoint) {
    return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), endpoint.address.begin());
}

const OwnListener* find_own(std::span<const OwnListener> own, std::uint64_t inode) {
    const auto found = std::find_if(own.begin(), own.end(), [&](const OwnListener& listener) {
        return listener.inode == inode;
    });
    return found == own.end() ? nullptr : &*found;
}

/// As the kernel has it: a connection to every address is one to loopback.
Endpoint without_any(const Endpoint& asked) {
    if (asked.address == kAny6) return {kLoopback6, asked.port};
    return is_any(asked) ? ipv4(kLoopback4, asked.port) : asked;
}

bool is_reached_by(Family family, const Endpoint& server, const Endpoint& asked) {
    return is_ipv4(server) && (family == Family::inet6 || is_ipv4(asked));
}

enum class Whose { nobody, command, others };

Whose whose(const Endpoint& endpoint, std::span<const ListeningSocket> listeners,
            std::span<const OwnListener> own) {
    Whose found = Whose::nobody;
    for (const ListeningSocket& listener : listeners) {
        if (listener.endpoint != endpoint) continue;
        if (find_own(own, listener.inode) == nullptr) return Whose::others;
        found = Whose::command;
    }
    return found;
}

constexpr std::size_t kState = 3;  // the column of the table
constexpr std::string_view kStateHeading = "st";
constexpr std::string_view kListening = "0A";

template <class Integer>
bool parse_hex(std::string_view text, Integer& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    return error == std::errc() && end == text.data() + text.size();
}

/// "0100007F:1F90": words of the address as this machine's integers.
std::optional<Endpoint> parse_table_endpoint(std::string_view text) {
    constexpr std::size_t kWord = 8;
    const std::size_t colon = text.find(':');
    if (colon != kWord && colon != 4 * kWord) return {};
    Endpoint endpoint = ipv4(kAny4, 0);
    const std::size_t words = colon / kWord;
    for (std::size_t i = 0; i < words; ++i) {
        std::uint32_t word = 0;
        if (!parse_hex(text.substr(i * kWord, kWord), word)) return {};
        const std::size_t at = words == 1 ? kMappedPrefix.size() : i * sizeof word;
        std::memcpy(endpoint.address.data() + at, &word, sizeof word);
    }
    if (!parse_hex(text.substr(colon + 1), endpoint.port)) return {};
    return endpoint;
}

std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    for (const std::string_view field : base::split(line, ' ')) {
        if (!field.empty()) fields.push_back(field);
    }
    return fields;
}

}  // namespace

Endpoint ipv4(std::array<std::uint8_t, 4> address, std::uint16_t port) {
    Endpoint endpoint{.port = port};
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), endpoint.address.begin());
    std::copy(address.begin(), address.end(), endpoint.address.begin() + kMappedPrefix.size());
    return endpoint;
}

bool is_any(const Endpoint& endpoint) {
    return endpoint.address == kAny6 || endpoint.address == ipv4(kAny4, 0).address;
}

bool is_loopback(const Endpoint& endpoint) {
    return endpoint.address == kLoopback6 ||
           (is_ipv4(endpoint) && endpoint.address[kMappedPrefix.size()] == kLoopback4[0]);
}

Decision parse_address(std::span<const std::uint8_t> bytes, Family family) {
    sa_family_t named = AF_UNSPEC;
    if (bytes.size() < sizeof named) return Refusal{EINVAL};
    std::memcpy(&named, bytes.data(), sizeof named);
    if (family == Family::inet) {
        sockaddr_in address = {};
        if (bytes.size() < sizeof address) return Refusal{EINVAL};
        if (named != AF_INET) return Refusal{EAFNOSUPPORT};
        std::memcpy(&address, bytes.data(), sizeof address);
        std::array<std::uint8_t, 4> host{};
        std::memcpy(host.data(), &address.sin_addr, host.size());
        return ipv4(host, ntohs(address.sin_port));
    }
    sockaddr_in6 address = {};
    if (bytes.size() < kShortestIpv6) return Refusal{EINVAL};
    if (named != AF_INET6) return Refusal{EAFNOSUPPORT};
    std::memcpy(&address, bytes.data(), std::min(bytes.size(), sizeof address));
    Endpoint endpoint{.port = ntohs(address.sin6_port)};
    std::memcpy(endpoint.address.data(), &address.sin6_addr, endpoint.address.size());
    return endpoint;
}

socklen_t render_address(const Endpoint& endpoint, Family family, sockaddr_storage& storage) {
    storage = {};
    if (family == Family::inet) {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = htons(endpoint.port);
        std::memcpy(&address.sin_addr, endpoint.address.data() + kMappedPrefix.size(),
                    sizeof address.sin_addr);
        std::memcpy(&storage, &address, sizeof address);
        return sizeof address;
    }
    sockaddr_in6 address = {};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port);
    std::memcpy(&address.sin6_addr, endpoint.address.data(), sizeof address.sin6_addr);
    std::memcpy(&storage, &address, sizeof address);
    return sizeof address;
}

Decision where_to_bind(const Endpoint& asked, Family family, bool v6_only) {
    if (is_loopback(asked)) return asked;
    if (!is_any(asked)) return Refusal{EADDRNOTAVAIL};
    if (family == Family::inet6 && v6_only) return Endpoint{kLoopback6, asked.port};
    return ipv4(kLoopback4, asked.port);
}

Decision where_to_connect(const Endpoint& asked, Family family,
                          std::span<const ListeningSocket> listeners,
                          std::span<const OwnListener> own) {
    const Endpoint wanted = without_any(asked);
    if (!is_loopback(wanted)) return Refusal{ENETUNREACH};
    switch (whose(wanted, listeners, own)) {
        case Whose::command:
            return wanted;
        case Whose::others:
            return Refusal{ECONNREFUSED};
        case Whose::nobody:
            break;
    }
    for (const ListeningSocket& listener : listeners) {
        const OwnListener* const server = find_own(own, listener.inode);
        if (server == nullptr || !server->any || listener.endpoint.port != wanted.port) continue;
        if (is_reached_by(family, listener.endpoint, wanted) &&
            whose(listener.endpoint, listeners, own) == Whose::command)
            return listener.endpoint;
    }
    return Refusal{ECONNREFUSED};
}

bool shares_with_others(const Endpoint& endpoint, std::span<const ListeningSocket> listeners,
                        std::span<const OwnListener> own) {
    return std::any_of(listeners.begin(), listeners.end(), [&](const ListeningSocket& listener) {
        return listener.endpoint.port == endpoint.port &&
               (listener.endpoint == endpoint || is_any(listener.endpoint)) &&
               find_own(own, listener.inode) == nullptr;
    });
}

std::vector<ListeningSocket> parse_listeners(std::string_view table) {
    constexpr std::size_t kLocal = 1, kInode = 9;
    std::vector<ListeningSocket> listeners;
    bool heading = true;
    for (const std::string_view line : base::split_lines(table)) {
        if (std::exchange(heading, false)) continue;
        const std::vector<std::string_view> fields = fields_of(line);
        if (fields.size() <= kInode || fields[kState] != kListening) break;
        const std::optional<Endpoint> endpoint = parse_table_endpoint(fields[kLocal]);
        const std::optional<std::int64_t> inode = base::parse_integer(fields[kInode]);
        if (!endpoint || !inode) break;
        listeners.push_back({*endpoint, static_cast<std::uint64_t>(*inode)});
    }
    return listeners;
}

bool reaches_connections(std::string_view table) {
    const std::vector<std::string_view> lines = base::split_lines(table);
    if (lines.empty()) return false;
    const std::vector<std::string_view> fields = fields_of(lines.back());
    return fields.size() > kState && fields[kState] != kListening &&
           fields[kState] != kStateHeading;
}

}  // namespace codex::sandbox
