#include "action/end_state.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/client.h"
#include "review/words.h"

namespace codex::action {
namespace {

using review::Outcome;
using review::Report;

// What a partial review lacks; empty when it lacks nothing.
std::string describe_gaps(const Report& report) {
    std::vector<std::string> unread;
    for (const review::SkippedFile& file : report.skipped) {
        if (!file.by_default_rule) unread.push_back(file.path);
    }
    std::string gaps;
    if (!unread.empty()) {
        constexpr std::size_t kNamed = 5;
        const std::size_t named = std::min(kNamed, unread.size());
        std::string names;
        for (std::size_t i = 0; i < named; ++i) names += (i == 0 ? "" : ", ") + unread[i];
        gaps = fmt::format("{} not (wholly) read: {}{}",
                           review::plural(unread.size(), "file was", "files were"), names,
                           unread.size() > named ? ", …" : "");
    }
    if (report.dropped_findings > 0) {
        gaps += fmt::format("{}{} of the model could not be read", gaps.empty() ? "" : "; ",
                            review::plural(report.dropped_findings, "finding", "findings"));
    }
    return gaps;
}

}  // namespace

void end_not_reviewed(Report& report, std::string reason) {
    report.outcome = Outcome::not_reviewed;
    report.reason = std::move(reason);
}

void run_to_end_state(const Context& context, Report& report, const std::function<void()>& work) {
    try {
        work();
    } catch (const base::Interrupted& interrupted) {
        if (interrupted.reason() == base::Interrupted::Reason::signal) throw;
        end_not_reviewed(report, interrupted.what());
    } catch (const model::ModelError& error) {
        end_not_reviewed(report, error.what());
        if (const auto delay = error.retry_after())
            report.retry_after = std::chrono::ceil<std::chrono::seconds>(*delay);
    } catch (const base::ConfigError&) {
        throw;
    } catch (const base::Error& error) {
        end_not_reviewed(report, error.what());
    }
    set_duration(context, report);
}

void set_reviewed_outcome(Report& report) {
    report.reason = describe_gaps(report);
    if (!report.reason.empty()) {
        report.outcome = Outcome::partially_reviewed;
    } else if (report.files_read.empty()) {
        report.outcome = Outcome::skipped;
        report.reason =
            report.skipped.empty()
                ? "there is no committed change to review"
                : fmt::format("nothing to review: {} left out by rule",
                              review::plural(report.skipped.size(), "file is", "files are"));
    } else {
        report.outcome =
            report.findings.empty() ? Outcome::reviewed_clean : Outcome::reviewed_findings;
    }
}

void set_duration(const Context& context, Report& report) {
    report.duration = std::chrono::duration_cast<std::chrono::milliseconds>(context.clock.now() -
                                                                            context.started);
}

}  // namespace codex::action
