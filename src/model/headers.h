// Who asks, as the headers of a request say it (spec/codex-core.md 8.3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/transport.h"
#include "model/provider.h"
#include "model/request.h"

namespace codex::model {

/// The program that asks. With an empty originator neither header is sent.
struct Identity {
    std::string originator;  // "codex_exec", "codex_sdk_ts"
    std::string version;
    std::string os_type;  // "Debian"
    std::string os_version;
    std::string architecture;  // "x86_64"
    std::string terminal;
    std::string suffix;  // in brackets at the end; empty: none
    friend bool operator==(const Identity&, const Identity&) = default;
};

/// "<originator>/<version> (<os type> <os version>; <architecture>) <terminal> (<suffix>)".
std::string user_agent(const Identity& identity);

/// All headers of a request, the provider's own last; one of them replaces ours of the same name.
/// Every byte that is no printable ASCII is sent as "_".
std::vector<http::Header> request_headers(const Provider& provider, const Auth& auth,
                                          const Identity& identity, const ModelRequest& request);

}  // namespace codex::model
