#include "tools/apply_patch.h"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>

#include "base/text.h"
#include "tools/shell.h"
#include "tools_fixture.h"

using namespace codex::tools;
using codex::protocol::ApprovalPolicy;
using codex::protocol::ReviewDecision;
using codex::sandbox::Mode;
using codex::sandbox::PatchedFile;
using codex::sandbox::PatchedKind;

namespace {

namespace fs = std::filesystem;

std::string framed(const std::string& body) {
    return "*** Begin Patch\n" + body + "*** End Patch\n";
}

std::string without_time(std::string text) {
    const std::size_t begin = text.find("Wall time: ");
    if (begin != std::string::npos) text.erase(begin, text.find('\n', begin) + 1 - begin);
    return text;
}

class Scene {
  public:
    explicit Scene(Mode mode = Mode::workspace_write, PatchApprover* approver = nullptr,
                   PatchEvents events = {})
        : workspace(mode), patcher(*workspace.worker, approver, std::move(events)) {}

    void write(const std::string& name, const std::string& text) const {
        const fs::path path = workspace.path() / name;
        fs::create_directories(path.parent_path());
        codex::base::write_file_atomically(path, text);
        for (fs::path part = path; part != workspace.path(); part = part.parent_path()) {
            if (::geteuid() == 0)
                REQUIRE(::chown(part.c_str(), Workspace::owner(), Workspace::owner()) == 0);
        }
    }
    std::string read(const std::string& name) const {
        return codex::base::read_file_if_exists(workspace.path() / name).value_or("none");
    }
    std::string apply(const std::string& body, const std::string& folder = "") {
        return without_time(
            patcher
                .apply(framed(body), folder.empty() ? workspace.path() : workspace.path() / folder,
                       nullptr)
                .text);
    }

    Workspace workspace;
    Patcher patcher;
};

const std::string kSuccess = "Exit code: 0\nOutput:\nSuccess. Updated the following files:\n";

}  // namespace

TEST_CASE("a patch of the model is applied in the sandbox, as the workspace's owner") {
    Scene scene;
    scene.write("sub/a.txt", "1\n2\n");
    CHECK(scene.apply("*** Update File: a.txt\n@@\n 1\n-2\n+two\n*** Add File: ../b.txt\n+new\n",
                      "sub") == kSuccess + "A ../b.txt\nM a.txt\n");
    CHECK(scene.read("sub/a.txt") == "1\ntwo\n");
    CHECK(scene.read("b.txt") == "new\n");
    struct stat info = {};
    REQUIRE(::stat((scene.workspace.path() / "b.txt").c_str(), &info) == 0);
    CHECK(info.st_uid == (::geteuid() == 0 ? Workspace::owner() : ::geteuid()));
}

TEST_CASE("what cannot be applied changes nothing and says why in one try") {
    Scene scene;
    scene.write("a", "alpha\nbeta\n");
    scene.write("b", "1\n");
    const std::string text =
        scene.apply("*** Delete File: b\n*** Update File: a\n@@\n alpha\n-betta\n+3\n");
    CHECK(text.starts_with("apply_patch verification failed: Failed to find expected lines in a"));
    CHECK(text.find("2: beta") != std::string::npos);
    CHECK(scene.read("b") == "1\n");
    CHECK(scene.apply("*** Frobnicate: a\n")
              .starts_with("apply_patch verification failed: invalid hunk at line 2, "));
    CHECK(scene.apply("") == "apply_patch verification failed: No files were modified.");
    const std::string large(kMaxPatchBytes, 'x');
    CHECK(scene.apply("*** Add File: c\n+" + large + "\n").find("at most 4194304 are taken") !=
          std::string::npos);
}

TEST_CASE("a note tells the model what it may not have meant") {
    Scene scene;
    scene.write("a", "x\nx\n");
    const std::string text = scene.apply("*** Update File: a\n@@\n-x\n+y\n*** Add File: a\n+z\n");
    CHECK(text.find("\nNote: ") != std::string::npos);
    CHECK(text.find("Note: a was there before and is overwritten\n") != std::string::npos);
}

TEST_CASE("nothing outside of the writable folders is touched under the policy of CI") {
    Scene scene;
    const std::string settings = "; rejected by user approval settings";
    const auto rejected = [&](const std::string& why) {
        return "patch rejected: " + why + settings;
    };
    CHECK(scene.apply("*** Add File: /etc/x\n+x\n") ==
          rejected("/etc/x lies outside of the writable folders"));
    CHECK(scene.apply("*** Add File: ../x\n+x\n").ends_with("folders" + settings));
    CHECK(scene.apply("*** Add File: a\n+x\n*** Add File: ../x\n+x\n").ends_with(settings));
    CHECK(scene.read("a") == "none");
    CHECK(scene.apply("*** Add File: .codex/config.toml\n+x\n") ==
          rejected((scene.workspace.path() / ".codex/config.toml").string() + " is protected"));
    CHECK(scene.apply("*** Add File: .git/hooks/pre-commit\n+x\n")
              .starts_with("apply_patch verification failed: cannot patch"));
    // By a link, the sandbox and the control files' guard are what is left.
    fs::create_directory_symlink(".codex", scene.workspace.path() / "link");
    scene.apply("*** Add File: link/config.toml\n+x\n");
    CHECK(scene.read(".codex/config.toml") == "none");

    Scene reading(Mode::read_only);
    CHECK(reading.apply("*** Add File: a\n+x\n") ==
          rejected("writing is blocked by read-only sandbox"));
    CHECK(reading.read("a") == "none");
}

