// The command line as a value: which subcommand, its options, the settings given as flags.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "config/options.h"

namespace codex::cli {

/// No arguments in a workflow: the run for the event.
struct RunEvent {};
struct ShowHelp {
    std::string topic;  // "", "review"
};
struct ShowVersion {};
enum class Format { text, json, markdown };
struct Review {
    std::optional<std::string> repository;  // --repo o/r, with --pr
    std::optional<std::string> base;        // --base REF: local, no GitHub
    Format format = Format::text;
};
struct Arguments {
    std::variant<RunEvent, ShowHelp, ShowVersion, Review> command;
    config::Flags settings;
};

/// Throws ConfigError that names the argument and the way out.
Arguments parse_arguments(const std::vector<std::string>& arguments, bool in_workflow);

std::string render_help(std::string_view topic);
std::string render_version();

}  // namespace codex::cli
