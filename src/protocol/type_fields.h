// The wire form of protocol/types.h. For sources, not for headers.
#pragma once

#include "json/tagged.h"
#include "protocol/type_names.h"
#include "protocol/types.h"

namespace codex::protocol {
inline constexpr std::string_view kModeMember = "mode";
}  // namespace codex::protocol

namespace codex::json {

template <>
struct Describe<protocol::TextInput> {
    static constexpr std::string_view tag = "text";
    template <class V>
    static void fields(V& v) {
        v("text", &protocol::TextInput::text);
    }
};
template <>
struct Describe<protocol::ImageInput> {
    static constexpr std::string_view tag = "image";
    template <class V>
    static void fields(V& v) {
        v("image_url", &protocol::ImageInput::image_url);
    }
};
template <>
struct Describe<protocol::LocalImageInput> {
    static constexpr std::string_view tag = "local_image";
    template <class V>
    static void fields(V& v) {
        v("path", &protocol::LocalImageInput::path);
    }
};
template <>
struct Codec<protocol::InputItem> : Tagged<protocol::InputItem> {};
template <>
struct Describe<protocol::DangerFullAccess> {
    static constexpr std::string_view tag = "danger-full-access";
    template <class V>
    static void fields(V&) {}
};
template <>
struct Describe<protocol::ReadOnly> {
    static constexpr std::string_view tag = "read-only";
    template <class V>
    static void fields(V&) {}
};
template <>
struct Describe<protocol::WorkspaceWrite> {
    static constexpr std::string_view tag = "workspace-write";
    template <class V>
    static void fields(V& v) {
        using T = protocol::WorkspaceWrite;
        v("writable_roots", &T::writable_roots, unless_empty);
        v("network_access", &T::network_access, optional);
        v("exclude_tmpdir_env_var", &T::exclude_tmpdir_env_var, optional);
        v("exclude_slash_tmp", &T::exclude_slash_tmp, optional);
    }
};
template <>
struct Codec<protocol::SandboxPolicy> : Tagged<protocol::SandboxPolicy, protocol::kModeMember> {};
template <>
struct Describe<protocol::AddFile> {
    static constexpr std::string_view tag = "add";
    template <class V>
    static void fields(V& v) {
        v("content", &protocol::AddFile::content);
    }
};
template <>
struct Describe<protocol::DeleteFile> {
    static constexpr std::string_view tag = "delete";
    template <class V>
    static void fields(V& v) {
        v("content", &protocol::DeleteFile::content);
    }
};
template <>
struct Describe<protocol::UpdateFile> {
    static constexpr std::string_view tag = "update";
    template <class V>
    static void fields(V& v) {
        v("unified_diff", &protocol::UpdateFile::unified_diff);
        v("move_path", &protocol::UpdateFile::move_path);
    }
};
template <>
struct Codec<protocol::FileChange> : ExternallyTagged<protocol::FileChange> {};
template <>
struct Describe<protocol::ReadCommand> {
    static constexpr std::string_view tag = "read";
    template <class V>
    static void fields(V& v) {
        v("cmd", &protocol::ReadCommand::cmd);
        v("name", &protocol::ReadCommand::name);
    }
};
template <>
struct Describe<protocol::ListFilesCommand> {
    static constexpr std::string_view tag = "list_files";
    template <class V>
    static void fields(V& v) {
        v("cmd", &protocol::ListFilesCommand::cmd);
        v("path", &protocol::ListFilesCommand::path);
    }
};
template <>
struct Describe<protocol::SearchCommand> {
    static constexpr std::string_view tag = "search";
    template <class V>
    static void fields(V& v) {
        using T = protocol::SearchCommand;
        v("cmd", &T::cmd);
        v("query", &T::query);
        v("path", &T::path);
    }
};
template <>
struct Describe<protocol::OtherCommand> {
    static constexpr std::string_view tag = "unknown";
    template <class V>
    static void fields(V& v) {
        v("cmd", &protocol::OtherCommand::cmd);
    }
};
template <>
struct Codec<protocol::ParsedCommand> : Tagged<protocol::ParsedCommand> {};
template <>
struct Describe<protocol::TokenUsage> {
    template <class V>
    static void fields(V& v) {
        using T = protocol::TokenUsage;
        v("input_tokens", &T::input_tokens);
        v("cached_input_tokens", &T::cached_input_tokens);
        v("output_tokens", &T::output_tokens);
        v("reasoning_output_tokens", &T::reasoning_output_tokens);
        v("total_tokens", &T::total_tokens);
    }
};
template <>
struct Describe<protocol::TokenUsageInfo> {
    template <class V>
    static void fields(V& v) {
        using T = protocol::TokenUsageInfo;
        v("total_token_usage", &T::total_token_usage);
        v("last_token_usage", &T::last_token_usage);
        v("model_context_window", &T::model_context_window, nullable);
    }
};
template <>
struct Describe<protocol::RateLimitWindow> {
    template <class V>
    static void fields(V& v) {
        using T = protocol::RateLimitWindow;
        v("used_percent", &T::used_percent);
        v("window_minutes", &T::window_minutes, nullable);
        v("resets_in_seconds", &T::resets_in_seconds, nullable);
    }
};
template <>
struct Describe<protocol::RateLimits> {
    template <class V>
    static void fields(V& v) {
        v("primary", &protocol::RateLimits::primary, nullable);
        v("secondary", &protocol::RateLimits::secondary, nullable);
    }
};
template <>
struct Describe<protocol::PlanItem> {
    template <class V>
    static void fields(V& v) {
        v("step", &protocol::PlanItem::step);
        v("status", &protocol::PlanItem::status);
    }
};

}  // namespace codex::json
