#include "config/url_rules.h"

#include <algorithm>

#include "base/text.h"

namespace codex::config {
namespace {

bool is_this_machine(std::string_view host) {
    return host == "localhost" || host == "[::1]" || host == "127.0.0.1";
}

}  // namespace

std::optional<std::string> normalise_base_url(std::string_view text, std::string& problem) {
    std::string_view rest = text;
    const std::string lower = base::to_lower(text);
    bool is_plain = false;
    if (lower.rfind("https://", 0) == 0) {
        rest.remove_prefix(8);
    } else if (lower.rfind("http://", 0) == 0) {
        rest.remove_prefix(7);
        is_plain = true;
    } else {
        problem = "it does not begin with https://";
        return std::nullopt;
    }
    const auto is_graphic = [](char c) { return c > 0x20 && c < 0x7F && c != '\\' && c != '"'; };
    if (!std::all_of(rest.begin(), rest.end(), is_graphic)) {
        problem = "it holds a character that an address cannot have";
        return std::nullopt;
    }
    if (rest.find_first_of("?#") != std::string_view::npos) {
        problem = "it has a query or fragment";
        return std::nullopt;
    }
    const std::string_view authority = rest.substr(0, rest.find('/'));
    if (authority.find('@') != std::string_view::npos) {
        problem = "it names a user; the key is a setting of its own";
        return std::nullopt;
    }
    std::string_view host = authority;
    if (host.empty() || host.front() != '[') {
        host = host.substr(0, host.find(':'));
    } else {
        host = host.substr(0, host.find(']') + 1);
    }
    if (host.empty() || host == "[]") {
        problem = "it names no host";
        return std::nullopt;
    }
    const std::string_view port = authority.substr(host.size());
    const auto port_number =
        base::parse_integer(port.substr(std::min<std::size_t>(1, port.size())));
    if (!port.empty() &&
        (port.front() != ':' || !port_number || *port_number < 1 || *port_number > 65535)) {
        problem = "its port is no number from 1 to 65535";
        return std::nullopt;
    }
    if (is_plain && !is_this_machine(base::to_lower(host))) {
        problem = "http would send the key in clear text";
        return std::nullopt;
    }
    std::string normal(text);
    while (normal.back() == '/') normal.pop_back();
    return normal;
}

}  // namespace codex::config
