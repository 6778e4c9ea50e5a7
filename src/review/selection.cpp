#include "review/selection.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/text.h"
#include "review/attribute_pattern.h"
#include "review/diff_header.h"

namespace codex::review {
namespace {

using std::string_view;

// Written by package managers, too large to read and checked by other means.
constexpr std::array<string_view, 38> kLockFiles = {"package-lock.json",
                                                    "npm-shrinkwrap.json",
                                                    "yarn.lock",
                                                    "pnpm-lock.yaml",
                                                    "bun.lock",
                                                    "bun.lockb",
                                                    "deno.lock",
                                                    "Cargo.lock",
                                                    "go.sum",
                                                    "go.work.sum",
                                                    "poetry.lock",
                                                    "Pipfile.lock",
                                                    "pdm.lock",
                                                    "uv.lock",
                                                    "pixi.lock",
                                                    "conda-lock.yml",
                                                    "Gemfile.lock",
                                                    "composer.lock",
                                                    "mix.lock",
                                                    "rebar.lock",
                                                    "pubspec.lock",
                                                    "Podfile.lock",
                                                    "Cartfile.resolved",
                                                    "Package.resolved",
                                                    "packages.lock.json",
                                                    "paket.lock",
                                                    "project.assets.json",
                                                    "gradle.lockfile",
                                                    "buildscript-gradle.lockfile",
                                                    "flake.lock",
                                                    "conan.lock",
                                                    "vcpkg-lock.json",
                                                    "MODULE.bazel.lock",
                                                    "Manifest.toml.lock",
                                                    "stack.yaml.lock",
                                                    "cabal.project.freeze",
                                                    ".terraform.lock.hcl",
                                                    "Chart.lock"};

// Other people's code: folders anywhere in the path.
constexpr std::array<string_view, 12> kVendoredFolders = {
    "vendor",           "node_modules",  "third_party", "third-party", "thirdparty",
    "bower_components", "jspm_packages", "Pods",        "Carthage",    ".yarn",
    "site-packages",    "Godeps"};

constexpr std::array<string_view, 4> kBuiltFolders = {"dist", "__snapshots__", "__generated__",
                                                      ".next"};

// "generated" by the end of the name.
constexpr std::array<string_view, 37> kGeneratedEnds = {
    ".pb.go",         ".pb.gw.go",    ".pb.h",         ".pb.cc",        ".pb.c",
    ".pb.swift",      ".pb.rs",       ".pb.dart",      ".pbenum.dart",  ".pbjson.dart",
    ".pbserver.dart", "_pb.js",       "_pb.ts",        "_pb.d.ts",      "_pb2.py",
    "_pb2.pyi",       "_pb2_grpc.py", "_pb.rb",        "_grpc_pb.js",   ".g.dart",
    ".freezed.dart",  ".gr.dart",     ".mocks.dart",   ".g.cs",         ".g.i.cs",
    ".Designer.cs",   ".designer.cs", ".generated.cs", ".generated.ts", ".generated.go",
    "_generated.go",  ".gen.go",      ".gen.ts",       ".snap",         ".xcuserstate",
    ".map",           ".tsbuildinfo"};

constexpr std::array<string_view, 6> kMinifiedEnds = {".min.js",  ".min.mjs",   ".min.cjs",
                                                      ".min.css", ".bundle.js", "-min.js"};

template <std::size_t N>
bool ends_with_any(string_view text, const std::array<string_view, N>& ends) {
    return std::any_of(ends.begin(), ends.end(), [&](string_view end) {
        return text.ends_with(end) && text.size() > end.size();
    });
}

template <std::size_t N>
bool contains(const std::array<string_view, N>& names, string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// What one line of a .gitattributes file says about an attribute.
std::optional<std::string> read_verdict(string_view attribute) {
    constexpr string_view kPrefix = "linguist-";
    const bool unset = attribute.starts_with('-');
    const bool reset = attribute.starts_with('!');
    if (unset || reset) attribute.remove_prefix(1);
    if (attribute.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
    attribute.remove_prefix(kPrefix.size());
    const std::size_t equals = attribute.find('=');
    const string_view name = attribute.substr(0, equals);
    if (name != "generated" && name != "vendored") return std::nullopt;
    bool off = unset;
    if (equals != string_view::npos) {
        const std::string value = base::to_lower(attribute.substr(equals + 1));
        off = value == "false" || value == "0" || value == "no";
    }
    return (reset ? "!" : off ? "-" : "") + std::string(name);
}

string_view take_word(string_view& line) {
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == string_view::npos) return line = {};
    line.remove_prefix(start);
    const string_view word = line.substr(0, line.find_first_of(" \t"));
    line.remove_prefix(word.size());
    return word;
}

std::string take_pattern(string_view& line) {
    line = line.substr(std::min(line.size(), line.find_first_not_of(" \t")));
    if (line.substr(0, 1) != "\"") return std::string(take_word(line));
    std::size_t end = 0;
    std::string pattern = unquote_path(line, &end);
    line.remove_prefix(end);
    return pattern;
}

// How many hunks of a file fit, in the order of the file; a hunk that is too large does not keep
// the next ones out.
class FileShare {
  public:
    explicit FileShare(const FileDiff& file) : file_(&file) {
        for (const Hunk& hunk : file.hunks) {
            sizes_.push_back(numbered_size(file, hunk));
            total_ += sizes_.back();
        }
        taken_.assign(sizes_.size(), false);
    }

    std::size_t total() const { return total_; }
    std::size_t used() const { return used_; }
    bool is_whole() const { return used_ == total_; }

    /// Takes further hunks as long as no more than `allowance` bytes are used in all.
    void take_up_to(std::size_t allowance) {
        for (std::size_t i = 0; i < sizes_.size(); ++i) {
            if (taken_[i] || used_ + sizes_[i] > allowance) continue;
            taken_[i] = true;
            used_ += sizes_[i];
        }
    }

    FileDiff render() const {
        FileDiff part;
        part.old_path = file_->old_path;
        part.new_path = file_->new_path;
        part.patch = file_->patch;
        for (std::size_t i = 0; i < taken_.size(); ++i) {
            if (!taken_[i]) continue;
            Hunk hunk = file_->hunks[i];
            const auto from = file_->lines.begin() + static_cast<std::ptrdiff_t>(hunk.first);
            hunk.first = part.lines.size();
            part.lines.insert(part.lines.end(), from,
                              from + static_cast<std::ptrdiff_t>(hunk.count));
            part.hunks.push_back(hunk);
        }
        return part;
    }

  private:
    const FileDiff* file_;
    std::vector<std::size_t> sizes_;
    std::vector<bool> taken_;
    std::size_t total_ = 0;
    std::size_t used_ = 0;
};

// The largest share that all files may have alike: who needs less leaves the rest to the others.
std::size_t fair_share(const std::vector<FileShare>& shares, const Budget& budget) {
    std::vector<std::size_t> needs;
    needs.reserve(shares.size());
    for (const FileShare& share : shares) needs.push_back(std::min(share.total(), budget.max_file));
    std::sort(needs.begin(), needs.end());
    std::size_t left = budget.max_total;
    for (std::size_t i = 0; i < needs.size(); ++i) {
        const std::size_t share = left / (needs.size() - i);
        if (needs[i] > share) return share;
        left -= needs[i];
    }
    return budget.max_file;
}

}  // namespace

std::optional<std::string> default_exclusion(string_view path) {
    const std::size_t slash = path.rfind('/');
    const string_view name = slash == string_view::npos ? path : path.substr(slash + 1);
    if (contains(kLockFiles, name)) return "lock file";
    const auto parts = base::split(path, '/');
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        if (contains(kVendoredFolders, parts[i])) return "vendored";
        if (contains(kBuiltFolders, parts[i])) return "generated";
    }
    if (ends_with_any(name, kMinifiedEnds)) return "minified";
    if (ends_with_any(name, kGeneratedEnds)) return "generated";
    return std::nullopt;
}

Attributes::Attributes(const std::map<std::string, std::string>& files_by_folder) {
    // The order of a map of paths puts a folder before what lies in it: deeper rules come later
    // and win.
    for (const auto& [folder, text] : files_by_folder) {
        for (string_view line : base::split_lines(text)) {
            if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
            const string_view trimmed = base::trim(line);
            if (trimmed.empty() || trimmed.front() == '#') continue;
            line = trimmed;
            const std::string pattern = take_pattern(line);
            // git ignores patterns with "!" and macro definitions name no path.
            if (pattern.empty() || pattern.starts_with('!') || pattern.starts_with("[attr]"))
                continue;
            for (string_view word = take_word(line); !word.empty(); word = take_word(line)) {
                if (auto verdict = read_verdict(word))
                    rules_.push_back({folder, pattern, *verdict});
            }
        }
    }
}

std::optional<std::string> Attributes::exclusion(string_view path) const {
    std::optional<bool> generated;
    std::optional<bool> vendored;
    for (const Rule& rule : rules_) {
        string_view inside = path;
        if (!rule.folder.empty()) {
            if (path.size() <= rule.folder.size() + 1 ||
                path.substr(0, rule.folder.size()) != rule.folder ||
                path[rule.folder.size()] != '/')
                continue;
            inside.remove_prefix(rule.folder.size() + 1);
        }
        if (!matches_attribute_pattern(rule.pattern, inside)) continue;
        const char mark = rule.verdict.front();
        std::optional<bool>& target = rule.verdict.ends_with("generated") ? generated : vendored;
        target = mark == '!' ? std::nullopt : std::optional(mark != '-');
    }
    if (generated == true) return "generated";
    if (vendored == true) return "vendored";
    if (generated || vendored) return "";
    return std::nullopt;
}

Fitted fit_budget(const std::vector<FileDiff>& files, const Budget& budget) {
    std::vector<FileShare> shares(files.begin(), files.end());
    const std::size_t share = std::min(fair_share(shares, budget), budget.max_file);
    std::size_t used = 0;
    for (FileShare& file : shares) {
        file.take_up_to(share);
        used += file.used();
    }
    // Hunks are not divisible: what they leave goes to those files that still lack some.
    for (FileShare& file : shares) {
        if (file.is_whole()) continue;
        const std::size_t before = file.used();
        file.take_up_to(std::min(budget.max_file, before + budget.max_total - used));
        used += file.used() - before;
    }
    Fitted fitted;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (shares[i].is_whole()) {
            fitted.files.push_back(files[i]);
        } else if (shares[i].used() == 0) {
            fitted.left_out.push_back(files[i].path());
        } else {
            fitted.files.push_back(shares[i].render());
            fitted.cut.push_back(files[i].path());
        }
    }
    return fitted;
}

}  // namespace codex::review
