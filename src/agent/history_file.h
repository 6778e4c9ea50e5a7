// What users said, over all conversations: $CODEX_HOME/history.jsonl (spec/codex-core.md 7.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace codex::agent {

struct HistoryLine {
    std::string session_id;
    std::uint64_t ts = 0;  // seconds since 1970
    std::string text;
    friend bool operator==(const HistoryLine&, const HistoryLine&) = default;
};

/// One thread; any number of processes share the file.
class HistoryFile {
  public:
    /// Beyond `max_bytes` the oldest lines are dropped; without a value nothing is.
    explicit HistoryFile(const std::filesystem::path& codex_home,
                         std::optional<std::size_t> max_bytes = {});

    /// The file is made with mode 0600, and one that others can read is taken from them. Waits up
    /// to a second for processes that write, then throws Error; SystemError for all else.
    void append(const HistoryLine& line) const;

    struct Metadata {
        std::uint64_t log_id = 0;       // the inode; 0 when there is no file
        std::uint64_t entry_count = 0;  // whole lines
        friend bool operator==(const Metadata&, const Metadata&) = default;
    };
    Metadata metadata() const;

    /// Line `offset` (from 0) of the file that had this log_id; nullopt when it is another file by
    /// now (lines were dropped, so that offsets mean others), or has no such line.
    std::optional<HistoryLine> lookup(std::uint64_t log_id, std::uint64_t offset) const;

  private:
    std::filesystem::path path_;
    std::optional<std::size_t> max_bytes_;
};

}  // namespace codex::agent
