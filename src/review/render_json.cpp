#include "json/value.h"
#include "review/render.h"

namespace codex::review {
namespace {

using json::Array;
using json::Value;

// Raised when a member changes its meaning or goes; new members may come at any time.
constexpr int kDocumentVersion = 1;

Value string_list(const std::vector<std::string>& texts) {
    Array list;
    for (const std::string& text : texts) list.push_back(text);
    return list;
}

std::string_view render_side(protocol::Side side) {
    return side == protocol::Side::left ? "LEFT" : "RIGHT";
}

std::string_view render_published(PlacedFinding::Published published) {
    switch (published) {
        case PlacedFinding::Published::no:
            return "no";
        case PlacedFinding::Published::inline_comment:
            return "inline_comment";
        case PlacedFinding::Published::file_comment:
            return "file_comment";
        case PlacedFinding::Published::summary_row:
            return "summary_row";
        case PlacedFinding::Published::annotation:
            return "annotation";
    }
    return "no";
}

Value render_range(const protocol::LineRange& lines) {
    return Value::object({{"start", lines.start}, {"end", lines.end}});
}

Value render_place(const Place& place) {
    if (const auto* on_lines = std::get_if<InlinePlace>(&place)) {
        return Value::object({{"kind", "inline"},
                              {"path", on_lines->path},
                              {"side", render_side(on_lines->side)},
                              {"line_range", render_range(on_lines->lines)}});
    }
    if (const auto* on_file = std::get_if<FilePlace>(&place)) {
        return Value::object(
            {{"kind", "file"}, {"path", on_file->path}, {"reason", on_file->reason}});
    }
    return Value::object({{"kind", "summary"}, {"reason", std::get<SummaryPlace>(place).reason}});
}

template <class T>
Value nullable(const std::optional<T>& value) {
    return value ? Value(*value) : Value(nullptr);
}

// The member names of the model's answer, so that one reader serves both.
Value render_finding(const PlacedFinding& placed) {
    const protocol::Finding& finding = placed.finding;
    const protocol::CodeLocation& location = finding.code_location;
    return Value::object(
        {{"title", finding.title},
         {"body", finding.body},
         {"priority", nullable(finding.priority)},
         {"confidence_score", nullable(finding.confidence_score)},
         {"code_location", Value::object({{"path", location.path},
                                          {"side", render_side(location.side)},
                                          {"line_range", render_range(location.line_range)}})},
         {"quoted_code", finding.quoted_code},
         {"suggestion", nullable(finding.suggestion)},
         {"suggestion_offered", placed.suggestion_block.has_value()},
         {"fingerprint", placed.fingerprint},
         {"place", render_place(placed.place)},
         {"published", render_published(placed.published)},
         {"note", placed.note}});
}

Value render_counts(const Report& report) {
    const auto counts = count_by_priority(report.findings);
    return Value::object({{"total", std::uint64_t{report.findings.size()}},
                          {"p0", std::uint64_t{counts[0]}},
                          {"p1", std::uint64_t{counts[1]}},
                          {"p2", std::uint64_t{counts[2]}},
                          {"p3", std::uint64_t{counts[3]}}});
}

}  // namespace

std::string render_json(const Report& report) {
    Array findings;
    for (const PlacedFinding& finding : report.findings)
        findings.push_back(render_finding(finding));
    Array skipped;
    for (const SkippedFile& file : report.skipped) {
        skipped.push_back(Value::object({{"path", file.path},
                                         {"reason", file.reason},
                                         {"by_default_rule", file.by_default_rule}}));
    }
    const std::optional<std::int64_t> retry_after =
        report.retry_after ? std::optional<std::int64_t>(report.retry_after->count())
                           : std::nullopt;
    const Value document = Value::object(
        {{"version", kDocumentVersion},
         {"outcome", render(report.outcome)},
         {"reason", report.reason},
         {"retry_after_seconds", nullable(retry_after)},
         {"verdict", verdict(report)},
         {"counts", render_counts(report)},
         {"head_sha", report.head_sha},
         {"base_sha", report.base_sha},
         {"model", report.model},
         {"findings", std::move(findings)},
         {"explanation", report.explanation},
         {"files_read", string_list(report.files_read)},
         {"skipped", std::move(skipped)},
         {"notes", string_list(report.notes)},
         {"sandbox_layers", string_list(report.sandbox_layers)},
         {"usage", Value::object({{"input_tokens", report.usage.input_tokens},
                                  {"cached_input_tokens", report.usage.cached_input_tokens},
                                  {"output_tokens", report.usage.output_tokens},
                                  {"reasoning_output_tokens", report.usage.reasoning_output_tokens},
                                  {"total_tokens", report.usage.total_tokens}})},
         {"duration_ms", std::int64_t{report.duration.count()}},
         {"published", report.published},
         {"review_url", report.review_url},
         {"summary_url", report.summary_url}});
    return json::render_pretty(document) + "\n";
}

}  // namespace codex::review
