#include "model/plain_delta.h"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>

#include "json/value.h"

using codex::json::Value;
using codex::model::PlainDelta;
using codex::model::read_plain_delta;

namespace {

const std::string kWhole =
    R"({"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"logprobs":[],)"
    R"( "delta": "some words","sequence_number":1204,"x":null,"y":true,"z":{}})";

}  // namespace

TEST_CASE("a plain delta is read as what it says") {
    CHECK(read_plain_delta(kWhole) ==
          PlainDelta{"response.output_text.delta", "some words", "msg_1"});
    CHECK(read_plain_delta(R"({"type":"response.x.delta"})") ==
          PlainDelta{"response.x.delta", "", ""});
    // As a parser has it, the last one counts.
    CHECK(read_plain_delta(R"({"type":"response.x.delta","delta":"a","delta":"b"})") ==
          PlainDelta{"response.x.delta", "b", ""});
}

TEST_CASE("anything that is not plain is left to the parser") {
    for (const char* other : {"",
                              "{",
                              "[DONE]",
                              R"({"type":"response.completed","response":{}})",
                              R"({"type":"response.completed"})",
                              R"({"type":"response.x.delta","delta":"a\n"})",
                              "{\"type\":\"response.x.delta\",\"delta\":\"\xC3\xA4\"}",
                              "{\"type\":\"response.x.delta\",\"delta\":\"\xFF\"}",
                              "{\"type\":\"response.x.delta\",\"delta\":\"\t\"}",
                              R"({"type":"response.x.delta","delta":7})",
                              R"({"type":"response.x.delta","n":01})",
                              R"({"type":"response.x.delta","n":1.5})",
                              R"({"type":"response.x.delta","n":-1})",
                              R"({"type":"response.x.delta","n":[1]})",
                              R"({"type":"response.x.delta","n":nul})",
                              R"({"type":"response.x.delta",})",
                              R"({"type":"response.x.delta"}})",
                              R"({"type":"response.x.delta"} )",
                              R"({"type":"response.x.delta")",
                              R"({"type":"response.x.delta" "a":1})",
                              R"({"type":"response.x.delta","type":"y"})",
                              R"({"delta":"a","type":"response.x.delta"})"}) {
        INFO(other);
        CHECK_FALSE(read_plain_delta(other));
    }
}

TEST_CASE("what is taken for a plain delta is JSON that says the same") {
    std::mt19937 random(20261201);
    const auto below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    const std::string signs = "{}[]\",:\\ 0129nulltrue\n\x80\x7F-.e";
    int taken = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = kWhole;
        const std::size_t at = 19 + below(text.size() - 19);
        if (below(2) == 0) {
            text[at] = signs[below(signs.size())];
        } else if (below(2) == 0) {
            text.erase(at, 1 + below(3));
        } else {
            text.insert(at, 1, signs[below(signs.size())]);
        }
        const auto plain = read_plain_delta(text);
        if (!plain) continue;
        ++taken;
        INFO(text);
        const Value value = codex::json::parse(text);
        CHECK(*plain ==
              PlainDelta{*value.find("type")->as_string(),
                         value.find("delta") ? *value.find("delta")->as_string() : "",
                         value.find("item_id") ? *value.find("item_id")->as_string() : ""});
    }
    CHECK(taken > 1000);
}
