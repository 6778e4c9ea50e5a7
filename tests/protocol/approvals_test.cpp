#include "protocol/approvals.h"

#include <catch2/catch_test_macros.hpp>

using namespace codex::protocol;

namespace {

template <class Enum>
Enum decoded(std::string_view name) {
    return codex::json::decode<Enum>(codex::json::Value(name));
}

}  // namespace

TEST_CASE("approval policies have the names of the configuration") {
    CHECK(decoded<ApprovalPolicy>("untrusted") == ApprovalPolicy::untrusted);
    CHECK(decoded<ApprovalPolicy>("on-failure") == ApprovalPolicy::on_failure);
    CHECK(decoded<ApprovalPolicy>("on-request") == ApprovalPolicy::on_request);
    CHECK(decoded<ApprovalPolicy>("never") == ApprovalPolicy::never);
    CHECK_THROWS_AS(decoded<ApprovalPolicy>("on_request"), codex::json::JsonError);
}

TEST_CASE("answers to a request for approval have the names of the wire") {
    CHECK(decoded<ReviewDecision>("approved") == ReviewDecision::approved);
    CHECK(decoded<ReviewDecision>("approved_for_session") == ReviewDecision::approved_for_session);
    CHECK(decoded<ReviewDecision>("denied") == ReviewDecision::denied);
    CHECK(decoded<ReviewDecision>("abort") == ReviewDecision::abort);
    CHECK_THROWS_AS(decoded<ReviewDecision>("yes"), codex::json::JsonError);
}
