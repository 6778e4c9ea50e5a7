#include "tests/support/lib/loopback.h"

#include <stdexcept>

#include "base/file.h"
#include "base/text.h"

namespace codex::test {

Loopback::Loopback(const std::filesystem::path& scenario, const std::string& name,
                   const std::filesystem::path& diff,
                   const std::map<std::string, std::string>& values) {
    // tests/run validates every journal here against the official descriptions of both APIs.
    const std::filesystem::path folder = std::filesystem::path(CODEX_BINARY_DIR) / "journals";
    std::filesystem::create_directories(folder);
    journal_ = folder / (name + ".jsonl");
    std::filesystem::remove(journal_);
    state_ = folder / (name + ".state.json");
    std::filesystem::remove(state_);
    Program program;
    program.argv = {CODEX_BINARY_DIR "/loopback"};
    const std::pair<std::string, std::string> flags[] = {{"--scenario", scenario.string()},
                                                         {"--journal", journal_.string()},
                                                         {"--name", name},
                                                         {"--state", state_.string()}};
    for (const auto& [flag, value] : flags) program.argv.insert(program.argv.end(), {flag, value});
    if (!diff.empty()) program.argv.insert(program.argv.end(), {"--diff", diff.string()});
    for (const auto& [key, value] : values) {
        program.argv.emplace_back("--set");
        program.argv.push_back(key + "=" + value);
    }
    program.environment = plain_environment();
    program_ = std::make_unique<RunningProgram>(std::move(program));
    const std::string line = program_->first_line();
    constexpr std::string_view kGreeting = "listening on ";
    if (line.rfind(kGreeting, 0) != 0)
        throw std::runtime_error("the loopback program did not start: " + program_->wait().err);
    url_ = line.substr(kGreeting.size());
    while (!url_.empty() && url_.back() == '/') url_.pop_back();
}

Loopback::~Loopback() {
    stop();
}

void Loopback::stop() {
    if (program_ == nullptr) return;
    program_->close_input();
    program_->wait();
    program_.reset();
}

json::Value Loopback::final_state() {
    stop();
    return json::parse(base::read_file(state_), "the played GitHub's state");
}

std::vector<json::Value> Loopback::journal() const {
    std::vector<json::Value> requests;
    const std::string text = base::read_file_if_exists(journal_).value_or("");
    for (const std::string_view line : base::split_lines(text))
        requests.push_back(json::parse(line, "a journal line"));
    return requests;
}

}  // namespace codex::test
