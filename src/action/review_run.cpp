#include "action/review_run.h"

#include <fmt/format.h>

#include "action/agent_run.h"
#include "action/change.h"
#include "action/checkout.h"
#include "action/deadline.h"
#include "action/end_state.h"
#include "action/publish.h"
#include "base/log.h"
#include "base/printable.h"
#include "base/random.h"
#include "base/text.h"
#include "git/hidden_credentials.h"
#include "git/repository.h"
#include "github/client.h"
#include "review/render.h"
#include "review/selection.h"
#include "review/words.h"

namespace codex::action {
namespace {

using review::Outcome;
using review::Report;

// GitHub Enterprise Server: /api/v3 and /api/graphql; github.com: / and /graphql.
std::string graphql_url_of(std::string_view api_url) {
    constexpr std::string_view kEnterprise = "/api/v3";
    if (api_url.ends_with(kEnterprise)) {
        api_url.remove_suffix(kEnterprise.size());
        return std::string(api_url) + "/api/graphql";
    }
    return std::string(api_url) + "/graphql";
}

github::ClientOptions client_options(const Context& context) {
    github::ClientOptions options;
    if (const auto url = context.environment.find_nonempty("GITHUB_API_URL"))
        options.api_url = url->substr(0, url->find_last_not_of('/') + 1);
    options.graphql_url = context.environment.find_nonempty("GITHUB_GRAPHQL_URL")
                              .value_or(graphql_url_of(options.api_url));
    options.token = context.options.github_token;
    options.dry_run = context.options.dry_run;
    options.retry.server_delay_budget = context.options.max_minutes;
    return options;
}

// Whether the run's keys are there; asked only when an event will really be acted on.
void require_model_key(const config::Options& options) {
    if (options.openai_api_key.empty()) {
        throw base::ConfigError(
            "no key for the model API: set the input openai_api_key, or outside of a workflow the "
            "variable OPENAI_API_KEY");
    }
}

// Fills the facts that every review has, and decides what of the change goes into the prompt.
review::PromptFacts make_facts(const Context& context, Change& change, Report& report) {
    review::PromptFacts facts;
    facts.workspace = context.workspace.string();
    facts.additional_prompt = context.options.additional_prompt;
    facts.boundary = base::random_hex(8);
    facts.guidance = std::move(change.guidance);
    facts.skipped = change.skipped;
    report.skipped = std::move(change.skipped);
    report.notes.insert(report.notes.end(), change.notes.begin(), change.notes.end());

    review::Fitted fitted = review::fit_budget(change.files, {});
    facts.files = std::move(fitted.files);
    for (const std::string& path : fitted.cut) {
        report.skipped.push_back({path, "only a part fits into the prompt", false});
        facts.unread_files.push_back(path);
    }
    for (const std::string& path : fitted.left_out) {
        report.skipped.push_back({path, "does not fit into the prompt", false});
        facts.unread_files.push_back(path);
    }
    for (const review::FileDiff& file : facts.files) report.files_read.push_back(file.path());
    return facts;
}

// A checkout token that actions/checkout left in .git/config is readable by the agent: say how to
// avoid it.
// A workflow's checkout is a copy, whose credentials are taken out of the agent's sight for a
// while; somebody's own repository is left as it is.
std::unique_ptr<git::HiddenCredentials> hide_credentials(const Context& context,
                                                         const git::Repository& repository,
                                                         Report& report) {
    std::unique_ptr<git::HiddenCredentials> hidden;
    if (context.environment.find_nonempty("GITHUB_ACTIONS")) {
        hidden = std::make_unique<git::HiddenCredentials>(repository);
        if (!hidden->names().empty()) {
            report.notes.push_back(
                fmt::format("A credential in .git/config ({}) was hidden from the agent; give "
                            "actions/checkout `persist-credentials: false`.",
                            base::join(hidden->names(), ", ")));
        }
    } else if (const auto names = git::find_credentials(repository); !names.empty()) {
        report.notes.push_back(fmt::format("The agent could read a credential in .git/config ({}).",
                                           base::join(names, ", ")));
    }
    return hidden;
}

// A run may start in a folder of the work tree; a linked work tree's objects lie elsewhere.
void use_repository(Context& context, const git::Repository& repository) {
    context.workspace = repository.work_tree();
    context.readable = {repository.common_folder()};
}

review::FileReader make_reader(const git::Repository& repository,
                               const std::optional<std::string>& left,
                               const std::optional<std::string>& right) {
    return [&repository, left, right](protocol::Side side,
                                      std::string_view path) -> std::optional<std::string> {
        const auto& commit = side == protocol::Side::left ? left : right;
        if (!commit) return std::nullopt;
        try {
            return repository.read_file(*commit, path);
        } catch (const base::Error& error) {
            base::log_debug(error.what());
            return std::nullopt;
        }
    };
}

class PullRequestReview {
  public:
    PullRequestReview(Context& context, const ReviewTarget& target)
        : context_(context),
          target_(target),
          reading_deadline_(make_run_deadline(context, kReplyReserve)),
          client_(make_client(reading_deadline_)) {}

