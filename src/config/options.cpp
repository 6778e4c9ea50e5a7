#include "config/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "base/text.h"
#include "config/url_rules.h"

namespace codex::config {
namespace {

using base::ConfigError;

enum class Kind { text, secret, boolean, number, choice, url, folders };

// One row a setting: its names, what it allows, and where the value goes.
struct Setting {
    std::string_view name;
    std::vector<std::string_view> environment;  // beside CODEX_<NAME>
    Kind kind;
    std::string_view default_text;
    std::vector<std::string_view> choices;
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::string_view help;
    std::function<void(Options&, const std::string&)> set;
};

bool is_true(std::string_view text) {
    return text == "true";
}

std::int64_t number(const std::string& text) {
    return base::parse_integer(text).value_or(0);
}

std::vector<std::string> split_folders(std::string_view text) {
    std::vector<std::string> folders;
    for (const std::string_view line : base::split(text, '\n')) {
        const std::string_view folder = base::trim(line);
        if (!folder.empty()) folders.emplace_back(folder);
    }
    return folders;
}

constexpr std::int64_t kMaxPullRequestNumber = 2'147'483'647;

const std::vector<Setting>& settings() {
    static const std::vector<Setting> kSettings = {
        {"mode",
         {},
         Kind::choice,
         "auto",
         {"auto", "review", "act"},
         0,
         0,
         "What to do: auto decides by the event; act is refused by this version.",
         [](Options& o, const std::string& v) {
             o.mode = v == "review" ? RunMode::review
                      : v == "act"  ? RunMode::act
                                    : RunMode::automatic;
         }},
        {"openai_api_key",
         {"OPENAI_API_KEY"},
         Kind::secret,
         "",
         {},
         0,
         0,
         "Key of the model API.",
         [](Options& o, const std::string& v) { o.openai_api_key = v; }},
        {"github_token",
         {"GITHUB_TOKEN", "GH_TOKEN"},
         Kind::secret,
         "",
         {},
         0,
         0,
         "Token for GitHub's API; in a workflow the job's own token.",
         [](Options& o, const std::string& v) { o.github_token = v; }},
        {"model",
         {},
         Kind::text,
         kDefaultModel,
         {},
         0,
         0,
         "Model that reviews.",
         [](Options& o, const std::string& v) { o.model = v; }},
        {"model_provider",
         {},
         Kind::choice,
         "openai",
         {"openai"},
         0,
         0,
         "API that serves the model; with base_url any endpoint that speaks the Responses API.",
         [](Options& o, const std::string& v) { o.model_provider = v; }},
        {"base_url",
         {"OPENAI_BASE_URL"},
         Kind::url,
         "https://api.openai.com/v1",
         {},
         0,
         0,
         "Address of the model API, without /responses. https, or http on this machine only.",
         [](Options& o, const std::string& v) { o.base_url = v; }},
        {"reasoning_effort",
         {},
         Kind::choice,
         "medium",
         {"minimal", "low", "medium", "high", "xhigh"},
         0,
         0,
         "How hard the model thinks.",
         [](Options& o, const std::string& v) { o.reasoning_effort = v; }},
        {"additional_prompt",
         {},
         Kind::text,
         "",
         {},
         0,
         0,
         "Text added to the reviewer's instructions, word for word.",
         [](Options& o, const std::string& v) { o.additional_prompt = v; }},
        {"dry_run",
         {},
         Kind::boolean,
         "false",
         {},
         0,
         0,
         "Do everything but writes to GitHub, and log what would be written.",
         [](Options& o, const std::string& v) { o.dry_run = is_true(v); }},
        {"debug_level",
         {},
         Kind::number,
         "0",
         {},
         0,
         2,
         "0: what happened; 1: also requests, decisions and tool calls; 2: also tool output.",
         [](Options& o, const std::string& v) { o.debug_level = static_cast<int>(number(v)); }},
        {"stream_agent_messages",
         {},
         Kind::boolean,
         "false",
         {},
         0,
         0,
         "Print the agent's words to the log while it works.",
         [](Options& o, const std::string& v) { o.stream_agent_messages = is_true(v); }},
        {"max_comments",
         {},
         Kind::number,
         "25",
         {},
         0,
         100,
         "Inline comments at most; further findings are rows of the summary.",
         [](Options& o, const std::string& v) { o.max_comments = static_cast<int>(number(v)); }},
        {"fail_on",
         {},
         Kind::choice,
         "none",
         {"none", "p0", "p1", "p2", "p3"},
         0,
         0,
         "Exit with 1 when a finding is at least this urgent.",
         [](Options& o, const std::string& v) {
             constexpr std::array kAll = {FailOn::none, FailOn::p0, FailOn::p1, FailOn::p2,
                                          FailOn::p3};
             o.fail_on = v == "none" ? kAll[0] : kAll[static_cast<std::size_t>(v[1] - '0') + 1];
         }},
        {"fail_on_partial",
         {},
         Kind::boolean,
         "false",
         {},
         0,
         0,
         "Exit with 1 when a part of the change was not read.",
         [](Options& o, const std::string& v) { o.fail_on_partial = is_true(v); }},
        {"max_minutes",
         {},
         Kind::number,
         "30",
         {},
         1,
         360,
         "Time limit of the whole run, in minutes.",
         [](Options& o, const std::string& v) { o.max_minutes = std::chrono::minutes(number(v)); }},
        {"max_tokens",
         {},
         Kind::number,
         "2000000",
         {},
         1'000,
         1'000'000'000,
         "Limit of input and output tokens, all model requests together.",
         [](Options& o, const std::string& v) { o.max_tokens = number(v); }},
        {"sandbox",
         {},
         Kind::choice,
         "required",
         {"required", "best-effort", "off"},
         0,
         0,
         "What to do where the kernel lacks a layer of the sandbox: refuse, report it, or run the "
         "agent's commands without any sandbox.",
         [](Options& o, const std::string& v) {
             o.sandbox = v == "off"           ? SandboxNeed::off
                         : v == "best-effort" ? SandboxNeed::best_effort
                                              : SandboxNeed::required;
         }},
        {"sandbox_readable",
         {},
         Kind::folders,
         "",
         {},
         0,
         0,
         "Folders that commands may read besides the workspace and the system's programs, such as "
         "a toolchain in a home folder; one a line.",
         [](Options& o, const std::string& v) { o.sandbox_readable = split_folders(v); }},
        {"pr_number",
         {},
         Kind::number,
         "",
         {},
         1,
         kMaxPullRequestNumber,
         "Pull request to review where the event names none (workflow_dispatch, schedule).",
         [](Options& o, const std::string& v) { o.pr_number = number(v); }},
    };
    return kSettings;
}

std::string environment_name(std::string_view setting) {
    return "CODEX_" + base::to_upper(setting);
}

// A value from outside in a message: short, on one line, without control characters.
std::string quote(std::string_view value) {
    constexpr std::size_t kMaxShown = 80;
    std::string shown = "\"";
    const std::string text = base::to_valid_utf8(value);
    for (const char c : base::utf8_prefix(text, kMaxShown)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) {
            shown += fmt::format("\\x{:02x}", byte);
        } else {
            shown += c;
        }
    }
    return shown + (text.size() > kMaxShown ? "…\"" : "\"");
}

std::string allowed_text(const Setting& setting) {
    switch (setting.kind) {
        case Kind::boolean:
            return "true, false";
        case Kind::number:
            return fmt::format("a whole number from {} to {}", setting.low, setting.high);
        case Kind::choice:
            return fmt::format("{}", fmt::join(setting.choices, ", "));
        case Kind::url:
            return "an https:// address, or http:// on this machine";
        case Kind::folders:
            return "absolute paths, one a line";
        case Kind::text:
        case Kind::secret:
            return "any text";
    }
    return {};
}

// The value in its one spelling, or what is wrong with it.
std::optional<std::string> normalise(const Setting& setting, std::string_view raw,
                                     std::string& problem) {
    const std::string value(base::trim(raw));
    const std::string lower = base::to_lower(value);
    switch (setting.kind) {
        case Kind::boolean:
            for (const std::string_view yes : {"true", "1", "yes", "on"}) {
                if (lower == yes) return "true";
            }
            for (const std::string_view no : {"false", "0", "no", "off"}) {
                if (lower == no) return "false";
            }
            return std::nullopt;
        case Kind::number: {
            const auto parsed = base::parse_integer(value);
            if (!parsed || *parsed < setting.low || *parsed > setting.high) return std::nullopt;
            return value;
        }
        case Kind::choice:
            for (const std::string_view choice : setting.choices) {
                if (lower == choice) return lower;
            }
            return std::nullopt;
        case Kind::url:
            return normalise_base_url(value, problem);
        case Kind::folders:
            for (const std::string& folder : split_folders(value)) {
                if (!folder.starts_with('/')) {
                    problem = "a path is not absolute";
                    return std::nullopt;
                }
                if (folder.find_first_not_of('/') == std::string::npos) {
                    problem = "the whole file system cannot be opened";
                    return std::nullopt;
                }
            }
            return value;
        case Kind::text:
            if (value.empty() && !setting.default_text.empty()) {
                problem = "it is empty";
                return std::nullopt;
            }
            for (const char c : value) {
                const bool control =
                    static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r';
                if (control || (c == '\n' && setting.name != "additional_prompt")) {
                    problem = "it holds a control character";
                    return std::nullopt;
                }
            }
            return value;
        case Kind::secret:
            if (value.empty()) {
                problem = "it is empty";
                return std::nullopt;
            }
            for (const char c : value) {
                if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) {
                    problem = "a secret cannot hold blanks or control characters";
                    return std::nullopt;
                }
            }
            return value;
    }
    return std::nullopt;
}

