// A checkout may leave credentials in its configuration, where every command could read them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "git/repository.h"

namespace codex::git {

/// Names of the entries that hold or lead to credentials, such as
/// "http.https://github.com/.extraheader", in the configuration of a checkout and its submodules:
/// extra headers, includes of files elsewhere (actions/checkout from version 6 keeps its token so),
/// credential helpers, addresses with a user, and what is named as a secret.
std::vector<std::string> find_credentials(const Repository& repository);

/// Takes them out for as long as it lives; then the files are as they were, byte by byte, owner and
/// mode included. Made before a model may ask for commands. Throws GitError or SystemError; nothing
/// is changed then.
class HiddenCredentials {
  public:
    explicit HiddenCredentials(const Repository& repository);
    ~HiddenCredentials();
    HiddenCredentials(const HiddenCredentials&) = delete;
    HiddenCredentials& operator=(const HiddenCredentials&) = delete;

    const std::vector<std::string>& names() const { return names_; }

  private:
    struct File {
        std::filesystem::path path;
        std::string text;
        unsigned mode = 0;
        unsigned uid = 0;
        unsigned gid = 0;
    };
    void hide_in(const std::filesystem::path& path);
    void put_back() noexcept;

    std::vector<File> files_;
    std::vector<std::string> names_;
};

}  // namespace codex::git
