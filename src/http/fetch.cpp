#include "base/text.h"
#include "http/transport.h"

namespace codex::http {

std::optional<std::string> Response::header(std::string_view name) const {
    for (const Header& header : headers) {
        if (base::equals_ignoring_case(header.name, name)) return header.value;
    }
    return std::nullopt;
}

Response fetch(Transport& transport, const Request& request, const loop::Cancel* cancel) {
    const auto exchange = transport.start(request);
    transport.loop().run_until([&] { return exchange->finished(); }, cancel);
    exchange->check();
    Response response = exchange->head();
    response.body = exchange->take_body();
    return response;
}

}  // namespace codex::http
