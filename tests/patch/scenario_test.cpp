// The scenario folders of tests/data/patch (its README.md says what they hold), through the
// program that a user runs.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "tests/support/lib/run_program.h"
#include "tests/support/lib/temp_dir.h"
#include "tests/support/lib/text.h"

using namespace codex;
using namespace codex::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLeastScenarios = 90;
constexpr std::string_view kRoot = "ROOT";

std::vector<fs::path> scenarios() {
    std::vector<fs::path> folders;
    for (const auto& entry :
         fs::directory_iterator(fs::path(CODEX_SOURCE_DIR) / "tests/data/patch"))
        if (entry.is_directory()) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

std::string text_of(const fs::path& path) {
    return base::read_file_if_exists(path).value_or("");
}

std::vector<std::string> lines_of(const fs::path& path) {
    const std::string text = text_of(path);
    std::vector<std::string> lines;
    for (const std::string_view line : base::split_lines(text))
        if (!line.empty()) lines.emplace_back(line);
    return lines;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

void set_mode(const fs::path& path, unsigned mode) {
    fs::permissions(path, static_cast<fs::perms>(mode));
}

// One line of `setup` or `after`.
void follow(const std::string& line, const fs::path& root) {
    const auto cut = [&line](const std::string& text, std::string_view separator) {
        const std::size_t at = text.find(separator);
        if (at == std::string::npos) throw std::runtime_error("no such step: " + line);
        return std::pair(text.substr(0, at), text.substr(at + separator.size()));
    };
    const auto [word, rest] = cut(line, " ");
    if (word == "mkdir") {
        fs::create_directories(root / rest);
        set_mode(root / rest, 0755);
    } else if (word == "link") {
        const auto [link, target] = cut(rest, " -> ");
        fs::create_symlink(target, root / link);
    } else if (word == "chmod") {
        const auto [mode, file] = cut(rest, " ");
        set_mode(root / file, static_cast<unsigned>(std::stoul(mode, nullptr, 8)));
    } else if (word == "file") {
        const auto [file, text] = cut(rest, " ");
        write_file(root / file, text + "\n");
        set_mode(root / file, 0644);
    } else {
        throw std::runtime_error("no such step: " + line);
    }
}

// A copy of `from`, if it is there, with the modes of umask 022 and what the steps say;
// `root_name` is what their ROOT stands for.
void lay_out(const fs::path& from, const fs::path& steps, const fs::path& root,
             const std::string& root_name) {
    fs::create_directories(root);
    if (fs::exists(from)) fs::copy(from, root, fs::copy_options::recursive);
    set_mode(root, 0755);
    for (const auto& entry : fs::recursive_directory_iterator(root))
        set_mode(entry.path(), entry.is_directory() ? 0755 : 0644);
    for (const std::string& line : lines_of(steps)) follow(replaced(line, kRoot, root_name), root);
}

// Everything beneath a folder: its mode and what it holds.
std::map<std::string, std::string> tree_of(const fs::path& folder) {
    std::map<std::string, std::string> tree;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        std::string& shown = tree[entry.path().lexically_relative(folder).string()];
        if (entry.is_symlink()) {
            shown = "-> " + fs::read_symlink(entry.path()).string();
            continue;
        }
        struct stat info = {};
        if (::stat(entry.path().c_str(), &info) != 0) throw std::runtime_error("cannot stat");
        shown = fmt::format("{:o} {}", info.st_mode & 07777U,
                            entry.is_directory() ? "folder" : base::read_file(entry.path()));
    }
    return tree;
}

ProgramResult apply_patch(const fs::path& root, const std::vector<std::string>& options,
                          const fs::path& patch) {
    const std::string worker = CODEX_BINARY_DIR "/codex-worker";
    Program program;
    program.argv = {
        "/bin/sh",     "-c",           R"(umask 022; patch=$1; shift; exec "$@" < "$patch")",
        "sh",          patch.string(), worker,
        "apply-patch", "--root",       root.string()};
    program.argv.insert(program.argv.end(), options.begin(), options.end());
    program.environment = plain_environment();
    return run_program(std::move(program));
}

}  // namespace

TEST_CASE("apply-patch does what each scenario says", "[slow]") {
    const std::vector<fs::path> folders = scenarios();
    REQUIRE(folders.size() >= kLeastScenarios);
    for (const fs::path& folder : folders) {
        DYNAMIC_SECTION(folder.filename().string()) {
            const TempDir temp;
            // Beside the root, so that what lands there is seen.
            const fs::path area = fs::canonical(temp.path()) / "area";
            const fs::path root = area / "root";
            const fs::path expected = temp / "expected";
            lay_out(folder / "input", folder / "setup", root, root.string());
            lay_out(folder / "expected", folder / "after", expected / "root", root.string());
            const std::string patch = base::read_file(folder / "patch.txt");
            write_file(temp / "patch.txt", replaced(patch, kRoot, root.string()));

            const ProgramResult result =
                apply_patch(root, lines_of(folder / "options"), temp / "patch.txt");

            const std::string exit_code = text_of(folder / "exit");
            CHECK(result.exit_code == (exit_code.empty() ? 0 : std::stoi(exit_code)));
            CHECK(replaced(result.out, root.string(), kRoot) == text_of(folder / "stdout"));
            const std::string error = replaced(result.err, root.string(), kRoot);
            const std::vector<std::string> parts = lines_of(folder / "stderr_holds");
            for (const std::string& part : parts) {
                INFO(error);
                CHECK(has(error, part));
            }
            if (parts.empty()) CHECK(error == text_of(folder / "stderr"));
            CHECK(tree_of(area) == tree_of(expected));
        }
    }
}
