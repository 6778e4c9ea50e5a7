#include "cli/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <new>

#include "action/gate.h"
#include "action/outputs.h"
#include "action/review_run.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/overloaded.h"
#include "base/printable.h"
#include "base/text.h"
#include "cli/config_command.h"
#include "cli/print.h"
#include "cli/sandbox_command.h"
#include "cli/selftest_command.h"
#include "git/repository.h"
#include "github/event.h"
#include "http/transport.h"
#include "json/value.h"
#include "loop/signals.h"
#include "process/process.h"
#include "review/render.h"
#include "review/words.h"
#include "tools/worker.h"

namespace codex::cli {
namespace {

// GitHub's own payloads stay below 25 MB.
constexpr std::size_t kMaxEventBytes = std::size_t{64} << 20;

std::shared_ptr<base::Redactor> make_redactor(const config::Options& options,
                                              const base::Environment& environment) {
    auto redactor = std::make_shared<base::Redactor>();
    redactor->add(options.openai_api_key);
    redactor->add(options.github_token);
    // Secrets that the runner hands to every container action.
    for (const char* name : {"ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
                             "OPENAI_API_KEY", "GITHUB_TOKEN", "GH_TOKEN", "CODEX_API_KEY"}) {
        if (const auto value = environment.find_nonempty(name)) redactor->add(*value);
    }
    return redactor;
}

http::CurlOptions curl_options(const base::Environment& environment) {
    const auto either = [&](std::string_view lower, std::string_view upper) {
        auto value = environment.find_nonempty(lower);
        return value ? value : environment.find_nonempty(upper);
    };
    http::CurlOptions options;
    options.user_agent = fmt::format("codex-action/{}", CODEX_VERSION);
    options.https_proxy = either("https_proxy", "HTTPS_PROXY");
    // Upper-case HTTP_PROXY is not read, as curl does not: a CGI server sets it from a request
    // header.
    options.http_proxy = environment.find_nonempty("http_proxy");
    options.no_proxy = either("no_proxy", "NO_PROXY");
    options.ca_file = either("CURL_CA_BUNDLE", "SSL_CERT_FILE");
    options.ca_directory = environment.find_nonempty("SSL_CERT_DIR");
    return options;
}

// Everything that a run stands on, in the order in which it must come up and go down.
class Machinery {
  public:
    Machinery(const base::Environment& environment, config::Options options,
              std::filesystem::path workspace)
        : redactor_(make_redactor(options, environment)),
          loop_(clock_),
          signals_(loop_, cancel_),
          transport_(http::make_curl_transport(loop_, curl_options(environment))),
          runner_(process::make_process_runner(loop_)),
          context_{
              environment, std::move(options),   clock_,      loop_, cancel_, *transport_, *runner_,
              redactor_,   std::move(workspace), clock_.now()} {
        base::open_log(context_.options.debug_level, redactor_);
    }
    ~Machinery() {
        try {
            process::kill_remaining_children(clock_);
        } catch (const std::exception& error) {
            base::log_warning(error.what());
        }
    }
    Machinery(const Machinery&) = delete;
    Machinery& operator=(const Machinery&) = delete;

    action::Context& context() { return context_; }

