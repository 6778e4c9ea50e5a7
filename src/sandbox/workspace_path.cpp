#include "sandbox/workspace_path.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "base/error.h"
#include "base/model_path.h"
#include "base/real_path_fd.h"

namespace codex::sandbox {
namespace {

std::string explain(const std::string& path, int error) {
    switch (error) {
        case EXDEV:
            return path + " leads out of the workspace";
        case ELOOP:
            return path + " passes through a link that is not followed";
        case ENXIO:
            return path + " is no regular file";
        default:
            return fmt::format("cannot open {}: {}", path, std::generic_category().message(error));
    }
}

OpenedFile open_beneath_root(const std::string& root, const std::string& relative,
                             const std::string& path) {
    const base::UniqueFd folder = base::open_real_path(root, O_PATH | O_DIRECTORY);
    if (!folder) return {{}, explain(root, errno)};
    base::UniqueFd fd =
        base::open_beneath(folder.get(), relative, O_RDONLY | O_NONBLOCK, base::Links::within);
    if (!fd) return {{}, explain(path, errno)};
    struct stat info = {};
    if (::fstat(fd.get(), &info) != 0) return {{}, explain(path, errno)};
    if (!S_ISREG(info.st_mode)) return {{}, path + " is no regular file"};
    return {std::move(fd), {}};
}

}  // namespace

OpenedFile open_in_roots(const std::string& path, const std::vector<std::string>& roots) {
    if (auto refusal = base::refuse_path(path)) return {{}, std::move(*refusal)};
    if (!path.starts_with('/')) return open_beneath_root(roots.front(), path, path);
    for (const std::string& root : roots) {
        if (path.size() > root.size() && path.starts_with(root) && path[root.size()] == '/')
            return open_beneath_root(root, path.substr(root.size() + 1), path);
    }
    return {{}, path + " is not beneath the workspace"};
}

}  // namespace codex::sandbox
