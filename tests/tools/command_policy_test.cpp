#include "tools/command_policy.h"

#include <catch2/catch_test_macros.hpp>

using namespace codex::tools;

namespace {

/// Words between single blanks.
Argv words(std::string_view line) {
    Argv argv;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        argv.emplace_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return argv;
}

}  // namespace

TEST_CASE("commands that only read are known to be safe, and their options that do more are not") {
    struct Row {
        const char* command;
        bool is_safe;
    };
    const Row rows[] = {
        {"ls -la", true},
        {"cat a b", true},
        {"grep -rn x .", true},
        {"pwd", true},
        {"whoami", true},
        {"/bin/ls", false},
        {"./ls", false},
        {"lsx", false},
        {"uniq in out", false},
        {"touch x", false},
        {"tee x", false},
        {"env", false},
        {"xargs ls", false},
        {"find . -name x", true},
        {"find . -exec ls ;", false},
        {"find . -execdir ls ;", false},
        {"find . -ok ls ;", false},
        {"find . -okdir ls ;", false},
        {"find . -delete", false},
        {"find . -fls x", false},
        {"find . -fprint x", false},
        {"find . -fprint0 x", false},
        {"find . -fprintf x y", false},
        {"rg -n x", true},
        {"rg --hidden x", true},
        {"rg -z x", false},
        {"rg -iz x", false},
        {"rg --search-zip x", false},
        {"rg --pre ./x y", false},
        {"rg --pre=./x y", false},
        {"rg --hostname-bin ./x y", false},
        {"rg --hostname-bin=./x y", false},
        {"base64 -d x", true},
        {"base64 -o x", false},
        {"base64 -ox", false},
        {"base64 --output=x", false},
        {"base64 --out x", false},
        {"sed -n 5p x", true},
        {"sed -n 1,5p x", true},
        {"sed -n xp x", false},
        {"sed -n ,5p x", false},
        {"sed -n 1,p x", false},
        {"sed -n 1,2,3p x", false},
        {"sed -n p x", false},
        {"sed -n 1e x", false},
        {"sed -n 1p", false},
        {"sed -n 1p x y", false},
        {"sed -i 1p x", false},
        {"sed -n 1p -e1ewhoami", false},
        {"sed -n 1p --in-place", false},
        {"git status", true},
        {"git status --short", true},
        {"git log -n 5 --oneline a.c", true},
        {"git log -5", true},
        {"git log -n5", true},
        {"git diff --stat HEAD~1 -- a.c", true},
        {"git diff -U20", true},
        {"git show HEAD:a.c", true},
        {"git branch", true},
        {"git branch --show-current", true},
        {"git", false},
        {"git branch new", false},
        {"git branch -D old", false},
        {"git diff --output=x", false},
        {"git diff --output x", false},
        {"git diff -O x", false},
        {"git diff -Ox", false},
        {"git log --ext-diff", false},
        {"git log --textconv", false},
        {"git log -", false},
        {"git diff -U", false},
        {"git status -5", false},
        {"git -c core.pager=x log", false},
        {"git -C .. log", false},
        {"git --paginate log", false},
        {"git commit", false},
        {"git fetch", false},
        {"/usr/bin/git status", false},
        {"cargo check", false},
        {"rm x", false},
        {"bash x.sh", false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.command);
        CHECK(is_known_safe(words(row.command)) == row.is_safe);
    }
    CHECK_FALSE(is_known_safe({}));
    CHECK_FALSE(is_known_safe({""}));
    CHECK_FALSE(is_known_safe({"sed", "-n", "1p", ""}));
}

