#include "action/outputs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/printable.h"
#include "base/random.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "review/render.h"

namespace codex::action {
namespace {

using Level = Annotation::Level;

// actions/toolkit's escaping: data, and property values where ':' and ',' separate.
std::string escape_data(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '%':
                escaped += "%25";
                break;
            case '\r':
                escaped += "%0D";
                break;
            case '\n':
                escaped += "%0A";
                break;
            default:
                // Control characters (ESC and the like) could repaint a log.
                if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') escaped += c;
        }
    }
    return base::defuse_older_commands(escaped);
}

std::string escape_property(std::string_view text) {
    return base::replace_all(base::replace_all(escape_data(text), ":", "%3A"), ",", "%2C");
}

std::string_view level_name(Level level) {
    switch (level) {
        case Level::notice:
            return "notice";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
    }
    return "notice";
}

// The runner cuts longer messages.
constexpr std::size_t kMaxAnnotationBytes = 4'000;

Annotation to_annotation(const review::PlacedFinding& placed) {
    const protocol::Finding& finding = placed.finding;
    Annotation annotation;
    const int priority = review::priority_of(finding);
    annotation.level = priority <= 1   ? Level::error
                       : priority == 2 ? Level::warning
                                       : Level::notice;
    annotation.path = finding.code_location.path;
    // An annotation stands on the head's text; a deleted line has no number there.
    if (const auto* place = std::get_if<review::InlinePlace>(&placed.place);
        place != nullptr && place->side == protocol::Side::right) {
        annotation.start_line = place->lines.start;
        annotation.end_line = place->lines.end;
    }
    annotation.title = fmt::format("[P{}] {}", priority, finding.title);
    annotation.message = finding.body;
    return annotation;
}

void append_or_warn(const std::string& path, std::string_view content, std::string_view what) {
    try {
        base::append_to_file(path, content);
    } catch (const base::Error& error) {
        base::log_warning(fmt::format("cannot write {}: {}", what, error.what()));
    }
}

}  // namespace

std::string render_output(std::string_view name, std::string_view value) {
    std::string delimiter;
    do {
        delimiter = "codex_" + base::random_hex(16);
    } while (value.find(delimiter) != std::string_view::npos);
    return fmt::format("{}<<{}\n{}\n{}\n", name, delimiter, value, delimiter);
}

std::string render_annotation(const Annotation& annotation) {
    std::string properties;
    const auto add = [&](std::string_view name, std::string_view value) {
        properties +=
            fmt::format("{}{}={}", properties.empty() ? " " : ",", name, escape_property(value));
    };
    if (!annotation.path.empty()) add("file", annotation.path);
    if (annotation.start_line > 0) add("line", std::to_string(annotation.start_line));
    if (annotation.end_line > annotation.start_line)
        add("endLine", std::to_string(annotation.end_line));
    if (!annotation.title.empty()) add("title", annotation.title);
    return fmt::format("::{}{}::{}", level_name(annotation.level), properties,
                       escape_data(base::utf8_prefix(annotation.message, kMaxAnnotationBytes)));
}

std::vector<Annotation> make_annotations(const review::Report& report) {
    std::vector<Annotation> annotations;
    std::array<std::size_t, 3> count = {};
    std::size_t left_out = 0;
    const auto add = [&](Annotation annotation) {
        std::size_t& used = count[static_cast<std::size_t>(annotation.level)];
        // One place of each level is kept for the end state.
        if (used + 1 >= kMaxAnnotationsPerLevel) {
            ++left_out;
            return;
        }
        ++used;
        annotations.push_back(std::move(annotation));
    };
    for (const review::PlacedFinding& finding : report.findings) {
        if (finding.published == review::PlacedFinding::Published::annotation)
            add(to_annotation(finding));
    }
    if (left_out > 0) {
        base::log_warning(fmt::format(
            "{} more findings are in the job summary: the runner shows {} annotations of a level",
            left_out, kMaxAnnotationsPerLevel));
    }
    const bool is_failure = report.outcome == review::Outcome::not_reviewed;
    if (is_failure || report.outcome == review::Outcome::partially_reviewed) {
        annotations.push_back(
            {is_failure ? Level::error : Level::warning, "", 0, 0,
             std::string("codex-action: ") + std::string(review::render(report.outcome)),
             report.reason});
    }
    return annotations;
}

