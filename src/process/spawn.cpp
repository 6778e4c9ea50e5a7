#include "process/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "base/error.h"
#include "base/text.h"
#include "process/pidfd.h"

namespace codex::process {
namespace {

constexpr int kFirstExtraFd = 3;

void check(int error_number, std::string_view what) {
    if (error_number != 0) throw base::SystemError(error_number, what);
}

class FileActions {
  public:
    FileActions() { check(::posix_spawn_file_actions_init(&actions_), "posix_spawn"); }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    /// The child sees our `fd` as `number`. Sources are first copied above every number in use, so
    /// that no copy overwrites the source of a later one.
    void give(int fd, int number, int above) {
        base::UniqueFd source(::fcntl(fd, F_DUPFD_CLOEXEC, above));
        if (!source) base::throw_errno("cannot copy a descriptor for a child");
        check(::posix_spawn_file_actions_adddup2(&actions_, source.get(), number), "adddup2");
        sources_.push_back(std::move(source));
    }
    void give_null(int number) {
        check(::posix_spawn_file_actions_addopen(&actions_, number, "/dev/null", O_RDONLY, 0),
              "addopen");
    }
    void close(int number) {
        check(::posix_spawn_file_actions_addclose(&actions_, number), "addclose");
    }
    void close_from(int number) {
        check(::posix_spawn_file_actions_addclosefrom_np(&actions_, number), "addclosefrom");
    }
    void change_folder(const std::filesystem::path& folder) {
        check(::posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str()), "addchdir");
    }
    const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_ = {};
    std::vector<base::UniqueFd> sources_;
};

class Attributes {
  public:
    Attributes() {
        check(::posix_spawnattr_init(&attributes_), "posix_spawn");
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        check(::posix_spawnattr_setsigmask(&attributes_, &none), "setsigmask");
        // An ignored SIGPIPE would survive exec, and `yes | head` never end.
        check(::posix_spawnattr_setsigdefault(&attributes_, &all), "setsigdefault");
        check(::posix_spawnattr_setflags(
                  &attributes_, static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
                                                   POSIX_SPAWN_SETSIGDEF)),
              "setflags");
    }
    ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_ = {};
};

void refuse_nul(const std::vector<std::string>& texts, std::string_view what) {
    for (const std::string& text : texts) {
        if (text.find('\0') != std::string::npos)
            throw base::Error(fmt::format("cannot start a program: {} holds a NUL byte", what));
    }
}

bool is_program(const std::string& path) {
    struct stat info = {};
    return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

std::string find_program(const Command& command) {
    const std::string& name = command.argv.front();
    if (name.find('/') != std::string::npos) return name;
    constexpr std::string_view kPrefix = "PATH=";
    for (const std::string& variable : command.environment) {
        if (std::string_view(variable).substr(0, kPrefix.size()) != kPrefix) continue;
        for (const std::string_view folder :
             base::split(std::string_view(variable).substr(kPrefix.size()), ':')) {
            // An empty part would mean the current folder, which may not be ours.
            std::string candidate = fmt::format("{}/{}", folder, name);
            if (!folder.empty() && is_program(candidate)) return candidate;
        }
    }
    throw base::Error(fmt::format("cannot start {}: it is not in PATH", name));
}

}  // namespace

Spawned spawn(const Command& command, int output, int errors, int input) {
    if (command.argv.empty() || command.argv.front().empty())
        throw base::Error("cannot start a program without a name");
    refuse_nul(command.argv, "an argument");
    refuse_nul(command.environment, "the environment");
    const std::string program = find_program(command);

    int last = kFirstExtraFd - 1;
    for (const auto& [ours, theirs] : command.descriptors) {
        if (theirs < kFirstExtraFd)
            throw base::Error(fmt::format("descriptor {} of a child is taken", theirs));
        last = std::max(last, theirs);
    }
    FileActions actions;
    base::UniqueFd content;
    if (input >= 0) {
        actions.give(input, STDIN_FILENO, last + 1);
    } else if (command.standard_input.empty()) {
        actions.give_null(STDIN_FILENO);
    } else {
        // A file in memory needs no feeding and knows no broken pipe.
        content = base::make_memory_file("standard-input", command.standard_input);
        actions.give(content.get(), STDIN_FILENO, last + 1);
    }
    actions.give(output, STDOUT_FILENO, last + 1);
    actions.give(errors, STDERR_FILENO, last + 1);
    for (const auto& [ours, theirs] : command.descriptors) actions.give(ours, theirs, last + 1);
    for (int number = kFirstExtraFd; number < last; ++number) {
        const bool stated =
            std::any_of(command.descriptors.begin(), command.descriptors.end(),
                        [number](const auto& pair) { return pair.second == number; });
        if (!stated) actions.close(number);
    }
    actions.close_from(last + 1);
    actions.change_folder(command.working_directory);

    const Attributes attributes;
    std::vector<std::string> argv = command.argv;
    std::vector<std::string> environment = command.environment;
    pid_t pid = 0;
    const int failed =
        ::posix_spawn(&pid, program.c_str(), actions.get(), attributes.get(),
                      base::c_strings(argv).data(), base::c_strings(environment).data());
    if (failed != 0) {
        throw base::SystemError(failed, fmt::format("cannot start {} in {}", program,
                                                    command.working_directory.string()));
    }
    // Nobody else reaps it, so that the number is still this process's.
    base::UniqueFd end = open_pidfd(pid);
    if (!end) {
        const int reason = errno;
        ::kill(-pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        throw base::SystemError(reason, "cannot watch a child process");
    }
    return {pid, std::move(end)};
}

}  // namespace codex::process