struct Source {
    std::string
        described;  // "input max_comments", "flag --max-comments", "variable CODEX_MAX_COMMENTS"
    std::string value;
};

std::string flag_name(std::string_view setting) {
    return "--" + base::replace_all(setting, "_", "-");
}

std::optional<Source> find_source(const Setting& setting, const Flags& flags,
                                  const base::Environment& environment) {
    if (const auto flag = flags.find(setting.name); flag != flags.end()) {
        return Source{"flag " + flag_name(setting.name), flag->second};
    }
    // The runner exports every input, also those that nobody set: empty means unset.
    const auto nonblank = [&](const std::string& name) -> std::optional<std::string> {
        auto value = environment.find(name);
        if (value && base::trim(*value).empty()) return std::nullopt;
        return value;
    };
    if (auto value = nonblank(input_variable(setting.name))) {
        return Source{"input " + std::string(setting.name), std::move(*value)};
    }
    const std::string own = environment_name(setting.name);
    if (auto value = nonblank(own)) return Source{"variable " + own, std::move(*value)};
    for (const std::string_view name : setting.environment) {
        if (auto value = nonblank(std::string(name))) {
            return Source{"variable " + std::string(name), std::move(*value)};
        }
    }
    // The runner's own switch "enable debug logging".
    if (setting.name == "debug_level" && environment.find("RUNNER_DEBUG") == "1") {
        return Source{"variable RUNNER_DEBUG", "1"};
    }
    return std::nullopt;
}

}  // namespace

