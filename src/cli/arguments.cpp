#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"

namespace codex::cli {
namespace {

using base::ConfigError;

constexpr std::string_view kVersion = CODEX_VERSION;

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

}  // namespace

Arguments parse_arguments(const std::vector<std::string>& arguments, bool in_workflow) {
    Arguments parsed;
    if (arguments.empty()) {
        if (!in_workflow) parsed.command = ShowHelp{};
        return parsed;
    }
    Reader reader(arguments);
    const std::string command = reader.name();
    if (command == "--version" || command == "-V") {
        parsed.command = ShowVersion{};
        return parsed;
    }
    if (command == "--help" || command == "-h" || command == "help") {
        parsed.command = ShowHelp{};
        return parsed;
    }
    if (command != "review") {
        throw ConfigError(fmt::format("unknown command \"{}\"; known: review, --help, --version",
                                      base::render_controls(command)));
    }
    Review review;
    while (!reader.at_end()) {
        const std::string option = reader.name();
        if (option == "--help" || option == "-h") {
            parsed.command = ShowHelp{"review"};
            return parsed;
        }
        if (option == "--repo") {
            review.repository = reader.value(option);
        } else if (option == "--base") {
            review.base = reader.value(option);
        } else if (option == "--format") {
            review.format = parse_format(reader.value(option));
        } else if (!read_setting(option, reader, parsed.settings)) {
            throw ConfigError(fmt::format("unknown option \"{}\"; see codex-action review --help",
                                          base::render_controls(option)));
        }
    }
    const bool has_number = parsed.settings.count("pr_number") != 0;
    if (review.base && (review.repository || has_number)) {
        throw ConfigError("--base reviews the local checkout; it does not go with --repo and --pr");
    }
    if (!review.base && !has_number) {
        throw ConfigError("say what to review: --base REF, or --repo OWNER/NAME --pr NUMBER");
    }
    parsed.command = std::move(review);
    return parsed;
}

std::string render_help(std::string_view topic) {
    std::string text =
        "codex-action: reviews pull requests with an agent in a sandbox.\n\n"
        "usage:\n"
        "  codex-action                                in a workflow: run for the event\n"
        "  codex-action review --base REF              review the local checkout against REF, "
        "without GitHub\n"
        "  codex-action review --repo O/R --pr N       review a pull request from its checkout in "
        "this folder\n"
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
    text += "settings (a flag wins over an action input, an input over a variable):\n" +
            render_settings();
    text +=
        "\nexit codes: 0 done (also skipped); 1 the review failed or fail_on is met; 2 usage or "
        "configuration; "
        "130 interrupted\n";
    return text;
}

std::string render_version() {
    return fmt::format("codex-action {}\n", kVersion);
}

}  // namespace codex::cli
