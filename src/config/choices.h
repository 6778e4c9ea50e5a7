// The words that settings choose from, with the names that every layer spells them by.
#pragma once

#include <string_view>
#include <utility>

#include "json/codec.h"

namespace codex::config {

/// What a command may touch.
enum class SandboxMode { read_only, workspace_write, danger_full_access };
/// How hard the model thinks.
enum class ReasoningEffort { none, minimal, low, medium, high, xhigh, max, ultra };
/// What the model tells of its reasoning.
enum class ReasoningSummary { automatic, concise, detailed, none };
/// How summaries of reasoning are marked up.
enum class SummaryFormat { none, experimental };
/// How much the model writes.
enum class Verbosity { low, medium, high };
/// What a provider's address speaks.
enum class WireApi { responses, chat };
/// The hosted search: off, from an index, or on the live web.
enum class WebSearch { disabled, cached, indexed, live };
/// How much of what the search finds the model sees.
enum class SearchContext { low, medium, high };
/// Whether prompts are kept in history.jsonl.
enum class HistoryPersistence { save_all, none };
/// The editor that links to files open in.
enum class FileOpener { vscode, vscode_insiders, windsurf, cursor, none };
/// Whether a project's own settings count.
enum class TrustLevel { trusted, untrusted };
/// How a user signs in.
enum class AuthMethod { chatgpt, apikey };

}  // namespace codex::config

template <>
struct codex::json::EnumNames<codex::config::SandboxMode> {
    using E = codex::config::SandboxMode;
    static constexpr std::pair<E, std::string_view> names[] = {
        {E::read_only, "read-only"},
        {E::workspace_write, "workspace-write"},
        {E::danger_full_access, "danger-full-access"}};
};
template <>
struct codex::json::EnumNames<codex::config::ReasoningEffort> {
    using E = codex::config::ReasoningEffort;
    static constexpr std::pair<E, std::string_view> names[] = {
        {E::none, "none"}, {E::minimal, "minimal"}, {E::low, "low"}, {E::medium, "medium"},
        {E::high, "high"}, {E::xhigh, "xhigh"},     {E::max, "max"}, {E::ultra, "ultra"}};
};
template <>
struct codex::json::EnumNames<codex::config::ReasoningSummary> {
    using E = codex::config::ReasoningSummary;
    static constexpr std::pair<E, std::string_view> names[] = {{E::automatic, "auto"},
                                                               {E::concise, "concise"},
                                                               {E::detailed, "detailed"},
                                                               {E::none, "none"}};
};
template <>
struct codex::json::EnumNames<codex::config::SummaryFormat> {
    using E = codex::config::SummaryFormat;
    static constexpr std::pair<E, std::string_view> names[] = {{E::none, "none"},
                                                               {E::experimental, "experimental"}};
};
template <>
struct codex::json::EnumNames<codex::config::Verbosity> {
    using E = codex::config::Verbosity;
    static constexpr std::pair<E, std::string_view> names[] = {
        {E::low, "low"}, {E::medium, "medium"}, {E::high, "high"}};
};
template <>
struct codex::json::EnumNames<codex::config::WireApi> {
    using E = codex::config::WireApi;
    static constexpr std::pair<E, std::string_view> names[] = {{E::responses, "responses"},
                                                               {E::chat, "chat"}};
};
template <>
struct codex::json::EnumNames<codex::config::WebSearch> {
    using E = codex::config::WebSearch;
    static constexpr std::pair<E, std::string_view> names[] = {{E::disabled, "disabled"},
                                                               {E::cached, "cached"},
                                                               {E::indexed, "indexed"},
                                                               {E::live, "live"}};
};
template <>
struct codex::json::EnumNames<codex::config::SearchContext> {
    using E = codex::config::SearchContext;
    static constexpr std::pair<E, std::string_view> names[] = {
        {E::low, "low"}, {E::medium, "medium"}, {E::high, "high"}};
};
template <>
struct codex::json::EnumNames<codex::config::HistoryPersistence> {
    using E = codex::config::HistoryPersistence;
    static constexpr std::pair<E, std::string_view> names[] = {{E::save_all, "save-all"},
                                                               {E::none, "none"}};
};
template <>
struct codex::json::EnumNames<codex::config::FileOpener> {
    using E = codex::config::FileOpener;
    static constexpr std::pair<E, std::string_view> names[] = {
        {E::vscode, "vscode"},
        {E::vscode_insiders, "vscode-insiders"},
        {E::windsurf, "windsurf"},
        {E::cursor, "cursor"},
        {E::none, "none"}};
};
template <>
struct codex::json::EnumNames<codex::config::TrustLevel> {
    using E = codex::config::TrustLevel;
    static constexpr std::pair<E, std::string_view> names[] = {{E::trusted, "trusted"},
                                                               {E::untrusted, "untrusted"}};
};
template <>
struct codex::json::EnumNames<codex::config::AuthMethod> {
    using E = codex::config::AuthMethod;
    static constexpr std::pair<E, std::string_view> names[] = {{E::chatgpt, "chatgpt"},
                                                               {E::apikey, "apikey"}};
};
