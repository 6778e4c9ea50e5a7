#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/printable.h"
#include "base/text.h"
#include "json/codec.h"
#include "patch/patch.h"

namespace codex::cli {
namespace {

using base::ConfigError;

// One option's value: "--name value" or "--name=value".
class Reader {
  public:
    explicit Reader(const std::vector<std::string>& arguments) : arguments_(arguments) {}

    bool at_end() const { return next_ == arguments_.size(); }

    /// The next argument's name; its "=value" part is kept for value().
    std::string name() {
        const std::string& argument = arguments_[next_++];
        inline_value_.reset();
        const std::size_t equals = argument.find('=');
        if (argument.rfind("--", 0) == 0 && equals != std::string::npos) {
            inline_value_ = argument.substr(equals + 1);
            return argument.substr(0, equals);
        }
        return argument;
    }

    std::string value(std::string_view option) {
        if (inline_value_) return *inline_value_;
        if (at_end())
            throw ConfigError(fmt::format("{} needs a value; see codex-action --help", option));
        return arguments_[next_++];
    }

    /// Only what is given with '='.
    std::string optional_value(std::string_view otherwise) const {
        return inline_value_.value_or(std::string(otherwise));
    }

    /// All that was not read yet.
    std::vector<std::string> rest() const {
        return {arguments_.begin() + static_cast<std::ptrdiff_t>(next_), arguments_.end()};
    }

    /// Of a switch: "--dry-run" alone means true.
    std::string switch_value() const { return inline_value_.value_or("true"); }