std::vector<std::pair<std::string, std::string>> make_outputs(const review::Report& report,
                                                              std::string_view findings_file) {
    const auto counts = review::count_by_priority(report.findings);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(report.duration).count();
    return {
        {"outcome", std::string(review::render(report.outcome))},
        {"verdict", std::string(review::verdict(report))},
        {"findings_count", std::to_string(report.findings.size())},
        {"findings_p0", std::to_string(counts[0])},
        {"findings_p1", std::to_string(counts[1])},
        {"findings_p2", std::to_string(counts[2])},
        {"findings_p3", std::to_string(counts[3])},
        {"published", report.published},
        {"findings_file", std::string(findings_file)},
        {"summary_url", report.summary_url},
        {"review_url", report.review_url},
        {"input_tokens", std::to_string(report.usage.input_tokens)},
        {"cached_tokens", std::to_string(report.usage.cached_input_tokens)},
        {"output_tokens", std::to_string(report.usage.output_tokens)},
        {"duration_seconds", std::to_string(seconds)},
    };
}

std::string write_findings_file(const std::filesystem::path& workspace,
                                const review::Report& report, const base::Redactor& redactor) {
    const std::filesystem::path folder = workspace / kOutputFolder;
    // The workspace is the pull request's: its ".codex-action" may be a link to anywhere.
    if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
        base::log_warning(fmt::format("cannot create {}: no findings file", folder.string()));
        return {};
    }
    base::UniqueFd fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) {
        base::log_warning(
            fmt::format("{} is no folder of our own: no findings file", folder.string()));
        return {};
    }
    const std::filesystem::path opened = fmt::format("/proc/self/fd/{}", fd.get());
    try {
        base::write_file_atomically(opened / ".gitignore", "*\n");
        base::write_file_atomically(opened / "findings.json",
                                    redactor.redact(review::render_json(report)) + "\n");
        struct stat owner = {};
        if (::geteuid() == 0 && ::stat(workspace.c_str(), &owner) == 0) {
            // Later steps run as the workspace's owner and must be able to clean up.
            for (const char* name : {".gitignore", "findings.json"}) {
                if (::fchownat(fd.get(), name, owner.st_uid, owner.st_gid, AT_SYMLINK_NOFOLLOW) !=
                    0)
                    break;
            }
            if (::fchownat(AT_FDCWD, folder.c_str(), owner.st_uid, owner.st_gid,
                           AT_SYMLINK_NOFOLLOW) != 0) {
                base::log_debug("the output folder stays root's");
            }
        }
    } catch (const base::Error& error) {
        base::log_warning(fmt::format("no findings file: {}", error.what()));
        return {};
    }
    return std::string(kOutputFolder) + "/findings.json";
}

void write_outputs(const base::Environment& environment, const std::filesystem::path& workspace,
                   const review::Report& report, const base::Redactor& redactor) {
    std::string findings_file;
    if (report.outcome != review::Outcome::skipped)
        findings_file = write_findings_file(workspace, report, redactor);
    if (const auto path = environment.find_nonempty("GITHUB_OUTPUT")) {
        std::string content;
        for (const auto& [name, value] : make_outputs(report, findings_file)) {
            content += render_output(name, redactor.redact(value));
        }
        append_or_warn(*path, content, "GITHUB_OUTPUT");
    }
    if (const auto path = environment.find_nonempty("GITHUB_STEP_SUMMARY")) {
        const std::string summary = redactor.redact(review::render_job_summary(report));
        constexpr std::string_view kCut = "\n\n(The summary was cut: a step may write 1 MiB.)\n";
        const auto part = base::utf8_prefix(summary, kMaxSummaryBytes - kCut.size());
        append_or_warn(*path,
                       std::string(part) + std::string(part.size() < summary.size() ? kCut : "\n"),
                       "GITHUB_STEP_SUMMARY");
    }
    if (environment.find_nonempty("GITHUB_ACTIONS")) {
        for (const Annotation& annotation : make_annotations(report)) {
            const std::string line = redactor.redact(render_annotation(annotation)) + "\n";
            std::fwrite(line.data(), 1, line.size(), stdout);
        }
        std::fflush(stdout);
    }
}

}  // namespace codex::action
