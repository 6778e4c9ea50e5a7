#include "action/agent_run.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "agent/session.h"
#include "base/log.h"
#include "base/text.h"
#include "review/render.h"
#include "review/sanitize.h"
#include "review/suggestion.h"
#include "review/words.h"
#include "sandbox/enforce.h"
#include "sandbox/policy.h"
#include "tools/environment.h"
#include "tools/read_file.h"
#include "tools/shell.h"
#include "tools/worker.h"

namespace codex::action {
namespace {

sandbox::Requirement requirement_of(config::SandboxNeed need) {
    switch (need) {
        case config::SandboxNeed::required:
            return sandbox::Requirement::required;
        case config::SandboxNeed::best_effort:
            return sandbox::Requirement::best_effort;
        case config::SandboxNeed::off:
            return sandbox::Requirement::off;
    }
    return sandbox::Requirement::required;
}

sandbox::Policy read_only_policy(const Context& context) {
    sandbox::Policy policy = tools::make_policy(sandbox::Mode::read_only, context.workspace);
    policy.requirement = requirement_of(context.options.sandbox);
    for (const std::filesystem::path& path : context.readable)
        policy.readable.push_back(path.string());
    for (const std::string& path : context.options.sandbox_readable)
        policy.readable.push_back(path);
    return policy;
}

// A command may not read our home folder, which programs take for an error; one that is not there
// is none.
tools::EnvironmentPolicy environment_policy() {
    tools::EnvironmentPolicy policy;
    policy.set["HOME"] = "/nonexistent";
    return policy;
}

// Prints the agent's words line by line: a stream of half lines would be unreadable in a log.
class LineLog {
  public:
    void add(std::string_view delta) {
        if (closed_) return;
        for (const std::string_view piece : base::split(delta, '\n')) {
            if (piece.data() != delta.data()) flush_line();
            line_ += piece;
            if (line_.size() >= kMaxLine) flush_line();
        }
    }
    void flush() {
        if (!line_.empty()) flush_line();
    }
    /// What follows is no prose.
    void close() {
        flush();
        closed_ = true;
    }

  private:
    static constexpr std::size_t kMaxLine = 8'192;  // longer ones are broken

    void flush_line() {
        base::log_info("agent: " + line_);
        line_.clear();
    }

    std::string line_;
    bool closed_ = false;
};

// What a tool found must not carry our own secrets to the model (a checkout may have left the token
// in .git/config, where every command can read it), and hidden characters must not steer it.
class FilteredTool : public tools::Tool {
  public:
    FilteredTool(tools::Tool& tool, const base::Redactor& redactor)
        : tool_(tool), redactor_(redactor) {}

    const tools::ToolSpec& spec() const override { return tool_.spec(); }
    std::size_t hidden_characters() const { return hidden_characters_; }

    tools::ToolOutput call(std::string_view arguments, const loop::Cancel* cancel) override {
        tools::ToolOutput output = tool_.call(arguments, cancel);
        review::Visible visible = review::show_hidden(redactor_.redact(output.text));
        hidden_characters_ += visible.removed_characters;
        output.text = std::move(visible.text);
        return output;
    }

  private:
    tools::Tool& tool_;
    const base::Redactor& redactor_;
    std::size_t hidden_characters_ = 0;
};

constexpr std::size_t kMaxLoggedArguments = 500;

agent::SessionEvents make_events(const config::Options& options, LineLog& lines) {
    agent::SessionEvents events;
    if (options.stream_agent_messages) {
        events.on_text = [&lines](std::string_view delta) { lines.add(delta); };
    }
    events.on_tool_begin = [&lines](const protocol::FunctionCall& call) {
        lines.flush();
        base::log_debug(fmt::format("tool call {} {}", call.name,
                                    base::utf8_prefix(call.arguments, kMaxLoggedArguments)));
    };
    events.on_tool_end = [](const protocol::FunctionCall& call, const tools::ToolOutput& output) {
        base::log(base::LogLevel::trace, fmt::format("output of {}:\n{}", call.name, output.text));
    };
    return events;
}

// Empty for a place on lines of the diff.
std::string why_not_inline(const review::Place& place) {
    if (const auto* file = std::get_if<review::FilePlace>(&place)) return file->reason;
    if (const auto* row = std::get_if<review::SummaryPlace>(&place)) return row->reason;
    return {};
}

void place_findings(protocol::ReviewOutput output, const std::vector<review::FileDiff>& files,
                    const review::FileReader& read_file, review::Report& report) {
    review::Anchorer anchorer(files, read_file);
    for (protocol::Finding& finding : output.findings) {
        review::PlacedFinding placed;
        placed.place = anchorer.place(finding);
        placed.fingerprint = review::fingerprint(finding);
        if (const auto* place = std::get_if<review::InlinePlace>(&placed.place);
            place != nullptr && finding.suggestion) {
            const auto text = read_file(place->side, place->path);
            std::string why_not = "the file's text is not in the checkout";
            if (text)
                placed.suggestion_block =
                    review::render_suggestion(finding, *place, *text, &why_not);
            if (!placed.suggestion_block) {
                base::log_debug(
                    fmt::format("no suggestion for \"{}\": {}", finding.title, why_not));
            }
        }
        placed.note = why_not_inline(placed.place);
        placed.finding = std::move(finding);
        base::log_debug(fmt::format("finding {} \"{}\" at {}: {}",
                                    review::priority_label(placed.finding), placed.finding.title,
                                    review::where(placed),
                                    placed.note.empty() ? "on lines of the diff" : placed.note));
        report.findings.push_back(std::move(placed));
    }
    std::stable_sort(
        report.findings.begin(), report.findings.end(),
        [](const review::PlacedFinding& a, const review::PlacedFinding& b) {
            return std::tuple(review::priority_of(a.finding), a.finding.code_location.path,
                              a.finding.code_location.line_range.start) <
                   std::tuple(review::priority_of(b.finding), b.finding.code_location.path,
                              b.finding.code_location.line_range.start);
        });
}

// Keeps the report's usage right whatever way the agent's part ends.
class UsageToReport {
  public:
    UsageToReport(const agent::Session& session, review::Report& report)
        : session_(session), report_(report) {}
    ~UsageToReport() { report_.usage = session_.usage(); }
    UsageToReport(const UsageToReport&) = delete;
    UsageToReport& operator=(const UsageToReport&) = delete;

