#include "cli/run.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "action/gate.h"
#include "action/outputs.h"
#include "action/review_run.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/overloaded.h"
#include "git/repository.h"
#include "github/event.h"
#include "http/transport.h"
#include "json/value.h"
#include "loop/signals.h"
#include "process/process.h"
#include "review/render.h"
#include "review/words.h"

namespace codex::cli {
namespace {

// GitHub's own payloads stay below 25 MB.
constexpr std::size_t kMaxEventBytes = std::size_t{64} << 20;

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

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
    ~Machinery() { process::kill_remaining_children(clock_); }
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
    return environment.find_nonempty("GITHUB_WORKSPACE")
        .value_or(std::filesystem::current_path().string());
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

int run_event(const Arguments& arguments, const base::Environment& environment) {
    const config::Options options = config::load_options(arguments.settings, environment);
    Machinery machinery(environment, options, workspace_of(environment));
    action::Context& context = machinery.context();
    const github::Event event = read_event_file(environment);
    const action::Decision decision = action::decide(event, options);
    review::Report report;
    if (const auto* skip = std::get_if<action::Skip>(&decision)) {
        report.outcome = review::Outcome::skipped;
        report.reason = skip->reason;
    } else {
        const auto name =
            github::parse_repository_name(environment.find("GITHUB_REPOSITORY").value_or(""));
        if (!name) throw base::ConfigError("GITHUB_REPOSITORY is not of the form owner/name");
        action::ReviewTarget target;
        target.repository = *name;
        target.number = std::get<action::ReviewPullRequest>(decision).number;
        target.is_target_event = event.kind == github::EventKind::pull_request_target;
        target.event_head = event.head_sha;
        report = action::review_pull_request(context, target);
    }
    log_end(report);
    action::write_outputs(environment, context.workspace, report, *context.redactor);
    return exit_code(report, options);
}

int run_review(const Review& command, const Arguments& arguments,
               const base::Environment& environment) {
    const config::Options options = config::load_options(arguments.settings, environment);
    Machinery machinery(environment, options, std::filesystem::current_path());
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
    print(context.redactor->redact(text));
    return exit_code(report, options);
}

}  // namespace

int run(const Arguments& arguments, const base::Environment& environment) {
    return std::visit(base::Overloaded{[&](const RunEvent&) { return run_event(arguments, environment); },
                                 [&](const ShowHelp& help) {
                                     print(render_help(help.topic));
                                     return kDone;
                                 },
                                 [&](const ShowVersion&) {
                                     print(render_version());
                                     return kDone;
                                 },
                                 [&](const Review& review) {
                                     return run_review(review, arguments, environment);
                                 }},
                      arguments.command);
}

}  // namespace codex::cli
