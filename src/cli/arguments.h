// The command line as a value: which subcommand, its options, the settings given as flags.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "config/options.h"
#include "config/show.h"
#include "sandbox/policy.h"

namespace codex::cli {

/// No arguments in a workflow: the run for the event.
struct RunEvent {};
struct ShowHelp {
    std::string topic;  // "", "review", "sandbox", "apply-patch", "config"
};
struct ShowVersion {};
enum class Format { text, json, markdown };
struct Review {
    std::optional<std::string> repository;  // --repo o/r, with --pr
    std::optional<std::string> base;        // --base REF: local, no GitHub
    Format format = Format::text;
};
/// A command under the sandbox, or what the sandbox is here (explain).
struct Sandbox {
    sandbox::Mode mode = sandbox::Mode::read_only;
    sandbox::Requirement requirement = sandbox::Requirement::required;
    sandbox::Network network = sandbox::Network::none;
    std::vector<std::string> readable;
    std::vector<std::string> writable;
    std::chrono::seconds timeout{600};  // 1 second to 6 hours
    bool explain = false;
    std::vector<std::string> argv;
};
/// The effective configuration, as `config show` prints it.
struct ConfigShow {
    config::ShowOptions show;
    std::vector<std::string> assignments;  // -c key=value
    std::optional<std::string> profile;
    bool is_strict = false;
};
/// A config.toml, or the repository's own file when the name ends in .yml or .yaml.
struct ConfigCheck {
    std::string file;
};
/// The JSON Schema of the repository's own file.
struct ConfigSchema {};
/// The attempts of an attacker in the sandbox of this machine.
struct SelfTest {};
/// apply-patch: handed over to codex-worker, which knows its options.
struct ApplyPatch {
    std::vector<std::string> argv;
};
struct Arguments {
    std::variant<RunEvent, ShowHelp, ShowVersion, Review, Sandbox, SelfTest, ApplyPatch, ConfigShow,
                 ConfigSchema, ConfigCheck>
        command;
    config::Flags settings;
};

/// Throws ConfigError that names the argument and the way out.
Arguments parse_arguments(const std::vector<std::string>& arguments, bool in_workflow);
/// The same with the name that the program was started under in front: apply_patch is a name, too.
Arguments parse_command_line(const std::vector<std::string>& argv, bool in_workflow);

std::string render_help(std::string_view topic);
std::string render_version();

}  // namespace codex::cli
