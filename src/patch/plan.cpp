#include "patch/plan.h"

#include <fmt/format.h>

#include <cerrno>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/model_path.h"
#include "base/text.h"
#include "patch/diff.h"
#include "patch/file_lines.h"
#include "patch/placement.h"
#include "patch/rewrite.h"

namespace codex::patch {
namespace {

using Text = std::optional<std::string>;

constexpr std::size_t kMaxReported = 5;
constexpr std::size_t kMaxShownPathBytes = 200;
constexpr std::string_view kMissing = "No such file or directory (os error 2)";

// A path that may be refused for what it holds.
std::string shown(const std::string& path) {
    std::string text;
    for (const char c : base::cut(base::to_valid_utf8(path), kMaxShownPathBytes)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            fmt::format_to(std::back_inserter(text), "\\x{:02x}", byte);
        } else {
            text += c;
        }
    }
    return text;
}

void append_parts(std::vector<std::string>& parts, std::string_view folder) {
    for (const std::string_view part : base::split(folder, '/')) {
        if (!part.empty()) parts.emplace_back(part);
    }
}

class Planner {
  public:
    Planner(const Reader& reader, const PlanOptions& options)
        : reader_(reader), options_(options) {}

    Plan make(const Patch& patch) {
        if (patch.files.empty()) throw base::Error("No files were modified.");
        plan_.mode = options_.mode;
        for (const FilePatch& file : patch.files) {
            try {
                add(file);
            } catch (const base::Error& error) {
                errors_.emplace_back(error.what());
            }
            if (is_partial() && !errors_.empty()) {
                plan_.failure = errors_.front();
                return std::move(plan_);
            }
        }
        if (!errors_.empty()) throw base::Error(all_errors());
        return std::move(plan_);
    }

  private:
    bool is_partial() const { return options_.mode == Mode::partial; }

    // How messages name a file: the original's are absolute.
    std::string name(const FilePatch& file, const std::string& path) const {
        if (!is_partial() || options_.roots.empty()) return file.path;
        return path.starts_with('/') ? path : options_.roots.front() + "/" + path;
    }

    Text read(const std::string& path) {
        const auto known = now_.find(path);
        if (known == now_.end()) return reader_(path);
        return known->second ? plan_.changes[*known->second].new_text : std::nullopt;
    }

    // With what went wrong behind `what`.
    Text read(const std::string& path, const std::string& what) {
        try {
            return read(path);
        } catch (base::Error& error) {
            error.add_context(what);
            throw;
        }
    }

    FileSpot locate(const std::string& path) const {
        return options_.locate ? options_.locate(path) : FileSpot{path, path, false};
    }

    // What changes do to a file under one name, those under another would not see.
    void touch(const std::string& path, const std::string& written, bool only_name = false) {
        if (is_partial()) return;
        const FileSpot spot = locate(path);
        for (const std::string& place : {spot.own, only_name ? spot.own : spot.target}) {
            const auto [known, is_new] = touched_.try_emplace(place, written, ordinal_);
            if (is_new || known->second.second == ordinal_) continue;
            const std::string& other = known->second.first;
            if (spot.is_link || is_link_.contains(place)) {
                throw base::Error(fmt::format(
                    "{} is a link or what one leads to, and the patch changes it more than once; "
                    "split the patch",
                    written));
            }
            if (other != written && path_beneath(other, options_) != path) {
                throw base::Error(fmt::format(
                    "{} and {} are one file; the patch must use one name for it", other, written));
            }
        }
        if (spot.is_link) is_link_.insert(spot.own);
        if (spot.is_link && !only_name) is_link_.insert(spot.target);
    }

    void add(const FilePatch& file) {
        const std::string path = path_beneath(file.path, options_);
        FileChange change;
        change.operation = file.operation;
        change.path = path;
        change.shown_path = file.path;
        ++ordinal_;
        touch(path, file.path, file.operation == Operation::remove);
        switch (file.operation) {
            case Operation::add:
                change.old_text = read_for_adding(file, path);
                change.new_text = file.content;
                if (change.old_text) note(file.path + " was there before and is overwritten");
                break;
            case Operation::remove:
                change.old_text = read_for_removing(file, path);
                break;
            case Operation::update:
                if (!update(file, change)) return;
                break;
        }
        if (file.operation != Operation::update && options_.diffs) {
            const std::string before = change.old_text.value_or("");
            const std::string after = change.new_text.value_or("");
            change.unified_diff = render_hunks(before, after, edits_between(before, after));
        }
        now_[path] = std::nullopt;
        if (change.new_text) now_[change.move_to.value_or(path)] = plan_.changes.size();
        plan_.changes.push_back(std::move(change));
    }

    Text read_for_adding(const FilePatch& file, const std::string& path) {
        const std::string what = "Failed to write file " + name(file, path);
        if (!is_partial()) return read(path, what);
        try {
            return read(path);
        } catch (const base::SystemError& error) {
            if (error.code() != ENOTDIR) throw base::Error(what);
            throw base::Error("Failed to create parent directories for " + name(file, path));
        } catch (const base::Error&) {
            throw base::Error(what);
        }
    }

