// The settings of one run: flag > input > environment > default, each with its origin.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/error.h"
#include "config/config.h"

namespace codex::config {

enum class RunMode { automatic, review, act };
enum class FailOn { none, p0, p1, p2, p3 };
/// Where the kernel lacks a layer of the sandbox: refuse, report, or run without any.
enum class SandboxNeed { required, best_effort, off };

/// Every setting of issue scope; see kSettings in options.cpp for names, environment names, allowed
/// values and help.
struct Options {
    RunMode mode = RunMode::automatic;
    std::string openai_api_key;
    std::string github_token;
    std::string model{kDefaultModel};
    std::string model_provider = "openai";
    std::string base_url = "https://api.openai.com/v1";
    std::string reasoning_effort = "medium";  // minimal, low, medium, high, xhigh
    std::string additional_prompt;
    bool dry_run = false;
    int debug_level = 0;
    bool stream_agent_messages = false;
    int max_comments = 25;  // inline comments a run, 0 to 100
    FailOn fail_on = FailOn::none;
    bool fail_on_partial = false;
    std::chrono::minutes max_minutes{30};  // 1 to 360
    std::int64_t max_tokens = 2'000'000;   // input + output of all requests
    SandboxNeed sandbox = SandboxNeed::required;
    std::vector<std::string> sandbox_readable;  // absolute folders
    std::optional<std::int64_t> pr_number;      // workflow_dispatch, schedule, command line
};

/// Values given on the command line, by setting name ("max_comments"): highest precedence.
using Flags = std::map<std::string, std::string, std::less<>>;

/// Reads the layers. Throws ConfigError with one line that names the setting, where it was set
/// (input, flag or variable), its value (never a secret's) and the allowed ones. Touches neither
/// network nor disk.
Options load_options(const Flags& flags, const base::Environment& environment);

/// For --help and documentation: one row a setting.
struct SettingHelp {
    std::string name;         // input name; the flag is "--" + name with '-' for '_'
    std::string environment;  // "CODEX_MODEL"
    std::string default_text;
    std::string allowed;
    std::string help;
    bool is_switch = false;  // a flag without value
    bool is_secret = false;  // refused as a flag
};
std::vector<SettingHelp> describe_settings();

/// "INPUT_<NAME>": upper case, blanks to '_', '-' and '.' kept (actions/runner).
std::string input_variable(std::string_view input_name);

}  // namespace codex::config