TEST_CASE("a shell's script is safe when it is plain and all of it is") {
    struct Row {
        Argv argv;
        bool is_safe;
    };
    const Row rows[] = {
        {{"bash", "-lc", "ls"}, true},
        {{"bash", "-c", "cd src && rg -n 'x y' | head -5; pwd"}, true},
        {{"sh", "-c", "ls\npwd"}, true},
        {{"sh", "-lc", "git diff --stat"}, true},
        {{"bash", "-lc", "ls && rm -rf"}, false},
        {{"bash", "-lc", "ls > x"}, false},
        {{"bash", "-lc", "cat $X"}, false},
        {{"bash", "-lc", ""}, false},
        {{"bash", "-lc", "bash -lc ls"}, false},
        {{"bash", "-lc"}, false},
        {{"bash", "-lc", "ls", "x"}, false},
        {{"bash", "-ic", "ls"}, false},
        {{"/bin/bash", "-lc", "ls"}, false},
        {{"zsh", "-lc", "ls"}, false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.argv);
        CHECK(is_known_safe(row.argv) == row.is_safe);
    }
}

TEST_CASE("commands that destroy are found, also behind wrappers and in scripts") {
    const std::string_view removal = "rm with a force option removes without asking";
    const std::string_view git_removal = "git rm removes files of the work tree";
    const std::string_view git_reset = "git reset discards changes or commits";
    struct Row {
        Argv argv;
        std::optional<std::string_view> danger;
    };
    const Row rows[] = {
        {words("rm -f x"), removal},
        {words("rm -rf x"), removal},
        {words("rm -fr x"), removal},
        {words("rm -r -f x"), removal},
        {words("rm x -Rfv"), removal},
        {words("rm --force x"), removal},
        {words("rm --fo x"), removal},
        {words("/bin/rm -f x"), removal},
        {words("rm x"), {}},
        {words("rm -r x"), {}},
        {words("rm --recursive x"), {}},
        {words("rm -- -f"), {}},
        {words("rmdir -f x"), {}},
        {words("git reset"), git_reset},
        {words("/usr/bin/git reset --hard"), git_reset},
        {words("git -C x -c a=b --no-pager reset"), git_reset},
        {words("git --git-dir=x rm y"), git_removal},
        {words("git rm x"), git_removal},
        {words("git status reset"), {}},
        {words("git -C reset status"), {}},
        {words("legit reset"), {}},
        {words("git"), {}},
        {words("sudo rm -rf /"), removal},
        {words("sudo -u root git reset"), git_reset},
        {words("env A=b -u C /bin/rm -f x"), removal},
        {words("nice -n 5 timeout 3 sudo rm -f x"), removal},
        {words("find . -name x -exec rm -f {} ;"), removal},
        {words("xargs rm -rf"), removal},
        {words("sudo ls"), {}},
        {words("sudo"), {}},
        {{"bash", "-lc", "ls && rm -rf x"}, removal},
        {{"/bin/sh", "-c", "git reset"}, git_reset},
        {{"zsh", "-e", "-o", "pipefail", "-c", "rm -f x"}, removal},
        {{"bash", "-c", "bash -c 'sh -c \"rm -f x\"'"}, removal},
        {{"sudo", "bash", "-c", "env rm -f x"}, removal},
        {{"trap", "rm -f x", "EXIT"}, removal},
        {{"eval", "rm", "-f x"}, removal},
        {{"bash", "rm", "-f"}, {}},
        {{"bash", "x.sh", "-c", "rm -f x"}, {}},
        {{"bash", "-c"}, {}},
        {{"bash", "-c", "echo 'rm -f x'"}, {}},
        {{"bash", "-c", "rm -f $X"}, {}},  // not plain: the sandbox's part
        {{"echo", "rm", "-f"}, {}},
        {{}, {}},
        {{""}, {}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.argv);
        CHECK(find_danger(row.argv) == row.danger);
    }
}

TEST_CASE("nested wrappers without end cost bounded work") {
    std::string script;
    for (int i = 0; i < 200; ++i) script += "env eval ";
    CHECK(find_danger({"bash", "-c", script + "rm -f x"}) == std::nullopt);
    CHECK(find_danger({"bash", "-c", "env eval rm -f x"}) ==
          "rm with a force option removes without asking");
}