    Text read_for_removing(const FilePatch& file, const std::string& path) {
        const std::string what = "Failed to delete file " + name(file, path);
        const bool is_link = now_.find(path) == now_.end() && locate(path).is_link;
        try {
            Text text = is_partial() || is_link ? read(path) : read(path, what);
            if (text) return text;
        } catch (const base::Error&) {
            if (!is_partial() && !is_link) throw;
        }
        // The link goes, wherever it leads.
        if (is_link) return "";
        throw base::Error(what + (is_partial() ? "" : ": No such file or directory"));
    }

    // False when a hunk has no place, which has been put down.
    bool update(const FilePatch& file, FileChange& change) {
        const std::string shown = name(file, change.path);
        const std::string what = "Failed to read file to update " + shown;
        change.old_text = read(change.path, what);
        if (!change.old_text) throw base::Error(fmt::format("{}: {}", what, kMissing));
        if (is_partial() && !base::is_valid_utf8(*change.old_text)) {
            throw base::Error(what + ": stream did not contain valid UTF-8");
        }
        if (file.move_to) {
            const std::string target = path_beneath(*file.move_to, options_);
            if (target != change.path) touch(target, *file.move_to);
            change.shown_path = *file.move_to;
            if (target == change.path) {
                note(file.path + " is moved onto itself and stays");
            } else {
                change.move_to = target;
                change.replaced_text = read(target, "Failed to write file " + *file.move_to);
                if (change.replaced_text) {
                    note(*file.move_to + " was there before and is overwritten");
                }
            }
        }
        const FileLines lines = split_file(*change.old_text);
        Placement placement = place_chunks(lines, file.chunks, options_.mode, shown);
        std::move(placement.notes.begin(), placement.notes.end(), std::back_inserter(plan_.notes));
        if (!placement.errors.empty()) {
            std::move(placement.errors.begin(), placement.errors.end(),
                      std::back_inserter(errors_));
            return false;
        }
        if (file.chunks.empty()) {  // moved as it is
            change.new_text = change.old_text;
            return true;
        }
        Rewritten rewritten = rewrite(lines, placement.replacements, options_.mode);
        if (options_.diffs) {
            change.unified_diff =
                render_hunks(*change.old_text, rewritten.text, std::move(rewritten.edits));
        }
        change.new_text = std::move(rewritten.text);
        return true;
    }

    void note(std::string text) {
        if (!is_partial()) plan_.notes.push_back(std::move(text));
    }

    std::string all_errors() const {
        std::string text;
        for (std::size_t i = 0; i < errors_.size() && i < kMaxReported; ++i) {
            if (i > 0) text += "\n\n";
            text += errors_[i];
        }
        if (errors_.size() > kMaxReported) {
            text += fmt::format("\n\n{} more of its files and hunks failed.",
                                errors_.size() - kMaxReported);
        }
        return text;
    }

    const Reader& reader_;
    const PlanOptions& options_;
    // The change that made the file what it is now; none: it is gone.
    std::map<std::string, std::optional<std::size_t>> now_;
    std::map<std::string, std::pair<std::string, std::size_t>> touched_;  // place: name, when
    std::set<std::string> is_link_;  // places of links and of what they lead to
    std::size_t ordinal_ = 0;        // of the change that is planned
    std::vector<std::string> errors_;
    Plan plan_;
};

}  // namespace

std::string path_beneath(const std::string& written, const PlanOptions& options) {
    const auto refuse = [&](std::string_view why) {
        return base::Error(fmt::format("cannot patch '{}': {}", shown(written), why));
    };
    if (const auto refusal = base::refuse_path(written)) throw refuse(*refusal);
    const bool is_absolute = written.starts_with('/');
    // Without roots there is nothing above the folder.
    std::vector<std::string> parts;
    if (!is_absolute && !options.roots.empty()) append_parts(parts, options.roots.front());
    if (!is_absolute) append_parts(parts, options.folder);
    for (const std::string_view part : base::split(written, '/')) {
        if (part.empty() || part == ".") continue;
        if (part != "..") {
            parts.emplace_back(part);
        } else if (!parts.empty()) {
            parts.pop_back();
        } else if (options.roots.empty()) {
            throw refuse("it leads out of the root");
        }
    }
    std::string path = base::join(parts, "/");
    const bool is_folder = written.ends_with('/');
    if (options.roots.empty()) {
        if (is_absolute) throw refuse("it is not beneath the root");
        if (path.empty()) throw refuse("it names the root itself");
        if (is_folder) throw refuse("it names a folder");
        return path;
    }
    for (const std::string& root : options.roots) {
        std::vector<std::string> root_parts;
        append_parts(root_parts, root);
        std::string above = base::join(root_parts, "/");
        if (path == above) throw refuse("it names the root itself");
        if (!above.empty()) above += '/';
        if (!path.starts_with(above)) continue;
        if (is_folder) throw refuse("it names a folder");
        return &root == &options.roots.front() ? path.substr(above.size()) : "/" + path;
    }
    throw refuse(is_absolute ? "it is not beneath the root" : "it leads out of the root");
}

Plan plan(const Patch& patch, const Reader& reader, const PlanOptions& options) {
    return Planner(reader, options).make(patch);
}

}  // namespace codex::patch