  private:
    http::CurlLibrary curl_;
    git::GitLibrary git_;
    base::SystemClock clock_;
    std::shared_ptr<base::Redactor> redactor_;
    loop::Cancel cancel_;
    loop::Loop loop_;
    loop::SignalWatch signals_;
    std::unique_ptr<http::Transport> transport_;
    std::unique_ptr<process::ProcessRunner> runner_;
    action::Context context_;
};

int exit_code(const review::Report& report, const config::Options& options) {
    switch (report.outcome) {
        case review::Outcome::not_reviewed:
            return kFailed;
        case review::Outcome::skipped:
            return kDone;
        case review::Outcome::partially_reviewed:
            if (options.fail_on_partial) return kFailed;
            break;
        case review::Outcome::reviewed_clean:
        case review::Outcome::reviewed_findings:
            break;
    }
    const int threshold = static_cast<int>(options.fail_on) - 1;
    return review::meets_threshold(report, threshold) ? kFailed : kDone;
}

github::Event read_event_file(const base::Environment& environment) {
    const auto path = environment.find_nonempty("GITHUB_EVENT_PATH");
    if (!path)
        throw base::ConfigError("GITHUB_EVENT_PATH is not set: this does not run in a workflow");
    try {
        const json::Value payload =
            json::parse(base::read_file(*path, kMaxEventBytes), "the event file", kMaxEventBytes);
        return github::read_event(environment.find("GITHUB_EVENT_NAME").value_or(""), payload);
    } catch (const base::Error& error) {
        throw base::ConfigError(fmt::format("cannot read the event of this run: {}", error.what()));
    }
}

std::filesystem::path workspace_of(const base::Environment& environment) {
    if (auto workspace = environment.find_nonempty("GITHUB_WORKSPACE")) return *workspace;
    return current_folder();
}

// A step's output is searched for workflow commands: "::" at a line's first non-blank, "##["
// anywhere (actions/runner, ActionCommand.cs).
std::string defuse_commands(std::string_view text, Format format) {
    if (format == Format::json) return base::replace_all(text, "##[", "##\\u005b");
    std::string defused;
    for (const std::string_view line : base::split(text, '\n')) {
        if (line.data() != text.data()) defused += '\n';
        const std::size_t first = std::min(line.find_first_not_of(" \t"), line.size());
        if (line.substr(first).starts_with("::")) {
            defused += line.substr(0, first);
            defused += '\\';
            defused += line.substr(first);
        } else {
            defused += line;
        }
    }
    return base::defuse_older_commands(defused);
}

void log_end(const review::Report& report) {
    std::string line(review::render(report.outcome));
    if (!report.reason.empty()) line += ": " + report.reason;
    if (report.outcome != review::Outcome::skipped) {
        line += fmt::format(" ({}, {} in, {} out tokens, {})",
                            review::plural(report.findings.size(), "finding", "findings"),
                            report.usage.input_tokens, report.usage.output_tokens,
                            base::render_duration(report.duration));
    }
    base::log_info(line);
}

review::Report run_for(const github::Event& event, action::Context& context) {
    const action::Decision decision = action::decide(event, context.options);
    if (const auto* skip = std::get_if<action::Skip>(&decision)) {
        review::Report report;
        report.outcome = review::Outcome::skipped;
        report.reason = skip->reason;
        return report;
    }
    const auto name =
        github::parse_repository_name(context.environment.find("GITHUB_REPOSITORY").value_or(""));
    if (!name) throw base::ConfigError("GITHUB_REPOSITORY is not of the form owner/name");
    action::ReviewTarget target;
    target.repository = *name;
    target.number = std::get<action::ReviewPullRequest>(decision).number;
    target.is_target_event = event.kind == github::EventKind::pull_request_target;
    target.event_head = event.head_sha;
    target.run_commit = context.environment.find_nonempty("GITHUB_SHA");
    return action::review_pull_request(context, target);
}

int run_event(const Arguments& arguments, const base::Environment& environment) {
    const config::Options options = config::load_options(arguments.settings, environment);
    Machinery machinery(environment, options, workspace_of(environment));
    action::Context& context = machinery.context();
    review::Report report;
    try {
        report = run_for(read_event_file(environment), context);
    } catch (const base::Error& error) {
        // Later steps read the outputs whatever the end was.
        report.reason = error.what();
        action::write_outputs(environment, context.workspace, report, *context.redactor);
        throw;
    }
    log_end(report);
    action::write_outputs(environment, context.workspace, report, *context.redactor);
    return exit_code(report, options);
}

int run_review(const Review& command, const Arguments& arguments,
               const base::Environment& environment) {
    const config::Options options = config::load_options(arguments.settings, environment);
    Machinery machinery(environment, options, current_folder());
    action::Context& context = machinery.context();
    review::Report report;
    if (command.base) {
        report = action::review_local(context, *command.base);
    } else {
        const std::string text = command.repository
                                     ? *command.repository
                                     : environment.find("GITHUB_REPOSITORY").value_or("");
        const auto name = github::parse_repository_name(text);
        if (!name) throw base::ConfigError("--repo must be of the form OWNER/NAME");
        action::ReviewTarget target;
        target.repository = *name;
        target.number = *options.pr_number;
        report = action::review_pull_request(context, target);
    }
    log_end(report);
    std::string text;
    switch (command.format) {
        case Format::text:
            text = review::render_text(report);
            break;
        case Format::json:
            text = review::render_json(report) + "\n";
            break;
        case Format::markdown:
            text = review::render_markdown(report);
            break;
    }
    text = context.redactor->redact(text);
    const bool in_workflow = environment.find_nonempty("GITHUB_ACTIONS").has_value();
    print(in_workflow ? defuse_commands(text, command.format) : text);
    return exit_code(report, options);
}

}  // namespace

int run(const Arguments& arguments, const base::Environment& environment) {
    return std::visit(
        base::Overloaded{
            [&](const RunEvent&) { return run_event(arguments, environment); },
            [&](const ShowHelp& help) {
                print(render_help(help.topic));
                return kDone;
            },
            [&](const ShowVersion&) {
                print(render_version());
                return kDone;
            },
            [&](const Review& review) { return run_review(review, arguments, environment); },
            [&](const Sandbox& sandbox) { return run_sandbox(sandbox, environment); },
            [&](const ConfigShow& show) { return run_config_show(show, environment); },
            [&](const ConfigSchema&) { return run_config_schema(); },
            [&](const ConfigCheck& check) { return run_config_check(check); },
            [&](const SelfTest&) { return run_selftest(); },
            [&](const ApplyPatch& apply) -> int {
                process::become(tools::find_worker_executable(), apply.argv);
            }},
        arguments.command);
}

int run_to_exit_code(const std::function<int()>& work) {
    const auto fail = [](int code, std::string_view message) {
        base::log(base::LogLevel::error, message);
        return code;
    };
    try {
        return work();
    } catch (const base::ConfigError& error) {
        return fail(kUsage, error.what());
    } catch (const base::Interrupted& error) {
        return fail(kInterrupted, error.what());
    } catch (const base::Error& error) {
        return fail(kFailed, error.what());
    } catch (const std::bad_alloc&) {
        return fail(kFailed, "out of memory");
    } catch (const std::exception& error) {
        return fail(kFailed, fmt::format("internal error: {}", error.what()));
    }
}

}  // namespace codex::cli
