#include "patch/summary.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <utility>

namespace codex::patch {
namespace {

// A tab ends a name with blanks, as diff(1) and git write it.
std::string with_end(const std::string& path) {
    return path + (path.find(' ') == std::string::npos ? "\n" : "\t\n");
}

}  // namespace

std::string render_summary(const Plan& plan) {
    constexpr std::array<std::pair<Operation, char>, 3> kOrder = {
        {{Operation::add, 'A'}, {Operation::update, 'M'}, {Operation::remove, 'D'}}};
    std::string text = "Success. Updated the following files:\n";
    for (const auto& [operation, letter] : kOrder) {
        for (const FileChange& change : plan.changes) {
            if (change.operation != operation) continue;
            fmt::format_to(std::back_inserter(text), "{} {}\n", letter, change.shown_path);
        }
    }
    return text;
}

std::string render_diff(const FileChange& change) {
    const std::string& target = change.move_to ? *change.move_to : change.path;
    const bool is_new = !change.old_text;
    const bool is_gone = !change.new_text;
    if (change.unified_diff.empty() && !change.move_to && !is_new && !is_gone) return {};
    std::string text = fmt::format("diff --git a/{} b/{}\n", change.path, target);
    if (is_new) text += "new file mode 100644\n";
    if (is_gone) text += "deleted file mode 100644\n";
    if (change.move_to) {
        text += fmt::format("rename from {}\nrename to {}\n", change.path, target);
    }
    if (change.unified_diff.empty()) return text;
    text += is_new ? "--- /dev/null\n" : "--- a/" + with_end(change.path);
    text += is_gone ? "+++ /dev/null\n" : "+++ b/" + with_end(target);
    return text + change.unified_diff;
}

std::string render_diff(const Plan& plan) {
    std::string text;
    for (const FileChange& change : plan.changes) text += render_diff(change);
    return text;
}

std::string render_error(const ParseError& error) {
    if (error.line() == 0) return "Invalid patch: " + error.message();
    return fmt::format("Invalid patch hunk on line {}: {}", error.line(), error.message());
}

}  // namespace codex::patch
