#include "tools/control_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/real_path_fd.h"
#include "base/text.h"
#include "base/unique_fd.h"

namespace codex::tools {
namespace {

constexpr std::size_t kMaxEntries = 100'000;
constexpr std::size_t kMaxFileBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxBytes = std::size_t{128} << 20;
constexpr int kMaxDepth = 16;  // of modules within modules, and of folders within hooks

// Of a git folder (gitrepository-layout(5)).
constexpr std::array<std::string_view, 6> kControlFiles = {
    "HEAD", "config", "config.worktree", "commondir", "gitdir", "objects/info/alternates"};
constexpr std::array<std::string_view, 2> kControlFolders = {"hooks", "info"};

constexpr std::array<std::string_view, 3> kSteeringPaths = {".codex", ".agents",
                                                            ".github/codex-action.yml"};

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

std::string read_content(int fd) {
    std::string content;
    std::array<char, 65536> buffer;
    while (true) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) base::throw_errno("cannot read a protected file");
        if (got == 0) return content;
        content.append(buffer.data(), static_cast<std::size_t>(got));
        if (content.size() > kMaxFileBytes)
            throw base::Error(fmt::format("it is larger than {} bytes", kMaxFileBytes));
    }
}

std::string read_link(int fd) {
    std::array<char, 4096> target;  // PATH_MAX
    const ssize_t length = ::readlinkat(fd, "", target.data(), target.size());
    if (length < 0) base::throw_errno("cannot read a link");
    return {target.data(), static_cast<std::size_t>(length)};
}

/// The target of a `.git` file relative to the root, where it leads beneath it.
std::optional<std::string> git_folder_of(const std::string& content, const std::string& root) {
    constexpr std::string_view kPrefix = "gitdir:";
    if (!content.starts_with(kPrefix)) return std::nullopt;
    const std::filesystem::path target(
        std::string(base::trim(std::string_view(content).substr(kPrefix.size()))));
    const std::string relative =
        (std::filesystem::path(root) / target).lexically_normal().lexically_relative(root).string();
    if (relative.empty() || relative == "." || relative.starts_with("..")) return std::nullopt;
    return relative;
}

base::UniqueFd open_root(const std::string& root) {
    base::UniqueFd fd = base::open_real_path(root, O_RDONLY | O_DIRECTORY);
    if (!fd) base::throw_errno("cannot open " + root);
    return fd;
}

std::vector<std::string> entry_names(int folder) {
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator(fmt::format("/proc/self/fd/{}", folder))) {
        names.push_back(entry.path().filename().string());
        if (names.size() > kMaxEntries)
            throw base::Error(fmt::format("it has more than {} entries", kMaxEntries));
    }
    return names;
}

}  // namespace

/// Reads the protected entries beneath one root.
class ControlFiles::Scan {
  public:
    explicit Scan(const std::string& root) : root_(root), fd_(open_root(root)) {}

    /// Empty where it is not beneath the root.
    std::string find_git_folder() {
        if (!add(".git") || !S_ISREG(entries_.at(".git").mode)) return ".git";
        return git_folder_of(entries_.at(".git").content, root_).value_or("");
    }

    Entries read(const std::string& git_folder) {
        for (const std::string_view path : kSteeringPaths) add_tree(std::string(path), 0);
        add(".git");
        if (!git_folder.empty()) add_git_folder(git_folder, 0);
        return std::move(entries_);
    }

