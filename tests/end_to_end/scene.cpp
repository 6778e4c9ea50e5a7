#include "tests/end_to_end/scene.h"

#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace codex::test {
namespace {

constexpr const char* kBaseFile =
    "int one(void);\nint two(void);\nint three(void);\nint four(void);\nint five(void);\nint "
    "six(void);\n"
    "int seven(void);\nint eight(void);\nint nine(void);\nint ten(void);\n";
constexpr const char* kHeadFile =
    "int one(void);\nint two(void);\nint three(int);\nint four(void);\nint five(void);\nint "
    "six(void);\n"
    "int six_and_a_half(void);\nint almost_seven(void);\nint seven(void);\nint eight(void);\nint "
    "nine(void);\nint ten(void);\n";

std::map<std::string, std::string> parse_outputs(const std::string& text) {
    std::map<std::string, std::string> outputs;
    std::string name;
    std::string delimiter;
    std::string value;
    for (const std::string_view line : base::split_lines(text)) {
        const std::size_t mark = line.find("<<");
        if (delimiter.empty() && mark != std::string_view::npos) {
            name = line.substr(0, mark);
            delimiter = line.substr(mark + 2);
            value.clear();
        } else if (line == delimiter) {
            outputs[name] = value;
            delimiter.clear();
        } else {
            value += (value.empty() ? "" : "\n") + std::string(line);
        }
    }
    return outputs;
}

void chown_all(const std::filesystem::path& path, uid_t owner) {
    if (::geteuid() != 0) return;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
        if (::lchown(entry.path().c_str(), owner, owner) != 0)
            throw std::runtime_error("cannot change an owner");
    }
    if (::chown(path.c_str(), owner, owner) != 0)
        throw std::runtime_error("cannot change an owner");
}

}  // namespace

std::vector<Value> Run::inline_comments() const {
    std::vector<Value> all;
    for (const Value& review : *state.find("reviews")->as_array()) {
        const Value* comments = review.find("comments");
        if (comments == nullptr) continue;
        all.insert(all.end(), comments->as_array()->begin(), comments->as_array()->end());
    }
    return all;
}

std::string Run::summary_comment() const {
    for (const Value& comment : *state.find("issue_comments")->as_array()) {
        if (*comment.find("mine")->as_bool()) return *comment.find("body")->as_string();
    }
    return {};
}

std::size_t Run::count_requests(std::string_view method, std::string_view path_part) const {
    std::size_t count = 0;
    for (const Value& request : requests) {
        if (*request.find("method")->as_string() == method &&
            request.find("path")->as_string()->find(path_part) != std::string::npos) {
            ++count;
        }
    }
    return count;
}

std::string Run::everything() const {
    std::string all = out + err + summary + json::render(state);
    for (const auto& [name, value] : outputs) all += name + value;
    for (const Value& request : requests) all += *request.find("body")->as_string();
    return all;
}

Scene::Scene(std::string name) : name_(std::move(name)) {
    repo_ = std::make_unique<GitRepo>(dir_ / "workspace");
    std::filesystem::create_directories(runner());
    change_base({{"src/app.c", kBaseFile}});
}

void Scene::change_base(const std::map<std::string, std::string>& files) {
    for (const auto& [path, content] : files) repo_->write(path, content);
    base_ = repo_->commit("base");
}

void Scene::change(const std::map<std::string, std::string>& files) {
    if (!changed_) repo_->git({"switch", "-q", "-c", "feature"});
    changed_ = true;
    for (const auto& [path, content] : files) repo_->write(path, content);
    head_ = repo_->commit("change");
}

void Scene::prepare() {
    if (!changed_) change({{"src/app.c", kHeadFile}});
    head_ = repo_->git({"rev-parse", "feature"});
    write_file(dir_ / "pr.diff",
               repo_->git({"diff", "--no-color", "--no-ext-diff", base_ + "..." + head_}) + "\n");
    switch (checkout) {
        case Checkout::head:
            repo_->git({"switch", "-q", "--detach", "feature"});
            break;
        case Checkout::base:
            repo_->git({"switch", "-q", "--detach", "main"});
            break;
        case Checkout::merge:
            repo_->git({"switch", "-q", "--detach", "main"});
            repo_->git(
                {"merge", "-q", "--no-ff", "-m", "Merge " + head_ + " into " + base_, "feature"});
            break;
    }
    chown_all(workspace(), 1001);
    json::Object pull;
    if (const Value* given = github.find("pull_request")) pull = *given->as_object();
    const auto end = [&](const char* which, const char* ref, const std::string& sha) {
        json::Object side;
        if (const Value* given = pull.find(which)) side = *given->as_object();
        if (side.find("ref") == nullptr) side.set("ref", ref);
        if (side.find("sha") == nullptr) side.set("sha", sha);
        pull.set(which, std::move(side));
    };
    end("head", "feature", head_);
    end("base", "main", base_);
    json::Object scenario = *github.as_object();
    scenario.set("pull_request", std::move(pull));
    write_file(dir_ / "scenario/github.json", json::render(Value(std::move(scenario))));
    write_file(dir_ / "scenario/model.json", json::render(Value(model)));
    write_file(dir_ / "scenario/faults.json", json::render(Value(faults)));
    loopback_ = std::make_unique<Loopback>(dir_ / "scenario", name_, dir_ / "pr.diff");
}

