#include "action/change.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "review/selection.h"

namespace codex::action {
namespace {

// One guidance file, and all of them together: what a prompt can bear.
constexpr std::size_t kMaxGuidanceBytes = std::size_t{32} << 10;
constexpr std::size_t kMaxGuidanceFileBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxAttributesBytes = std::size_t{256} << 10;

// Files that steer agents: a pull request that changes them has that shown.
constexpr std::array<std::string_view, 5> kSteeringNames = {
    "AGENTS.md", "AGENTS.override.md", "CLAUDE.md", "GEMINI.md", "copilot-instructions.md"};
constexpr std::array<std::string_view, 4> kSteeringFolders = {".codex/", ".cursor/", ".claude/",
                                                              ".agents/"};

std::string file_name(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string folder_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? std::string_view()
                                                       : path.substr(0, slash));
}

bool is_beneath(std::string_view path, std::string_view folder) {
    return folder.empty() ||
           (path.size() > folder.size() && path.substr(0, folder.size()) == folder &&
            path[folder.size()] == '/');
}

bool steers_agents(std::string_view path) {
    const std::string name = file_name(path);
    if (std::find(kSteeringNames.begin(), kSteeringNames.end(), name) != kSteeringNames.end())
        return true;
    const std::string rooted = "/" + std::string(path);
    return std::any_of(kSteeringFolders.begin(), kSteeringFolders.end(),
                       [&](std::string_view folder) {
                           return rooted.find("/" + std::string(folder)) != std::string::npos;
                       });
}

// Collects one file after another: reviewed, skipped by a rule, or unreadable.
class Collector {
  public:
    Collector(const git::Repository& repository, std::string base)
        : repository_(repository),
          base_(std::move(base)),
          has_base_(repository.has_commit(base_)),
          attributes_(read_attributes()) {}

    /// True when a rule leaves the file out.
    bool skip_by_rule(const std::string& path) {
        paths_.push_back(path);
        const auto attribute = attributes_.exclusion(path);
        if (attribute && attribute->empty()) return false;
        if (attribute) return skip(path, *attribute + " (.gitattributes)"), true;
        if (const auto reason = review::default_exclusion(path)) return skip(path, *reason), true;
        return false;
    }

    void skip(std::string path, std::string reason, bool by_default_rule = true) {
        change_.skipped.push_back({std::move(path), std::move(reason), by_default_rule});
    }

    void add_patch(const std::string& old_path, const std::string& new_path,
                   const std::string& patch) {
        try {
            change_.files.push_back(
                review::parse_file_patch(old_path, new_path, base::to_valid_utf8(patch)));
        } catch (const base::Error& error) {
            skip(new_path.empty() ? old_path : new_path,
                 fmt::format("its diff cannot be read: {}", error.what()), false);
        }
    }

    Change finish() {
        read_guidance();
        std::vector<std::string> steering;
        for (const std::string& path : paths_) {
            if (steers_agents(path)) steering.push_back(path);
        }
        if (!steering.empty()) {
            change_.notes.push_back(
                fmt::format("This pull request changes files that steer agents ({}); the base's "
                            "versions were used.",
                            base::join(steering, ", ")));
        }
        return std::move(change_);
    }

  private:
    // A file of the base that steers the review; too large a one is no reason to give none.
    std::optional<std::string> read_base(const std::string& path, std::size_t max_bytes) {
        try {
            return repository_.read_file(base_, path, max_bytes);
        } catch (const base::Error& error) {
            change_.notes.push_back(
                fmt::format("{} of the base was not read: {}", path, error.what()));
            return std::nullopt;
        }
    }

    review::Attributes read_attributes() {
        std::map<std::string, std::string> texts;
        if (has_base_) {
            for (const git::TreeEntry& entry :
                 repository_.find_files_named(base_, ".gitattributes")) {
                if (auto text = read_base(entry.path, kMaxAttributesBytes))
                    texts[folder_of(entry.path)] = std::move(*text);
            }
        }
        return review::Attributes(texts);
    }

