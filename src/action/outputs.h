// What the workflow sees of a run: outputs, job summary, annotations, the findings file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/environment.h"
#include "base/redactor.h"
#include "review/outcome.h"

namespace codex::action {

/// Files that outputs name lie in this folder of the workspace; no commit includes it.
inline constexpr std::string_view kOutputFolder = ".codex-action";

/// One output as the runner's file command: a heredoc with a random delimiter that `value` cannot
/// contain.
std::string render_output(std::string_view name, std::string_view value);

/// "::error file=…,line=…,title=…::message" with everything escaped, so that data never becomes a
/// command.
struct Annotation {
    enum class Level { notice, warning, error } level = Level::notice;
    std::string path;  // empty: not about a file
    int start_line = 0;
    int end_line = 0;
    std::string title;
    std::string message;
};
std::string render_annotation(const Annotation& annotation);

/// The runner shows this many annotations of one level in a step.
inline constexpr std::size_t kMaxAnnotationsPerLevel = 10;
/// GITHUB_STEP_SUMMARY takes this many bytes from a step.
inline constexpr std::size_t kMaxSummaryBytes = std::size_t{1} << 20;

/// For findings that could not become comments, most urgent first, and one for the end state when
/// it is no success.
std::vector<Annotation> make_annotations(const review::Report& report);

/// Names and values of all outputs.
std::vector<std::pair<std::string, std::string>> make_outputs(const review::Report& report,
                                                              std::string_view findings_file);

/// Writes the findings file beneath the workspace (never through a symbolic link); returns its
/// workspace-relative path, or an empty one with a warning in the log when the folder cannot be
/// used.
std::string write_findings_file(const std::filesystem::path& workspace,
                                const review::Report& report, const base::Redactor& redactor);

/// Everything above for one finished run: GITHUB_OUTPUT, GITHUB_STEP_SUMMARY, annotations on
/// stdout.
void write_outputs(const base::Environment& environment, const std::filesystem::path& workspace,
                   const review::Report& report, const base::Redactor& redactor);

}  // namespace codex::action