  private:
    const agent::Session& session_;
    review::Report& report_;
};

// Refuses before the model is paid: where no command can run, a review would be guesswork.
void try_sandbox(tools::Worker& worker, const Context& context, review::Report& report,
                 const loop::Cancel& cancel) {
    constexpr std::chrono::seconds kTrialTime{30};
    const auto trial = worker.run({.argv = {"bash", "-c", "exit 0"},
                                   .working_directory = context.workspace,
                                   .timeout = kTrialTime},
                                  &cancel);
    if (trial.process.ending != process::Ending(process::Exited{0})) {
        throw sandbox::SandboxError(fmt::format("the sandbox cannot run commands: {}",
                                                trial.process.output.empty()
                                                    ? "bash did not end as it should"
                                                    : base::trim(trial.process.output)));
    }
    report.sandbox_layers = trial.layers;
    for (const std::string& missing : trial.missing) {
        report.notes.push_back("The sandbox lacks a layer: " + missing + ".");
        base::log_warning("sandbox: not in force: " + missing);
    }
}

}  // namespace

void run_agent(Context& context, const review::PromptFacts& facts,
               const std::vector<review::FileDiff>& anchored, const review::FileReader& read_file,
               review::Report& report, const loop::Cancel& cancel) {
    const review::Prompt prompt = review::render_review_prompt(facts);
    if (prompt.hidden_characters_removed + prompt.hidden_comments_removed > 0) {
        report.notes.push_back(
            fmt::format("{} hidden characters and {} hidden comments were removed from the pull "
                        "request's text before the agent read it.",
                        prompt.hidden_characters_removed, prompt.hidden_comments_removed));
    }
    tools::Worker worker(context.runner, tools::find_worker_executable(), read_only_policy(context),
                         tools::command_environment(environment_policy(), context.environment));
    try_sandbox(worker, context, report, cancel);
    const auto shell = tools::make_exec_command(worker);
    FilteredTool filtered_shell(*shell, *context.redactor);
    const auto reader = tools::make_read_file(worker);
    FilteredTool filtered_read(*reader, *context.redactor);

    model::Provider provider;
    provider.id = context.options.model_provider;
    provider.base_url = context.options.base_url;
    model::Client client(context.transport, std::move(provider),
                         model::Auth{context.options.openai_api_key, {}});

    agent::SessionOptions options;
    options.model = context.options.model;
    options.instructions = prompt.instructions;
    options.reasoning_effort = context.options.reasoning_effort;
    options.limits.max_tokens = context.options.max_tokens;
    options.limits.max_duration = context.options.max_minutes;
    LineLog lines;
    agent::Session session(client, {&filtered_shell, &filtered_read}, std::move(options),
                           context.clock, make_events(context.options, lines));
    const UsageToReport usage(session, report);

    base::log_info(fmt::format("reviewing {} with {}",
                               review::plural(facts.files.size(), "file", "files"),
                               context.options.model));
    const agent::TurnResult inspection = session.run_turn(prompt.input, std::nullopt, &cancel);
    lines.close();
    base::log_debug(fmt::format("the agent has inspected the change with {}",
                                review::plural(inspection.tool_calls, "call", "calls")));
    const agent::TurnResult answer =
        session.run_turn(prompt.output_request, protocol::review_output_schema(), &cancel);

    protocol::ParsedReview parsed =
        protocol::parse_review_output(answer.last_message, context.workspace.string());
    if (!parsed.is_structured) {
        throw model::ModelError(
            model::ModelErrorKind::protocol,
            "the model's answer is no review: it held no JSON of the asked form");
    }
    report.notes.insert(report.notes.end(), parsed.notes.begin(), parsed.notes.end());
    report.dropped_findings = parsed.dropped_findings;
    const std::size_t hidden =
        filtered_shell.hidden_characters() + filtered_read.hidden_characters();
    if (hidden > 0) {
        report.notes.push_back(
            fmt::format("{} in what tools returned were made visible to the agent.",
                        review::plural(hidden, "hidden character", "hidden characters")));
    }
    if (parsed.output.findings.empty() && parsed.dropped_findings == 0 &&
        parsed.output.overall_correctness == "patch is incorrect") {
        report.notes.push_back("The model calls the patch incorrect, and names no finding.");
    }
    report.explanation = parsed.output.overall_explanation;
    place_findings(std::move(parsed.output), anchored, read_file, report);
}

}  // namespace codex::action
