// The loopback program (GitHub and a model) as a test drives it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "json/value.h"
#include "tests/support/lib/run_program.h"

namespace codex::test {

class Loopback {
  public:
    /// `values` fill the ${KEY}s of the scenario's files; `diff` is the pull request's diff.
    Loopback(const std::filesystem::path& scenario, const std::string& name,
             const std::filesystem::path& diff = {},
             const std::map<std::string, std::string>& values = {});
    ~Loopback();
    Loopback(const Loopback&) = delete;
    Loopback& operator=(const Loopback&) = delete;

    const std::string& url() const { return url_; }
    /// Every request so far, one value each.
    std::vector<json::Value> journal() const;
    /// Ends the program.
    void stop();
    /// Ends the program and gives what was written to GitHub: {reviews, file_comments,
    /// issue_comments}.
    json::Value final_state();

  private:
    std::unique_ptr<RunningProgram> program_;
    std::filesystem::path journal_;
    std::filesystem::path state_;
    std::string url_;
};

}  // namespace codex::test
