#include "tests/support/lib/git_repo.h"

#include "tests/support/lib/run_program.h"
#include "tests/support/lib/temp_dir.h"

namespace codex::test {

std::string run_git(const std::filesystem::path& folder,
                    const std::vector<std::string>& arguments) {
    Program program;
    program.argv = {"git",
                    "-c",
                    "safe.directory=*",
                    "-c",
                    "protocol.file.allow=always",
                    "-c",
                    "init.defaultBranch=main"};
    program.argv.insert(program.argv.end(), arguments.begin(), arguments.end());
    program.working_directory = folder;
    program.environment = plain_environment();
    for (const char* setting :
         {"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=Alice",
          "GIT_AUTHOR_EMAIL=alice@example.com", "GIT_COMMITTER_NAME=Alice",
          "GIT_COMMITTER_EMAIL=alice@example.com", "GIT_AUTHOR_DATE=2026-01-02T03:04:05Z",
          "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z", "GIT_TERMINAL_PROMPT=0"}) {
        program.environment.emplace_back(setting);
    }
    return run_checked(std::move(program));
}

GitRepo::GitRepo(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    git({"init", "-q"});
}

std::string GitRepo::git(const std::vector<std::string>& arguments) const {
    return run_git(path_, arguments);
}

void GitRepo::write(const std::string& name, const std::string& content) const {
    write_file(path_ / name, content);
}

std::string GitRepo::commit(const std::string& message) const {
    git({"add", "-A"});
    git({"commit", "-q", "--allow-empty", "-m", message});
    return head();
}

}  // namespace codex::test
