// What --help and --version print.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/arguments.h"

namespace codex::cli {
namespace {

std::string render_settings() {
    std::string text;
    for (const config::SettingHelp& setting : config::describe_settings()) {
        if (setting.is_secret) {
            text += fmt::format("  {:<26} {}\n{:29}a variable, never a flag\n", setting.environment,
                                setting.help, "");
            continue;
        }
        const std::string flag = "--" + base::replace_all(setting.name, "_", "-");
        text += fmt::format("  {:<26} {}\n{:29}{}{}; also {}\n", flag, setting.help, "",
                            setting.default_text.empty()
                                ? std::string()
                                : fmt::format("default {}; ", setting.default_text),
                            setting.allowed, setting.environment);
    }
    return text;
}

std::string render_sandbox_options() {
    return "options of sandbox:\n"
           "  --mode MODE          read-only (default), workspace-write, danger-full-access; the "
           "workspace is the current folder\n"
           "  --readable DIR       what the command may read besides it, such as a toolchain; may "
           "be "
           "repeated\n"
           "  --writable DIR       a further folder to write to in workspace-write; may be "
           "repeated\n"
           "  --network[=TIER]     none (default), loopback (its own servers only), full (also "
           "without =TIER)\n"
           "  --sandbox NEED       required (default), best-effort, off: what to do where the "
           "kernel "
           "lacks a layer\n"
           "  --timeout SECONDS    kill the command after so long (default 600)\n"
           "  --explain            print each layer, what it stops, and whether it is in force "
           "here\n"
           "\nexit codes: the command's own, 128 + N when signal N killed it; 124 time-out; 125 "
           "the "
           "sandbox could not be set up; 126 not executable; 127 not found\n";
}

std::string render_apply_patch_options() {
    return "options of apply-patch:\n"
           "  PATCH                the patch itself; from standard input without it or with -\n"
           "  --root DIR           what its paths count from, and nothing outside of it is touched "
           "(default: the current folder)\n"
           "  --dry-run            print the changes as a unified diff and write nothing\n"
           "  --partial            file after file until the first failure, as the apply_patch "
           "program does; without it all of a patch is applied or nothing\n"
           "  --fsync              return only when everything is on the disk\n"
           "\nstarted under the name apply_patch it takes the patch as its one argument, or from "
           "standard input\n"
           "\nexit codes: 0 applied; 1 not applied (stderr says why); 2 usage\n";
}

std::string render_config_options() {
    return "config show prints the effective configuration: files, profile, inputs, variables and "
           "-c, secrets masked\n"
           "  --origin             where each value comes from, with file, line and column\n"
           "  --format FORMAT      toml (default) or json\n"
           "  -c KEY=VALUE         sets a key, as TOML or as plain text; a dotted key may have "
           "quoted "
           "parts; may be repeated\n"
           "  --profile NAME       the profile to use\n"
           "  --strict-config      unknown keys are errors\n"
           "config check FILE tells everything that is wrong with a config.toml, unknown keys too; "
           "with "
           "a repository's own file when its name ends in .yml or .yaml\n"
           "config schema prints the JSON Schema of .github/codex-action.yml\n"
           "\nexit codes: 0 it is right; 2 it is not\n";
}

}  // namespace

std::string render_help(std::string_view topic) {
    std::string text =
        "codex-action: reviews pull requests with an agent in a sandbox.\n\n"
        "usage:\n"
        "  codex-action                                in a workflow: run for the event\n"
        "  codex-action review --base REF              review the local checkout against REF, "
        "without GitHub\n"
        "  codex-action review --repo O/R --pr N       review a pull request from its checkout in "
        "this folder\n"
        "  codex-action apply-patch [options] [PATCH]  apply a patch in the format that models "
        "write\n"
        "  codex-action sandbox [options] -- COMMAND…  run a command as the agent's are run\n"
        "  codex-action sandbox --explain              what the sandbox can enforce on this "
        "machine\n"
        "  codex-action config show [--origin]         the effective configuration of the agent\n"
        "  codex-action config check FILE              what is wrong with a configuration file\n"
        "  codex-action selftest                       attack the sandbox on this machine\n"
        "  codex-action --version | --help\n\n"
        "examples:\n"
        "  OPENAI_API_KEY=… codex-action review --base origin/main\n"
        "  codex-action review --base main --format json > findings.json\n"
        "  GITHUB_TOKEN=… codex-action review --repo octo/app --pr 12 --dry-run\n\n";
    if (topic == "review") {
        text +=
            "options of review:\n"
            "  --base REF                 what the checkout is compared with (merge base)\n"
            "  --repo OWNER/NAME, --pr N  the pull request\n"
            "  --format FORMAT            text (default), json or markdown, on stdout\n";
    }
    if (topic == "sandbox") return text + render_sandbox_options();
    if (topic == "apply-patch") return text + render_apply_patch_options();
    if (topic == "config") return text + render_config_options();
    text += "settings (a flag wins over an action input, an input over a variable):\n" +
            render_settings();
    text +=
        "\nexit codes: 0 done (also skipped); 1 the review failed or fail_on is met; 2 usage or "
        "configuration; "
        "130 interrupted\n";
    return text;
}

std::string render_version() {
    return fmt::format("codex-action {}\n", CODEX_VERSION);
}

}  // namespace codex::cli
