// Who must allow a command, and the answers: values with the names that configuration and clients
// use.
#pragma once

#include <string_view>
#include <utility>

#include "json/codec.h"

namespace codex::protocol {

/// When somebody is asked before a command runs: unless it is known to be safe, after the sandbox
/// refused it, when the model asks for it, not at all.
enum class ApprovalPolicy { untrusted, on_failure, on_request, never };

/// approved_for_session covers the same argv from then on; abort ends the run.
enum class ReviewDecision { approved, approved_for_session, denied, abort };

}  // namespace codex::protocol

template <>
struct codex::json::EnumNames<codex::protocol::ApprovalPolicy> {
    using Policy = codex::protocol::ApprovalPolicy;
    static constexpr std::pair<Policy, std::string_view> names[] = {
        {Policy::untrusted, "untrusted"},
        {Policy::on_failure, "on-failure"},
        {Policy::on_request, "on-request"},
        {Policy::never, "never"}};
};
template <>
struct codex::json::EnumNames<codex::protocol::ReviewDecision> {
    using Decision = codex::protocol::ReviewDecision;
    static constexpr std::pair<Decision, std::string_view> names[] = {
        {Decision::approved, "approved"},
        {Decision::approved_for_session, "approved_for_session"},
        {Decision::denied, "denied"},
        {Decision::abort, "abort"}};
};
