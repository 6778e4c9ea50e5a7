#include "worker/file_tasks.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/error.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "json/codec.h"
#include "json/value.h"
#include "patch/apply.h"
#include "patch/patch.h"
#include "patch/plan.h"
#include "patch/summary.h"
#include "sandbox/workspace_path.h"

namespace codex::worker {
namespace {

std::string absolute(const std::string& path, const std::vector<std::string>& roots) {
    if (path.starts_with('/')) return path;
    return roots.front() + (roots.front().ends_with('/') ? "" : "/") + path;
}

/// Where the kernel protects nothing, the broker would put the old file back: better said at once.
void refuse_protected(const patch::Plan& plan, const std::vector<std::string>& roots,
                      const sandbox::Policy& policy) {
    if (policy.mode == sandbox::Mode::danger_full_access) return;
    for (const patch::FileChange& change : plan.changes) {
        for (const std::string& path : {change.path, change.move_to.value_or(change.path)}) {
            if (sandbox::is_protected(absolute(path, roots), policy))
                throw base::Error(absolute(path, roots) + " is protected and may not be changed");
        }
    }
}

sandbox::PatchedKind kind_of(patch::Operation operation) {
    switch (operation) {
        case patch::Operation::add:
            return sandbox::PatchedKind::added;
        case patch::Operation::update:
            return sandbox::PatchedKind::updated;
        case patch::Operation::remove:
            return sandbox::PatchedKind::removed;
    }
    return sandbox::PatchedKind::updated;
}

std::size_t size_of(const std::optional<std::string>& text) {
    return text ? text->size() : 0;
}

std::optional<std::string> as_text(const std::optional<std::string>& bytes) {
    if (!bytes) return std::nullopt;
    return base::to_valid_utf8(*bytes);
}

void describe(const patch::Plan& plan, const sandbox::PatchTask& task,
              sandbox::PatchReport& report) {
    std::size_t room = sandbox::kMaxReportedTextBytes;
    for (const patch::FileChange& change : plan.changes) {
        sandbox::PatchedFile file;
        file.kind = kind_of(change.operation);
        file.path = absolute(change.path, task.roots);
        if (change.move_to) file.move_to = absolute(*change.move_to, task.roots);
        const std::size_t size =
            size_of(change.old_text) + size_of(change.new_text) + change.unified_diff.size();
        if (size <= room) {
            room -= size;
            file.old_text = as_text(change.old_text);
            file.new_text = as_text(change.new_text);
            file.unified_diff = base::to_valid_utf8(change.unified_diff);
        } else {
            ++report.files_without_text;
        }
        report.files.push_back(std::move(file));
    }
}

sandbox::PatchReport run(const sandbox::Policy& policy, const sandbox::PatchTask& task) {
    sandbox::PatchReport report;
    try {
        const patch::Plan plan =
            patch::plan(patch::parse_patch(task.text), patch::read_beneath(task.roots),
                        {.roots = task.roots,
                         .folder = task.folder,
                         .mode = patch::Mode::whole,
                         .locate = patch::locate_beneath(task.roots),
                         .diffs = task.dry_run});
        report.planned = true;
        if (task.dry_run) {
            describe(plan, task, report);
        } else {
            refuse_protected(plan, task.roots, policy);
            if (const auto error = patch::apply(plan, task.roots).error) throw base::Error(*error);
        }
        report.summary = patch::render_summary(plan);
        report.notes = plan.notes;
    } catch (const base::Error& error) {
        report.error = base::to_valid_utf8(error.what());
    }
    return report;
}

}  // namespace

int print_file(const sandbox::Policy& policy, const sandbox::FileRead& wanted) {
    std::vector<std::string> roots = {policy.workspace};
    for (const auto* more : {&policy.readable, &policy.writable})
        roots.insert(roots.end(), more->begin(), more->end());
    const sandbox::OpenedFile file = sandbox::open_in_roots(wanted.path, roots);
    std::string error = file.error;
    struct stat info = {};
    if (file.fd && ::fstat(file.fd.get(), &info) == 0 &&
        static_cast<std::uint64_t>(info.st_size) > wanted.max_bytes) {
        error = fmt::format("{} has {} bytes; at most {} are read", wanted.path, info.st_size,
                            wanted.max_bytes);
    }
    std::uint64_t left = wanted.max_bytes;
    char buffer[65536];
    while (error.empty() && left > 0) {
        const ssize_t got =
            ::read(file.fd.get(), buffer, std::min<std::uint64_t>(sizeof buffer, left));
        if (got == 0) break;
        if (got < 0 && errno != EINTR)
            error = fmt::format("cannot read {}: {}", wanted.path,
                                std::generic_category().message(errno));
        if (got <= 0) continue;
        base::write_all(STDOUT_FILENO, {buffer, static_cast<std::size_t>(got)});
        left -= static_cast<std::uint64_t>(got);
    }
    if (error.empty()) return 0;
    base::write_all(STDERR_FILENO, error + "\n");
    return 1;
}

int patch_files(const sandbox::Policy& policy, const sandbox::PatchTask& task) {
    base::write_all(STDOUT_FILENO, json::render(json::encode(run(policy, task))));
    return 0;
}

}  // namespace codex::worker
