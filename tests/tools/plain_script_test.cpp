#include "tools/plain_script.h"

#include <catch2/catch_test_macros.hpp>

using namespace codex::tools;

TEST_CASE("a script of plain words gives its commands in order") {
    struct Row {
        std::string script;
        std::vector<Argv> commands;
    };
    const Row rows[] = {
        {"ls", {{"ls"}}},
        {"  ls  -1\t", {{"ls", "-1"}}},
        {"ls && pwd; echo 'hi there' | wc -l",
         {{"ls"}, {"pwd"}, {"echo", "hi there"}, {"wc", "-l"}}},
        {"ls||pwd|wc;id&&nl", {{"ls"}, {"pwd"}, {"wc"}, {"id"}, {"nl"}}},
        {"\n\nls\n\n  pwd\n", {{"ls"}, {"pwd"}}},
        {"ls &&\n\n pwd |\nwc", {{"ls"}, {"pwd"}, {"wc"}}},
        {"ls;\npwd", {{"ls"}, {"pwd"}}},
        {"echo 123 456", {{"echo", "123", "456"}}},
        {R"(rg 'a"b$c`d\' "it's" x)", {{"rg", R"(a"b$c`d\)", "it's", "x"}}},
        {R"(rg "foo\.bar\d")", {{"rg", R"(foo\.bar\d)"}}},
        {"echo 'a\nb;c' \"d&&e\"", {{"echo", "a\nb;c", "d&&e"}}},
        {"echo '*' \"{a,b}\" '~' '#'", {{"echo", "*", "{a,b}", "~", "#"}}},
        {"sed -n 1,5p a/b-c_d.txt", {{"sed", "-n", "1,5p", "a/b-c_d.txt"}}},
        {"git show HEAD~1:x user@host a#b key=value ^x 5%",
         {{"git", "show", "HEAD~1:x", "user@host", "a#b", "key=value", "^x", "5%"}}},
        {"echo if then", {{"echo", "if", "then"}}},
        {"echo 'gr\xc3\xbc\xc3\x9f'", {{"echo", "gr\xc3\xbc\xc3\x9f"}}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.script);
        CHECK(parse_plain_script(row.script) == row.commands);
    }
}

TEST_CASE("whatever a shell would expand, unescape or interpret is not plain") {
    const std::string scripts[] = {
        "",
        " \n ",
        // operators that join nothing
        "ls &&",
        "ls ||",
        "ls |",
        "ls;",
        "ls;\n",
        "&& ls",
        "; ls",
        "| ls",
        "ls ;; pwd",
        "ls && && pwd",
        "ls\n; pwd",
        "ls &",
        "ls & pwd",
        "ls |& wc",
        "ls &&& pwd",
        // groups, redirections, here-documents
        "(ls)",
        "ls (x)",
        "{ ls; }",
        "ls > out",
        "ls>out",
        "ls 2>&1",
        "wc < in",
        "cat <<END\nx\nEND",
        "cat <<< x",
        "diff <(ls) x",
        // expansions, in and out of quotes
        "ls $HOME",
        "ls ${HOME}",
        "ls $(pwd)",
        "ls `pwd`",
        "echo \"$HOME\"",
        "echo \"`pwd`\"",
        "echo $'a'",
        "echo $\"a\"",
        "ls *",
        "ls a?",
        "ls [ab]",
        "find . -exe{c,x}",
        "ls ~",
        "ls ~root/x",
        // escapes
        "find . -e\\xec",
        "ls \\\npwd",
        "echo \"a\\\"b\"",
        "echo \"a\\\\\"",
        "echo \"a\\\\b\"",
        "echo \"a\\\nb\"",
        "echo \"a\\$b\"",
        // parts glued together, open and empty quotes, a command in quotes
        "echo a\"b\"",
        "echo \"a\"b",
        "echo 'a''b'",
        "echo 'a",
        "echo \"a",
        "echo \"\"",
        "echo ''",
        "'ls'",
        "\"ls\" x",
        "ls; 'pwd'",
        // assignments, comments, negation, control flow
        "A=b",
        "A=b ls",
        "PATH=. ls",
        "A+=b ls",
        "ls # all",
        "#ls",
        "! ls",
        "if ls\nthen pwd\nfi",
        "for x in a\ndo ls\ndone",
        "while true; do ls; done",
        "time ls",
        "function f",
        "coproc ls",
        "[[ a ]]",
        "case x in esac",
        // bytes that editors hide
        "ls\r",
        std::string("ls\0pwd", 6),
        std::string("ls 'a\0b'", 8),
        "ls \x1b",
        "ls \xc2\xa0x",
    };
    for (const std::string& script : scripts) {
        CAPTURE(script);
        CHECK(parse_plain_script(script) == std::nullopt);
    }
}