  private:
    /// False where nothing is there.
    bool add(const std::string& path) {
        const base::UniqueFd fd = base::open_beneath(fd_.get(), path, O_PATH | O_NOFOLLOW);
        if (!fd) {
            // A link on the way is an entry of its own.
            if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return false;
            base::throw_errno(fmt::format("cannot look at {}/{}", root_, path));
        }
        struct stat info = {};
        if (::fstat(fd.get(), &info) != 0)
            base::throw_errno(fmt::format("cannot look at {}/{}", root_, path));
        Entry entry{.mode = info.st_mode, .uid = info.st_uid, .gid = info.st_gid, .content = {}};
        try {
            if (S_ISLNK(info.st_mode)) entry.content = read_link(fd.get());
            if (S_ISREG(info.st_mode)) {
                const base::UniqueFd file =
                    base::open_beneath(fd_.get(), path, O_RDONLY | O_NONBLOCK);
                if (!file) base::throw_errno("cannot open it");
                entry.content = read_content(file.get());
            }
        } catch (base::Error& error) {
            error.add_context(fmt::format("{}/{} cannot be protected", root_, path));
            throw;
        }
        bytes_ += entry.content.size();
        entries_.insert_or_assign(path, std::move(entry));
        if (bytes_ > kMaxBytes || entries_.size() > kMaxEntries) {
            throw base::Error(
                fmt::format("the control files beneath {} are over {} bytes or {} entries and "
                            "cannot be protected",
                            root_, kMaxBytes, kMaxEntries));
        }
        return true;
    }

    bool add_folder(const std::string& path) {
        return add(path) && S_ISDIR(entries_.at(path).mode);
    }

