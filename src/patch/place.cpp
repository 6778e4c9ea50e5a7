#include "patch/place.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <utility>

#include "base/error.h"
#include "base/model_path.h"
#include "base/real_path_fd.h"

namespace codex::patch {
namespace {

constexpr int kMaxLinks = 8;
constexpr int kFolder = O_PATH | O_DIRECTORY;

[[noreturn]] void fail(const std::string& path, int error) {
    if (error == EXDEV) throw base::Error(path + " leads out of the root");
    if (error == ELOOP) throw base::Error(path + " passes through a link that is not followed");
    throw base::SystemError(error, path);
}

std::optional<std::string> read_link(int folder, const std::string& name) {
    std::array<char, PATH_MAX> target;
    const ssize_t size = ::readlinkat(folder, name.c_str(), target.data(), target.size());
    if (size < 0 || static_cast<std::size_t>(size) == target.size()) return std::nullopt;
    return std::string(target.data(), static_cast<std::size_t>(size));
}

std::string real_path(int fd) {
    const auto path = read_link(AT_FDCWD, fmt::format("/proc/self/fd/{}", fd));
    if (!path) base::throw_errno("cannot tell where a link leads");
    return *path;
}

struct Folder {
    base::UniqueFd fd;
    std::string path;  // relative to the root, ends with "/" unless empty
};

std::pair<std::string, std::string> split_last(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return {".", path};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

// None, with errno set.
Folder open_folder(int root, const std::string& path) {
    Folder folder{base::open_beneath(root, path, kFolder, base::Links::none), path + "/"};
    if (path == ".") folder.path.clear();
    if (folder.fd || errno != ELOOP) return folder;
    folder.fd = base::open_beneath(root, path, kFolder, base::Links::within);
    if (!folder.fd) return folder;
    const std::string above = real_path(root);
    const std::string real = real_path(folder.fd.get());
    folder.path =
        real.size() > above.size() ? real.substr(above.size() + (above != "/")) + "/" : "";
    return folder;
}

Folder make_folder(int root, const std::string& path, std::vector<MadeFolder>* made) {
    Folder folder = open_folder(root, path);
    if (folder.fd || errno != ENOENT || made == nullptr || path == ".") return folder;
    const auto [above, name] = split_last(path);
    Folder parent = make_folder(root, above, made);
    if (!parent.fd) return parent;
    if (::mkdirat(parent.fd.get(), name.c_str(), 0777) == 0) {
        made->push_back({std::move(parent.fd), name});
    } else if (errno != EEXIST) {
        return Folder{};
    }
    return open_folder(root, path);
}

std::optional<Place> locate_through(int root, const std::string& path, LastLink last,
                                    std::vector<MadeFolder>* made, int links) {
    const auto [above, name] = split_last(path);
    if (name.empty() || name == "." || name == "..") throw base::Error(path + " is no file");
    Folder folder = make_folder(root, above, made);
    if (!folder.fd) {
        if (errno == ENOENT && made == nullptr) return std::nullopt;
        fail(path, errno);
    }
    const std::string real = folder.path + name;
    if (const auto refusal = base::refuse_path(real)) throw base::Error(path + ": " + *refusal);
    struct stat info = {};
    const bool is_link =
        ::fstatat(folder.fd.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISLNK(info.st_mode);
    if (!is_link || last == LastLink::kept) return Place{std::move(folder.fd), name};
    const auto target = read_link(folder.fd.get(), name);
    if (!target || links == 0) fail(path, ELOOP);
    if (target->starts_with('/')) fail(path, EXDEV);
    return locate_through(root, folder.path + *target, last, made, links - 1);
}

}  // namespace

Roots::Roots(const std::vector<std::string>& folders) {
    for (const std::string& folder : folders) {
        base::UniqueFd fd = base::open_real_path(folder, kFolder);
        if (!fd) base::throw_errno("cannot open " + folder);
        roots_.push_back({folder.ends_with('/') ? folder : folder + "/", std::move(fd)});
    }
}

std::optional<Place> Roots::locate(const std::string& path, LastLink last,
                                   std::vector<MadeFolder>* made) const {
    for (const Root& root : roots_) {
        if (!path.starts_with('/')) {
            return locate_through(root.fd.get(), path, last, made, kMaxLinks);
        }
        if (!path.starts_with(root.above)) continue;
        return locate_through(root.fd.get(), path.substr(root.above.size()), last, made, kMaxLinks);
    }
    throw base::Error(path + " is not beneath the root");
}

FileSpot Roots::spot(const std::string& path) const {
    const auto name_of = [](const std::optional<Place>& place) {
        return real_path(place->folder.get()) + "/" + place->name;
    };
    std::optional<Place> own;
    try {
        own = locate(path, LastLink::kept, nullptr);
    } catch (const base::Error&) {
        // Whoever reads it is told why it may not be.
    }
    if (!own) return {path, path, false};
    FileSpot spot{name_of(own), name_of(own), false};
    struct stat info = {};
    spot.is_link =
        ::fstatat(own->folder.get(), own->name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISLNK(info.st_mode);
    if (!spot.is_link) return spot;
    try {
        if (const auto target = locate(path, LastLink::followed, nullptr)) {
            spot.target = name_of(target);
        }
    } catch (const base::Error&) {
        // It leads nowhere that a patch could change.
    }
    return spot;
}

}  // namespace codex::patch
