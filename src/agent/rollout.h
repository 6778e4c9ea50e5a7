// The record of a conversation: one JSON line per item under $CODEX_HOME/sessions, in the layout of
// the original (spec/codex-core.md 7.4).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/line_file.h"
#include "json/value.h"
#include "protocol/approvals.h"
#include "protocol/events.h"
#include "protocol/items.h"
#include "protocol/types.h"

namespace codex::agent {

struct GitInfo {
    std::optional<std::string> commit_hash = {};
    std::optional<std::string> branch = {};
    std::optional<std::string> repository_url = {};
    json::Object extra = {};
    friend bool operator==(const GitInfo&, const GitInfo&) = default;
};

/// The first line of a file: whose conversation it is.
struct SessionMeta {
    std::string id;
    std::string timestamp;  // of the conversation's beginning, "2025-10-08T12:34:56.789Z"
    std::string cwd;
    std::string originator = {};
    std::string cli_version = {};
    std::optional<std::string> instructions = {};
    std::optional<std::string> source = {};  // "cli", "exec", …
    std::optional<GitInfo> git = {};
    json::Object extra = {};
    friend bool operator==(const SessionMeta&, const SessionMeta&) = default;
};

/// Under what settings a request to the model is made.
struct TurnContext {
    std::string cwd;
    protocol::ApprovalPolicy approval_policy = protocol::ApprovalPolicy::on_request;
    protocol::SandboxPolicy sandbox_policy = protocol::ReadOnly();
    std::string model;
    std::optional<protocol::ReasoningEffort> effort = {};
    protocol::ReasoningSummary summary = protocol::ReasoningSummary::automatic;
    json::Object extra = {};
    friend bool operator==(const TurnContext&, const TurnContext&) = default;
};

/// The history was replaced by a summary. Files of before 2025-11 lack the new history: it is built
/// from the message and what the user said.
struct Compacted {
    std::string message;
    std::optional<std::vector<protocol::Item>> replacement_history = {};
    friend bool operator==(const Compacted&, const Compacted&) = default;
};

/// A line of a type that we do not know, or whose payload is not what we know.
struct UnknownLine {
    std::string type;
    json::Value payload;
    friend bool operator==(const UnknownLine&, const UnknownLine&) = default;
};

using RolloutItem = std::variant<SessionMeta, protocol::Item, Compacted, TurnContext,
                                 protocol::EventMsg, UnknownLine>;

/// Events that a file holds: what was said and decided, not what streamed by; and those of other
/// programs, which can only come from a file.
bool is_recorded(const protocol::EventMsg& msg);

/// One thread. Each line is with the kernel once append returns: a kill -9 loses at most the line
/// that is being written.
class RolloutWriter {
  public:
    /// A new file for a new conversation, of mode 0600, with `meta` as its first line. Its name
    /// has the local time and meta.id (a UUID; ConfigError when it is none). Throws SystemError.
    static RolloutWriter create(const std::filesystem::path& codex_home, const SessionMeta& meta,
                                const base::Clock& clock);
    /// Goes on behind the last line of a file that is there.
    static RolloutWriter resume(const std::filesystem::path& file, const base::Clock& clock);

    /// Events that are not recorded are left out. Throws SystemError; the next line then starts on
    /// its own.
    void append(const RolloutItem& item);
    const std::filesystem::path& path() const { return path_; }

  private:
    RolloutWriter(base::LineFile file, std::filesystem::path path, const base::Clock& clock);
    base::LineFile file_;
    std::filesystem::path path_;
    const base::Clock& clock_;
};

struct Rollout {
    SessionMeta meta;
    std::vector<RolloutItem> items;  // without the meta, in the order of the file
    std::size_t skipped_lines = 0;   // no JSON objects with a type: the part that a kill left
};

/// The items keep the ids that their server gave them. Throws Error when the file is empty, too
/// large or holds no session_meta, and SystemError when it cannot be read.
Rollout read_rollout(const std::filesystem::path& file);

struct RolloutSummary {
    std::filesystem::path path;
    SessionMeta meta;
    std::string first_user_message;
    friend bool operator==(const RolloutSummary&, const RolloutSummary&) = default;
};

/// Conversations in which a user said something, newest first by the names of the files; what
/// cannot be read is left out.
std::vector<RolloutSummary> list_rollouts(const std::filesystem::path& codex_home,
                                          std::size_t max_count);

/// The newest file whose name holds the conversation's id; nullopt also when `id` is no UUID.
std::optional<std::filesystem::path> find_rollout(const std::filesystem::path& codex_home,
                                                  std::string_view id);

}  // namespace codex::agent