Program Scene::make_program() {
    if (event.is_null()) {
        event = Value::object(
            {{"action", "opened"},
             {"number", 1},
             {"pull_request",
              Value::object({{"number", 1},
                             {"head", Value::object({{"sha", head_}, {"ref", "feature"}})}})}});
    }
    write_file(runner() / "event.json",
               event.as_string() != nullptr ? *event.as_string() : json::render(event));
    write_file(runner() / "output", "");
    write_file(runner() / "summary", "");
    const std::string url = loopback_->url();
    std::map<std::string, std::string> all = {
        {"PATH", "/usr/local/bin:/usr/bin:/bin"},
        {"HOME", runner().string()},
        {"CI", "true"},
        {"GITHUB_ACTIONS", "true"},
        {"GITHUB_EVENT_NAME", event_name},
        {"GITHUB_EVENT_PATH", (runner() / "event.json").string()},
        {"GITHUB_REPOSITORY", "octo/shop"},
        {"GITHUB_WORKSPACE", workspace().string()},
        {"GITHUB_API_URL", enterprise ? url + "/api/v3" : url},
        {"GITHUB_GRAPHQL_URL", enterprise ? url + "/api/graphql" : url + "/graphql"},
        {"GITHUB_OUTPUT", (runner() / "output").string()},
        {"GITHUB_STEP_SUMMARY", (runner() / "summary").string()},
        {"ACTIONS_RUNTIME_TOKEN", "runtime-token-of-the-runner-5566"},
        {"INPUT_OPENAI_API_KEY", kModelKey},
        {"INPUT_GITHUB_TOKEN", kGitHubToken},
        {"INPUT_BASE_URL", url + "/v1"},
        // The runner exports inputs that nobody set, empty.
        {"INPUT_MODE", ""},
        {"INPUT_MODEL", ""},
        {"ASAN_OPTIONS", "detect_leaks=0"},
    };
    for (const auto& [name, value] : environment) all[name] = value;
    Program program;
    program.argv = {CODEX_BINARY_DIR "/codex-action"};
    program.argv.insert(program.argv.end(), arguments.begin(), arguments.end());
    for (const auto& [name, value] : all) program.environment.push_back(name + "=" + value);
    program.working_directory = workspace();
    return program;
}

void Scene::start() {
    prepare();
    program_ = std::make_unique<RunningProgram>(make_program());
    program_->close_input();
}

Run Scene::finish() {
    const ProgramResult result = program_->wait();
    Run run;
    run.exit_code = result.exit_code;
    run.cpu_time = result.cpu_time;
    run.peak_memory_kib = result.peak_memory_kib;
    run.out = result.out;
    run.err = result.err;
    run.outputs = parse_outputs(base::read_file(runner() / "output"));
    run.summary = base::read_file(runner() / "summary");
    run.requests = loopback_->journal();
    run.state = loopback_->final_state();
    return run;
}

Run Scene::run() {
    start();
    return finish();
}

Value says(const std::string& text) {
    return Value::object({{"items", Array{Value::object({{"message", text}})}}});
}

Value calls_command(const std::string& command) {
    return calls_tool("exec_command", Value::object({{"cmd", command}}));
}

Value calls_tool(const std::string& name, Value arguments) {
    const Value call = Value::object({{"name", name}, {"arguments", std::move(arguments)}});
    return Value::object({{"items", Array{Value::object({{"call", call}})}}});
}

Value reviews(Array findings, const std::string& explanation) {
    const bool any = !findings.empty();
    const Value review =
        Value::object({{"findings", std::move(findings)},
                       {"overall_correctness", any ? "patch is incorrect" : "patch is correct"},
                       {"overall_explanation", explanation},
                       {"overall_confidence_score", 0.9}});
    return Value::object({{"items", Array{Value::object({{"json", review}})}}});
}

Value finding(const std::string& title, const std::string& path, int start, int end,
              const std::string& quoted, int priority) {
    const Value range = Value::object({{"start", start}, {"end", end}});
    return Value::object(
        {{"title", title},
         {"body", "Because of " + title + "."},
         {"priority", priority},
         {"confidence_score", 0.9},
         {"code_location",
          Value::object({{"path", path}, {"side", "RIGHT"}, {"line_range", range}})},
         {"quoted_code", quoted},
         {"suggestion", nullptr}});
}

}  // namespace codex::test