    Report run() {
        try {
            run_to_end_state(context_, report_, [&] { review(); });
            if (report_.outcome == Outcome::skipped || !snapshot_) return std::move(report_);
            run_publication();
        } catch (const base::Interrupted& interrupted) {
            say_cancelled(interrupted.what());
            throw;
        }
        return std::move(report_);
    }

  private:
    github::Client make_client(const Deadline& deadline) const {
        return github::Client(context_.transport, target_.repository, client_options(context_),
                              &deadline.cancel());
    }

    void review() {
        report_.model = context_.options.model;
        snapshot_ = client_.fetch_snapshot(target_.number, review::kSummaryMarker, false);
        const github::PullRequest& pull = snapshot_->pull_request;
        report_.head_sha = target_.event_head.value_or(pull.head.sha);
        report_.base_sha = pull.base.sha;
        if (pull.state != "open") {
            report_.outcome = Outcome::skipped;
            report_.reason = fmt::format("pull request #{} is {}", pull.number,
                                         pull.merged ? "merged" : pull.state);
            return;
        }
        if (report_.head_sha != pull.head.sha) {
            report_.notes.push_back(
                fmt::format("The branch has moved on since this run began: {} was reviewed, the "
                            "head is {} now.",
                            report_.head_sha.substr(0, 12), pull.head.sha.substr(0, 12)));
        }
        const git::Repository repository(context_.workspace);
        use_repository(context_, repository);
        const auto examined =
            examine_checkout(repository, {report_.head_sha, pull.base.sha, pull.number,
                                          target_.is_target_event, target_.run_commit});
        if (const auto* unfit = std::get_if<UnfitCheckout>(&examined)) {
            end_not_reviewed(report_, unfit->reason);
            return;
        }
        const auto& commits = std::get<Commits>(examined);
        Change change = read(repository, commits);
        review::PromptFacts facts = make_facts(context_, change, report_);
        fill(facts, pull, commits);
        if (!change.files.empty()) {
            const auto hidden = hide_credentials(context_, repository, report_);
            run_agent(context_, facts, change.files,
                      make_reader(repository, commits.merge_base,
                                  commits.has_head ? std::optional(commits.head) : std::nullopt),
                      report_, reading_deadline_.cancel());
        }
        set_reviewed_outcome(report_);
    }

    Change read(const git::Repository& repository, const Commits& commits) {
        if (commits.merge_base && commits.has_head) {
            return read_change(repository, *commits.merge_base, commits.head);
        }
        if (report_.head_sha != snapshot_->pull_request.head.sha) {
            throw base::Error(
                "the checkout lacks the history that a diff needs, and GitHub's own diff is of a "
                "newer head; give "
                "actions/checkout `fetch-depth: 0`");
        }
        base::log_info(
            "the checkout lacks the merge base; using GitHub's diff (actions/checkout with "
            "`fetch-depth: 0` avoids that)");
        const auto files = client_.fetch_files(target_.number);
        // The list names no commit: only an unmoved head says that it is of the pinned one.
        if (client_.fetch_pull_request(target_.number).head.sha != report_.head_sha)
            throw base::Error("the branch moved while GitHub's diff of it was read");
        return read_change(repository, commits.base, files);
    }

    void fill(review::PromptFacts& facts, const github::PullRequest& pull, const Commits& commits) {
        facts.repository = target_.repository.full();
        facts.number = pull.number;
        facts.title = pull.title;
        facts.body = pull.body;
        facts.author = pull.author;
        facts.base_ref = pull.base.ref;
        facts.head_ref = pull.head.ref;
        facts.base_sha = commits.merge_base.value_or(pull.base.sha);
        facts.head_sha = commits.head;
        facts.checkout_note = commits.note;
        for (const github::ReviewThread& thread : snapshot_->threads) {
            if (thread.is_resolved || thread.comments.empty() ||
                !thread.comments.front().viewer_did_author)
                continue;
            const std::string& body = thread.comments.front().body;
            facts.open_findings.push_back(thread.path + ": " + body.substr(0, body.find('\n')));
        }
    }

