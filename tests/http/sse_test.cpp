#include "http/sse.h"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>
#include <vector>

using codex::http::SseEvent;
using codex::http::SseParser;
using SseEvents = std::vector<SseEvent>;

namespace {

void drain(SseParser& parser, SseEvents& events) {
    while (auto event = parser.next()) events.push_back(std::move(*event));
}

SseEvents parse_whole(std::string_view text) {
    SseParser parser;
    SseEvents events;
    parser.feed(text);
    drain(parser, events);
    return events;
}

struct Sample {
    const char* what;
    std::string text;
    SseEvents events;
};

const std::vector<Sample>& samples() {
    static const std::vector<Sample> all = {
        {"nothing", "", {}},
        {"one event", "data: a\n\n", {{"", "a"}}},
        {"a type", "event: ping\ndata: {}\n\n", {{"ping", "{}"}}},
        {"the last type counts", "event: a\nevent: b\ndata: 1\n\n", {{"b", "1"}}},
        {"a type does not carry over", "event: a\ndata: 1\n\ndata: 2\n\n", {{"a", "1"}, {"", "2"}}},
        {"a type without data is no event", "event: a\n\ndata: 2\n\n", {{"", "2"}}},
        {"CR", "event: a\rdata: 1\rdata: 2\r\rdata: 3\r\r", {{"a", "1\n2"}, {"", "3"}}},
        {"CRLF", "event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n", {{"a", "1"}, {"", "2"}}},
        {"mixed line ends",
         "data: 1\r\ndata: 2\ndata: 3\r\n\rdata: 4\n\r",
         {{"", "1\n2\n3"}, {"", "4"}}},
        {"a BOM once",
         "\xEF\xBB\xBF"
         "data: 1\n\n\xEF\xBB\xBF"
         "data: 2\n\n",
         {{"", "1"}}},
        {"comments", ": hello\n:\ndata: 1\n: between\ndata: 2\n\n: end\n\n", {{"", "1\n2"}}},
        {"empty data", "data\n\ndata:\n\ndata:\ndata:\n\n", {{"", ""}, {"", ""}, {"", "\n"}}},
        {"one blank is dropped", "data:  two\ndata:none\n\n", {{"", " two\nnone"}}},
        {"colons in the value", "data: a: b:c\n\n", {{"", "a: b:c"}}},
        {"unknown fields",
         "id: 7\nretry: 10\nfoo: bar\nfoo\nDATA: x\n data: x\ndata: 1\n\n",
         {{"", "1"}}},
        {"no closing blank line", "data: 1\n\ndata: lost\n", {{"", "1"}}},
        {"no line end at all", "data: 1\n\ndata: lost", {{"", "1"}}},
        {"many blank lines", "\n\n\r\n\r\ndata: 1\n\n\n\n", {{"", "1"}}},
        {"bytes outside ASCII",
         "data: \xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\n\n",
         {{"", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"}}},
        {"a NUL", std::string("data: a\0b\n\n", 11), {{"", std::string("a\0b", 3)}}},
    };
    return all;
}

}  // namespace

TEST_CASE("samples of event streams give their events, cut in two at any byte") {
    for (const Sample& sample : samples()) {
        INFO(sample.what);
        CHECK(parse_whole(sample.text) == sample.events);
        for (std::size_t at = 0; at <= sample.text.size(); ++at) {
            INFO("cut at " << at);
            SseParser parser;
            SseEvents events;
            parser.feed(std::string_view(sample.text).substr(0, at));
            drain(parser, events);
            parser.feed(std::string_view(sample.text).substr(at));
            drain(parser, events);
            CHECK(events == sample.events);
        }
    }
}

TEST_CASE("any cutting of any stream gives the events of the whole") {
    const std::vector<std::string> pieces = {
        "data", "data:", ": ",    "event: x",        "\r",      "\n",          "\r\n", "\n\n", "a",
        ":",    " b ",   "id: 1", std::string(1, 0), "data: y", "\xEF\xBB\xBF"};
    std::mt19937 random(20261127);
    const auto below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    std::size_t seen = 0;
    for (int round = 0; round < 400; ++round) {
        std::string text;
        for (std::size_t i = below(60); i > 0; --i) text += pieces[below(pieces.size())];
        const SseEvents whole = parse_whole(text);
        seen += whole.size();
        SseParser parser;
        SseEvents events;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t size = 1 + below(7);
            parser.feed(std::string_view(text).substr(at, size));
            if (below(2) == 0) drain(parser, events);
            at += size;
        }
        drain(parser, events);
        INFO("round " << round << ", text: " << text);
        CHECK(events == whole);
    }
    CHECK(seen > 200);
}

TEST_CASE(
    "an event larger than the limit is refused, in one line, in many, and without a line end") {
    const auto feed_in_lines = [](std::string_view line, int count) {
        SseParser parser(1000);
        for (int i = 0; i < count; ++i) parser.feed(line);
    };
    const std::string big(1200, 'x');
    CHECK_THROWS_AS(SseParser(1000).feed("data: " + big + "\n\n"), codex::base::Error);
    CHECK_THROWS_AS(SseParser(1000).feed(big), codex::base::Error);
    CHECK_THROWS_AS(feed_in_lines("data: 0123456789\n", 100), codex::base::Error);
    CHECK_THROWS_AS(feed_in_lines("0123456789", 101), codex::base::Error);
    CHECK_THROWS_AS(feed_in_lines("data\n", 2000), codex::base::Error);
    CHECK_NOTHROW(feed_in_lines("data: 0123456789\n\n", 1000));
    CHECK_NOTHROW(feed_in_lines(": 0123456789\n", 1000));
    try {
        SseParser(1000).feed(big);
    } catch (const codex::base::Error& error) {
        CHECK(std::string(error.what()) ==
              "one event of the stream is larger than the limit of 1000 bytes");
    }
}
