#include "tools/command_policy.h"

#include <algorithm>
#include <span>

namespace codex::tools {
namespace {

using Words = std::span<const std::string>;
using Names = std::span<const std::string_view>;

bool contains(Names names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool begins_with_any(std::string_view word, Names beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view beginning) { return word.starts_with(beginning); });
}

bool is_option(std::string_view word) {
    return word.starts_with('-');
}

/// `-xyz` with the letter, `--xyz` never.
bool is_cluster_with(std::string_view word, char letter) {
    return word.size() > 1 && word[0] == '-' && word[1] != '-' &&
           word.find(letter) != std::string_view::npos;
}

bool is_number(std::string_view word) {
    return !word.empty() &&
           std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// --- known to be safe -------------------------------------------------------------------------

/// With all their options. Not here: `uniq` (its second operand is written), `cargo check` (runs
/// build scripts), `sort`, `tee` (write files), `env`, `xargs` (run programs).
constexpr std::string_view kSafePrograms[] = {
    "cat",  "cd", "cut",    "echo",  "expr", "false", "grep",  "head", "id",
    "ls",   "nl", "numfmt", "paste", "pwd",  "rev",   "seq",   "stat", "tac",
    "tail", "tr", "true",   "uname", "wc",   "which", "whoami"};

/// Programs that are safe without the options that begin so: those run a program or write a file.
struct SafeWithout {
    std::string_view program;
    Names beginnings;
    char letter;  // of a cluster of short options; 0: none
};

constexpr std::string_view kFindActions[] = {"-exec", "-ok", "-delete", "-fls", "-fprint"};
constexpr std::string_view kRgPrograms[] = {"--search-zip", "--pre", "--hostname-bin"};
constexpr std::string_view kBase64Files[] = {"--o"};  // long options may be abbreviated
constexpr SafeWithout kSafeWithout[] = {
    {"find", kFindActions, '\0'},
    {"rg", kRgPrograms, 'z'},
    {"base64", kBase64Files, 'o'},
};

/// Of git only these options: others run programs (`--ext-diff`, `--textconv`), write files
/// (`--output`) or set what does (`-c`). What the repository's own configuration makes git run
/// stays in the sandbox, as the whole command does.
struct SafeGit {
    std::string_view subcommand;
    bool operands;  // `git branch x` makes one
    Names options;
};

constexpr std::string_view kGitShow[] = {"--",
                                         "-p",
                                         "--patch",
                                         "-s",
                                         "--no-patch",
                                         "--stat",
                                         "--numstat",
                                         "--shortstat",
                                         "--summary",
                                         "--raw",
                                         "--name-only",
                                         "--name-status",
                                         "--oneline",
                                         "--graph",
                                         "--decorate",
                                         "--all",
                                         "--merges",
                                         "--no-merges",
                                         "--reverse",
                                         "--follow",
                                         "--cached",
                                         "--staged",
                                         "--no-color",
                                         "--first-parent",
                                         "--word-diff",
                                         "--abbrev-commit",
                                         "--no-ext-diff",
                                         "--no-textconv",
                                         "-w",
                                         "-M"};
constexpr std::string_view kGitStatus[] = {"--",       "-s",          "--short", "-b",
                                           "--branch", "--porcelain", "-uno",    "--long"};
constexpr std::string_view kGitBranch[] = {
    "-a", "--all", "-r", "--remotes", "-v", "-vv", "--list", "--show-current", "--no-color"};
constexpr SafeGit kSafeGit[] = {
    {"diff", true, kGitShow},     {"log", true, kGitShow},       {"show", true, kGitShow},
    {"status", true, kGitStatus}, {"branch", false, kGitBranch},
};

bool is_safe_git(Words argv) {
    if (argv.size() < 2) return false;
    const auto* rule = std::find_if(std::begin(kSafeGit), std::end(kSafeGit),
                                    [&](const SafeGit& git) { return git.subcommand == argv[1]; });
    if (rule == std::end(kSafeGit)) return false;
    const Words rest = argv.subspan(2);
    return std::all_of(rest.begin(), rest.end(), [&](std::string_view word) {
        if (!is_option(word)) return rule->operands;
        if (contains(rule->options, word)) return true;
        // As many commits or lines of context as that.
        const bool counts = rule->options.data() == kGitShow;
        return counts &&
               (word == "-n" || is_number(word.substr(1)) ||
                ((word.starts_with("-n") || word.starts_with("-U")) && is_number(word.substr(2))));
    });
}

/// `sed -n <N>p FILE` or `sed -n <M>,<N>p FILE`: other scripts can write and execute.
bool is_safe_sed(Words argv) {
    if (argv.size() != 4 || argv[1] != "-n" || argv[3].empty() || is_option(argv[3])) return false;
    std::string_view range = argv[2];
    if (!range.ends_with('p')) return false;
    range.remove_suffix(1);
    const std::size_t comma = range.find(',');
    if (comma == std::string_view::npos) return is_number(range);
    return is_number(range.substr(0, comma)) && is_number(range.substr(comma + 1));
}

bool is_safe_program(Words argv) {
    if (argv.empty()) return false;
    const std::string& program = argv[0];
    if (contains(kSafePrograms, program)) return true;
    if (program == "git") return is_safe_git(argv);
    if (program == "sed") return is_safe_sed(argv);
    const auto* rule =
        std::find_if(std::begin(kSafeWithout), std::end(kSafeWithout),
                     [&](const SafeWithout& safe) { return safe.program == program; });
    if (rule == std::end(kSafeWithout)) return false;
    return std::none_of(argv.begin() + 1, argv.end(), [&](std::string_view word) {
        return begins_with_any(word, rule->beginnings) ||
               (rule->letter != '\0' && is_cluster_with(word, rule->letter));
    });
}

// --- known to be dangerous --------------------------------------------------------------------

/// How many scripts of shells one command may hold, side by side or nested, that are looked into.
constexpr int kMaxScripts = 32;
/// How many words a wrapper's own options may take before what it runs.
constexpr std::size_t kMaxWrapperWords = 32;

constexpr std::string_view kForcedRemoval = "rm with a force option removes without asking";
constexpr std::string_view kGitRemoval = "git rm removes files of the work tree";
constexpr std::string_view kGitReset = "git reset discards changes or commits";

/// They run the command that their words end with. Which of their options take a value is not
/// known here: each word is tried as the beginning.
constexpr std::string_view kWrappers[] = {
    "sudo",    "doas",    "env",  "nohup", "nice", "timeout", "time",   "stdbuf", "setsid",
    "command", "builtin", "exec", "xargs", "find", "busybox", "ionice", "chroot", "unshare"};
constexpr std::string_view kShells[] = {"bash", "sh", "zsh", "dash", "ksh"};
/// Options of shells whose value is the next word.
constexpr std::string_view kShellValues[] = {"-o", "+o", "-O", "+O", "--rcfile", "--init-file"};
constexpr std::string_view kGitValues[] = {"-C", "-c", "--git-dir", "--work-tree", "--namespace"};

std::string_view name_of(std::string_view program) {
    return program.substr(program.rfind('/') + 1);  // npos + 1 is 0
}

std::optional<std::string_view> danger_of_rm(Words arguments) {
    constexpr std::string_view kForce = "--force";
    for (const std::string_view word : arguments) {
        if (word == "--") break;
        const bool is_abbreviated = word.size() > 2 && kForce.starts_with(word);
        if (is_abbreviated || is_cluster_with(word, 'f')) return kForcedRemoval;
    }
    return std::nullopt;
}

std::optional<std::string_view> danger_of_git(Words arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (contains(kGitValues, arguments[i])) {
            ++i;
        } else if (!is_option(arguments[i])) {
            if (arguments[i] == "rm") return kGitRemoval;
            if (arguments[i] == "reset") return kGitReset;
            return std::nullopt;
        }
    }
    return std::nullopt;
}

std::optional<std::string_view> danger_of(Words argv, int& scripts_left);

std::optional<std::string_view> danger_of_script(std::string_view script, int& scripts_left) {
    if (scripts_left == 0) return std::nullopt;
    --scripts_left;
    const auto commands = parse_plain_script(script);
    if (!commands) return std::nullopt;
    for (const Argv& argv : *commands) {
        if (const auto danger = danger_of(argv, scripts_left)) return danger;
    }
    return std::nullopt;
}

std::optional<std::string_view> danger_of_shell(Words arguments, int& scripts_left) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& word = arguments[i];
        if (contains(kShellValues, word)) {
            ++i;
        } else if (is_cluster_with(word, 'c')) {
            return i + 1 < arguments.size() ? danger_of_script(arguments[i + 1], scripts_left)
                                            : std::nullopt;
        } else if (!is_option(word)) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

/// One program that runs no other by its arguments, or a script.
std::optional<std::string_view> danger_of_program(Words argv, int& scripts_left) {
    const std::string_view program = name_of(argv[0]);
    if (program == "rm") return danger_of_rm(argv.subspan(1));
    if (program == "git") return danger_of_git(argv.subspan(1));
    if (contains(kShells, program)) return danger_of_shell(argv.subspan(1), scripts_left);
    if ((program == "trap" || program == "eval") && argv.size() > 1 && scripts_left > 0) {
        std::string script = argv[1];
        for (const std::string& word : argv.subspan(program == "eval" ? 2 : argv.size()))
            script += " " + word;
        return danger_of_script(script, scripts_left);
    }
    return std::nullopt;
}

std::optional<std::string_view> danger_of(Words argv, int& scripts_left) {
    if (argv.empty()) return std::nullopt;
    if (!contains(kWrappers, name_of(argv[0]))) return danger_of_program(argv, scripts_left);
    // A wrapper in a wrapper needs no descent: what it runs is a part of these words too.
    const std::size_t tried = std::min(argv.size(), kMaxWrapperWords + 1);
    for (std::size_t i = 1; i < tried; ++i) {
        if (const auto danger = danger_of_program(argv.subspan(i), scripts_left)) return danger;
    }
    return std::nullopt;
}

}  // namespace

bool is_known_safe(const Argv& argv) {
    if (is_safe_program(argv)) return true;
    const bool is_script = argv.size() == 3 && (argv[0] == "bash" || argv[0] == "sh") &&
                           (argv[1] == "-c" || argv[1] == "-lc");
    if (!is_script) return false;
    const auto commands = parse_plain_script(argv[2]);
    return commands && std::all_of(commands->begin(), commands->end(),
                                   [](const Argv& command) { return is_safe_program(command); });
}

std::optional<std::string_view> find_danger(const Argv& argv) {
    int scripts_left = kMaxScripts;
    return danger_of(argv, scripts_left);
}

}  // namespace codex::tools
