// How enumerators and values of protocol/types.h read on the wire.
#pragma once

#include "json/codec.h"
#include "protocol/approvals.h"
#include "protocol/types.h"

namespace codex::json {

template <>
struct EnumNames<protocol::ReasoningEffort> {
    using Effort = protocol::ReasoningEffort;
    static constexpr std::pair<Effort, std::string_view> names[] = {
        {Effort::none, "none"},     {Effort::minimal, "minimal"}, {Effort::low, "low"},
        {Effort::medium, "medium"}, {Effort::high, "high"},       {Effort::xhigh, "xhigh"}};
};
template <>
struct EnumNames<protocol::ReasoningSummary> {
    using Summary = protocol::ReasoningSummary;
    static constexpr std::pair<Summary, std::string_view> names[] = {
        {Summary::automatic, "auto"},
        {Summary::concise, "concise"},
        {Summary::detailed, "detailed"},
        {Summary::none, "none"}};
};
template <>
struct EnumNames<protocol::TurnAbortReason> {
    using Reason = protocol::TurnAbortReason;
    static constexpr std::pair<Reason, std::string_view> names[] = {
        {Reason::interrupted, "interrupted"},
        {Reason::replaced, "replaced"},
        {Reason::review_ended, "review_ended"}};
};
template <>
struct EnumNames<protocol::InputMessageKind> {
    using Kind = protocol::InputMessageKind;
    static constexpr std::pair<Kind, std::string_view> names[] = {
        {Kind::plain, "plain"},
        {Kind::user_instructions, "user_instructions"},
        {Kind::environment_context, "environment_context"}};
};
template <>
struct EnumNames<protocol::ExecOutputStream> {
    using Stream = protocol::ExecOutputStream;
    static constexpr std::pair<Stream, std::string_view> names[] = {{Stream::out, "stdout"},
                                                                    {Stream::err, "stderr"}};
};
template <>
struct EnumNames<protocol::StepStatus> {
    using Status = protocol::StepStatus;
    static constexpr std::pair<Status, std::string_view> names[] = {
        {Status::pending, "pending"},
        {Status::in_progress, "in_progress"},
        {Status::completed, "completed"}};
};
template <>
struct EnumNames<protocol::McpAuthStatus> {
    using Status = protocol::McpAuthStatus;
    static constexpr std::pair<Status, std::string_view> names[] = {
        {Status::unsupported, "unsupported"},
        {Status::not_logged_in, "not_logged_in"},
        {Status::bearer_token, "bearer_token"},
        {Status::o_auth, "o_auth"}};
};

template <>
struct Codec<protocol::Bytes> {
    static protocol::Bytes read(const Value& value, const Path& path);
    static Value write(const protocol::Bytes& bytes);
};

template <>
struct Codec<protocol::Duration> {
    static protocol::Duration read(const Value& value, const Path& path);
    static Value write(const protocol::Duration& duration);
};

}  // namespace codex::json
