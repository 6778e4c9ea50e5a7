#include "action/checkout.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/lib/git_repo.h"
#include "tests/support/lib/temp_dir.h"

using namespace codex;
using action::Commits;
using action::examine_checkout;
using action::UnfitCheckout;

namespace {

// main has one commit, feature one more.
struct Branches {
    test::TempDir dir;
    test::GitRepo repo{dir / "work"};
    std::string base;
    std::string head;
    git::GitLibrary library;

    Branches() {
        repo.write("a.txt", "one\n");
        base = repo.commit("base");
        repo.git({"switch", "-q", "-c", "feature"});
        repo.write("a.txt", "two\n");
        head = repo.commit("head");
    }
    auto examine(const std::filesystem::path& path, bool is_target_event = false) const {
        return examine_checkout(git::Repository(path), {head, base, 5, is_target_event});
    }
};

std::string reason(const std::variant<Commits, UnfitCheckout>& result) {
    const auto* unfit = std::get_if<UnfitCheckout>(&result);
    return unfit == nullptr ? "(fit)" : unfit->reason;
}

}  // namespace

TEST_CASE("a checkout of the head gives head and merge base") {
    const Branches branches;
    const auto result = branches.examine(branches.repo.path());
    REQUIRE(std::holds_alternative<Commits>(result));
    const auto& commits = std::get<Commits>(result);
    CHECK(commits.has_head);
    CHECK(commits.merge_base == branches.base);
    CHECK(commits.note.empty());
}

TEST_CASE("GitHub's test merge is taken, with a word on line numbers") {
    const Branches branches;
    branches.repo.git({"switch", "-q", "--detach", "main"});
    branches.repo.git({"merge", "-q", "--no-ff", "-m",
                       "Merge " + branches.head + " into " + branches.base, "feature"});
    SECTION("with its history") {
        const auto result = branches.examine(branches.repo.path());
        REQUIRE(std::holds_alternative<Commits>(result));
        CHECK(std::get<Commits>(result).has_head);
        CHECK(std::get<Commits>(result).note.find("merge of this change") != std::string::npos);
    }
    SECTION("as the shallow checkout of one commit, which holds neither head nor base") {
        test::run_git(branches.dir.path(), {"clone", "-q", "--depth", "1",
                                            "file://" + branches.repo.path().string(), "shallow"});
        const auto result = branches.examine(branches.dir / "shallow");
        REQUIRE(std::holds_alternative<Commits>(result));
        CHECK_FALSE(std::get<Commits>(result).has_head);
        CHECK(std::get<Commits>(result).merge_base == std::nullopt);
    }
}

TEST_CASE("a merge message alone does not make a commit the test merge") {
    const Branches branches;
    branches.repo.git({"switch", "-q", "--detach", "main"});
    branches.repo.git({"commit", "-q", "--allow-empty", "-m",
                       "Merge " + branches.head + " into " + branches.base});
    CHECK(reason(branches.examine(branches.repo.path())).find("give actions/checkout `ref:") !=
          std::string::npos);
}

TEST_CASE("any other commit is refused with the step to change") {
    const Branches branches;
    branches.repo.git({"switch", "-q", "--detach", "main"});
    const std::string text = reason(branches.examine(branches.repo.path()));
    CHECK(text.find("the checkout is at " + branches.base.substr(0, 12)) == 0);
    CHECK(text.find("ref: refs/pull/5/head") != std::string::npos);
}

TEST_CASE(
    "an event with secrets is refused with the pull request's code, and taken with the base") {
    const Branches branches;
    CHECK(reason(branches.examine(branches.repo.path(), true)).find("the checkout is at ") == 0);
    // What was pushed after the event is the pull request's code as well.
    branches.repo.git({"commit", "-q", "--allow-empty", "-m", "later"});
    CHECK(reason(branches.examine(branches.repo.path(), true)).find("the checkout is at ") == 0);
    branches.repo.git({"switch", "-q", "--detach", "main"});
    const auto result = branches.examine(branches.repo.path(), true);
    REQUIRE(std::holds_alternative<Commits>(result));
    CHECK(std::get<Commits>(result).note.find("base branch") != std::string::npos);
}
