// Reading what is secret, and writing what is not the command's.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "attempts/attempts.h"
#include "base/unique_fd.h"

namespace codex::attempts {
namespace {

using base::UniqueFd;

int open_for(const std::string& path, int flags) {
    const UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, 0644));
    return outcome(static_cast<bool>(fd));
}

/// That a file of /proc can be opened means nothing: some refuse at the first read.
int read_from(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return errno;
    char byte = 0;
    const ssize_t got = ::read(fd.get(), &byte, 1);
    return got > 0 ? 0 : (got < 0 ? errno : ENODATA);
}

std::string of_victim(const Ground& ground, const char* file) {
    return "/proc/" + std::to_string(ground.victim) + "/" + file;
}

int read_secret(const Ground& ground) {
    return read_from(ground.outside + "/secret");
}
int read_by_link(const Ground& ground) {
    return read_from(ground.workspace + "/link");
}
int read_by_proc_root(const Ground& ground) {
    return read_from("/proc/self/root" + ground.outside + "/secret");
}
int read_by_parent(const Ground& ground) {
    return read_from(ground.workspace + "/../outside/secret");
}
int list_outside(const Ground& ground) {
    return open_for(ground.outside, O_RDONLY | O_DIRECTORY);
}
int read_shadow(const Ground&) {
    return read_from("/etc/shadow");
}
int read_environment(const Ground& ground) {
    return read_from(of_victim(ground, "environ"));
}
int read_maps(const Ground& ground) {
    return read_from(of_victim(ground, "maps"));
}
int open_memory(const Ground& ground) {
    return open_for(of_victim(ground, "mem"), O_RDONLY);
}
int follow_descriptor(const Ground& ground) {
    char target[256];
    const std::string link = of_victim(ground, "fd/0");
    return outcome(::readlink(link.c_str(), target, sizeof target) > 0);
}
int enter_by_descriptor(const Ground& ground) {
    return read_from(of_victim(ground, "root") + ground.outside + "/secret");
}
int find_token(const Ground&) {
    for (const std::string_view name : kSecretNames) {
        if (::getenv(std::string(name).c_str()) != nullptr) return 0;
    }
    return ENOENT;
}
int use_stray_descriptor(const Ground&) {
    return outcome(::fcntl(kStrayDescriptor, F_GETFD) >= 0);
}
int dump_core(const Ground&) {
    const UniqueFd fd(::open("/proc/self/limits", O_RDONLY | O_CLOEXEC));
    std::string text(4096, '\0');
    if (!fd || ::read(fd.get(), text.data(), text.size()) <= 0) return errno;
    const std::size_t at = text.find("Max core file size");
    char soft[32] = {};
    char hard[32] = {};
    if (at == std::string::npos ||
        std::sscanf(text.c_str() + at + 18, "%31s %31s", soft, hard) != 2)
        return ENODATA;
    return std::string_view(hard) == "0" ? EPERM : 0;
}

