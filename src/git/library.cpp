#include "git/git_handles.h"

namespace codex::git {

void check(int code, std::string_view what) {
    if (code >= 0) return;
    const git_error* error = git_error_last();
    std::string message = "cannot " + std::string(what);
    if (error != nullptr && error->message != nullptr)
        message += std::string(": ") + error->message;
    throw GitError(code, std::move(message));
}

GitLibrary::GitLibrary() {
    check(git_libgit2_init(), "initialise libgit2");
    // Configuration of the machine or of the runner's user must not steer what we read.
    for (const int level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                            GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL}) {
        check(git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, ""), "close a configuration level");
    }
    // A partial clone is read as far as its objects go.
    const char* extensions[] = {"partialclone"};
    check(git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, std::size_t{1}),
          "allow partial clones");
    // Runners check out as another user than the one a container action runs as.
    check(git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0), "switch off owner validation");
    constexpr int kServerTimeoutMs = 60'000;
    constexpr int kConnectTimeoutMs = 10'000;
    check(git_libgit2_opts(GIT_OPT_SET_SERVER_CONNECT_TIMEOUT, kConnectTimeoutMs), "set a timeout");
    check(git_libgit2_opts(GIT_OPT_SET_SERVER_TIMEOUT, kServerTimeoutMs), "set a timeout");
}

GitLibrary::~GitLibrary() {
    git_libgit2_shutdown();
}

}  // namespace codex::git
