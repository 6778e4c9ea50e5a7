#include "tests/end_to_end/attack.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "base/file.h"
#include "base/text.h"

namespace codex::test {
namespace {

// Shorter parts of a secret are no use to anybody, and occur by chance.
constexpr std::size_t kPart = 16;

std::set<std::string> entries(const std::filesystem::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.insert(entry.path().filename().string());
    return names;
}

bool is_expected(const Value& request) {
    const std::string line =
        *request.find("method")->as_string() + " " + *request.find("path")->as_string();
    static const std::set<std::string> expected = {"POST /v1/responses",
                                                   "POST /graphql",
                                                   "GET /repos/octo/shop/pulls/1",
                                                   "GET /repos/octo/shop/pulls/1/reviews",
                                                   "GET /repos/octo/shop/pulls/1/comments",
                                                   "GET /repos/octo/shop/issues/1/comments",
                                                   "POST /repos/octo/shop/pulls/1/reviews",
                                                   "POST /repos/octo/shop/pulls/1/comments",
                                                   "POST /repos/octo/shop/issues/1/comments"};
    return expected.count(line) != 0 ||
           line.rfind("PATCH /repos/octo/shop/issues/comments/", 0) == 0;
}

}  // namespace

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + part.size()))
        ++found;
    return found;
}

Value fault(const std::string& method, const std::string& path,
            std::vector<std::pair<std::string, Value>> rest) {
    rest.emplace_back("method", method);
    rest.emplace_back("path", path);
    return Value::object(std::move(rest));
}

std::vector<std::string> leaks(const std::string& text) {
    std::set<std::string> parts;
    for (const std::string secret : {kModelKey, kGitHubToken, kRuntimeToken}) {
        std::vector<std::string> forms = {secret, std::string(secret.rbegin(), secret.rend()),
                                          base::to_hex(secret),
                                          base::to_upper(base::to_hex(secret))};
        // The alphabet's three alignments, without what the neighbours change.
        for (std::size_t shift = 0; shift < 3; ++shift) {
            const std::string encoded =
                base::to_base64(std::string(shift, 'x') + secret + std::string(3, 'x'));
            forms.push_back(encoded.substr(4, encoded.size() - 12));
        }
        for (const std::string& form : forms) {
            for (std::size_t at = 0; at + kPart <= form.size(); ++at)
                parts.insert(form.substr(at, kPart));
        }
    }
    std::vector<std::string> found;
    for (const std::string& part : parts) {
        if (has(text, part)) found.push_back(part);
    }
    return found;
}

std::string strings_of(const Value& value) {
    std::string all;
    if (const std::string* text = value.as_string()) all = *text + "\n";
    if (const Array* array = value.as_array()) {
        for (const Value& item : *array) all += strings_of(item);
    }
    if (const json::Object* object = value.as_object()) {
        for (const auto& [name, item] : object->members()) all += strings_of(item);
    }
    return all;
}

std::string first_prompt(const Run& run) {
    for (const Value& request : run.requests) {
        if (*request.find("path")->as_string() == "/v1/responses")
            return strings_of(json::parse(*request.find("body")->as_string()));
    }
    return {};
}

std::vector<std::string> tool_outputs(const Run& run) {
    std::vector<std::string> outputs;
    for (const Value& request : run.requests) {
        if (*request.find("path")->as_string() != "/v1/responses") continue;
        // Each request repeats the history.
        outputs.clear();
        const Value body = json::parse(*request.find("body")->as_string());
        for (const Value& item : *body.find("input")->as_array()) {
            if (const Value* output = item.find("output")) outputs.push_back(*output->as_string());
        }
    }
    return outputs;
}

UnixListener::UnixListener(std::filesystem::path path)
    : path_(std::move(path)),
      fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const std::string text = path_.string();
    REQUIRE(text.size() < sizeof address.sun_path);
    std::copy(text.begin(), text.end(), address.sun_path);
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::chmod(text.c_str(), 0777) == 0);
    REQUIRE(::listen(fd_, 8) == 0);
}

UnixListener::~UnixListener() {
    ::close(fd_);
}

bool UnixListener::was_reached() const {
    const int connection = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return false;
    ::close(connection);
    return true;
}

void check_contained(const Scene& scene, const Run& run, const std::set<std::string>& more) {
    CHECK(leaks(run.everything()) == std::vector<std::string>());
    std::set<std::string> around = {"event.json", "output", "summary"};
    around.insert(more.begin(), more.end());
    CHECK(entries(scene.runner()) == around);
    CHECK(entries(scene.runner().parent_path()) ==
          std::set<std::string>{"workspace", "runner", "pr.diff", "scenario"});
    CHECK(run_git(scene.workspace(), {"status", "--porcelain", "--untracked-files=all"}) == "");
    CHECK(run_git(scene.workspace(), {"rev-parse", "HEAD"}) == scene.head());
    CHECK_FALSE(has(base::read_file(scene.workspace() / ".git/config"), "pwned"));
    const auto findings = scene.workspace() / ".codex-action/findings.json";
    if (std::filesystem::is_regular_file(findings))
        CHECK(leaks(base::read_file(findings)) == std::vector<std::string>());
    for (const Value& request : run.requests) {
        INFO(*request.find("method")->as_string() << ' ' << *request.find("path")->as_string());
        CHECK(is_expected(request));
    }
}

void check_no_commands(const Run& run) {
    // A terminal and some runners also begin a line behind a CR.
    const std::string err = base::replace_all(run.err, "\r", "\n");
    const std::string out = base::replace_all(run.out, "\r", "\n");
    for (const std::string_view line : base::split_lines(err)) {
        INFO(line);
        CHECK(line.rfind("codex-action: ", 0) == 0);
        CHECK_FALSE(has(line, "##["));
        CHECK_FALSE(has(line, "\x1b"));
    }
    for (const std::string_view line : base::split_lines(out)) {
        INFO(line);
        const bool is_annotation = line.rfind("::error ", 0) == 0 ||
                                   line.rfind("::warning ", 0) == 0 ||
                                   line.rfind("::notice ", 0) == 0;
        CHECK(is_annotation);
        CHECK_FALSE(has(line, "##["));
        CHECK_FALSE(has(line, "\x1b"));
        // Properties end at the first "::"; what an attacker wrote must not be one.
        CHECK_FALSE(has(line.substr(2, line.find("::", 2) - 2), ",pwned=1"));
    }
}

}  // namespace codex::test
