#include <algorithm>
#include <exception>

#include "base/text.h"
#include "http/transport.h"

namespace codex::http {

std::optional<std::string> Response::header(std::string_view name) const {
    for (const Header& header : headers) {
        if (base::equals_ignoring_case(header.name, name)) return header.value;
    }
    return std::nullopt;
}

namespace {

Response collect(Exchange& exchange) {
    exchange.check();
    Response response = exchange.head();
    response.body = exchange.take_body();
    return response;
}

}  // namespace

Response fetch(Transport& transport, const Request& request, const loop::Cancel* cancel) {
    const auto exchange = transport.start(request);
    transport.loop().run_until([&] { return exchange->finished(); }, cancel);
    return collect(*exchange);
}

std::vector<Response> fetch_all(Transport& transport, const std::vector<Request>& requests,
                                std::size_t max_parallel, const loop::Cancel* cancel) {
    struct Running {
        std::size_t index;
        std::unique_ptr<Exchange> exchange;
    };
    std::vector<Response> responses(requests.size());
    std::vector<Running> running;
    std::exception_ptr first_failure;
    std::size_t next = 0;
    const std::size_t limit = std::max<std::size_t>(max_parallel, 1);
    const auto is_finished = [](const Running& one) { return one.exchange->finished(); };
    while (next < requests.size() || !running.empty()) {
        while (next < requests.size() && running.size() < limit) {
            running.push_back({next, transport.start(requests[next])});
            ++next;
        }
        transport.loop().run_until(
            [&] { return std::any_of(running.begin(), running.end(), is_finished); }, cancel);
        for (Running& one : running) {
            if (!is_finished(one)) continue;
            try {
                responses[one.index] = collect(*one.exchange);
            } catch (const base::Error&) {
                if (!first_failure) first_failure = std::current_exception();
            }
        }
        std::erase_if(running, is_finished);
    }
    if (first_failure) std::rethrow_exception(first_failure);
    return responses;
}

}  // namespace codex::http