    void read_guidance() {
        if (!has_base_) {
            change_.notes.push_back(
                "The base commit is not in the checkout, so AGENTS.md guidance and .gitattributes "
                "of the base were "
                "not read; give actions/checkout `fetch-depth: 0`.");
            return;
        }
        auto entries = repository_.find_files_named(base_, "AGENTS.md");
        std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
            return std::pair(std::count(a.path.begin(), a.path.end(), '/'), a.path) <
                   std::pair(std::count(b.path.begin(), b.path.end(), '/'), b.path);
        });
        std::size_t left = kMaxGuidanceBytes;
        for (const git::TreeEntry& entry : entries) {
            const std::string folder = folder_of(entry.path);
            const bool applies =
                std::any_of(paths_.begin(), paths_.end(),
                            [&](const std::string& path) { return is_beneath(path, folder); });
            if (!applies) continue;
            // A symbolic link is no regular file and gives nullopt: it is never followed.
            const auto text = read_base(entry.path, kMaxGuidanceFileBytes);
            if (!text) continue;
            const std::string valid = base::to_valid_utf8(*text);
            const std::string_view part = base::utf8_prefix(valid, left);
            if (part.size() < valid.size()) {
                change_.notes.push_back(
                    fmt::format("{} of the base was cut: guidance may hold {} bytes in all.",
                                entry.path, kMaxGuidanceBytes));
            }
            left -= part.size();
            if (!part.empty()) change_.guidance.push_back({entry.path, std::string(part)});
        }
    }

    const git::Repository& repository_;
    std::string base_;
    bool has_base_;
    Change change_;
    review::Attributes attributes_;
    std::vector<std::string> paths_;
};

}  // namespace

Change read_change(const git::Repository& repository, const std::string& merge_base,
                   const std::string& head) {
    Collector collector(repository, merge_base);
    for (const git::FileChange& file : repository.diff(merge_base, head)) {
        const std::string old_path = base::to_valid_utf8(file.old_path);
        const std::string new_path = base::to_valid_utf8(file.new_path);
        const std::string& path = new_path.empty() ? old_path : new_path;
        if (collector.skip_by_rule(path)) continue;
        if (file.is_submodule) {
            collector.skip(path, "submodule");
        } else if (file.is_binary) {
            collector.skip(path, "binary");
        } else if (file.too_large) {
            collector.skip(path, "larger than the limit for one file", false);
        } else if (file.patch.empty()) {
            const bool renamed = file.status == git::ChangeStatus::renamed ||
                                 file.status == git::ChangeStatus::copied;
            collector.skip(path, renamed ? "renamed without a change" : "no line changed");
        } else {
            collector.add_patch(old_path, new_path, file.patch);
        }
    }
    return collector.finish();
}

Change read_change(const git::Repository& repository, const std::string& base,
                   const std::vector<github::PullRequestFile>& files) {
    Collector collector(repository, base);
    for (const github::PullRequestFile& file : files) {
        const bool removed = file.status == "removed";
        const bool added = file.status == "added";
        const std::string& old_path =
            file.previous_filename.empty() ? file.filename : file.previous_filename;
        if (collector.skip_by_rule(file.filename)) continue;
        if (file.patch && !file.patch->empty()) {
            collector.add_patch(added ? std::string() : old_path,
                                removed ? std::string() : file.filename, *file.patch);
        } else if (file.changes == 0) {
            collector.skip(file.filename, "no line changed, or binary");
        } else {
            collector.skip(file.filename,
                           "GitHub gives no diff for it; give actions/checkout `fetch-depth: 0`",
                           false);
        }
    }
    if (files.size() >= github::kMaxListedFiles) {
        collector.skip(
            "(further files)",
            fmt::format("GitHub lists {} files at most; give actions/checkout `fetch-depth: 0`",
                        github::kMaxListedFiles),
            false);
    }
    return collector.finish();
}

}  // namespace codex::action