TEST_CASE("a writable root of its own may be patched by its absolute path") {
    char name[] = "/var/tmp/codex-root-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    Workspace workspace(Mode::workspace_write);
    auto policy = workspace.policy();
    policy.writable.emplace_back(name);
    if (::geteuid() == 0) REQUIRE(::chown(name, Workspace::owner(), Workspace::owner()) == 0);
    Worker worker(workspace.runner(), Workspace::worker_executable(), policy,
                  Workspace::environment());
    Patcher patcher(worker);
    const ToolOutput output = patcher.apply(framed(fmt::format("*** Add File: {}/new\n+x\n", name)),
                                            workspace.path(), nullptr);
    CHECK(output.success);
    CHECK(codex::base::read_file(fs::path(name) / "new") == "x\n");
    fs::remove_all(name);
}

TEST_CASE("somebody may approve what the sandbox would refuse, and sees the changes before") {
    char name[] = "/var/tmp/codex-outside-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    const std::string file = std::string(name) + "/new";
    std::vector<PatchedFile> shown;
    ReviewDecision answer = ReviewDecision::denied;
    PatchApprover approver(ApprovalPolicy::on_request, [&](const PatchApprovalRequest& request) {
        CHECK(request.place == Place::without_sandbox);
        shown = request.files;
        return answer;
    });
    std::vector<std::string> events;
    Scene scene(Mode::workspace_write, &approver,
                {.on_begin =
                     [&](const std::vector<PatchedFile>& files, bool automatic) {
                         events.push_back(fmt::format("begin {} {}", files.size(), automatic));
                     },
                 .on_end =
                     [&](const ToolOutput& output) {
                         events.push_back(fmt::format("end {}", output.success));
                     }});
    const std::string body = "*** Add File: " + file + "\n+x\n";
    CHECK(scene.apply(body) == "patch rejected: it was asked for and denied");
    CHECK(shown == std::vector{PatchedFile{.kind = PatchedKind::added,
                                           .path = file,
                                           .move_to = {},
                                           .old_text = {},
                                           .new_text = "x\n",
                                           .unified_diff = "@@ -0,0 +1 @@\n+x\n"}});
    CHECK_FALSE(fs::exists(file));
    CHECK(events.empty());
    answer = ReviewDecision::approved;
    CHECK(scene.apply(body) == kSuccess + "A " + file + "\n");
    CHECK(codex::base::read_file(file) == "x\n");
    CHECK(scene.apply("*** Add File: in\n+x\n") == kSuccess + "A in\n");
    CHECK(events ==
          std::vector<std::string>{"begin 1 false", "end true", "begin 1 true", "end true"});
    fs::remove_all(name);
}

TEST_CASE("the tool has two shapes, and bad arguments are answered") {
    Scene scene;
    const auto function =
        make_apply_patch(scene.patcher, *scene.workspace.worker, PatchShape::function);
    CHECK(codex::json::render(function->spec().parameters) ==
          R"({"type":"object","properties":{"input":{"type":"string","description":"The whole )"
          R"(patch."}},"required":["input"],"additionalProperties":false})");
    CHECK(function->spec().grammar.empty());
    const auto arguments = codex::json::Value::object({{"input", framed("*** Add File: a\n+x\n")}});
    CHECK(function->call(codex::json::render(arguments), nullptr).success);
    CHECK(scene.read("a") == "x\n");
    CHECK(function->call("{", nullptr).text.starts_with("The arguments of apply_patch cannot"));
    CHECK_FALSE(function->call("{}", nullptr).success);

    const auto freeform =
        make_apply_patch(scene.patcher, *scene.workspace.worker, PatchShape::freeform);
    CHECK(freeform->spec().grammar.starts_with("start: "));
    CHECK(freeform->call(framed("*** Delete File: a\n"), nullptr).success);
    CHECK(scene.read("a") == "none");
}

TEST_CASE("a patch that comes through the shell is applied as one") {
    Scene scene;
    scene.write("sub/a", "1\n");
    const auto exec = make_exec_command(*scene.workspace.worker, {}, nullptr, &scene.patcher);
    const auto run = [&](const std::string& cmd, const std::string& workdir = "") {
        const auto arguments = codex::json::Value::object({{"cmd", cmd}, {"workdir", workdir}});
        return without_time(exec->call(codex::json::render(arguments), nullptr).text);
    };
    const std::string patch = framed("*** Update File: a\n@@\n-1\n+2\n");
    CHECK(run("cd sub && apply_patch <<'EOF'\n" + patch + "EOF") == kSuccess + "M a\n");
    CHECK(scene.read("sub/a") == "2\n");
    CHECK(run("apply_patch <<'EOF'\n" + framed("*** Update File: a\n@@\n-2\n+3\n") + "EOF",
              "sub") == kSuccess + "M a\n");
    CHECK(scene.read("sub/a") == "3\n");
    CHECK(run(patch) ==
          "exec_command was not executed: it is a patch and no command; call apply_patch with it, "
          "as in [\"apply_patch\", PATCH]");
    CHECK(run("cd ../.. && apply_patch <<'EOF'\n" + patch + "EOF")
              .starts_with("exec_command was not executed: the folder ../.. is not beneath"));
    // With something around it, it is for the shell, which may know such a program or not.
    CHECK(run("apply_patch <<'EOF' || true\n" + patch + "EOF").find("not found") !=
          std::string::npos);
    const auto shell = make_shell(*scene.workspace.worker, {}, nullptr, &scene.patcher);
    const auto words = codex::json::Value::object(
        {{"command", codex::json::Array{"apply_patch", framed("*** Delete File: sub/a\n")}}});
    CHECK(shell->call(codex::json::render(words), nullptr).success);
    CHECK(scene.read("sub/a") == "none");
}