    std::vector<std::string> names_in(const std::string& path) {
        const base::UniqueFd folder =
            base::open_beneath(fd_.get(), path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (!folder) base::throw_errno(fmt::format("cannot list {}/{}", root_, path));
        return entry_names(folder.get());
    }

    void add_tree(const std::string& path, int depth) {
        if (!add_folder(path)) return;
        check_depth(path, depth);
        for (const std::string& name : names_in(path)) add_tree(path + "/" + name, depth + 1);
    }

    void add_git_folder(const std::string& path, int depth) {
        if (!add_folder(path)) return;
        check_depth(path, depth);
        for (const std::string_view name : kControlFiles) add(fmt::format("{}/{}", path, name));
        for (const std::string_view name : kControlFolders)
            add_tree(fmt::format("{}/{}", path, name), depth + 1);
        const std::string worktrees = path + "/worktrees";
        if (add_folder(worktrees)) {
            for (const std::string& name : names_in(worktrees))
                add_git_folder(worktrees + "/" + name, depth + 1);
        }
        add_modules(path + "/modules", depth + 1);
    }

    /// A submodule's name may have slashes: what has a HEAD is its git folder.
    void add_modules(const std::string& path, int depth) {
        if (!add_folder(path)) return;
        check_depth(path, depth);
        for (const std::string& name : names_in(path)) {
            const std::string module = path + "/" + name;
            if (add(module + "/HEAD")) {
                add_git_folder(module, depth + 1);
            } else {
                add_modules(module, depth + 1);
            }
        }
    }

    void check_depth(const std::string& path, int depth) const {
        if (depth > kMaxDepth) {
            throw base::Error(
                fmt::format("{}/{} lies more than {} folders deep and cannot be "
                            "protected",
                            root_, path, kMaxDepth));
        }
    }

    const std::string& root_;
    base::UniqueFd fd_;
    Entries entries_;
    std::size_t bytes_ = 0;
};

std::vector<std::string> protected_paths(const std::string& root) {
    std::vector<std::string> paths;
    const auto protect = [&](std::string_view path) {
        paths.push_back(fmt::format("{}/{}", root, path));
    };
    for (const std::string_view path : kSteeringPaths) protect(path);
    std::string folder = ".git";
    if (const base::UniqueFd fd =
            base::open_beneath(open_root(root).get(), ".git", O_RDONLY | O_NONBLOCK | O_NOFOLLOW)) {
        struct stat info = {};
        if (::fstat(fd.get(), &info) == 0 && S_ISREG(info.st_mode)) {
            protect(".git");
            const auto target = git_folder_of(read_content(fd.get()), root);
            if (!target) return paths;  // not beneath the root: not writable
            folder = *target;
        }
    }
    for (const std::string_view name : kControlFiles) protect(fmt::format("{}/{}", folder, name));
    for (const std::string_view name : kControlFolders) protect(fmt::format("{}/{}", folder, name));
    for (const std::string_view name : {"worktrees", "modules"})
        protect(fmt::format("{}/{}", folder, name));
    return paths;
}

ControlFiles::ControlFiles(const std::vector<std::string>& roots) {
    for (const std::string& path : roots) {
        std::string git_folder = Scan(path).find_git_folder();
        Entries before = Scan(path).read(git_folder);
        roots_.push_back({path, std::move(git_folder), std::move(before)});
    }
}

void ControlFiles::accept() {
    for (Root& root : roots_) {
        root.git_folder = Scan(root.path).find_git_folder();
        root.before = Scan(root.path).read(root.git_folder);
    }
}

std::vector<std::string> ControlFiles::restore() {
    std::vector<std::string> repairs;
    for (const auto& [root_path, git_folder, before] : roots_) {
        const Entries now = Scan(root_path).read(git_folder);
        if (now == before) continue;
        const base::UniqueFd root = open_root(root_path);
        const auto report = [&, &root_path = root_path](const std::string& path,
                                                        std::string_view what) {
            repairs.push_back(fmt::format("{}/{} {}", root_path, path, what));
        };
        // What is new goes, the innermost first.
        for (auto entry = now.rbegin(); entry != now.rend(); ++entry) {
            const auto& [path, found] = *entry;
            const auto known = before.find(path);
            if (known != before.end() && (known->second.mode & S_IFMT) == (found.mode & S_IFMT))
                continue;
            const base::UniqueFd folder =
                base::open_beneath(root.get(), parent_of(path), O_RDONLY | O_DIRECTORY);
            if (!folder) base::throw_errno(fmt::format("cannot open the folder of {}", path));
            std::filesystem::remove_all(
                fmt::format("/proc/self/fd/{}/{}", folder.get(), name_of(path)));
            // Of a whole folder that is new, the folder alone is worth a line.
            const std::string parent = parent_of(path);
            if (now.contains(parent) && !before.contains(parent)) continue;
            report(path, known == before.end() ? "was made, and is removed"
                                               : "was replaced, and is put back");
        }
        for (const auto& [path, entry] : before) {
            const auto found = now.find(path);
            if (found != now.end() && found->second == entry) continue;
            put_back(root.get(), path, entry);
            if (found == now.end()) {
                report(path, "was removed, and is put back");
            } else if ((found->second.mode & S_IFMT) == (entry.mode & S_IFMT)) {
                report(path, "was changed, and is put back");
            }
        }
    }
    return repairs;
}

void ControlFiles::put_back(int root, const std::string& path, const Entry& entry) {
    const base::UniqueFd folder = base::open_beneath(root, parent_of(path), O_RDONLY | O_DIRECTORY);
    if (!folder) base::throw_errno(fmt::format("cannot open the folder of {}", path));
    const std::string name = name_of(path);
    const auto check = [&](bool done) {
        if (!done) base::throw_errno(fmt::format("cannot put {} back", path));
    };
    const mode_t permissions = entry.mode & 07777U;
    if (S_ISDIR(entry.mode)) {
        check(::mkdirat(folder.get(), name.c_str(), permissions) == 0 || errno == EEXIST);
        const base::UniqueFd made =
            base::open_beneath(folder.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        check(static_cast<bool>(made));
        check(::fchown(made.get(), entry.uid, entry.gid) == 0);
        check(::fchmod(made.get(), permissions) == 0);
    } else if (S_ISREG(entry.mode)) {
        // A new file: the old one may have a second name by now.
        check(::unlinkat(folder.get(), name.c_str(), 0) == 0 || errno == ENOENT);
        const base::UniqueFd made(::openat(folder.get(), name.c_str(),
                                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                           S_IRUSR | S_IWUSR));
        check(static_cast<bool>(made));
        base::write_all(made.get(), entry.content);
        check(::fchown(made.get(), entry.uid, entry.gid) == 0);
        check(::fchmod(made.get(), permissions) == 0);
    } else if (S_ISLNK(entry.mode)) {
        check(::unlinkat(folder.get(), name.c_str(), 0) == 0 || errno == ENOENT);
        check(::symlinkat(entry.content.c_str(), folder.get(), name.c_str()) == 0);
    } else {
        throw base::Error(fmt::format("{} was no file, folder or link and is gone", path));
    }
}

}  // namespace codex::tools
