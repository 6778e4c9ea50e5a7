#include "sandbox/caller.h"

#include <dirent.h>
#include <fmt/format.h>
#include <linux/seccomp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>

#include "base/text.h"

namespace codex::sandbox {
namespace {

Named socket_named(const std::string& link) {
    constexpr std::string_view kSocket = "socket:[";
    std::array<char, 64> target;
    const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
    if (size < 0) return {.error = errno == ENOENT ? EBADF : EPERM};
    const std::string_view text(target.data(), static_cast<std::size_t>(size));
    if (!text.starts_with(kSocket) || !text.ends_with(']')) return {.error = ENOTSOCK};
    const auto inode =
        base::parse_integer(text.substr(kSocket.size(), text.size() - kSocket.size() - 1));
    if (!inode) return {.error = ENOTSOCK};
    return {.inode = static_cast<std::uint64_t>(*inode)};
}

using Folder = std::unique_ptr<DIR, decltype([](DIR* folder) { ::closedir(folder); })>;

}  // namespace

int argument(const seccomp_notif& call, std::size_t number) {
    return static_cast<int>(call.data.args[number]);
}

Named socket_of(const seccomp_notif& call) {
    return socket_named(fmt::format("/proc/{}/fd/{}", call.pid, argument(call, 0)));
}

Copy copy_address(const seccomp_notif& call) {
    Copy copy;
    const int length = argument(call, 2);
    if (length < static_cast<int>(sizeof(sa_family_t)) ||
        length > static_cast<int>(sizeof(sockaddr_storage))) {
        copy.error = EINVAL;
        return copy;
    }
    copy.size = std::min(static_cast<std::size_t>(length), copy.bytes.size());
    const iovec local = {.iov_base = copy.bytes.data(), .iov_len = copy.size};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address in another process
    const iovec remote = {.iov_base = reinterpret_cast<void*>(call.data.args[1]),
                          .iov_len = copy.size};
    const ssize_t got = ::process_vm_readv(static_cast<pid_t>(call.pid), &local, 1, &remote, 1, 0);
    if (got != static_cast<ssize_t>(copy.size)) copy.error = got < 0 ? errno : EFAULT;
    return copy;
}

std::set<std::uint64_t> sockets_in_use() {
    std::set<std::uint64_t> inodes;
    const Folder processes(::opendir("/proc"));
    while (const dirent* process = processes ? ::readdir(processes.get()) : nullptr) {
        if (!base::parse_integer(process->d_name)) continue;
        const std::string path = fmt::format("/proc/{}/fd", process->d_name);
        if (process->d_name == std::to_string(::getpid())) continue;
        const Folder descriptors(::opendir(path.c_str()));
        while (const dirent* entry = descriptors ? ::readdir(descriptors.get()) : nullptr) {
            const Named named = socket_named(fmt::format("{}/{}", path, entry->d_name));
            if (named.error == 0) inodes.insert(named.inode);
        }
    }
    return inodes;
}

}  // namespace codex::sandbox