    void run_publication() {
        // The deadline that ended the review must not silence its end state.
        const Deadline deadline = make_run_deadline(context_, std::chrono::seconds(0));
        github::Client client = make_client(deadline);
        // Each part by itself: what cannot be posted on lines must still be told in the summary.
        publish([&] {
            if (report_.outcome == Outcome::not_reviewed) return;
            publish_findings(client, target_.number, report_, snapshot_->threads,
                             static_cast<std::size_t>(context_.options.max_comments),
                             *context_.redactor);
        });
        set_duration(context_, report_);
        is_publishing_summary_ = true;
        publish([&] {
            publish_summary(client, target_.number, report_, snapshot_->own_summaries,
                            *context_.redactor);
        });
        set_duration(context_, report_);
    }

    void publish(const std::function<void()>& part) {
        try {
            part();
        } catch (const base::Interrupted& interrupted) {
            if (interrupted.reason() == base::Interrupted::Reason::signal) throw;
            lose(interrupted.what());
        } catch (const base::Error& error) {
            lose(error.what());
        }
    }

    // The findings exist but could not all be posted: they are annotations and in the job summary.
    void lose(std::string_view why) {
        const std::string reason = fmt::format("the review could not be published: {}", why);
        base::log(base::LogLevel::error, reason);
        report_.notes.push_back(reason);
        turn_rest_into_annotations(report_);
        if (report_.outcome == Outcome::reviewed_clean) end_not_reviewed(report_, reason);
    }

    void say_cancelled(std::string_view why) noexcept {
        try {
            if (!snapshot_) return;
            const std::size_t posted = count_posted(report_);
            std::string reason = fmt::format("the run was cancelled ({})", why);
            if (posted > 0) {
                reason +=
                    fmt::format("; {} of {} were posted", posted,
                                review::plural(report_.findings.size(), "finding", "findings"));
            } else {
                report_.findings.clear();
            }
            end_not_reviewed(report_, std::move(reason));
            const Deadline deadline(context_.loop, context_.clock.now() + kCancelledReplyTime,
                                    "no time left to say that the run was cancelled", nullptr);
            github::Client client = make_client(deadline);
            // One that was just being written may be there already.
            const auto own_summaries =
                is_publishing_summary_
                    ? client.fetch_snapshot(target_.number, review::kSummaryMarker, false)
                          .own_summaries
                    : snapshot_->own_summaries;
            publish_summary(client, target_.number, report_, own_summaries, *context_.redactor);
        } catch (const std::exception& error) {
            base::log_warning(error.what());
        }
    }

    Context& context_;
    const ReviewTarget& target_;
    Deadline reading_deadline_;
    github::Client client_;
    Report report_;
    std::optional<github::PullRequestSnapshot> snapshot_;
    bool is_publishing_summary_ = false;
};

}  // namespace

Report review_pull_request(Context& context, const ReviewTarget& target) {
    require_model_key(context.options);
    if (context.options.github_token.empty()) {
        throw base::ConfigError(
            "no GitHub token: set the input github_token (or the variable GITHUB_TOKEN)");
    }
    return PullRequestReview(context, target).run();
}

Report review_local(Context& context, const std::string& base) {
    constexpr std::size_t kMaxShownRevision = 100;
    require_model_key(context.options);
    Report report;
    report.model = context.options.model;
    const git::Repository repository(context.workspace);
    use_repository(context, repository);
    const auto head = repository.resolve_commit("HEAD");
    if (!head) throw base::ConfigError("the checkout has no commit to review");
    const auto tip = repository.resolve_commit(base);
    const std::string shown = base::render_controls(base::utf8_prefix(base, kMaxShownRevision));
    if (!tip) throw base::ConfigError(fmt::format("--base \"{}\" names no commit here", shown));
    const auto merge_base = repository.merge_base(*tip, *head);
    if (!merge_base)
        throw base::ConfigError(fmt::format("HEAD and \"{}\" have no common history here", shown));
    report.head_sha = *head;
    report.base_sha = *merge_base;
    base::log_info("comparing commits; what is not committed is not part of the review");
    const Deadline deadline = make_run_deadline(context, std::chrono::seconds(0));
    run_to_end_state(context, report, [&] {
        Change change = read_change(repository, *merge_base, *head);
        review::PromptFacts facts = make_facts(context, change, report);
        facts.repository = context.workspace.filename().string();
        facts.base_ref = base;
        facts.base_sha = *merge_base;
        facts.head_sha = *head;
        if (!change.files.empty()) {
            const auto hidden = hide_credentials(context, repository, report);
            run_agent(context, facts, change.files, make_reader(repository, *merge_base, *head),
                      report, deadline.cancel());
        }
        set_reviewed_outcome(report);
    });
    for (review::PlacedFinding& finding : report.findings) {
        finding.published = review::PlacedFinding::Published::summary_row;
    }
    return report;
}

}  // namespace codex::action
