// One pull request, a played GitHub and model, and the real program started as a workflow runner
// starts it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "json/value.h"
#include "tests/support/lib/git_repo.h"
#include "tests/support/lib/loopback.h"
#include "tests/support/lib/run_program.h"
#include "tests/support/lib/temp_dir.h"
#include "tests/support/lib/text.h"

namespace codex::test {

using json::Array;
using json::Value;

/// What one run left behind.
struct Run {
    int exit_code = -1;
    std::chrono::microseconds cpu_time{0};
    std::size_t peak_memory_kib = 0;
    std::string out;
    std::string err;
    std::map<std::string, std::string> outputs;  // as the runner parses GITHUB_OUTPUT
    std::string summary;                         // GITHUB_STEP_SUMMARY
    Value state;                  // what GitHub holds: reviews, file_comments, issue_comments
    std::vector<Value> requests;  // the journal

    /// Comments of all reviews, in the order they were posted.
    std::vector<Value> inline_comments() const;
    /// Our summary comment's body; empty when there is none.
    std::string summary_comment() const;
    std::size_t count_requests(std::string_view method, std::string_view path_part) const;
    /// Everything that left the process, in one text: for looking whether a secret did.
    std::string everything() const;
};

class Scene {
  public:
    /// `name` names the journal; the base holds src/app.c (ten lines), the head changes line 3 and
    /// adds two behind 6.
    explicit Scene(std::string name);

    GitRepo& repo() { return *repo_; }
    /// Writes files onto the pull request's branch before the run; replaces the default change.
    void change(const std::map<std::string, std::string>& files);
    void change_base(const std::map<std::string, std::string>& files);

    Value github =
        Value(json::Object());  // github.json; pull_request's head and base are filled in
    Array model;                // model.json
    Array faults;               // faults.json
    std::map<std::string, std::string> environment;  // added to, or replacing, the runner's
    std::vector<std::string> arguments;              // of the command line; none: run for the event
    std::string event_name = "pull_request";
    Value event;  // null: a plain pull_request "opened"
    enum class Checkout { merge, head, base } checkout = Checkout::head;
    bool enterprise = false;  // API beneath /api/v3

    /// Prepares the checkout, starts the played APIs and runs the program to its end.
    Run run();
    /// The same in two halves, for sending signals in between.
    void start();
    RunningProgram& program() { return *program_; }
    Loopback& loopback() { return *loopback_; }
    Run finish();

    const std::string& head() const { return head_; }
    const std::string& base() const { return base_; }
    std::filesystem::path workspace() const { return dir_ / "workspace"; }
    std::filesystem::path runner() const { return dir_ / "runner"; }

  private:
    void prepare();
    Program make_program();
    std::string name_;
    TempDir dir_;
    std::unique_ptr<GitRepo> repo_;
    std::unique_ptr<Loopback> loopback_;
    std::unique_ptr<RunningProgram> program_;
    std::string base_;
    std::string head_;
    bool changed_ = false;
};

/// Steps of the scripted model.
Value says(const std::string& text);
Value calls_command(const std::string& command);
Value calls_tool(const std::string& name, Value arguments);
/// A whole review with these findings.
Value reviews(Array findings, const std::string& explanation = "Looked at everything.");
/// A finding on the head's lines; `quoted` may be empty.
Value finding(const std::string& title, const std::string& path, int start, int end,
              const std::string& quoted, int priority = 1);

inline constexpr const char* kModelKey = "sk-test-4f9a8b7c6d5e4f3a2b1c";
inline constexpr const char* kGitHubToken = "ghs_9Zy8Xw7Vu6Ts5Rq4Po3Nm2Lk1Ji0";

}  // namespace codex::test
