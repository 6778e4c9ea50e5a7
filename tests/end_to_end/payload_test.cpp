// Event payloads as GitHub sends them, and as it should not, through the program's entry: all of
// @octokit/webhooks-examples that concern us, and what tests/contract/payloads.mjs derives of them.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <mutex>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "cli/run.h"
#include "tests/end_to_end/attack.h"
#include "tests/support/lib/captured_stream.h"
#include "tests/support/lib/http_server.h"

using namespace codex::test;
namespace base = codex::base;

namespace {

const std::filesystem::path kSource = CODEX_SOURCE_DIR;
constexpr std::chrono::minutes kFetchTime{3};

struct Payload {
    std::string file;
    std::string event;
    std::string expect;
    std::string why;
    std::string repository;
    std::optional<std::int64_t> number;
    bool derived = false;
};

void run_script(std::vector<std::string> argv) {
    Program program;
    program.argv = std::move(argv);
    program.environment = plain_environment();
    program.timeout = kFetchTime;
    run_checked(std::move(program));
}

// Made once, whichever of the parallel tests comes first, and again when their script has changed.
std::filesystem::path payload_folder() {
    std::filesystem::path folder = kSource / "build/payloads";
    const std::filesystem::path script = kSource / "tests/contract/payloads.mjs";
    std::filesystem::create_directories(folder);
    const base::UniqueFd lock(
        ::open((folder / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    REQUIRE(lock);
    REQUIRE(::flock(lock.get(), LOCK_EX) == 0);
    const std::filesystem::path index = folder / "index.json";
    const bool fresh =
        std::filesystem::exists(index) &&
        std::filesystem::last_write_time(index) > std::filesystem::last_write_time(script);
    if (fresh) return folder;
    try {
        run_script({"node", "--version"});
    } catch (const std::exception& error) {
        FAIL("node is missing, it makes the payloads (Debian: apt-get install nodejs npm): "
             << error.what());
    }
    run_script({"sh", kSource / "tests/contract/install"});
    run_script({"node", script, folder});
    return folder;
}

std::vector<Payload> read_index(const std::filesystem::path& folder) {
    std::vector<Payload> all;
    const Value index = codex::json::parse(base::read_file(folder / "index.json"), "index.json");
    for (const Value& entry : *index.as_array()) {
        const auto text = [&](const char* name) {
            return codex::json::string_or_empty(entry.find(name));
        };
        all.push_back({text("file"), text("event"), text("expect"), text("why"), text("repository"),
                       entry.find("number")->as_integer(), *entry.find("derived")->as_bool()});
    }
    return all;
}

bool concerns_us(const std::string& event) {
    return event.rfind("pull_request", 0) == 0 || has(event, "comment") ||
           event == "workflow_dispatch" || event == "schedule" || event == "push";
}

struct Ended {
    int exit_code = -1;
    std::string err;
};

// What the program did with one payload, in the index's words; else what is wrong.
std::string judge(const Ended& result, const std::string& output,
                  const std::vector<std::string>& requests, const Payload& payload) {
    const auto error_lines = base::split_lines(result.err);
    for (const std::string_view line : error_lines) {
        if (line.rfind("codex-action: ", 0) != 0) return "a strange line: " + std::string(line);
    }
    if (requests.empty()) {
        if (result.exit_code == 0)
            return has(output, "\nskipped\n") ? "skip" : "exit code 0 without outcome=skipped";
        if (result.exit_code != 1 && result.exit_code != 2)
            return "exit code " + std::to_string(result.exit_code);
        if (error_lines.size() != 1)
            return std::to_string(error_lines.size()) + " lines instead of one";
        return error_lines[0].size() > 400 ? "an endless line" : "error";
    }
    const std::string pull =
        "/pulls/" + (payload.number ? std::to_string(*payload.number) : std::string());
    if (result.exit_code != 1) return "reviewed what does not exist";
    const auto names_it = [&](const std::string& line) { return has(line, pull); };
    if (!std::any_of(requests.begin(), requests.end(), names_it))
        return "asked for another pull request: " + requests[0];
    return has(output, "\nnot-reviewed\n") ? "review" : "no outcome=not-reviewed";
}

// The entry within this process: starting a sanitized program hundreds of times takes minutes.
Ended run_entry(const base::Environment& environment) {
    const CapturedStream out(STDOUT_FILENO);
    const CapturedStream err(STDERR_FILENO);
    base::open_log(0, nullptr);
    const int code = codex::cli::run_to_exit_code(
        [&] { return codex::cli::run(codex::cli::parse_arguments({}, true), environment); });
    return {code, err.text()};
}

// Runs payloads one after another against a GitHub that knows none of their pull requests.
class Runner {
  public:
    explicit Runner(std::filesystem::path payloads)
        : payloads_(std::move(payloads)), server_(answer_each([this](const std::string& request) {
              const std::lock_guard lock(mutex_);
              requests_.push_back(request.substr(0, request.find("\r\n")));
              return http_answer(404, "{\"message\":\"Not Found\"}");
          })) {}

    /// Empty when the payload was handled as its entry says.
    std::string run(const Payload& payload) {
        write_file(dir_ / "output", "");
        const base::Environment environment(
            {{"PATH", "/usr/bin:/bin"},
             {"GITHUB_ACTIONS", "true"},
             {"GITHUB_EVENT_NAME", payload.event},
             {"GITHUB_EVENT_PATH", (payloads_ / payload.file).string()},
             {"GITHUB_REPOSITORY", payload.repository.empty() ? "octo/shop" : payload.repository},
             {"GITHUB_WORKSPACE", dir_.path().string()},
             {"GITHUB_API_URL", server_.url("")},
             {"GITHUB_GRAPHQL_URL", server_.url("/graphql")},
             {"GITHUB_OUTPUT", (dir_ / "output").string()},
             {"INPUT_OPENAI_API_KEY", kModelKey},
             {"INPUT_GITHUB_TOKEN", kGitHubToken},
             {"INPUT_BASE_URL", server_.url("/v1")}});
        const Ended result = run_entry(environment);
        std::vector<std::string> requests;
        {
            const std::lock_guard lock(mutex_);
            requests.swap(requests_);
        }
        const std::string did = judge(result, base::read_file(dir_ / "output"), requests, payload);
        const auto allowed = base::split(payload.expect, '|');
        if (std::find(allowed.begin(), allowed.end(), did) != allowed.end()) return {};
        return payload.file + " (" + payload.why + "): expected " + payload.expect + ", got " +
               did + " (exit code " + std::to_string(result.exit_code) +
               "): " + result.err.substr(0, 600) + "\n";
    }

  private:
    std::filesystem::path payloads_;
    TempDir dir_;
    std::mutex mutex_;
    std::vector<std::string> requests_;
    HttpServer server_;
};

// Checks all payloads that `selects` takes; at least `least` of them must be there.
template <class Selects>
void check_payloads(std::size_t least, Selects selects) {
    const std::filesystem::path folder = payload_folder();
    std::vector<Payload> chosen;
    for (Payload& payload : read_index(folder)) {
        if (selects(payload)) chosen.push_back(std::move(payload));
    }
    REQUIRE(chosen.size() >= least);
    std::string wrong;
    Runner runner(folder);
    for (const Payload& payload : chosen) wrong += runner.run(payload);
    CHECK(wrong == "");
}

bool is_derived_pull_request(const Payload& payload) {
    return payload.derived && payload.event == "pull_request";
}

}  // namespace

TEST_CASE("pull request events as GitHub sends them are reviewed or skipped", "[slow]") {
    check_payloads(25, [](const Payload& payload) {
        return !payload.derived && payload.event == "pull_request";
    });
}

TEST_CASE("pull request events of odd, hostile or missing content end as they should", "[slow]") {
    check_payloads(50, [](const Payload& payload) {
        return is_derived_pull_request(payload) && payload.file < "pull_request.no";
    });
}

TEST_CASE("pull request events of the rest of the alphabet end as they should", "[slow]") {
    check_payloads(40, [](const Payload& payload) {
        return is_derived_pull_request(payload) && payload.file >= "pull_request.no";
    });
}

TEST_CASE("comments, reviews, dispatches and broken event files end as they should", "[slow]") {
    check_payloads(50, [](const Payload& payload) {
        return payload.derived && payload.event != "pull_request";
    });
}

TEST_CASE("events that do not start a review are skipped without a request", "[slow]") {
    std::string before;
    check_payloads(60, [&before](const Payload& payload) {
        if (payload.derived || payload.event == "pull_request") return false;
        // Of an event that is none of ours one payload says as much as all.
        const bool is_first = payload.event != before;
        before = payload.event;
        return concerns_us(payload.event) || is_first;
    });
}
