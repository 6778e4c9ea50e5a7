#include "git/hidden_credentials.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "git/git_handles.h"

namespace codex::git {
namespace {

using ConfigIterator = std::unique_ptr<git_config_iterator, FreeWith<git_config_iterator_free>>;

constexpr std::size_t kMaxConfigBytes = std::size_t{4} << 20;
constexpr int kMaxModuleDepth = 16;
constexpr std::string_view kSecretWords[] = {"extraheader", "password", "smtppass",
                                             "token",       "secret",   "cookiefile"};

bool has_user(std::string_view text) {
    for (std::size_t at = text.find("://"); at != std::string_view::npos;
         at = text.find("://", at + 3)) {
        const std::string_view rest = text.substr(at + 3);
        const std::size_t end = rest.find_first_of("@/ \t\r\n");
        if (end != std::string_view::npos && rest[end] == '@') return true;
    }
    return false;
}

bool is_credential(std::string_view name, std::string_view value) {
    const std::string_view variable = name.substr(name.rfind('.') + 1);
    if (name.starts_with("include.") || name.starts_with("includeif."))
        return value.starts_with('/') || value.starts_with('~');
    if (name.starts_with("credential.") && variable == "helper") return true;
    for (const std::string_view word : kSecretWords) {
        if (variable.find(word) != std::string_view::npos) return true;
    }
    return has_user(name) || has_user(value);
}

/// For people to read: without a password in an address.
std::string render_name(const std::string& name) {
    const std::size_t begin = name.find("://");
    const std::size_t end = name.find('@', begin);
    if (begin == std::string::npos || end == std::string::npos) return name;
    return name.substr(0, begin + 3) + "***" + name.substr(end);
}

/// Entries are gone, their sections stay: a name such as [url "https://user:password@host/"] goes
/// too.
std::string without_telling_sections(const std::string& text) {
    std::string kept;
    for (const std::string_view line : base::split_lines(text)) {
        if (base::trim(line).starts_with('[') && has_user(line)) continue;
        kept += line;
        kept += '\n';
    }
    return kept;
}

ConfigHandle open_config(const std::filesystem::path& path) {
    ConfigHandle config;
    check(git_config_open_ondisk(out(config), path.c_str()), fmt::format("read {}", path.string()));
    return config;
}

/// Entries of the file itself: those of included files are named by the include.
std::vector<std::string> credential_names(const std::filesystem::path& path) {
    const ConfigHandle config = open_config(path);
    ConfigIterator iterator;
    check(git_config_iterator_new(out(iterator), config.get()),
          fmt::format("read {}", path.string()));
    std::vector<std::string> names;
    git_config_entry* entry = nullptr;
    int code = 0;
    while ((code = git_config_next(&entry, iterator.get())) == 0) {
        const std::string_view value = entry->value != nullptr ? entry->value : "";
        if (entry->include_depth == 0 && is_credential(entry->name, value) &&
            std::find(names.begin(), names.end(), entry->name) == names.end())
            names.emplace_back(entry->name);
    }
    if (code != GIT_ITEROVER) check(code, fmt::format("read {}", path.string()));
    return names;
}

void add_modules(const std::filesystem::path& folder, int depth,
                 std::vector<std::filesystem::path>& files) {
    std::error_code error;
    if (depth > kMaxModuleDepth || !std::filesystem::is_directory(folder, error)) return;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!entry.is_directory() || entry.is_symlink()) continue;
        // A submodule's name may have slashes: what has a HEAD is its git folder.
        if (std::filesystem::exists(entry.path() / "HEAD")) {
            files.push_back(entry.path() / "config");
            add_modules(entry.path() / "modules", depth + 1, files);
        } else {
            add_modules(entry.path(), depth + 1, files);
        }
    }
}

std::vector<std::filesystem::path> config_files(const Repository& repository) {
    const std::filesystem::path common = repository.common_folder();
    std::vector<std::filesystem::path> files = {common / "config",
                                                repository.git_folder() / "config.worktree"};
    add_modules(common / "modules", 0, files);
    return files;
}

}  // namespace

std::vector<std::string> find_credentials(const Repository& repository) {
    std::vector<std::string> found;
    for (const std::filesystem::path& file : config_files(repository)) {
        if (!std::filesystem::exists(file)) continue;
        for (const std::string& name : credential_names(file)) found.push_back(render_name(name));
    }
    return found;
}

HiddenCredentials::HiddenCredentials(const Repository& repository) {
    try {
        for (const std::filesystem::path& file : config_files(repository)) hide_in(file);
    } catch (const std::exception&) {
        put_back();
        throw;
    }
}

HiddenCredentials::~HiddenCredentials() {
    put_back();
}

void HiddenCredentials::hide_in(const std::filesystem::path& path) {
    auto text = base::read_file_if_exists(path, kMaxConfigBytes);
    if (!text) return;
    const std::vector<std::string> names = credential_names(path);
    if (names.empty()) return;
    struct stat info = {};
    if (::stat(path.c_str(), &info) != 0) base::throw_errno("cannot look at " + path.string());
    files_.push_back({path, std::move(*text), info.st_mode & 07777U, info.st_uid, info.st_gid});
    const ConfigHandle config = open_config(path);
    for (const std::string& name : names) {
        check(git_config_delete_multivar(config.get(), name.c_str(), ".*"),
              fmt::format("take {} out of {}", name, path.string()));
        names_.push_back(render_name(name));
    }
    base::write_file_atomically(path, without_telling_sections(base::read_file(path)),
                                info.st_mode & 07777U);
    // Written anew by now, as a file of ours.
    if (::chown(path.c_str(), info.st_uid, info.st_gid) != 0)
        base::throw_errno("cannot keep the owner of " + path.string());
}

void HiddenCredentials::put_back() noexcept {
    for (const File& file : files_) {
        try {
            base::write_file_atomically(file.path, file.text, file.mode);
            if (::chown(file.path.c_str(), file.uid, file.gid) != 0)
                base::throw_errno("cannot keep its owner");
        } catch (const std::exception& error) {
            base::log_warning(fmt::format("credentials could not be put back into {}: {}",
                                          file.path.string(), error.what()));
        }
    }
    files_.clear();
}

}  // namespace codex::git
