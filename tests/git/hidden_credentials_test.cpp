#include "git/hidden_credentials.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include "base/file.h"
#include "tests/support/lib/git_repo.h"
#include "tests/support/lib/temp_dir.h"
#include "tests/support/lib/text.h"

namespace codex::test {
namespace {

using Names = std::vector<std::string>;

class Checkout {
  public:
    std::string config() const { return base::read_file(path()); }
    void set_config(const std::string& text) const { base::write_file_atomically(path(), text); }
    std::filesystem::path path() const { return repo.path() / ".git/config"; }

    TempDir folder;
    GitRepo repo{folder.path() / "repo"};
};

const std::string kPlain = "# a comment stays\n[core]\n\trepositoryformatversion = 0\n";

}  // namespace

TEST_CASE("what holds or leads to a credential is out of the configuration for a while") {
    struct Row {
        std::string text;
        Names names;
    };
    const Row rows[] = {
        {"", {}},
        {"[remote \"origin\"]\n\turl = https://github.com/o/r\n[user]\n\tname = me@home\n", {}},
        {"[http \"https://github.com/\"]\n\textraheader = AUTHORIZATION: basic SECRET\n",
         {"http.https://github.com/.extraheader"}},
        {"[http \"https://github.com/\"]\n\textraheader = \n\textraheader = basic \\\n SECRET\n",
         {"http.https://github.com/.extraheader"}},
        {"[includeIf \"gitdir:/github/workspace/.git\"]\n\tpath = /github/runner_temp/SECRET\n",
         {"includeif.gitdir:/github/workspace/.git.path"}},
        {"[include]\n\tpath = ~/SECRET\n", {"include.path"}},
        {"[include]\n\tpath = ../shared.gitconfig\n", {}},
        {"[remote \"origin\"]\n\turl = https://x-access-token:SECRET@github.com/o/r\n",
         {"remote.origin.url"}},
        {"[url \"https://x:SECRET@github.com/\"]\n\tinsteadOf = https://github.com/\n",
         {"url.https://***@github.com/.insteadof"}},
        {"[credential]\n\thelper = store --file=/SECRET\n\tusername = me\n", {"credential.helper"}},
        {"[http]\n\tproxy = http://me:SECRET@proxy:3128\n", {"http.proxy"}},
        {"[mytool]\n\tapiToken = SECRET\n", {"mytool.apitoken"}},
    };
    const git::GitLibrary library;
    for (const Row& row : rows) {
        INFO(row.text);
        const Checkout checkout;
        const std::string text = kPlain + row.text;
        checkout.set_config(text);
        REQUIRE(::chmod(checkout.path().c_str(), 0640) == 0);
        if (::geteuid() == 0) REQUIRE(::chown(checkout.path().c_str(), 1001, 1002) == 0);
        const git::Repository repository(checkout.repo.path());
        CHECK(git::find_credentials(repository) == row.names);
        {
            const git::HiddenCredentials hidden(repository);
            CHECK(hidden.names() == row.names);
            CHECK_FALSE(has(checkout.config(), "SECRET"));
            CHECK(has(checkout.config(), "# a comment stays"));
            struct stat info = {};
            REQUIRE(::stat(checkout.path().c_str(), &info) == 0);
            CHECK((info.st_mode & 0777) == 0640);
            if (::geteuid() == 0) CHECK(info.st_uid == 1001);
        }
        CHECK(checkout.config() == text);
        struct stat info = {};
        REQUIRE(::stat(checkout.path().c_str(), &info) == 0);
        CHECK((info.st_mode & 0777) == 0640);
        if (::geteuid() == 0) CHECK((info.st_uid == 1001 && info.st_gid == 1002));
    }
}

TEST_CASE("submodules and linked work trees are looked at too") {
    const git::GitLibrary library;
    const Checkout checkout;
    const std::string secret = "[http \"https://github.com/\"]\n\textraheader = SECRET\n";
    const std::filesystem::path module = checkout.repo.path() / ".git/modules/libs/one";
    std::filesystem::create_directories(module / "modules/inner");
    base::write_file_atomically(module / "HEAD", "ref: refs/heads/main\n");
    base::write_file_atomically(module / "config", secret);
    base::write_file_atomically(module / "modules/inner/HEAD", "ref: refs/heads/main\n");
    base::write_file_atomically(module / "modules/inner/config", secret);
    base::write_file_atomically(checkout.repo.path() / ".git/config.worktree", secret);
    const git::Repository repository(checkout.repo.path());
    {
        const git::HiddenCredentials hidden(repository);
        CHECK(hidden.names().size() == 3);
        CHECK_FALSE(has(base::read_file(module / "config"), "SECRET"));
        CHECK_FALSE(has(base::read_file(module / "modules/inner/config"), "SECRET"));
    }
    CHECK(base::read_file(module / "config") == secret);
    CHECK(base::read_file(module / "modules/inner/config") == secret);
    CHECK(base::read_file(checkout.repo.path() / ".git/config.worktree") == secret);
}

TEST_CASE("a configuration that cannot be read is left as it is") {
    const git::GitLibrary library;
    const Checkout checkout;
    const git::Repository repository(checkout.repo.path());
    const std::string broken = "[http \"https://github.com/\"]\n\textraheader = SECRET\n[core\n";
    checkout.set_config(broken);
    CHECK_THROWS_AS(git::HiddenCredentials(repository), git::GitError);
    CHECK(checkout.config() == broken);
}

}  // namespace codex::test
