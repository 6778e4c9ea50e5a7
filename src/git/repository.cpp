#include "git/repository.h"

#include <algorithm>
#include <deque>

#include "base/file.h"
#include "base/text.h"
#include "git/repository_state.h"

namespace codex::git {
namespace {

// Entries a tree walk looks at; larger repositories are an error that names this limit.
constexpr std::size_t kMaxWalkedEntries = 2'000'000;

git_oid parse_sha(std::string_view sha) {
    git_oid id = {};
    if (!base::is_commit_id(sha))
        throw base::Error("\"" + std::string(sha) + "\" is no full commit SHA");
    check(git_oid_fromstrn(&id, sha.data(), sha.size()), "read a SHA");
    return id;
}

bool is_regular(unsigned mode) {
    return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

// A fetch that was filtered left the object on the server.
void check_here(int code, const std::string& object) {
    if (code == GIT_ENOTFOUND) {
        throw GitError(code,
                       object + " is not in the checkout; leave `filter` of actions/checkout out");
    }
    check(code, "read " + object);
}

}  // namespace

std::string render(const git_oid& id) {
    char text[GIT_OID_SHA1_HEXSIZE + 1] = {};
    git_oid_tostr(text, sizeof text, &id);
    return text;
}

std::string_view bytes_of(const Blob& blob) {
    if (blob == nullptr) return {};
    return {static_cast<const char*>(git_blob_rawcontent(blob.get())),
            static_cast<std::size_t>(git_blob_rawsize(blob.get()))};
}

Commit Repository::State::commit(std::string_view sha) const {
    const git_oid id = parse_sha(sha);
    Commit found;
    const int code = git_commit_lookup(out(found), repository.get(), &id);
    if (code == GIT_ENOTFOUND) {
        throw GitError(code, "commit " + std::string(sha) +
                                 " is not in the checkout; give actions/checkout `fetch-depth: 0`");
    }
    check(code, "read commit " + std::string(sha));
    return found;
}

Tree Repository::State::tree(std::string_view sha) const {
    const Commit owner = commit(sha);
    Tree found;
    check_here(git_commit_tree(out(found), owner.get()), "the tree of commit " + std::string(sha));
    return found;
}

std::size_t Repository::State::blob_size(const git_oid& id) const {
    if (git_oid_is_zero(&id) != 0) return 0;
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    check_here(git_odb_read_header(&size, &type, odb.get(), &id), "blob " + render(id));
    return size;
}

Blob Repository::State::blob(const git_oid& id) const {
    Blob found;
    if (git_oid_is_zero(&id) != 0) return found;
    check_here(git_blob_lookup(out(found), repository.get(), &id), "blob " + render(id));
    return found;
}

Repository::Repository(const std::filesystem::path& path) : state_(std::make_unique<State>()) {
    const int code = git_repository_open_ext(out(state_->repository), path.c_str(), 0, nullptr);
    if (code == GIT_ENOTFOUND) {
        throw GitError(code,
                       "there is no git repository at " + path.string() +
                           "; in a workflow, a step with actions/checkout must come before this "
                           "one");
    }
    check(code, "open the git repository of " + path.string());
    // From here on the workspace's own .git/config has no say: its filters, drivers and hooks are
    // untrusted.
    ConfigHandle empty;
    check(git_config_new(out(empty)), "make an empty configuration");
    check(git_repository_set_config(state_->repository.get(), empty.get()),
          "replace the configuration");
    check(git_repository_odb(out(state_->odb), state_->repository.get()),
          "open the object database");
}

Repository::~Repository() = default;
Repository::Repository(Repository&&) noexcept = default;
Repository& Repository::operator=(Repository&&) noexcept = default;

std::optional<std::string> Repository::resolve_commit(std::string_view revision) const {
    // A name with a leading '-' or a NUL is never a revision; libgit2 takes no options, the check
    // is for our callers.
    if (revision.empty() || revision.front() == '-' ||
        revision.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    const std::string text(revision);
    Object found;
    int code =
        git_revparse_single(out(found), state_->repository.get(), (text + "^{commit}").c_str());
    if (code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC || code == GIT_EAMBIGUOUS ||
        code == GIT_EPEEL) {
        return std::nullopt;
    }
    check(code, "resolve \"" + text + "\"");
    return render(*git_object_id(found.get()));
}

bool Repository::has_commit(std::string_view sha) const {
    if (!base::is_commit_id(sha)) return false;
    const git_oid id = parse_sha(sha);
    Commit found;
    return git_commit_lookup(out(found), state_->repository.get(), &id) == 0;
}

bool Repository::is_shallow() const {
    return git_repository_is_shallow(state_->repository.get()) == 1;
}

std::vector<std::string> Repository::parents(std::string_view commit) const {
    const Commit found = state_->commit(commit);
    std::vector<std::string> ids;
    for (unsigned i = 0; i < git_commit_parentcount(found.get()); ++i) {
        ids.push_back(render(*git_commit_parent_id(found.get(), i)));
    }
    return ids;
}

std::optional<std::string> Repository::merge_base(std::string_view a, std::string_view b) const {
    // libgit2 1.8 leaks when it is asked about a commit that is not there.
    if (!has_commit(a) || !has_commit(b)) return std::nullopt;
    const git_oid first = parse_sha(a);
    const git_oid second = parse_sha(b);
    git_oid base = {};
    const int code = git_merge_base(&base, state_->repository.get(), &first, &second);
    if (code == GIT_ENOTFOUND) return std::nullopt;
    check(code, "find the merge base");
    return render(base);
}

std::string Repository::commit_message(std::string_view commit) const {
    return git_commit_message(state_->commit(commit).get());
}

std::optional<std::string> Repository::read_file(std::string_view commit, std::string_view path,
                                                 std::size_t max_bytes) const {
    const Tree root = state_->tree(commit);
    TreeEntryHandle entry;
    const std::string name(path);
    if (name.empty() || git_tree_entry_bypath(out(entry), root.get(), name.c_str()) != 0)
        return std::nullopt;
    if (!is_regular(static_cast<unsigned>(git_tree_entry_filemode(entry.get()))))
        return std::nullopt;
    const git_oid& id = *git_tree_entry_id(entry.get());
    if (state_->blob_size(id) > max_bytes) {
        throw base::Error(name + " is larger than " + std::to_string(max_bytes) + " bytes");
    }
    return std::string(bytes_of(state_->blob(id)));
}

std::vector<TreeEntry> Repository::find_files_named(std::string_view commit,
                                                    std::string_view name) const {
    struct Folder {
        std::string path;  // with a trailing slash, or empty
        Tree tree;
    };
    std::deque<Folder> todo;
    todo.push_back({"", state_->tree(commit)});
    std::vector<TreeEntry> found;
    std::size_t walked = 0;
    while (!todo.empty()) {
        const Folder folder = std::move(todo.front());
        todo.pop_front();
        const std::size_t count = git_tree_entrycount(folder.tree.get());
        for (std::size_t i = 0; i < count; ++i) {
            if (++walked > kMaxWalkedEntries) {
                throw base::Error("the tree has more than " + std::to_string(kMaxWalkedEntries) +
                                  " entries");
            }
            const git_tree_entry* entry = git_tree_entry_byindex(folder.tree.get(), i);
            const auto mode = static_cast<unsigned>(git_tree_entry_filemode(entry));
            const std::string path = folder.path + git_tree_entry_name(entry);
            if (mode == GIT_FILEMODE_TREE) {
                Tree child;
                const int code =
                    git_tree_lookup(out(child), state_->repository.get(), git_tree_entry_id(entry));
                check_here(code, "folder " + path);
                todo.push_back({path + "/", std::move(child)});
            } else if (git_tree_entry_name(entry) == name) {
                found.push_back({path, mode});
            }
        }
    }
    std::sort(found.begin(), found.end(),
              [](const TreeEntry& a, const TreeEntry& b) { return a.path < b.path; });
    return found;
}

std::filesystem::path Repository::work_tree() const {
    const char* path = git_repository_workdir(state_->repository.get());
    if (path == nullptr) throw base::Error("the repository is bare: there is no work tree to read");
    return std::filesystem::path(path).parent_path();
}

std::filesystem::path Repository::common_folder() const {
    return std::filesystem::path(git_repository_commondir(state_->repository.get())).parent_path();
}

std::filesystem::path Repository::git_folder() const {
    return std::filesystem::path(git_repository_path(state_->repository.get())).parent_path();
}

}  // namespace codex::git
