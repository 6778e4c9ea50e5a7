// Owners of handles of C libraries: std::unique_ptr<git_commit, FreeWith<git_commit_free>>.
#pragma once

namespace codex::base {

template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* handle) const {
        Free(handle);
    }
};

}  // namespace codex::base
