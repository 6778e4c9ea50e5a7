// What the worker does with files itself, inside the sandbox, where it starts no program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json/codec.h"

namespace codex::sandbox {

/// A file for the model's eyes, written to stdout; what is wrong with it to stderr, with exit
/// code 1.
struct FileRead {
    std::string path;             // as the model wrote it
    std::uint64_t max_bytes = 0;  // more is an error
};

/// A patch in the apply-patch format, all or nothing. The answer on stdout is a PatchReport.
struct PatchTask {
    std::string text;
    std::vector<std::string> roots;  // absolute and real; what the patch names lies beneath one
    std::string folder;    // where relative paths count from: clean, relative to the first root
    bool dry_run = false;  // nothing is written
};

enum class PatchedKind { added, updated, removed };

/// A file that a patch would change.
struct PatchedFile {
    PatchedKind kind = PatchedKind::updated;
    std::string path;                     // absolute
    std::optional<std::string> move_to;   // absolute; where the file is afterwards
    std::optional<std::string> old_text;  // valid UTF-8, as are all texts here
    std::optional<std::string> new_text;
    std::string unified_diff;  // hunks without file headers
    friend bool operator==(const PatchedFile&, const PatchedFile&) = default;
};

/// The texts and diffs of a report, all together (six times that as JSON); of files beyond it there
/// are paths alone.
inline constexpr std::size_t kMaxReportedTextBytes = std::size_t{8} << 20;

struct PatchReport {
    /// Not planned: why the patch cannot be applied, as a text for the model. Planned: why it was
    /// not, although it could be. In both nothing has changed.
    bool planned = false;
    std::string error;
    std::string summary;             // "Success. …", a line for each file
    std::vector<std::string> notes;  // what the model should know about a success
    std::vector<PatchedFile> files;  // of a dry run: whoever applies it has seen them
    std::uint64_t files_without_text = 0;
};

}  // namespace codex::sandbox

template <>
struct codex::json::EnumNames<codex::sandbox::PatchedKind> {
    using Kind = codex::sandbox::PatchedKind;
    static constexpr std::pair<Kind, std::string_view> names[] = {
        {Kind::added, "added"}, {Kind::updated, "updated"}, {Kind::removed, "removed"}};
};
template <>
struct codex::json::Describe<codex::sandbox::FileRead> {
    template <class V>
    static void fields(V& v) {
        using T = codex::sandbox::FileRead;
        v("path", &T::path);
        v("max_bytes", &T::max_bytes);
    }
};
template <>
struct codex::json::Describe<codex::sandbox::PatchTask> {
    template <class V>
    static void fields(V& v) {
        using T = codex::sandbox::PatchTask;
        v("text", &T::text);
        v("roots", &T::roots);
        v("folder", &T::folder);
        v("dry_run", &T::dry_run);
    }
};
template <>
struct codex::json::Describe<codex::sandbox::PatchedFile> {
    template <class V>
    static void fields(V& v) {
        using T = codex::sandbox::PatchedFile;
        v("kind", &T::kind);
        v("path", &T::path);
        v("move_to", &T::move_to);
        v("old_text", &T::old_text);
        v("new_text", &T::new_text);
        v("unified_diff", &T::unified_diff);
    }
};
template <>
struct codex::json::Describe<codex::sandbox::PatchReport> {
    template <class V>
    static void fields(V& v) {
        using T = codex::sandbox::PatchReport;
        v("planned", &T::planned);
        v("error", &T::error);
        v("summary", &T::summary);
        v("notes", &T::notes);
        v("files", &T::files);
        v("files_without_text", &T::files_without_text);
    }
};