  private:
    const std::vector<std::string>& arguments_;
    std::size_t next_ = 0;
    std::optional<std::string> inline_value_;
};

Format parse_format(std::string_view text) {
    if (text == "text") return Format::text;
    if (text == "json") return Format::json;
    if (text == "markdown") return Format::markdown;
    throw ConfigError(fmt::format("--format is \"{}\"; allowed: text, json, markdown",
                                  base::render_controls(text)));
}

bool read_setting(const std::string& option, Reader& reader, config::Flags& settings) {
    if (option.rfind("--", 0) != 0) return false;
    std::string name = base::replace_all(option.substr(2), "-", "_");
    if (name == "pr") name = "pr_number";
    for (const config::SettingHelp& setting : config::describe_settings()) {
        if (setting.name != name) continue;
        settings[name] = setting.is_switch ? reader.switch_value() : reader.value(option);
        return true;
    }
    return false;
}

ConfigError unknown_option(std::string_view command, const std::string& option) {
    return ConfigError(fmt::format("unknown option \"{}\"; see codex-action {} --help",
                                   base::render_controls(option), command));
}

/// One of the names that the values of `Enum` have in JSON.
template <class Enum>
Enum parse_name(std::string_view option, std::string_view text) {
    std::vector<std::string> allowed;
    for (const auto& [value, name] : json::EnumNames<Enum>::names) {
        if (name == text) return value;
        allowed.emplace_back(name);
    }
    throw ConfigError(fmt::format("{} is \"{}\"; allowed: {}", option, base::render_controls(text),
                                  base::join(allowed, ", ")));
}

std::chrono::seconds parse_timeout(std::string_view text) {
    constexpr std::int64_t kMost = std::chrono::seconds(std::chrono::hours(6)).count();
    const auto seconds = base::parse_integer(text);
    if (!seconds || *seconds < 1 || *seconds > kMost) {
        throw ConfigError(fmt::format("--timeout is \"{}\"; allowed: 1 to {} seconds",
                                      base::render_controls(text), kMost));
    }
    return std::chrono::seconds(*seconds);
}

std::variant<Review, ShowHelp> parse_review(Reader& reader, config::Flags& settings) {
    Review review;
    while (!reader.at_end()) {
        const std::string option = reader.name();
        if (option == "--help" || option == "-h") return ShowHelp{"review"};
        if (option == "--repo") {
            review.repository = reader.value(option);
        } else if (option == "--base") {
            review.base = reader.value(option);
        } else if (option == "--format") {
            review.format = parse_format(reader.value(option));
        } else if (!read_setting(option, reader, settings)) {
            throw unknown_option("review", option);
        }
    }
    const bool has_number = settings.count("pr_number") != 0;
    if (review.base && (review.repository || has_number)) {
        throw ConfigError("--base reviews the local checkout; it does not go with --repo and --pr");
    }
    if (!review.base && !has_number) {
        throw ConfigError("say what to review: --base REF, or --repo OWNER/NAME --pr NUMBER");
    }
    return review;
}

std::variant<Sandbox, ShowHelp> parse_sandbox(Reader& reader) {
    Sandbox sandbox;
    bool at_command = false;
    while (!reader.at_end() && !at_command) {
        const std::string option = reader.name();
        if (option == "--help" || option == "-h") return ShowHelp{"sandbox"};
        if (option == "--") {
            at_command = true;
        } else if (option == "--mode") {
            sandbox.mode = parse_name<sandbox::Mode>(option, reader.value(option));
        } else if (option == "--sandbox") {
            sandbox.requirement = parse_name<sandbox::Requirement>(option, reader.value(option));
        } else if (option == "--network") {
            sandbox.network = parse_name<sandbox::Network>(option, reader.optional_value("full"));
        } else if (option == "--readable") {
            sandbox.readable.push_back(reader.value(option));
        } else if (option == "--writable") {
            sandbox.writable.push_back(reader.value(option));
        } else if (option == "--timeout") {
            sandbox.timeout = parse_timeout(reader.value(option));
        } else if (option == "--explain") {
            sandbox.explain = true;
        } else {
            throw unknown_option("sandbox", option);
        }
    }
    sandbox.argv = reader.rest();
    if (sandbox.argv.empty() && !sandbox.explain)
        throw ConfigError("say what to run: codex-action sandbox [options] -- COMMAND…");
    if (!sandbox.writable.empty() && sandbox.mode != sandbox::Mode::workspace_write)
        throw ConfigError("--writable needs --mode workspace-write");
    return sandbox;
}

std::variant<ApplyPatch, ShowHelp> parse_apply_patch(const std::vector<std::string>& arguments) {
    const auto end_of_options = std::find(arguments.begin(), arguments.end(), "--");
    for (const std::string_view option : {"--help", "-h"}) {
        if (std::find(arguments.begin(), end_of_options, option) != end_of_options)
            return ShowHelp{"apply-patch"};
    }
    ApplyPatch apply{{"codex-worker"}};
    apply.argv.insert(apply.argv.end(), arguments.begin(), arguments.end());
    return apply;
}

using ConfigCommand = std::variant<ConfigShow, ConfigCheck, ConfigSchema, ShowHelp>;

ConfigCommand parse_config_show(Reader& reader) {
    ConfigShow show;
    while (!reader.at_end()) {
        const std::string option = reader.name();
        if (option == "--help" || option == "-h") return ShowHelp{"config"};
        if (option == "--origin") {
            show.show.with_origins = true;
        } else if (option == "--format") {
            show.show.format = parse_name<config::ShowFormat>(option, reader.value(option));
        } else if (option == "-c" || option == "--config") {
            show.assignments.push_back(reader.value(option));
        } else if (option == "--profile") {
            show.profile = reader.value(option);
        } else if (option == "--strict-config") {
            show.is_strict = true;
        } else {
            throw unknown_option("config", option);
        }
    }
    return show;
}

ConfigCommand parse_config(Reader& reader) {
    const std::string verb = reader.at_end() ? "" : reader.name();
    if (verb == "--help" || verb == "-h") return ShowHelp{"config"};
    if (verb == "show") return parse_config_show(reader);
    if (verb == "schema") {
        if (!reader.at_end()) throw unknown_option("config", reader.name());
        return ConfigSchema{};
    }
    if (verb != "check") {
        throw ConfigError(
            "say what to do: codex-action config show [options], config check FILE or config "
            "schema");
    }
    ConfigCheck check;
    if (reader.at_end()) throw ConfigError("say which file: codex-action config check FILE");
    check.file = reader.name();
    if (check.file == "--help" || check.file == "-h") return ShowHelp{"config"};
    if (check.file.starts_with("-") || !reader.at_end())
        throw unknown_option("config", reader.at_end() ? check.file : reader.name());
    return check;
}

}  // namespace

Arguments parse_command_line(const std::vector<std::string>& argv, bool in_workflow) {
    if (argv.empty()) return parse_arguments({}, in_workflow);
    if (patch::names_program(argv.front())) return {.command = ApplyPatch{argv}, .settings = {}};
    return parse_arguments({argv.begin() + 1, argv.end()}, in_workflow);
}

Arguments parse_arguments(const std::vector<std::string>& arguments, bool in_workflow) {
    Arguments parsed;
    if (arguments.empty()) {
        if (!in_workflow) parsed.command = ShowHelp{};
        return parsed;
    }
    Reader reader(arguments);
    const std::string command = reader.name();
    const auto take = [&parsed](auto value) { parsed.command = std::move(value); };
    if (command == "--version" || command == "-V") {
        parsed.command = ShowVersion{};
    } else if (command == "--help" || command == "-h" || command == "help") {
        parsed.command = ShowHelp{};
    } else if (command == "review") {
        std::visit(take, parse_review(reader, parsed.settings));
    } else if (command == "sandbox") {
        std::visit(take, parse_sandbox(reader));
    } else if (command == "config") {
        std::visit(take, parse_config(reader));
    } else if (command == "selftest") {
        if (!reader.at_end()) throw unknown_option("selftest", reader.name());
        parsed.command = SelfTest{};
    } else if (command == "apply-patch") {
        std::visit(take, parse_apply_patch(arguments));
    } else {
        throw ConfigError(
            fmt::format("unknown command \"{}\"; known: review, apply-patch, config, sandbox, "
                        "selftest, --help, "
                        "--version",
                        base::render_controls(command)));
    }
    return parsed;
}

}  // namespace codex::cli
