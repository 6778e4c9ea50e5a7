#include "action/review_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "action/agent_run.h"
#include "action/change.h"
#include "action/checkout.h"
#include "action/publish.h"
#include "agent/session.h"
#include "base/log.h"
#include "base/random.h"
#include "git/repository.h"
#include "github/client.h"
#include "review/render.h"
#include "review/selection.h"
#include "sandbox/enforce.h"

namespace codex::action {
namespace {

using review::Outcome;
using review::Report;

// Of the run's time, this much is kept for publishing and for saying why it ended.
constexpr std::chrono::seconds kReplyReserve{30};

// Cancels the agent when its share of the run's time is over; publishing goes on.
class Deadline {
  public:
    explicit Deadline(Context& context) : context_(context), cancel_(&context.cancel) {
        const auto minutes = context.options.max_minutes;
        timer_ = context.loop.at(context.started + minutes - kReplyReserve, [this, minutes] {
            cancel_.request(
                base::Interrupted::Reason::deadline,
                fmt::format("the time limit max_minutes {} is used up", minutes.count()));
        });
    }
    ~Deadline() { context_.loop.cancel_timer(timer_); }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    const loop::Cancel& cancel() const { return cancel_; }

  private:
    Context& context_;
    loop::Cancel cancel_;
    loop::Loop::Id timer_ = 0;
};
// A runner that cancels sends SIGTERM 7.5 s after SIGINT and kills 2.5 s later; we are done well
// before.
constexpr std::chrono::milliseconds kCancelledReplyTime{1'500};

github::ClientOptions client_options(const Context& context) {
    github::ClientOptions options;
    if (const auto url = context.environment.find_nonempty("GITHUB_API_URL"))
        options.api_url = *url;
    options.graphql_url = context.environment.find_nonempty("GITHUB_GRAPHQL_URL")
                              .value_or(options.api_url + "/graphql");
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

void end_not_reviewed(Report& report, std::string reason) {
    report.outcome = Outcome::not_reviewed;
    report.reason = std::move(reason);
}

// Runs `work` and turns whatever ends a review early into an end state of the report.
void run_to_end_state(Context& context, Report& report, const std::function<void()>& work) {
    const auto wait_of =
        [](std::optional<std::chrono::milliseconds> delay) -> std::optional<std::chrono::seconds> {
        if (!delay) return std::nullopt;
        return std::chrono::ceil<std::chrono::seconds>(*delay);
    };
    try {
        work();
    } catch (const base::Interrupted& interrupted) {
        if (interrupted.reason() == base::Interrupted::Reason::signal) throw;
        end_not_reviewed(report, interrupted.what());
    } catch (const model::ModelError& error) {
        end_not_reviewed(report, error.what());
        report.retry_after = wait_of(error.retry_after());
    } catch (const base::ConfigError&) {
        throw;
    } catch (const base::Error& error) {
        end_not_reviewed(report, error.what());
    }
    report.duration = std::chrono::duration_cast<std::chrono::milliseconds>(context.clock.now() -
                                                                            context.started);
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

void set_reviewed_outcome(Report& report) {
    std::vector<std::string> unread;
    for (const review::SkippedFile& file : report.skipped) {
        if (!file.by_default_rule) unread.push_back(file.path);
    }
    if (!unread.empty()) {
        report.outcome = Outcome::partially_reviewed;
        constexpr std::size_t kNamed = 5;
        const std::size_t named = std::min(kNamed, unread.size());
        std::string names;
        for (std::size_t i = 0; i < named; ++i) names += (i == 0 ? "" : ", ") + unread[i];
        report.reason = fmt::format("{} {} not (wholly) read: {}{}", unread.size(),
                                    unread.size() == 1 ? "file was" : "files were", names,
                                    unread.size() > named ? ", …" : "");
    } else {
        report.outcome =
            report.findings.empty() ? Outcome::reviewed_clean : Outcome::reviewed_findings;
    }
}

// A checkout token that actions/checkout left in .git/config is readable by the agent: say how to
// avoid it.
void warn_of_persisted_credentials(const git::Repository& repository, Report& report) {
    if (repository.has_persisted_credential()) {
        report.notes.push_back(
            "The checkout keeps a credential in .git/config; give actions/checkout "
            "`persist-credentials: false`.");
    }
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
          client_(context.transport, target.repository, client_options(context), &context.cancel),
          deadline_(context) {}

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
        const auto examined = examine_checkout(repository, report_.head_sha, pull.base.sha,
                                               pull.number, target_.is_target_event);
        if (const auto* unfit = std::get_if<UnfitCheckout>(&examined)) {
            end_not_reviewed(report_, unfit->reason);
            return;
        }
        const auto& commits = std::get<Commits>(examined);
        warn_of_persisted_credentials(repository, report_);
        Change change = read(repository, commits);
        const std::vector<review::FileDiff> all_files = change.files;
        review::PromptFacts facts = make_facts(context_, change, report_);
        fill(facts, pull, commits);
        if (all_files.empty()) {
            report_.notes.push_back("There is no changed line to review.");
        } else {
            run_agent(context_, facts, all_files,
                      make_reader(repository, commits.merge_base,
                                  commits.has_head ? std::optional(commits.head) : std::nullopt),
                      report_, deadline_.cancel());
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
        return read_change(repository, commits.base, client_.fetch_files(target_.number));
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
        // Publishing has a life of its own: the deadline that ended the review must not silence its
        // end state.
        try {
            const bool reviewed = report_.outcome != Outcome::not_reviewed;
            if (reviewed) {
                publish_findings(client_, target_.number, report_, snapshot_->threads,
                                 static_cast<std::size_t>(context_.options.max_comments),
                                 *context_.redactor);
            }
            report_.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
                context_.clock.now() - context_.started);
            publish_summary(client_, target_.number, report_, snapshot_->own_summaries,
                            *context_.redactor);
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
        bool any_posted = false;
        for (review::PlacedFinding& finding : report_.findings) {
            using Published = review::PlacedFinding::Published;
            any_posted = any_posted || finding.published == Published::inline_comment;
            if (finding.published == Published::no || finding.published == Published::summary_row) {
                finding.published = Published::annotation;
            }
        }
        report_.published = any_posted                 ? "inline"
                            : report_.findings.empty() ? "none"
                                                       : "annotations";
        if (report_.outcome == Outcome::reviewed_clean) end_not_reviewed(report_, reason);
    }

    void say_cancelled(std::string_view why) noexcept {
        try {
            if (!snapshot_) return;
            end_not_reviewed(report_, fmt::format("the run was cancelled ({})", why));
            report_.findings.clear();
            loop::Cancel deadline;
            context_.loop.after(kCancelledReplyTime, [&deadline] {
                deadline.request(base::Interrupted::Reason::deadline,
                                 "no time left to say that the run was cancelled");
            });
            github::Client client(context_.transport, target_.repository, client_options(context_),
                                  &deadline);
            publish_summary(client, target_.number, report_, snapshot_->own_summaries,
                            *context_.redactor);
        } catch (const std::exception& error) {
            base::log_warning(error.what());
        }
    }

    Context& context_;
    const ReviewTarget& target_;
    github::Client client_;
    Deadline deadline_;
    Report report_;
    std::optional<github::PullRequestSnapshot> snapshot_;
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
    require_model_key(context.options);
    Report report;
    report.model = context.options.model;
    const git::Repository repository(context.workspace);
    const auto head = repository.resolve_commit("HEAD");
    if (!head) throw base::ConfigError("the checkout has no commit to review");
    const auto tip = repository.resolve_commit(base);
    if (!tip) throw base::ConfigError(fmt::format("--base \"{}\" names no commit here", base));
    const auto merge_base = repository.merge_base(*tip, *head);
    if (!merge_base)
        throw base::ConfigError(fmt::format("HEAD and \"{}\" have no common history here", base));
    report.head_sha = *head;
    report.base_sha = *merge_base;
    const Deadline deadline(context);
    run_to_end_state(context, report, [&] {
        Change change = read_change(repository, *merge_base, *head);
        const std::vector<review::FileDiff> all_files = change.files;
        review::PromptFacts facts = make_facts(context, change, report);
        facts.repository = context.workspace.filename().string();
        facts.base_ref = base;
        facts.base_sha = *merge_base;
        facts.head_sha = *head;
        if (!all_files.empty()) {
            run_agent(context, facts, all_files, make_reader(repository, *merge_base, *head),
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
