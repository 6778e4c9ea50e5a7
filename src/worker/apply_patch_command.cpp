#include "worker/apply_patch_command.h"

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/file.h"
#include "base/printable.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "patch/apply.h"
#include "patch/patch.h"
#include "patch/plan.h"
#include "patch/summary.h"

namespace codex::worker {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

struct Options {
    std::string root = ".";
    std::optional<std::string> text;  // none: standard input
    patch::Mode mode = patch::Mode::whole;
    bool dry_run = false;
    bool fsync = false;
};

/// Wrong usage; the message stands alone.
class UsageError : public base::Error {
  public:
    using Error::Error;
};

constexpr std::string_view kSeeHelp = "see codex-action apply-patch --help";
constexpr std::string_view kPlainUsage =
    "Usage: apply_patch 'PATCH'\n       echo 'PATCH' | apply_patch";

Options parse(const std::vector<std::string>& arguments) {
    Options options;
    bool only_patch = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (!only_patch && argument == "--") {
            only_patch = true;
        } else if (!only_patch && argument == "--dry-run") {
            options.dry_run = true;
        } else if (!only_patch && argument == "--partial") {
            options.mode = patch::Mode::partial;
        } else if (!only_patch && argument == "--fsync") {
            options.fsync = true;
        } else if (!only_patch && argument == "--root") {
            if (++i == arguments.size())
                throw UsageError(fmt::format("--root needs a folder; {}", kSeeHelp));
            options.root = arguments[i];
        } else if (!only_patch && argument.starts_with("--root=")) {
            options.root = argument.substr(std::string_view("--root=").size());
        } else if (!only_patch && argument.starts_with('-') && argument != "-") {
            throw UsageError(fmt::format("unknown option \"{}\"; {}",
                                         base::render_controls(argument), kSeeHelp));
        } else if (options.text) {
            throw UsageError(
                fmt::format("one patch at a time: a second one is given; {}", kSeeHelp));
        } else {
            options.text = argument;
        }
    }
    if (options.text == "-") options.text.reset();
    return options;
}

std::string real_folder(const std::string& root) {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(root.c_str(), nullptr),
                                                           &std::free);
    if (!real) {
        throw UsageError(fmt::format("--root {}: {}", base::render_controls(root),
                                     std::generic_category().message(errno)));
    }
    return real.get();
}

std::string read_standard_input(std::string_view usage) {
    if (::isatty(STDIN_FILENO) != 0) throw UsageError(std::string(usage));
    std::string text;
    char buffer[65536];
    while (true) {
        const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EBADF) break;  // closed
        if (got < 0) base::throw_errno("cannot read standard input");
        if (got == 0) break;
        text.append(buffer, static_cast<std::size_t>(got));
        if (text.size() > base::kMaxFileBytes)
            throw base::Error(
                fmt::format("the patch is larger than {} bytes", base::kMaxFileBytes));
    }
    if (text.empty()) throw UsageError(std::string(usage));
    return text;
}

void say(std::string_view text) {
    base::write_all(STDERR_FILENO, std::string(text) + "\n");
}

int run(const Options& options, const std::string& text) {
    const std::vector<std::string> roots = {real_folder(options.root)};
    const patch::Patch patch = patch::parse_patch(text, options.mode);
    const patch::PlanOptions where{.roots = roots,
                                   .folder = {},
                                   .mode = options.mode,
                                   .locate = patch::locate_beneath(roots),
                                   .diffs = options.dry_run};
    if (options.mode == patch::Mode::partial && !options.dry_run) {
        const patch::Plan done = patch::apply_each(patch, where, {.fsync = options.fsync});
        if (done.failure) throw base::Error(*done.failure);
        base::write_all(STDOUT_FILENO, patch::render_summary(done));
        return kDone;
    }
    const patch::Plan plan = patch::plan(patch, patch::read_beneath(roots), where);
    for (const std::string& note : plan.notes) say("note: " + note);
    if (options.dry_run) {
        base::write_all(STDOUT_FILENO, patch::render_diff(plan));
        if (plan.failure) throw base::Error(*plan.failure);
        say(fmt::format("dry run: {} change{} planned, nothing was written", plan.changes.size(),
                        plan.changes.size() == 1 ? "" : "s"));
        return kDone;
    }
    const patch::Outcome outcome = patch::apply(plan, roots, {.fsync = options.fsync});
    if (outcome.error) throw base::Error(*outcome.error);
    base::write_all(STDOUT_FILENO, patch::render_summary(plan));
    return kDone;
}

/// A short life: memory that is given back to the kernel and asked for again costs more than the
/// work.
void keep_memory() {
    constexpr int kAll = 1 << 30;
    ::mallopt(M_MMAP_THRESHOLD, kAll);
    ::mallopt(M_TRIM_THRESHOLD, kAll);
    ::mallopt(M_TOP_PAD, 4 << 20);
}

template <class Work>
int to_exit_code(Work work) {
    keep_memory();
    try {
        return work();
    } catch (const UsageError& error) {
        say(error.what());
        return kUsage;
    } catch (const patch::ParseError& error) {
        say(patch::render_error(error));
    } catch (const std::exception& error) {
        say(error.what());
    }
    return kFailed;
}

}  // namespace

int run_apply_patch(const std::vector<std::string>& arguments) {
    return to_exit_code([&] {
        const Options options = parse(arguments);
        return run(options, options.text
                                ? *options.text
                                : read_standard_input(fmt::format(
                                      "say what to apply: codex-action apply-patch [options] "
                                      "PATCH, or the patch on standard input; {}",
                                      kSeeHelp)));
    });
}

int run_as_apply_patch(const std::vector<std::string>& arguments) {
    return to_exit_code([&] {
        if (arguments.size() > 1)
            throw UsageError("Error: apply_patch accepts exactly one argument.");
        if (arguments.empty()) return run({}, read_standard_input(kPlainUsage));
        if (!base::is_valid_utf8(arguments.front()))
            throw base::Error("Error: apply_patch requires a UTF-8 PATCH argument.");
        return run({}, arguments.front());
    });
}

}  // namespace codex::worker