std::string input_variable(std::string_view input_name) {
    return "INPUT_" + base::to_upper(base::replace_all(input_name, " ", "_"));
}

Options load_options(const Flags& flags, const base::Environment& environment) {
    Options options;
    std::vector<std::string> problems;
    for (const auto& flag : flags) {
        const auto is_it = [&](const Setting& setting) { return setting.name == flag.first; };
        if (std::none_of(settings().begin(), settings().end(), is_it)) {
            throw ConfigError(fmt::format("unknown setting {}", quote(flag.first)));
        }
    }
    for (const Setting& setting : settings()) {
        const auto source = find_source(setting, flags, environment);
        if (!source) continue;
        std::string problem;
        if (setting.kind == Kind::secret && flags.contains(setting.name)) {
            // /proc/<pid>/cmdline is everybody's to read, also for what runs in the sandbox.
            problems.push_back(fmt::format(
                "{} would show its value to every process of this machine; set the variable {}",
                source->described, environment_name(setting.name)));
            continue;
        }
        if (const auto value = normalise(setting, source->value, problem)) {
            setting.set(options, *value);
            continue;
        }
        // An address may hold a password before its '@'.
        const bool is_secret =
            setting.kind == Kind::secret ||
            (setting.kind == Kind::url && source->value.find('@') != std::string::npos);
        const std::string shown =
            is_secret ? "(its value is not shown)" : "is " + quote(source->value);
        problems.push_back(fmt::format("{} {}{}; allowed: {}", source->described, shown,
                                       problem.empty() ? "" : ": " + problem,
                                       allowed_text(setting)));
    }
    if (!problems.empty()) throw ConfigError(base::join(problems, "\n"));
    return options;
}

std::vector<SettingHelp> describe_settings() {
    std::vector<SettingHelp> rows;
    for (const Setting& setting : settings()) {
        rows.push_back({std::string(setting.name), environment_name(setting.name),
                        std::string(setting.default_text), allowed_text(setting),
                        std::string(setting.help), setting.kind == Kind::boolean,
                        setting.kind == Kind::secret});
    }
    return rows;
}

}  // namespace codex::config