int write_outside(const Ground& ground) {
    return open_for(ground.outside + "/new", O_WRONLY | O_CREAT);
}
int append_outside(const Ground& ground) {
    return open_for(ground.outside + "/secret", O_WRONLY | O_APPEND);
}
int write_by_parent(const Ground& ground) {
    return open_for(ground.workspace + "/../outside/climbed", O_WRONLY | O_CREAT);
}
int write_by_link(const Ground& ground) {
    return open_for(ground.workspace + "/link", O_WRONLY);
}
int hard_link(const Ground& ground) {
    const std::string link = ground.workspace + "/hard";
    const bool made = ::link((ground.outside + "/secret").c_str(), link.c_str()) == 0;
    const int error = errno;
    if (made) ::unlink(link.c_str());
    return made ? 0 : error;
}
int rename_in(const Ground& ground) {
    const std::string from = ground.outside + "/movable";
    const std::string to = ground.workspace + "/moved";
    const bool moved = ::rename(from.c_str(), to.c_str()) == 0;
    const int error = errno;
    if (moved) ::rename(to.c_str(), from.c_str());
    return moved ? 0 : error;
}
int write_to_tmp(const Ground&) {
    char name[] = "/tmp/codex-selftest-XXXXXX";
    const UniqueFd fd(::mkstemp(name));
    const int error = errno;
    if (fd) ::unlink(name);
    return fd ? 0 : error;
}
int write_in_workspace(const Ground& ground) {
    const std::string path = ground.workspace + "/new";
    const int error = open_for(path, O_WRONLY | O_CREAT);
    if (error == 0) ::unlink(path.c_str());
    return error;
}
int truncate_by_reading(const Ground& ground) {
    return open_for(ground.workspace + "/file", O_RDONLY | O_TRUNC);
}
int change_mode(const Ground& ground) {
    return outcome(::chmod((ground.workspace + "/file").c_str(), 0666) == 0);
}
/// The file is the command's own, as files of the same uid outside are.
int change_mode_outside(const Ground& ground) {
    return outcome(::chmod((ground.outside + "/own").c_str(), 0666) == 0);
}
int change_times(const Ground& ground) {
    const std::string path = ground.workspace + "/file";
    return outcome(::utimensat(AT_FDCWD, path.c_str(), nullptr, 0) == 0);
}
int set_attribute(const Ground& ground) {
    const std::string path = ground.workspace + "/file";
    return outcome(::setxattr(path.c_str(), "user.codex", "x", 1, 0) == 0);
}
int set_id_bit(const Ground& ground) {
    return outcome(::chmod((ground.workspace + "/file").c_str(), 04755) == 0);
}
int make_device(const Ground& ground) {
    const std::string path = ground.workspace + "/device";
    const bool made = ::mknod(path.c_str(), S_IFCHR | 0666, makedev(1, 3)) == 0;
    const int error = errno;
    if (made) ::unlink(path.c_str());
    return made ? 0 : error;
}
int change_git_config(const Ground& ground) {
    const std::string path = ground.workspace + "/.git/config";
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    const std::string_view evil = "[core]\n\tfsmonitor = touch /tmp/pwned\n";
    return outcome(fd && ::write(fd.get(), evil.data(), evil.size()) > 0);
}
int add_hook(const Ground& ground) {
    return open_for(ground.workspace + "/.git/hooks/pre-push", O_WRONLY | O_CREAT);
}
int move_git_away(const Ground& ground) {
    const std::string from = ground.workspace + "/.git";
    const std::string to = ground.workspace + "/gone";
    if (::rename(from.c_str(), to.c_str()) != 0) return errno;
    ::rename(to.c_str(), from.c_str());
    return 0;
}

constexpr Attempt kAttempts[] = {
    {Group::secrets, "read a file outside the workspace", Refused::always, read_secret},
    {Group::secrets, "read it through a link in the workspace", Refused::always, read_by_link},
    {Group::secrets, "read it through /proc/self/root", Refused::always, read_by_proc_root},
    {Group::secrets, "read it by ../", Refused::always, read_by_parent},
    {Group::secrets, "list a folder outside", Refused::always, list_outside},
    {Group::secrets, "read /etc/shadow", Refused::always, read_shadow},
    {Group::secrets, "read another process's environment", Refused::always, read_environment},
    {Group::secrets, "read its memory map", Refused::always, read_maps},
    {Group::secrets, "open its memory", Refused::always, open_memory},
    {Group::secrets, "follow its descriptors", Refused::always, follow_descriptor},
    {Group::secrets, "go through its root folder", Refused::always, enter_by_descriptor},
    {Group::secrets, "find a token in the environment", Refused::always, find_token},
    {Group::secrets, "use a descriptor left open", Refused::always, use_stray_descriptor},
    {Group::secrets, "leave a core file", Refused::always, dump_core},
    {Group::files, "write a file outside the workspace", Refused::always, write_outside},
    {Group::files, "append to a file outside", Refused::always, append_outside},
    {Group::files, "write outside by ../", Refused::always, write_by_parent},
    {Group::files, "write through a link in the workspace", Refused::always, write_by_link},
    {Group::files, "give a file outside a second name", Refused::always, hard_link},
    {Group::files, "move a file in from outside", Refused::always, rename_in},
    {Group::files, "write to /tmp", Refused::in_read_only, write_to_tmp},
    {Group::files, "write in the workspace", Refused::in_read_only, write_in_workspace},
    {Group::files, "empty a file by opening it for reading", Refused::in_read_only,
     truncate_by_reading},
    {Group::files, "change a mode", Refused::in_read_only, change_mode},
    {Group::files, "change a mode outside", Refused::where_mounted, change_mode_outside},
    {Group::files, "change times", Refused::in_read_only, change_times},
    {Group::files, "set an extended attribute", Refused::in_read_only, set_attribute},
    {Group::files, "set a set-id bit", Refused::always, set_id_bit},
    {Group::files, "make a device node", Refused::always, make_device},
    {Group::files, "change git's configuration", Refused::or_put_back, change_git_config},
    {Group::files, "add a git hook", Refused::or_put_back, add_hook},
    {Group::files, "move .git away", Refused::or_put_back, move_git_away},
};

}  // namespace

std::span<const Attempt> file_attempts() {
    return kAttempts;
}

}  // namespace codex::attempts
