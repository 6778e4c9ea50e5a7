#include "agent/project_doc.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"

namespace codex::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOverrideName = "AGENTS.override.md";
constexpr std::string_view kName = "AGENTS.md";
constexpr std::string_view kSeparator = "\n\n--- project-doc ---\n\n";
// Far more than a model can read.
constexpr std::size_t kMaxUserBytes = std::size_t{1} << 20;

std::vector<std::string> candidate_names(const ProjectDocOptions& options) {
    std::vector<std::string> names = {std::string(kOverrideName), std::string(kName)};
    names.insert(names.end(), options.fallback_names.begin(), options.fallback_names.end());
    return names;
}

fs::path project_root(const fs::path& cwd) {
    for (fs::path folder = cwd;; folder = folder.parent_path()) {
        std::error_code ignored;
        if (fs::exists(fs::symlink_status(folder / ".git", ignored))) return folder;
        if (folder == folder.parent_path()) return cwd;
    }
}

}  // namespace

ProjectDoc collect_project_doc(const std::vector<std::string>& folders,
                               const ProjectDocOptions& options, const ReadProjectFile& read) {
    ProjectDoc doc;
    const std::vector<std::string> names = candidate_names(options);
    std::size_t left = options.max_bytes;
    for (const std::string& folder : folders) {
        for (const std::string& name : names) {
            if (left == 0) return doc;
            const std::string path = folder.empty() ? name : folder + "/" + name;
            // One byte more tells whether the file fits.
            std::optional<std::string> bytes = read(path, left + 1);
            if (!bytes) continue;
            const bool fits = bytes->size() <= left;
            if (!fits) bytes->resize(base::utf8_prefix(*bytes, left).size());
            if (!base::trim(*bytes).empty()) {
                doc.text += (doc.text.empty() ? "" : "\n\n") + base::to_valid_utf8(*bytes);
                doc.paths.push_back(path);
                doc.is_cut = !fits;
                left = fits ? left - bytes->size() : 0;
            }
            break;
        }
    }
    return doc;
}

std::vector<std::string> folders_down_to(std::string_view path) {
    std::vector<std::string> folders = {""};
    for (const std::string_view part : base::split(path, '/')) {
        if (part.empty()) continue;
        folders.push_back(folders.back().empty() ? std::string(part)
                                                 : folders.back() + "/" + std::string(part));
    }
    return folders;
}

ProjectDoc load_project_doc(const fs::path& cwd, const ProjectDocOptions& options) {
    const fs::path here = fs::weakly_canonical(cwd);
    const fs::path root = project_root(here);
    const std::string below = here == root ? "" : here.lexically_relative(root).generic_string();
    ProjectDoc doc = collect_project_doc(folders_down_to(below), options,
                                         [&](const std::string& path, std::size_t bytes) {
                                             return base::read_file_beginning(root / path, bytes);
                                         });
    for (std::string& path : doc.paths) path = (root / path).string();
    return doc;
}

std::optional<std::string> load_user_instructions(const fs::path& codex_home) {
    for (const std::string_view name : {kOverrideName, kName}) {
        const auto bytes = base::read_file_beginning(codex_home / name, kMaxUserBytes);
        if (!bytes) continue;
        const std::string text = base::to_valid_utf8(base::trim(*bytes));
        if (!text.empty()) return text;
    }
    return std::nullopt;
}

std::optional<std::string> join_instructions(const std::optional<std::string>& user,
                                             const ProjectDoc& project) {
    if (project.text.empty()) return user;
    if (!user) return project.text;
    return *user + std::string(kSeparator) + project.text;
}

}  // namespace codex::agent
