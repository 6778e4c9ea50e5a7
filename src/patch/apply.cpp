#include "patch/apply.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/error.h"
#include "patch/transaction.h"

namespace codex::patch {
namespace {

// What becomes of each path when several changes touch it: from the first old text to the last new.
class Goals {
  public:
    void add(const FileChange& change) {
        if (change.move_to) {
            FileGoal& target = at(*change.move_to, change.replaced_text);
            target.after = borrowed(change.new_text);
            target.mode_from = mode_source(change.path);
            FileGoal& source = at(change.path, change.old_text);
            source.after = nullptr;
            source.mode_from.clear();  // it has gone with the file
        } else {
            at(change.path, change.old_text).after = borrowed(change.new_text);
        }
    }

    const std::vector<FileGoal>& all() const { return goals_; }

  private:
    FileGoal& at(const std::string& path, const std::optional<std::string>& before) {
        const auto [known, is_new] = places_.try_emplace(path, goals_.size());
        if (is_new) goals_.push_back({path, borrowed(before), nullptr, path});
        return goals_[known->second];
    }

    static const std::string* borrowed(const std::optional<std::string>& text) {
        return text ? &*text : nullptr;
    }

    std::string mode_source(const std::string& path) const {
        const auto known = places_.find(path);
        return known == places_.end() ? path : goals_[known->second].mode_from;
    }

    std::map<std::string, std::size_t> places_;
    std::vector<FileGoal> goals_;
};

// Why it failed and was undone; nullopt when it is done.
std::optional<std::string> run(const Roots& roots, bool fsync, const std::vector<FileGoal>& goals) {
    Transaction transaction(roots, fsync);
    try {
        transaction.run(goals);
    } catch (const base::Error& error) {
        const std::vector<std::string> left = transaction.roll_back();
        if (left.empty()) return error.what();
        return fmt::format("{}; and these could not be set back: {}", error.what(),
                           fmt::join(left, ", "));
    }
    transaction.finish();
    return std::nullopt;
}

}  // namespace

Reader read_beneath(const std::vector<std::string>& roots) {
    // Shared by the copies of the function, which std::function may make.
    auto opened = std::make_shared<const Roots>(roots);
    return [opened](const std::string& path) { return read_file_beneath(*opened, path); };
}

Locator locate_beneath(const std::vector<std::string>& roots) {
    auto opened = std::make_shared<const Roots>(roots);
    return [opened](const std::string& path) { return opened->spot(path); };
}

Plan apply_each(const Patch& patch, const PlanOptions& options, const ApplyOptions& apply_options) {
    if (patch.files.empty()) return plan(patch, {}, options);
    Plan done;
    done.mode = Mode::partial;
    const Reader reader = read_beneath(options.roots);
    for (const FilePatch& file : patch.files) {
        Plan next = plan({{file}}, reader, options);
        const Outcome outcome = apply(next, options.roots, apply_options);
        done.failure = outcome.error;
        if (done.failure) break;
        done.changes.push_back(std::move(next.changes.front()));
    }
    return done;
}

Outcome apply(const Plan& plan, const std::vector<std::string>& roots,
              const ApplyOptions& options) {
    const Roots opened(roots);
    Outcome outcome;
    if (plan.mode == Mode::whole) {
        Goals goals;
        for (const FileChange& change : plan.changes) goals.add(change);
        outcome.error = run(opened, options.fsync, goals.all());
        if (!outcome.error) outcome.applied = plan.changes.size();
        return outcome;
    }
    for (const FileChange& change : plan.changes) {
        Goals goals;
        goals.add(change);
        outcome.error = run(opened, options.fsync, goals.all());
        if (outcome.error) return outcome;
        ++outcome.applied;
    }
    outcome.error = plan.failure;
    return outcome;
}

}  // namespace codex::patch
