// Files in memory, and patches written without their frame.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/error.h"
#include "patch/plan.h"

namespace codex::test {

using Files = std::map<std::string, std::string>;

inline std::string framed(const std::string& body) {
    return "*** Begin Patch\n" + body + "*** End Patch\n";
}

inline patch::Reader reader_of(const Files& files) {
    return [&files](const std::string& path) -> std::optional<std::string> {
        const auto found = files.find(path);
        if (found == files.end()) return std::nullopt;
        return found->second;
    };
}

/// The files after the changes.
inline Files after(Files files, const patch::Plan& plan) {
    for (const patch::FileChange& change : plan.changes) {
        if (change.move_to || !change.new_text) files.erase(change.path);
        if (change.new_text) files[change.move_to.value_or(change.path)] = *change.new_text;
    }
    return files;
}

struct Result {
    Files files;
    std::string error;

    bool operator==(const Result&) const = default;
};

/// What a patch without its frame makes of the files, and what it says when it fails.
inline Result run_patch(const Files& files, const std::string& body,
                        patch::Mode mode = patch::Mode::whole) {
    try {
        const auto plan = patch::plan(patch::parse_patch(framed(body), mode), reader_of(files),
                                      {.roots = {}, .folder = {}, .mode = mode});
        return {after(files, plan), plan.failure.value_or("")};
    } catch (const base::Error& error) {
        return {files, error.what()};
    }
}

}  // namespace codex::test
